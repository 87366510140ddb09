/* String: what makes a list of pieces. In slices: a text of 100 MB has very many. */
#include "base/utf8.h"
#include "stdlib/string_parts.h"
#include "vm/core/steps.h"
#include "vm/data/search.h"
#include "vm/native.h"

enum { STEP_PIECES = 512, SHORT_PIECE = 256 };

/* SCAN: what next_piece keeps. FROM, TO: of a long piece that is being copied; PART: as string_part
 * has them. */
enum { SLOT_AT, SLOT_LIST, SLOT_SCAN, SLOT_FROM, SLOT_TO, SLOT_PART, SLOT_GROWTH = SLOT_PART + 2 };
_Static_assert(SLOT_GROWTH + 1 == STRING_SPLIT_SLOTS, "one place says how many slots");

typedef struct source {
    csp_vm *vm;
    const string *text, *separator;
    value *scan;
} source;

/* Finds the piece [*from, *to) that starts at byte *at and moves *at behind it and what ends it:
 * DONE. CALL: there is none. YIELD: it needs another step; FAIL. */
typedef verdict next_piece(const source *of, uint32_t *at, uint32_t *from, uint32_t *to);

/* Adds the piece in SLOT_FROM and SLOT_TO: DONE, YIELD or FAIL. */
static verdict add_long_piece(csp_vm *vm, const string *s, value *slots)
{
    value piece = VALUE_ABSENT;
    list *pieces = value_list(slots[SLOT_LIST]);
    if (list_grows_long(vm, pieces, (size_t)pieces->count + 1)) {
        verdict grown =
            list_reserve_step(vm, pieces, (size_t)pieces->count + 1, &slots[SLOT_GROWTH]);
        if (grown != VERDICT_DONE)
            return grown;
    }
    verdict v = string_part(vm, s, string_at(slots[SLOT_FROM]), string_at(slots[SLOT_TO]),
                            &slots[SLOT_PART], &piece);
    if (v != VERDICT_DONE)
        return v;
    slots[SLOT_TO] = slots[SLOT_PART] = slots[SLOT_PART + 1] = VALUE_ABSENT;
    return list_push(vm, pieces, piece) ? VERDICT_DONE : vm_raise_memory(vm);
}

static verdict add_piece(csp_vm *vm, const string *s, uint32_t from, uint32_t to, value *slots)
{
    list *pieces = value_list(slots[SLOT_LIST]);
    if (to - from <= SHORT_PIECE && !list_grows_long(vm, pieces, (size_t)pieces->count + 1)) {
        value piece = str_part(vm, s, from, to);
        return piece != VALUE_ABSENT && list_push(vm, pieces, piece) ? VERDICT_DONE
                                                                     : vm_raise_memory(vm);
    }
    slots[SLOT_FROM] = value_int(from);
    slots[SLOT_TO] = value_int(to);
    return add_long_piece(vm, s, slots);
}

/* Inlined so that each kind of piece has a loop of its own. */
static inline __attribute__((always_inline)) verdict collect_pieces(csp_vm *vm, process *p,
                                                                    const string *s,
                                                                    const string *separator,
                                                                    next_piece *next, value *slots,
                                                                    value *result)
{
    if (slots[SLOT_LIST] == VALUE_ABSENT) {
        value made = list_new(vm, p, NULL, 0);
        if (made == VALUE_ABSENT)
            return vm_raise_memory(vm);
        slots[SLOT_LIST] = made;
        slots[SLOT_AT] = value_int(0);
    }
    const source of = {vm, s, separator, &slots[SLOT_SCAN]};
    uint32_t start = (uint32_t)value_as_int(slots[SLOT_AT]);
    uint32_t at = start;
    uint32_t count = 0;
    verdict v = slots[SLOT_TO] != VALUE_ABSENT ? add_long_piece(vm, s, slots) : VERDICT_DONE;
    for (; v == VERDICT_DONE && count < STEP_PIECES && at - start < long_bytes(vm); count++) {
        uint32_t from;
        uint32_t to;
        v = next(&of, &at, &from, &to);
        if (v == VERDICT_DONE)
            v = add_piece(vm, s, from, to, slots);
    }
    slots[SLOT_AT] = value_int(at);
    vm_charge(vm, count / 2);
    *result = slots[SLOT_LIST];
    return v == VERDICT_DONE ? VERDICT_YIELD : v == VERDICT_CALL ? VERDICT_DONE : v;
}

/* --- split: the text behind the last separator is a piece too, so at ends beyond the text */

static __attribute__((noinline)) verdict find_far(const source *of, const char *separator,
                                                  uint32_t size, uint32_t at, size_t *found)
{
    if (*of->scan == VALUE_ABSENT) {
        verdict quick =
            search_quick(of->vm, of->text->text, of->text->size, at, separator, size, found);
        if (quick != VERDICT_CALL)
            return quick;
    }
    search *under_way = search_in_slot(of->vm, of->scan, at);
    if (!under_way)
        return VERDICT_FAIL;
    verdict v =
        search_step(of->vm, under_way, of->text->text, of->text->size, separator, size, found);
    if (v == VERDICT_DONE)
        *of->scan = VALUE_ABSENT;
    return v;
}

/* The next separator, or SIZE_MAX. Most are a single byte, and near. */
static inline verdict find_next(const source *of, const char *separator, uint32_t size, uint32_t at,
                                size_t *found)
{
    const char *start = of->text->text + at;
    uint32_t left = of->text->size - at;
    const char *near =
        size == 1 ? memchr(start, *separator, left < SHORT_PIECE ? left : SHORT_PIECE) : NULL;
    if (near == NULL || *of->scan != VALUE_ABSENT)
        return find_far(of, separator, size, at, found);
    *found = at + (size_t)(near - start);
    return VERDICT_DONE;
}

static verdict next_part(const source *of, uint32_t *at, uint32_t *from, uint32_t *to)
{
    if (*at > of->text->size)
        return VERDICT_CALL;
    size_t found;
    verdict v = find_next(of, of->separator->text, of->separator->size, *at, &found);
    if (v != VERDICT_DONE)
        return v;
    *from = *at;
    *to = found != SIZE_MAX ? (uint32_t)found : of->text->size;
    *at = found != SIZE_MAX ? *to + of->separator->size : of->text->size + 1;
    return VERDICT_DONE;
}

/* Past ASCII that is white space, or (space) that is none: at most up to `stop`. */
static uint32_t skip_ascii(const char *text, uint32_t at, uint32_t stop, bool space)
{
    static const bool is_space[128] = {
        [' '] = true, ['\t'] = true, ['\n'] = true, ['\v'] = true, ['\f'] = true, ['\r'] = true};
    for (unsigned many = 8; space && many == 8 && stop - at >= 8; at += many)
        many = utf8_graphic(text + at);
    for (unsigned char c; at < stop && (c = (unsigned char)text[at]) < 128; at++)
        if (is_space[c] == space)
            break;
    return at;
}

/* Moves *at to the next character that is white space, or is none; false: it is further on than one
 * step goes. */
static bool seek_space(const source *of, uint32_t *at, bool space)
{
    const string *s = of->text;
    uint32_t start = *at, stop = start + (uint32_t)long_part(of->vm, s->size - start);
    unsigned size = 0;
    for (;; *at += size) {
        *at = skip_ascii(s->text, *at, stop, space);
        if (*at >= stop || string_is_space(utf8_decode_valid(s->text + *at, &size)) == space)
            break;
    }
    vm_charge(of->vm, (*at - start) / STRING_BYTES_PER_REDUCTION);
    return *at < stop || stop == s->size;
}

/* A word: what stands between white space. The scan's slot holds how far a long one has been
 * read. */
static verdict next_word(const source *of, uint32_t *at, uint32_t *from, uint32_t *to)
{
    if (*of->scan == VALUE_ABSENT) {
        if (!seek_space(of, at, false))
            return VERDICT_YIELD;
        if (*at == of->text->size)
            return VERDICT_CALL;
    }
    uint32_t end = *of->scan != VALUE_ABSENT ? string_at(*of->scan) : *at;
    bool whole = seek_space(of, &end, true);
    *of->scan = whole ? VALUE_ABSENT : value_int(end);
    if (!whole)
        return VERDICT_YIELD;
    *from = *at;
    *to = *at = end;
    return VERDICT_DONE;
}

verdict string_split(csp_vm *vm, process *p, value *args, value *result)
{
    const string *s = native_string_arg(vm, p, args[0]);
    if (s != NULL && (args[1] == VALUE_ABSENT || args[1] == VALUE_NIL))
        return collect_pieces(vm, p, s, NULL, next_word, args + 2, result);
    const string *separator = s != NULL ? native_string_arg(vm, p, args[1]) : NULL;
    if (separator == NULL)
        return VERDICT_FAIL;
    if (separator->size == 0)
        return vm_raise(vm, ERR_VALUE,
                        "the separator is empty (String.chars gives the characters)");
    return collect_pieces(vm, p, s, separator, next_part, args + 2, result);
}

/* --- lines: each ends with \n or \r\n, the last one perhaps not */

static verdict next_line(const source *of, uint32_t *at, uint32_t *from, uint32_t *to)
{
    const string *s = of->text;
    if (*at >= s->size)
        return VERDICT_CALL;
    size_t found;
    verdict v = find_next(of, "\n", 1, *at, &found);
    if (v != VERDICT_DONE)
        return v;
    *from = *at;
    *to = found != SIZE_MAX ? (uint32_t)found : s->size;
    *at = *to + 1;
    if (found != SIZE_MAX && *to > *from && s->text[*to - 1] == '\r')
        --*to;
    return VERDICT_DONE;
}

verdict string_lines(csp_vm *vm, process *p, value *args, value *result)
{
    const string *s = native_string_arg(vm, p, args[0]);
    return s != NULL ? collect_pieces(vm, p, s, NULL, next_line, args + 1, result) : VERDICT_FAIL;
}

/* --- characters */

static verdict next_char(const source *of, uint32_t *at, uint32_t *from, uint32_t *to)
{
    if (*at >= of->text->size)
        return VERDICT_CALL;
    unsigned size;
    utf8_decode_valid(of->text->text + *at, &size);
    *from = *at;
    *at = *to = *at + size;
    return VERDICT_DONE;
}

verdict string_chars(csp_vm *vm, process *p, value *args, value *result)
{
    const string *s = native_string_arg(vm, p, args[0]);
    return s != NULL ? collect_pieces(vm, p, s, NULL, next_char, args + 1, result) : VERDICT_FAIL;
}

static verdict next_grapheme(const source *of, uint32_t *at, uint32_t *from, uint32_t *to)
{
    uint32_t end;
    if (*at >= of->text->size)
        return VERDICT_CALL;
    if (!string_grapheme_end(of->text, *at, of->scan, &end)) {
        vm_charge(of->vm, STRING_CHARACTERS_PER_STEP / STRING_CHARACTERS_PER_REDUCTION);
        return VERDICT_YIELD;
    }
    *from = *at;
    *at = *to = end;
    return VERDICT_DONE;
}

verdict string_graphemes(csp_vm *vm, process *p, value *args, value *result)
{
    const string *s = native_string_arg(vm, p, args[0]);
    return s != NULL ? collect_pieces(vm, p, s, NULL, next_grapheme, args + 1, result)
                     : VERDICT_FAIL;
}
