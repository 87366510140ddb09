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

src_span doc_head_span(const char *source, const ast_fn *fn)
{
    src_span head = {fn->name_span.start, fn->body->span.start};
    while (head.end > head.start && strchr(" \t\r\n{=>", source[head.end - 1]))
        head.end--;
    return head;
}

void doc_head(const char *source, const ast_fn *fn, const char *home, FILE *out)
{
    src_span head = doc_head_span(source, fn);
    fprintf(out, "%s%s%.*s\n", home, *home ? "." : "", (int)(head.end - head.start),
            source + head.start);
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
