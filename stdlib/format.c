/* String.format: resumable, in two parts. First every value that `%s` or `%q` shows is made text,
 * in place in the list of arguments (which is this call's own): what has to be walked is left to
 * the walks of the VM, and large ints to its workers. Then the text is put together. Short texts
 * of what needs no walk are made at once. */
#include <math.h>

#include "base/utf8.h"
#include "stdlib/format_directive.h"
#include "stdlib/format_float.h"
#include "stdlib/string_parts.h"
#include "vm/core/text.h"
#include "vm/data/draft.h"
#include "vm/data/search.h"
#include "vm/native.h"
#include "vm/number/num_long.h"
#include "vm/number/num_text.h"
#include "vm/walk/walk.h"

/* AT: the byte of the format behind the last conversion that is prepared. NEXT: the argument that
 * the next one takes. WALKING: true while a walk makes the text of that argument. */
enum { SLOT_AT, SLOT_NEXT, SLOT_WALKING, SLOT_DRAFT, SLOT_SEARCH };
_Static_assert(SLOT_SEARCH + 1 == STRING_FORMAT_SLOTS, "one place says how many slots");

enum { DEFAULT_PRECISION = 6, FEW_DIGITS = 60, DIRECTIVES_PER_STEP = 64, AT_ONCE = 4096 };

/* The next `%` at or behind byte *at, or the end: DONE with *at there; YIELD. */
static verdict find_directive(csp_vm *vm, const string *format, value *slot, uint32_t *at)
{
    size_t found;
    search *under_way = search_in_slot(vm, slot, *at);
    if (under_way == NULL)
        return VERDICT_FAIL;
    verdict v = search_step(vm, under_way, format->text, format->size, "%", 1, &found);
    if (v != VERDICT_DONE)
        return v;
    *at = found != SIZE_MAX ? (uint32_t)found : format->size;
    *slot = VALUE_ABSENT;
    return VERDICT_DONE;
}

/* --- first part: texts of values */

/* DONE with the text of v, or CALL: a walk must make it. */
static verdict make_text(csp_vm *vm, process *p, value v, bool quoted, value *out)
{
    text t;
    text_init(&t, vm);
    char chars[40];
    if (value_is(v, OBJ_STRING) && !quoted) {
        *out = v;
        return VERDICT_DONE;
    }
    if (value_is(v, OBJ_STRING) && value_string(v)->size <= AT_ONCE) {
        text_quote_string(&t, value_string(v));
        vm_charge(vm, t.used / STRING_CHARACTERS_PER_REDUCTION);
    } else if (value_is_integer(v) && !num_is_long(NUM_FORMAT, v, value_int(10))) {
        num_format_int(&t, v, 10);
    } else if (value_is_float(v)) {
        size_t size = num_format_float(value_as_float(v), chars);
        text_add(&t, chars, size);
    } else {
        return walk_call(vm, p, quoted ? WALK_REPR : WALK_STR, 1, &v);
    }
    return vm_give(vm, text_string(&t), out);
}

/* Of a conversion that shows an int; 0: of another. */
static int base_of(const directive *d)
{
    switch (d->conversion) {
    case 'd': return 10;
    case 'o': return 8;
    case 'b': return 2;
    case 'x':
    case 'X': return 16;
    default: return 0;
    }
}

/* DONE, or CALL: the digits of v are made elsewhere, since that takes long. */
static verdict make_digits(csp_vm *vm, process *p, const directive *d, value v)
{
    if (!value_is_integer(v)) {
        char what[] = "an int for %d";
        what[sizeof what - 2] = d->conversion;
        return vm_raise_type(vm, p, v, what);
    }
    value base = value_int(d->conversion == 'X' ? -16 : base_of(d));
    return num_is_long(NUM_FORMAT, v, base) ? num_long_call(vm, p, NUM_FORMAT, v, base)
                                            : VERDICT_DONE;
}

/* DONE when all is prepared, YIELD, CALL or FAIL. */
static verdict prepare(csp_vm *vm, process *p, const string *format, list *values, value *slots)
{
    uint32_t at = (uint32_t)value_as_int(slots[SLOT_AT]);
    uint32_t next = (uint32_t)value_as_int(slots[SLOT_NEXT]);
    for (unsigned n = 0;; n++) {
        slots[SLOT_AT] = value_int(at);
        slots[SLOT_NEXT] = value_int(next);
        verdict found = n < DIRECTIVES_PER_STEP
                            ? find_directive(vm, format, &slots[SLOT_SEARCH], &at)
                            : VERDICT_YIELD;
        if (found != VERDICT_DONE)
            return found;
        if (at == format->size)
            break;
        directive d;
        vm_charge(vm, 1);
        if (!format_read(format, &at, &d))
            return format_refuse(vm, format, at);
        if (d.conversion == '%')
            continue;
        if (next == values->count)
            return vm_raise(vm, ERR_VALUE, "the format takes more values than the %u given",
                            values->count - 1);
        slots[SLOT_AT] = value_int(at);
        slots[SLOT_NEXT] = value_int(next);
        /* before the call, which may move the stack and these slots */
        slots[SLOT_WALKING] = VALUE_TRUE;
        verdict v = VERDICT_DONE;
        if (d.conversion == 's' || d.conversion == 'q')
            v = make_text(vm, p, values->items[next], d.conversion == 'q', &values->items[next]);
        else if (base_of(&d))
            v = make_digits(vm, p, &d, values->items[next]);
        if (v != VERDICT_DONE)
            return v;
        slots[SLOT_WALKING] = VALUE_ABSENT;
        next++;
    }
    if (next < values->count)
        return vm_raise(vm, ERR_VALUE, "the format takes %u value%s, not the %u given", next - 1,
                        next == 2 ? "" : "s", values->count - 1);
    return VERDICT_DONE;
}

/* --- second part: the text */

static void add_repeated(text *t, char c, uint64_t count)
{
    char run[64];
    if (count == 0)
        return;
    memset(run, c, count < sizeof run ? count : sizeof run);
    for (; count > sizeof run; count -= sizeof run)
        text_add(t, run, sizeof run);
    text_add(t, run, count);
}

/* Of a field what comes before its body of so many characters: padding, and a prefix (a sign, 0x),
 * which comes before zeroes. Gives how many blanks are to come behind it. */
static uint64_t begin_field(text *t, const directive *d, const char *prefix, uint64_t length)
{
    size_t size = strlen(prefix);
    uint64_t width = size + length;
    uint64_t missing = d->width > width ? d->width - width : 0;
    if (!d->left && !d->zero)
        add_repeated(t, ' ', missing);
    text_add(t, prefix, size);
    if (!d->left && d->zero)
        add_repeated(t, '0', missing);
    return d->left ? missing : 0;
}

static void add_field(text *t, const directive *d, const char *prefix, const char *body,
                      size_t size)
{
    uint64_t behind = begin_field(t, d, prefix, d->width > 0 ? utf8_count(body, size) : size);
    text_add(t, body, size);
    add_repeated(t, ' ', behind);
}

static const char *sign_of(const directive *d, bool negative)
{
    return negative ? "-" : d->plus ? "+" : d->space ? " " : "";
}

typedef struct number_prefix {
    char text[8];
} number_prefix;

static number_prefix prefix_of(const directive *d, bool negative)
{
    int base = base_of(d);
    const char *mark = !d->alternate || base == 10 ? ""
                       : base == 8                 ? "0o"
                       : base == 2                 ? "0b"
                                                   : "0x";
    number_prefix made = {.text = ""};
    size_t size = 0;
    for (const char *sign = sign_of(d, negative); *sign; sign++)
        made.text[size++] = *sign;
    for (; *mark; mark++)
        made.text[size++] = *mark;
    return made;
}

static verdict add_int(csp_vm *vm, text *t, const directive *d, value v)
{
    char room[72];
    text digits;
    text_init_in(&digits, vm, room, sizeof room);
    if (!num_format_int(&digits, v, base_of(d)))
        return vm_raise_memory(vm);
    bool negative = digits.block[0] == '-';
    if (d->conversion == 'X')
        for (size_t i = 0; i < digits.used; i++)
            digits.block[i] =
                (char)(digits.block[i] >= 'a' ? digits.block[i] - 'a' + 'A' : digits.block[i]);
    add_field(t, d, prefix_of(d, negative).text, digits.block + negative, digits.used - negative);
    return VERDICT_DONE;
}

/* The digits that make_digits has had made, of any number. */
static void add_digits(csp_vm *vm, draft *under_way, const directive *d, const string *digits)
{
    bool negative = digits->text[0] == '-';
    uint64_t behind =
        begin_field(&under_way->tail, d, prefix_of(d, negative).text, digits->size - negative);
    draft_add_rest(vm, under_way, digits, negative);
    add_repeated(&under_way->tail, ' ', behind);
}

static verdict add_float(csp_vm *vm, process *p, text *t, const directive *d, value v)
{
    if (!value_is_number(v)) {
        char what[] = "a number for %f";
        what[sizeof what - 2] = d->conversion;
        return vm_raise_type(vm, p, v, what);
    }
    double n = num_as_double(v);
    const char *prefix = sign_of(d, !isnan(n) && signbit(n));
    if (!isfinite(n)) {
        directive plain = *d;
        plain.zero = false;
        add_field(t, &plain, prefix, isnan(n) ? "nan" : "inf", 3);
        return VERDICT_DONE;
    }
    unsigned precision = d->precision < 0 ? DEFAULT_PRECISION : (unsigned)d->precision;
    char few[FORMAT_FLOAT_ROOM + FEW_DIGITS], *chars = few;
    size_t room = FORMAT_FLOAT_ROOM + precision;
    if (precision > FEW_DIGITS)
        chars = heap_alloc(vm_heap(vm), HEAP_BYTES, room);
    size_t size = chars ? format_float(chars, d->conversion, precision, fabs(n)) : 0;
    if (size == 0)
        return vm_raise_memory(vm);
    vm_charge(vm, size / 64);
    add_field(t, d, prefix, chars, size);
    if (chars != few)
        heap_release(vm_heap(vm), HEAP_BYTES, chars, room);
    return VERDICT_DONE;
}

static verdict add_character(csp_vm *vm, process *p, text *t, const directive *d, value v)
{
    if (value_is(v, OBJ_STRING) && value_string(v)->length == 1) {
        add_field(t, d, "", value_string(v)->text, value_string(v)->size);
        return VERDICT_DONE;
    }
    if (!value_is_integer(v))
        return vm_raise_type(vm, p, v, "an int or a string of one character for %c");
    int64_t c = value_is_int(v) ? value_as_int(v) : -1;
    if (!utf8_is_rune(c))
        return vm_raise(vm, ERR_VALUE, "no code point for %%c");
    char utf8[4];
    add_field(t, d, "", utf8, utf8_encode((uint32_t)c, utf8));
    return VERDICT_DONE;
}

/* How many bytes of the text are shown. */
static uint32_t shown_size(const directive *d, const string *s)
{
    if (d->precision < 0 || (uint32_t)d->precision >= s->length)
        return s->size;
    uint32_t size = 0;
    unsigned next;
    for (int32_t n = 0; n < d->precision; n++, size += next)
        utf8_decode_valid(s->text + size, &next);
    return size;
}

/* Cut off, it is no longer than a format may ask for. */
static void add_text(csp_vm *vm, draft *under_way, const directive *d, const string *s)
{
    directive plain = *d;
    plain.zero = false;
    uint32_t size = shown_size(d, s);
    if (size < s->size) {
        add_field(&under_way->tail, &plain, "", s->text, size);
        return;
    }
    uint64_t missing = d->width > s->length ? d->width - s->length : 0;
    if (!d->left)
        add_repeated(&under_way->tail, ' ', missing);
    draft_add_string(vm, under_way, s);
    if (d->left)
        add_repeated(&under_way->tail, ' ', missing);
}

static verdict add_value(csp_vm *vm, process *p, draft *under_way, const directive *d, value v)
{
    text *t = &under_way->tail;
    switch (d->conversion) {
    case 's':
    case 'q': add_text(vm, under_way, d, value_string(v)); return VERDICT_DONE;
    case 'c': return add_character(vm, p, t, d, v);
    case 'f':
    case 'e':
    case 'g': return add_float(vm, p, t, d, v);
    default:
        if (!value_is(v, OBJ_STRING))
            return add_int(vm, t, d, v);
        add_digits(vm, under_way, d, value_string(v));
        return VERDICT_DONE;
    }
}

/* SLOT_AT: the format up to there is done; SLOT_NEXT: the next value. DONE with the text, YIELD or
 * FAIL. */
static verdict put_together(csp_vm *vm, process *p, const string *format, const list *values,
                            value *slots, value *result)
{
    draft *under_way = value_as_object(slots[SLOT_DRAFT]);
    uint32_t plain = (uint32_t)value_as_int(slots[SLOT_AT]);
    for (unsigned n = 0; plain < format->size && n < DIRECTIVES_PER_STEP; n++) {
        uint32_t at = plain;
        verdict v = find_directive(vm, format, &slots[SLOT_SEARCH], &at);
        if (v == VERDICT_YIELD) { /* there is none in what was looked at */
            const search *looked = value_as_object(slots[SLOT_SEARCH]);
            at = (uint32_t)looked->at;
        } else if (v != VERDICT_DONE) {
            return v;
        }
        text_add(&under_way->tail, format->text + plain, at - plain);
        if (v == VERDICT_DONE && at < format->size) {
            directive d;
            uint32_t next = (uint32_t)value_as_int(slots[SLOT_NEXT]);
            if (!format_read(format, &at, &d))
                return format_refuse(vm, format, at);
            if (d.conversion == '%')
                text_put(&under_way->tail, '%');
            else if (add_value(vm, p, under_way, &d, values->items[next++]) == VERDICT_FAIL)
                return VERDICT_FAIL;
            slots[SLOT_NEXT] = value_int(next);
            vm_charge(vm, 1);
        }
        slots[SLOT_AT] = value_int(plain = at);
        if (draft_settle(vm, under_way) == VERDICT_FAIL)
            return VERDICT_FAIL;
        if (v == VERDICT_YIELD)
            return v;
    }
    return plain < format->size ? VERDICT_YIELD : draft_string(vm, under_way, result);
}

/* --- both at once, where nothing takes long and nothing is wrong */

/* What `%s` shows of a number. */
static bool add_number(csp_vm *vm, text *t, const directive *d, value v)
{
    char room[72];
    text shown;
    text_init_in(&shown, vm, room, sizeof room);
    if (value_is_float(v))
        shown.used = num_format_float(value_as_float(v), room);
    else if (!value_is_int(v) || !num_format_int(&shown, v, 10))
        return false;
    add_field(t, d, "", shown.block, shown.used);
    return true;
}

static bool add_at_once(csp_vm *vm, process *p, text *t, const directive *d, value v)
{
    enum { NARROW = 1000 };
    directive plain = *d;
    plain.zero = false;
    if (d->width > NARROW)
        return false;
    switch (d->conversion) {
    case 's':
        if (!value_is(v, OBJ_STRING))
            return d->precision < 0 && add_number(vm, t, &plain, v);
        if (value_string(v)->size > AT_ONCE)
            return false;
        add_field(t, &plain, "", value_string(v)->text, shown_size(d, value_string(v)));
        return true;
    case 'f':
    case 'e':
    case 'g':
        return (value_is_int(v) || value_is_float(v)) && d->precision <= FEW_DIGITS &&
               add_float(vm, p, t, d, v) == VERDICT_DONE;
    case 'q':
    case 'c': return false;
    default: return value_is_int(v) && add_int(vm, t, d, v) == VERDICT_DONE;
    }
}

/* False: it is left to the two parts. */
static bool format_at_once(csp_vm *vm, process *p, const string *format, const list *values,
                           value *result)
{
    char room[512];
    text t;
    uint32_t at = 0, next = 1;
    if (format->size > AT_ONCE || values->count > DIRECTIVES_PER_STEP)
        return false;
    text_init_in(&t, vm, room, sizeof room);
    for (;;) {
        const char *from = format->text + at, *found = memchr(from, '%', format->size - at);
        text_add(&t, from, found ? (size_t)(found - from) : format->size - at);
        if (!found)
            break;
        at = (uint32_t)(found - format->text);
        directive d;
        if (!format_read(format, &at, &d))
            return false;
        if (d.conversion == '%')
            text_put(&t, '%');
        else if (next == values->count || !add_at_once(vm, p, &t, &d, values->items[next++]))
            return false;
    }
    if (next < values->count)
        return false;
    vm_charge(vm, 2 * (uint64_t)next + t.used / STRING_CHARACTERS_PER_REDUCTION);
    *result = text_string(&t);
    return *result != VALUE_ABSENT;
}

verdict string_format(csp_vm *vm, process *p, value *args, value *result)
{
    list *values = value_list(args[0]);
    value *slots = args + 1;
    const string *format = native_string_arg(vm, p, values->items[0]);
    if (format == NULL)
        return VERDICT_FAIL;
    if (slots[SLOT_AT] == VALUE_ABSENT) {
        if (format_at_once(vm, p, format, values, result))
            return VERDICT_DONE;
        slots[SLOT_AT] = value_int(0);
        slots[SLOT_NEXT] = value_int(1);
    }
    if (slots[SLOT_WALKING] == VALUE_TRUE) {
        int64_t walked = value_as_int(slots[SLOT_NEXT]);
        values->items[walked] = *native_result(p);
        slots[SLOT_NEXT] = value_int(walked + 1);
        slots[SLOT_WALKING] = VALUE_ABSENT;
    }
    if (slots[SLOT_DRAFT] == VALUE_ABSENT) {
        verdict v = prepare(vm, p, format, values, slots);
        if (v != VERDICT_DONE)
            return v;
        if (draft_in_slot(vm, &slots[SLOT_DRAFT]) == NULL)
            return VERDICT_FAIL;
        slots[SLOT_AT] = value_int(0);
        slots[SLOT_NEXT] = value_int(1);
    }
    return put_together(vm, p, format, values, slots, result);
}
