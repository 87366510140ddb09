/* What could not be parsed is remembered, so that nobody complains about its consequences. */
#include "parser/parse_internal.h"

#include <string.h>

bool parse_in_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (c & 0x80);
}

/* Any word may be a name that was to be declared there. */
static void lose_names(parser *p, uint32_t from, uint32_t to)
{
    const char *text = p->lx.text;
    while (from < to && !p->stopped) {
        uint32_t start = from;
        while (from < to && parse_in_word(text[from]))
            from++;
        if (from > start) {
            ast_name *name = parse_intern(p->module, text + start, from - start);
            if (name == NULL)
                parse_stop(p);
            else
                name->lost = true;
        } else {
            from++;
        }
    }
}

static bool add_piece(parser *p, src_span piece)
{
    ast_module *m = p->module;
    if (m->lost_count == p->lost_capacity) {
        uint32_t capacity = p->lost_capacity == 0 ? 8 : p->lost_capacity * 2;
        src_span *lost = arena_alloc(m->arena, capacity * sizeof *lost);
        if (lost == NULL)
            return false;
        if (m->lost_count > 0)
            memcpy(lost, m->lost, m->lost_count * sizeof *lost);
        m->lost = lost;
        p->lost_capacity = capacity;
    }
    m->lost[m->lost_count++] = piece;
    return true;
}

void parse_lose(parser *p, uint32_t start)
{
    ast_module *m = p->module;
    uint32_t end = p->token.span.start, behind = end;
    /* Pieces inside this one were lost before: their names are known. */
    while (m->lost_count > 0 && m->lost[m->lost_count - 1].end > start) {
        src_span inner = m->lost[--m->lost_count];
        lose_names(p, inner.end, behind);
        behind = inner.start;
        start = inner.start < start ? inner.start : start;
    }
    lose_names(p, start, behind);
    if (!p->stopped && !add_piece(p, (src_span){start, end}))
        parse_stop(p);
}
