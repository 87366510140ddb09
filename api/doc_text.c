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

/* The beginning of the line before the one that begins at `at`, which is not 0. */
static uint32_t line_before(const char *text, uint32_t at)
{
    at--;
    while (at > 0 && text[at - 1] != '\n')
        at--;
    return at;
}

static bool is_doc_line(const char *text, uint32_t at)
{
    while (text[at] == ' ' || text[at] == '\t')
        at++;
    return text[at] == '#' && text[at + 1] == '#';
}

uint32_t doc_start(const char *text, uint32_t start)
{
    uint32_t line = start;
    while (line > 0 && (text[line - 1] == ' ' || text[line - 1] == '\t'))
        line--;
    if (line > 0 && text[line - 1] != '\n')
        return start;
    uint32_t from = start;
    while (line > 0 && is_doc_line(text, line_before(text, line)))
        from = line = line_before(text, line);
    return from;
}
