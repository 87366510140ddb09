#include "api/doc_text.h"

#include <string.h>

void doc_indented(const char *lines, size_t size, FILE *out)
{
    while (size > 0) {
        const char *end = memchr(lines, '\n', size);
        size_t length = end ? (size_t)(end - lines) : size;
        fprintf(out, "    %.*s\n", (int)length, lines);
        length += end != NULL;
        lines += length;
        size -= length;
    }
}

void doc_head(const char *source, const ast_fn *fn, const char *home, FILE *out)
{
    uint32_t from = fn->name_span.start, to = fn->body->span.start;
    while (to > from && strchr(" \t\r\n{=>", source[to - 1]))
        to--;
    fprintf(out, "%s%s%.*s\n", home, *home ? "." : "", (int)(to - from), source + from);
}
