#include "base/utf8.h"
#include "lexer/diag.h"

#include <stdlib.h>
#include <string.h>

void src_init(src_text *src, const char *name, const char *text, size_t length)
{
    *src = (src_text){.name = name, .text = text, .length = (uint32_t)length, .first_line = 1};
}

void src_free(src_text *src)
{
    free(src->lines);
    src->lines = NULL;
    src->line_count = 0;
}

static uint32_t next_line(const src_text *src, uint32_t at)
{
    const char *end = at < src->length ? memchr(src->text + at, '\n', src->length - at) : NULL;
    return end == NULL ? UINT32_MAX : (uint32_t)(end - src->text) + 1;
}

/* A byte order mark is not part of the first line. */
static uint32_t text_start(const src_text *src)
{
    return src->length >= 3 && memcmp(src->text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

static void make_lines(src_text *src)
{
    uint32_t count = 1;
    for (uint32_t at = next_line(src, 0); at != UINT32_MAX; at = next_line(src, at))
        count++;
    src->lines = malloc(count * sizeof *src->lines);
    if (src->lines == NULL)
        return;
    src->line_count = count;
    src->lines[0] = text_start(src);
    for (uint32_t i = 1; i < count; i++)
        src->lines[i] = next_line(src, src->lines[i - 1]);
}

/* The index of the line that contains offset. If there is no memory for the table, by reading
 * the text. */
static uint32_t find_line(src_text *src, uint32_t offset, uint32_t *start)
{
    if (src->lines == NULL)
        make_lines(src);
    uint32_t low = 0;
    *start = text_start(src);
    if (src->lines == NULL) {
        for (uint32_t at = next_line(src, 0); at != UINT32_MAX && at <= offset;
             at = next_line(src, at)) {
            *start = at;
            low++;
        }
        return low;
    }
    uint32_t high = src->line_count; /* the line is in [low, high) */
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (src->lines[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    *start = src->lines[low];
    return low;
}

src_span src_line(src_text *src, uint32_t offset, uint32_t *line)
{
    uint32_t start;
    *line = find_line(src, offset, &start) + 1;
    uint32_t end = next_line(src, start); /* behind the line break */
    end = end == UINT32_MAX ? src->length : end - 1;
    if (end > start && src->text[end - 1] == '\r')
        end--;
    return (src_span){start, end};
}

src_position src_locate(src_text *src, uint32_t offset)
{
    if (offset > src->length)
        offset = src->length;
    uint32_t start;
    uint32_t line = find_line(src, offset, &start);
    return (src_position){line + src->first_line,
                          1 + (uint32_t)utf8_count(src->text + start, offset - start)};
}
