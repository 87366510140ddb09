#include "vm/report/difference.h"

#include "vm/core/text.h"
#include "vm/core/vm.h"
#include "vm/data/children.h"
#include "vm/data/map.h"
#include "vm/walk/walk_equal.h"
#include "vm/walk/walk_show.h"

/* SHORT: bytes of both sides on one line. SHOWN: of a side on its own. AROUND: of a text, before
 * and behind the place where it differs. LINES: of a text of several lines. STEPS: how many
 * elements are looked at, and LOOK: bytes of texts. */
enum { SHORT = 60, SHOWN = 400, AROUND = 30, LINES = 8, LINE = 100, DEPTH = 32 };
enum { STEPS = 20000, LOOK = 4 << 20 };

/* The way to the first difference: indices, or keys. ABSENT: one of them has nothing there. */
typedef struct search {
    csp_vm *vm;
    const process *p;
    int64_t steps, look;
    uint32_t depth;
    struct {
        value key;
        uint64_t index; /* where there is no key */
    } way[DEPTH];
    value left, right;
} search;

static bool find(search *s, value a, value b);

static bool found(search *s, value a, value b)
{
    s->left = a;
    s->right = b;
    return true;
}

/* What is one step further on the way. */
static bool find_in(search *s, value key, uint64_t index, value a, value b)
{
    if (s->depth == DEPTH || --s->steps < 0)
        return false;
    s->way[s->depth].key = key;
    s->way[s->depth++].index = index;
    if (a == VALUE_ABSENT || b == VALUE_ABSENT ? found(s, a, b) : find(s, a, b))
        return true;
    s->depth--;
    return false;
}

static bool find_element(search *s, value a, value b)
{
    children x = children_of(a), y = children_of(b);
    uint64_t most = x.count > y.count ? x.count : y.count;
    for (uint64_t i = 0; i < most && s->steps > 0; i++) {
        value left = i < x.count ? x.items[i] : VALUE_ABSENT;
        value right = i < y.count ? y.items[i] : VALUE_ABSENT;
        if (find_in(s, VALUE_ABSENT, i, left, right))
            return true;
    }
    return false;
}

static bool find_entry(search *s, value a, value b)
{
    const map *x = value_as_object(a), *y = value_as_object(b);
    uint32_t at = 0;
    for (map_entry e; s->steps > 0 && map_next(s->vm, x, &at, &e);)
        if (find_in(s, e.key, 0, e.item, map_get(s->vm, y, e.key)))
            return true;
    at = 0;
    for (map_entry e; s->steps > 0 && map_next(s->vm, y, &at, &e);)
        if (map_get(s->vm, x, e.key) == VALUE_ABSENT && find_in(s, e.key, 0, VALUE_ABSENT, e.item))
            return true;
    return false;
}

/* Long texts of the same size are no atoms. */
static bool texts_differ(search *s, value a, value b)
{
    content x = content_of(a), y = content_of(b);
    size_t size = x.size < y.size ? x.size : y.size;
    if (size > (size_t)s->look)
        size = (size_t)s->look;
    s->look -= (int64_t)size;
    return memcmp(x.data, y.data, size) != 0;
}

static bool find(search *s, value a, value b)
{
    int equal = walk_equal_atoms(s->vm, s->p, a, b);
    if (equal == 1)
        return false;
    if (!value_is_object(a) || !value_is_object(b) || value_kind(a) != value_kind(b))
        return found(s, a, b);
    switch (value_kind(a)) {
    case OBJ_LIST:
    case OBJ_TUPLE: return find_element(s, a, b);
    case OBJ_MAP: return find_entry(s, a, b);
    case OBJ_STRING:
    case OBJ_BYTES: return (equal == 0 || texts_differ(s, a, b)) && found(s, a, b);
    default: return equal == 0 && found(s, a, b);
    }
}

/* ---- In words ---- */

static void show(text *t, value v, size_t limit)
{
    if (!walk_show(t->vm, t, v, limit))
        t->failed = true;
}

static bool is_name(const string *s)
{
    bool word = s->length > 0 && s->length < LINE && !(s->text[0] >= '0' && s->text[0] <= '9');
    for (uint32_t i = 0; word && i < s->length; i++) {
        char c = s->text[i];
        word =
            c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
    return word;
}

static void put_way(text *t, const search *s)
{
    for (uint32_t i = 0; i < s->depth; i++) {
        value key = s->way[i].key;
        if (key == VALUE_ABSENT) {
            text_printf(t, "[%llu]", (unsigned long long)s->way[i].index);
        } else if (value_is(key, OBJ_STRING) && is_name(value_string(key))) {
            text_printf(t, ".%s", value_string(key)->text);
        } else {
            text_put(t, '[');
            show(t, key, LINE);
            text_put(t, ']');
        }
    }
}

/* Where they differ first: a byte of both, at the beginning of a character. */
static uint32_t first_difference(const string *a, const string *b)
{
    uint32_t least = a->length < b->length ? a->length : b->length, at = 0;
    if (least > LOOK)
        least = LOOK;
    while (at < least && a->text[at] == b->text[at])
        at++;
    while (at > 0 && at < least && (a->text[at] & 0xc0) == 0x80)
        at--;
    return at;
}

static void put_part(text *t, const string *s, uint32_t at)
{
    uint32_t from = at > AROUND ? at - AROUND : 0;
    uint32_t to = s->length - at > AROUND ? at + AROUND : s->length;
    while (from > 0 && (s->text[from] & 0xc0) == 0x80)
        from--;
    while (to < s->length && (s->text[to] & 0xc0) == 0x80)
        to++;
    text_printf(t, "%s\"", from > 0 ? "…" : "");
    if (to > from)
        text_quote_string_part(t, s, from, to);
    text_printf(t, "\"%s", to < s->length ? "…" : "");
}

static const char *line_end(const string *s, const char *line)
{
    const char *end = memchr(line, '\n', (size_t)(s->text + s->length - line));
    return end ? end : s->text + s->length;
}

/* Some lines from there on. */
static void put_lines(text *t, const string *s, const char *line, char mark)
{
    const char *end = s->text + s->length;
    for (int i = 0; line < end; i++) {
        if (i == LINES) {
            text_printf(t, "\n        …");
            return;
        }
        const char *stop = line_end(s, line);
        text_printf(t, "\n        %c ", mark);
        size_t start = t->used;
        text_add(t, line, (size_t)(stop - line) < 4u * LINE ? (size_t)(stop - line) : 4u * LINE);
        text_cut(t, start, LINE);
        line = stop + 1;
    }
}

/* Texts of several lines: from the first one that differs. */
static void put_line_difference(text *t, const string *a, const string *b, uint32_t at)
{
    uint32_t number = 1, begin = 0;
    for (uint32_t i = 0; i < at; i++)
        if (a->text[i] == '\n') {
            number++;
            begin = i + 1;
        }
    text_printf(t, "\n    the texts differ from line %u on:", number);
    put_lines(t, a, a->text + begin, '-');
    put_lines(t, b, b->text + begin, '+');
}

static bool has_lines(const string *s)
{
    return memchr(s->text, '\n', s->length < LOOK ? s->length : LOOK) != NULL;
}

static void put_text_difference(text *t, const string *a, const string *b)
{
    uint32_t at = first_difference(a, b);
    if (at == LOOK) {
        text_printf(t, "\n    the first %u bytes are the same", at);
        return;
    }
    if (has_lines(a) || has_lines(b)) {
        put_line_difference(t, a, b, at);
        return;
    }
    text_printf(t, "\n    the texts differ from byte %u on: ", at);
    put_part(t, a, at);
    text_printf(t, " and ");
    put_part(t, b, at);
}

static void put_side(text *t, value v)
{
    if (v == VALUE_ABSENT)
        text_printf(t, "nothing");
    else
        show(t, v, LINE);
}

static bool is_sequence(value v) { return value_is(v, OBJ_LIST) || value_is(v, OBJ_TUPLE); }

/* What can be said when no difference has been found so far. */
static void put_sizes(text *t, value left, value right)
{
    if (!is_sequence(left) || !is_sequence(right))
        return;
    uint64_t a = children_of(left).count, b = children_of(right).count;
    if (a != b)
        text_printf(t, "\n    %llu elements and %llu", (unsigned long long)a,
                    (unsigned long long)b);
}

static void put_difference(text *t, const process *p, value left, value right)
{
    search s = {.vm = t->vm, .p = p, .steps = STEPS, .look = LOOK};
    if (!find(&s, left, right)) {
        put_sizes(t, left, right);
        return;
    }
    if (s.depth > 0) {
        text_printf(t, "\n    first difference at ");
        put_way(t, &s);
        text_printf(t, ": ");
        put_side(t, s.left);
        text_printf(t, " and ");
        put_side(t, s.right);
    }
    if (value_is(s.left, OBJ_STRING) && value_is(s.right, OBJ_STRING) &&
        (value_string(s.left)->length > AROUND || has_lines(value_string(s.left)) ||
         has_lines(value_string(s.right))))
        put_text_difference(t, value_string(s.left), value_string(s.right));
}

void report_comparison(const process *p, text *t, const char *op, value left, value right)
{
    size_t start = t->used;

    show(t, left, SHOWN);
    text_printf(t, " %s", op);
    if (right == VALUE_ABSENT)
        return;
    text_put(t, ' ');
    show(t, right, SHOWN);
    if (t->used - start > SHORT) {
        t->used = start;
        text_printf(t, "left %s right\n    left:  ", op);
        show(t, left, SHOWN);
        text_printf(t, "\n    right: ");
        show(t, right, SHOWN);
    }
    if (strcmp(op, "==") == 0)
        put_difference(t, p, left, right);
}
