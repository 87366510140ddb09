/* Json.parse: numbers. Almost all are short, and read at once. */
#include <math.h>

#include "stdlib/json_parse.h"
#include "vm/data/draft.h"
#include "vm/number/num_long.h"
#include "vm/number/num_text.h"

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* What stands there is no number, or not a finite one: all that looks like a part of it. */
static verdict bad_number(json_parse *w, size_t from, const char *expected)
{
    enum { SHOWN = 24 };
    static const char others[] = {'+', '-', '.', 'e', 'E'};
    size_t at = from;
    while (at < w->size && at - from < SHOWN &&
           (is_digit(w->text[at]) || memchr(others, w->text[at], sizeof others)))
        at++;
    return json_bad(w, from, at - from, expected);
}

static verdict give_float(csp_vm *vm, json_parse *w, size_t from, value v)
{
    if (v != VALUE_ABSENT && v != VALUE_NIL && !isfinite(value_as_float(v)))
        return bad_number(w, from, "a number that a float can hold");
    return vm_give(vm, v, &w->part);
}

/* --- short ones */

/* digits * 10 ** exponent, where both are exact doubles, and so is rounded once. */
static bool quick_float(uint64_t digits, int64_t exponent, double *out)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (digits > (uint64_t)1 << 53 || exponent < -22 || exponent > 22)
        return false;
    *out = exponent < 0 ? (double)digits / powers[-exponent] : (double)digits * powers[exponent];
    return true;
}

/* Reads digits, as long as they fit *n; how many there are. */
static size_t read_digits(const char *chars, size_t at, size_t stop, uint64_t *n, size_t *kept)
{
    size_t from = at;
    for (; at < stop && is_digit(chars[at]); at++)
        if (*n < (uint64_t)1 << 59) {
            *n = *n * 10 + (uint64_t)(chars[at] - '0');
            ++*kept;
        }
    return at - from;
}

/* The exponent behind the `e` at *at; false: there is none. */
static bool read_exponent(const char *chars, size_t *at, size_t stop, int64_t *exponent)
{
    size_t i = *at + 1;
    bool negative = i < stop && chars[i] == '-';
    i += negative || (i < stop && chars[i] == '+');
    size_t from = i;
    int64_t n = 0;
    for (; i < stop && is_digit(chars[i]); i++)
        n = n < 100000 ? n * 10 + (chars[i] - '0') : n;
    *exponent = negative ? -n : n;
    *at = i;
    return i > from;
}

static verdict long_number(csp_vm *vm, json_parse *w, size_t from)
{
    if (!w->number)
        w->number = heap_alloc(vm_heap(vm), HEAP_BYTES, sizeof *w->number);
    if (!w->number)
        return vm_raise_memory(vm);
    *w->number = (json_number){.from = from};
    w->at = from;
    w->state = AWAIT_NUMBER;
    return VERDICT_YIELD;
}

verdict json_read_number(csp_vm *vm, json_parse *w)
{
    const char *chars = w->text;
    size_t from = w->at;
    size_t stop = w->size - from > JSON_SHORT ? from + JSON_SHORT : w->size;
    bool negative = chars[from] == '-';
    size_t first = from + negative, at = first, kept = 0;
    uint64_t n = 0;
    size_t wholes = read_digits(chars, at, stop, &n, &kept);
    at += wholes;
    if (wholes == 0 || (wholes > 1 && chars[first] == '0'))
        return bad_number(w, from, "a value");
    bool real = false;
    size_t fraction = 0;
    int64_t exponent = 0;
    if (at < stop && chars[at] == '.') {
        real = true;
        fraction = read_digits(chars, at + 1, stop, &n, &kept);
        at += 1 + fraction;
        if (fraction == 0 && at < stop)
            return bad_number(w, from, "a value");
    }
    if (at < stop && (chars[at] == 'e' || chars[at] == 'E')) {
        real = true;
        if (!read_exponent(chars, &at, stop, &exponent) && at < stop)
            return bad_number(w, from, "a value");
    }
    if (at == stop && stop < w->size)
        return long_number(vm, w, from);
    if (real && !is_digit(chars[at - 1]))
        return bad_number(w, from, "a value");
    w->at = at;
    bool whole = kept == wholes + fraction;
    if (!real && whole && n <= INT_SMALL_MAX) {
        w->part = value_int(negative ? -(int64_t)n : (int64_t)n);
        return VERDICT_DONE;
    }
    if (!real)
        return vm_give(vm, num_parse_int(vm, chars + from, at - from, 10), &w->part);
    double d;
    if (whole && quick_float(n, exponent - (int64_t)fraction, &d))
        return vm_give(vm, num_float(vm, negative ? -d : d), &w->part);
    return give_float(vm, w, from, num_parse_float(vm, chars + from, at - from));
}

/* --- long ones: in steps, a character at a time */

static void keep_digit(json_number *n, char c, bool fraction)
{
    if (n->count == 0 && c == '0') {
        n->scale -= fraction;
    } else if (n->count < NUMBER_DIGITS) {
        n->digits[n->count++] = c;
        n->scale -= fraction;
    } else {
        n->more |= c != '0';
        n->scale += !fraction;
    }
}

/* Takes c, which stands where the phase says. False: the number cannot go on with it. */
static bool take_char(json_number *n, char c)
{
    static const int64_t far = (int64_t)1 << 40; /* beyond all doubles, whatever the digits */
    bool digit = is_digit(c), e = c == 'e' || c == 'E';
    switch (n->phase) {
    case PHASE_SIGN:
        n->negative = c == '-';
        n->phase = PHASE_FIRST;
        return n->negative || take_char(n, c);
    case PHASE_FIRST:
        n->phase = c == '0' ? PHASE_ZERO : PHASE_WHOLE;
        if (digit)
            keep_digit(n, c, false);
        return digit;
    case PHASE_WHOLE:
        if (digit)
            keep_digit(n, c, false);
        if (digit)
            return true;
        /* fall through */
    case PHASE_ZERO: n->phase = c == '.' ? PHASE_POINT : PHASE_EXPONENT; return c == '.' || e;
    case PHASE_POINT:
    case PHASE_FRACTION:
        if (digit)
            keep_digit(n, c, true);
        if (!digit && n->phase == PHASE_POINT)
            return false;
        n->phase = digit ? PHASE_FRACTION : PHASE_EXPONENT;
        return digit || e;
    case PHASE_EXPONENT:
        n->phase = PHASE_EXPONENT_SIGN;
        n->exponent_negative = c == '-';
        if (c == '-' || c == '+')
            return true;
        /* fall through */
    default:
        n->phase = PHASE_EXPONENT_DIGITS;
        if (digit && n->exponent < far)
            n->exponent = n->exponent * 10 + (c - '0');
        return digit;
    }
}

/* Whether a number may end there. */
static bool may_end(number_phase phase)
{
    return phase == PHASE_ZERO || phase == PHASE_WHOLE || phase == PHASE_FRACTION ||
           phase == PHASE_EXPONENT_DIGITS;
}

/* The digits are there: the float. */
static verdict long_float(csp_vm *vm, json_parse *w, json_number *n)
{
    char all[NUMBER_DIGITS + 64];
    if (n->more)
        n->digits[n->count++] = '1';
    int64_t exponent = n->exponent_negative ? -n->exponent : n->exponent;
    int size = snprintf(all, sizeof all, "%s%.*se%lld", n->negative ? "-" : "",
                        n->count ? (int)n->count : 1, n->count ? n->digits : "0",
                        (long long)(exponent + n->scale - n->more));
    return give_float(vm, w, n->from, num_parse_float(vm, all, (size_t)size));
}

/* The digits [from, w->at) as a string, for whoever makes an int of it elsewhere. */
static verdict long_int(csp_vm *vm, process *p, json_parse *w, json_number *n)
{
    draft *d = draft_in_slot(vm, &w->long_text);
    if (!d)
        return VERDICT_FAIL;
    if (n->copied < w->at - n->from) {
        draft_add_step(vm, d, w->text + n->from, w->at - n->from, &n->copied);
        verdict settled = draft_settle(vm, d);
        return settled == VERDICT_DONE ? VERDICT_YIELD : settled;
    }
    value digits;
    verdict v = draft_string(vm, d, &digits);
    if (v != VERDICT_DONE)
        return v;
    w->long_text = VALUE_ABSENT;
    w->parsing = true;
    return num_long_call(vm, p, NUM_PARSE, digits, value_int(10));
}

verdict json_long_number(csp_vm *vm, process *p, json_parse *w)
{
    json_number *n = w->number;
    if (w->parsing) {
        w->parsing = false;
        w->part = *native_result(p);
        return VERDICT_DONE;
    }
    if (!n->whole) {
        size_t stop = w->at + json_part(vm, w->size - w->at);
        vm_charge(vm, (stop - w->at) / JSON_BYTES_PER_REDUCTION);
        number_phase before = n->phase;
        for (; w->at < stop; w->at++) {
            before = n->phase;
            if (!take_char(n, w->text[w->at]))
                break;
            before = n->phase;
        }
        if (w->at == stop && stop < w->size)
            return VERDICT_YIELD;
        if (!may_end(before))
            return bad_number(w, n->from, "a value");
        n->whole = true;
        n->real = before == PHASE_FRACTION || before == PHASE_EXPONENT_DIGITS;
    }
    return n->real ? long_float(vm, w, n) : long_int(vm, p, w, n);
}
