/* Json.parse: texts. Short ones are read at once; of a long one, each step adds a piece to a
 * draft. */
#include "base/json_reader.h"
#include "base/utf8.h"
#include "stdlib/json_parse.h"
#include "vm/data/draft.h"

/* What ends a run of plain characters: quotes, backslashes and control characters. */
static bool is_special(unsigned char c) { return c < ' ' || c == '"' || c == '\\'; }

/* The first special character from `at` on, or `stop`. Eight bytes at a time: the sums and
 * differences carry a bit into the top of each byte that is special. */
static size_t plain_until(const char *chars, size_t at, size_t stop, uint64_t *high)
{
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    for (; at + 8 <= stop; at += 8) {
        uint64_t x;
        memcpy(&x, chars + at, sizeof x);
        uint64_t quote = x ^ ones * '"', slash = x ^ ones * '\\';
        uint64_t special =
            ((x - ones * ' ') & ~x) | ((quote - ones) & ~quote) | ((slash - ones) & ~slash);
        if (special & tops)
            break;
        *high |= x;
    }
    for (; at < stop && !is_special((unsigned char)chars[at]); at++)
        *high |= (unsigned char)chars[at];
    return at;
}

static bool is_ascii(uint64_t high) { return (high & 0x8080808080808080u) == 0; }

/* Whether [from, to) is UTF-8; false: what is wrong is noted. */
static bool check_run(json_parse *w, size_t from, size_t to, uint64_t high)
{
    if (w->trusted || is_ascii(high))
        return true;
    size_t good = utf8_check(w->text + from, to - from);
    if (good == to - from)
        return true;
    json_bad(w, from + good, 0, "UTF-8");
    return false;
}

/* The special character at w->at is no end: what is wrong with it. */
static verdict bad_special(json_parse *w)
{
    if (w->at == w->size)
        return json_bad(w, w->from - 1, 1, "a text that ends in `\"`");
    if (w->text[w->at] != '\\')
        return json_bad(w, w->at, 0, "an escape of the character");
    size_t size = w->size - w->at > 1 && w->text[w->at + 1] == 'u' ? 6 : 2;
    return json_bad(w, w->at, size, "an escape");
}

/* --- names: equal ones become one string */

static value name_of(csp_vm *vm, json_parse *w, const char *chars, size_t size)
{
    enum { LONGEST = 64 };
    if (size == 0 || size > LONGEST)
        return str_new(vm, chars, size);
    uint32_t place = (uint32_t)size * 31 + (unsigned char)chars[0] * 17 +
                     (unsigned char)chars[size - 1] * 5 + (unsigned char)chars[size / 2];
    string **known = &w->keys[place % JSON_KEYS];
    if (*known && (*known)->size == size && memcmp((*known)->text, chars, size) == 0)
        return value_object(*known);
    value v = str_new(vm, chars, size);
    if (v != VALUE_ABSENT)
        *known = value_string(v);
    return v;
}

static verdict give_text(csp_vm *vm, json_parse *w, const char *chars, size_t size)
{
    return vm_give(vm, w->is_name ? name_of(vm, w, chars, size) : str_new(vm, chars, size),
                   &w->part);
}

/* --- long texts */

/* Adds the characters from w->at on, as many as one step may: YIELD. DONE: all are there. */
static verdict add_run(csp_vm *vm, json_parse *w, draft *d)
{
    size_t start = w->at;
    size_t stop = w->at + json_part(vm, w->size - w->at);
    verdict v = VERDICT_DONE;
    while (v == VERDICT_DONE && w->at < stop) {
        uint64_t high = 0;
        size_t from = w->at;
        w->at = plain_until(w->text, from, stop, &high);
        if (w->at == stop && stop < w->size) /* not inside of a character */
            for (int i = 0; i < 3 && w->at > from && utf8_continues(w->text[w->at]); i++)
                w->at--;
        if (!check_run(w, from, w->at, high))
            return VERDICT_YIELD;
        text_add(&d->tail, w->text + from, w->at - from);
        if (w->at >= stop)
            break;
        uint32_t rune;
        size_t length =
            w->text[w->at] == '\\' ? json_escape(w->text + w->at, w->size - w->at, &rune) : 0;
        if (length == 0)
            break;
        char utf8[4];
        size_t size = utf8_encode(rune, utf8);
        text_add(&d->tail, utf8, size);
        w->at += length;
        v = draft_settle(vm, d);
    }
    vm_charge(vm, (w->at - start) / (4 * JSON_BYTES_PER_REDUCTION));
    if (v == VERDICT_DONE)
        v = draft_settle(vm, d);
    if (v != VERDICT_DONE)
        return v;
    if (w->at < w->size && w->text[w->at] == '"') {
        w->at++;
        w->whole = true;
        return VERDICT_DONE;
    }
    if (w->at == start || w->at == w->size || (unsigned char)w->text[w->at] < ' ')
        return bad_special(w);
    return VERDICT_YIELD;
}

verdict json_long_text(csp_vm *vm, json_parse *w)
{
    draft *d = draft_in_slot(vm, &w->long_text);
    if (!d)
        return VERDICT_FAIL;
    if (!w->whole) {
        verdict v = add_run(vm, w, d);
        if (v != VERDICT_DONE)
            return v;
    }
    verdict v = draft_string(vm, d, &w->part);
    if (v == VERDICT_DONE)
        w->long_text = VALUE_ABSENT;
    return v;
}

/* --- short ones */

/* The rest of a text of which [w->from, w->at) is plain, with escapes. */
static verdict read_escaped(csp_vm *vm, json_parse *w, size_t stop)
{
    char decoded[JSON_SHORT];
    size_t size = w->at - w->from;
    memcpy(decoded, w->text + w->from, size);
    while (w->at < stop && w->text[w->at] != '"') {
        uint32_t rune;
        size_t length =
            w->text[w->at] == '\\' ? json_escape(w->text + w->at, w->size - w->at, &rune) : 0;
        if (length == 0)
            return bad_special(w);
        size += utf8_encode(rune, decoded + size);
        w->at += length;
        if (w->at >= stop)
            break;
        uint64_t high = 0;
        size_t from = w->at;
        w->at = plain_until(w->text, from, stop, &high);
        if (w->at < stop && !check_run(w, from, w->at, high))
            return VERDICT_YIELD;
        memcpy(decoded + size, w->text + from, w->at - from);
        size += w->at - from;
    }
    if (w->at >= stop)
        return VERDICT_CALL;
    w->at++;
    return give_text(vm, w, decoded, size);
}

static verdict read_short(csp_vm *vm, json_parse *w)
{
    size_t stop = w->size - w->from > JSON_SHORT ? w->from + JSON_SHORT : w->size;
    uint64_t high = 0;
    w->at = plain_until(w->text, w->from, stop, &high);
    if (w->at == stop)
        return VERDICT_CALL;
    if (!check_run(w, w->from, w->at, high))
        return VERDICT_YIELD;
    if (w->text[w->at] != '"')
        return read_escaped(vm, w, stop);
    size_t size = w->at++ - w->from;
    return give_text(vm, w, w->text + w->from, size);
}

verdict json_read_text(csp_vm *vm, json_parse *w)
{
    w->from = ++w->at;
    verdict v = read_short(vm, w);
    if (v != VERDICT_CALL)
        return v;
    w->at = w->from;
    w->whole = false;
    w->state = AWAIT_TEXT;
    return VERDICT_YIELD;
}
