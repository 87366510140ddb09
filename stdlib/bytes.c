/* The modules Bytes and Buffer. Functions that only read take either. */
#include "base/utf8.h"
#include "stdlib/bytes_parts.h"
#include "stdlib/natives.h"
#include "stdlib/scalar.h"
#include "stdlib/string_parts.h"
#include "vm/core/steps.h"
#include "vm/data/index.h"
#include "vm/data/long.h"
#include "vm/data/slice.h"
#include "vm/native.h"
#include "vm/walk/walk.h"

enum { DIGITS_PER_REDUCTION = 64, DIGITS_PER_STEP = 3 << 14 /* whole groups */, DIGITS_SLOTS = 2 };

/* --- arguments */

static bool own_buffer_arg(csp_vm *vm, process *p, value v, span *out)
{
    if (value_is(v, OBJ_BUFFER))
        return span_arg(vm, p, v, out);
    vm_raise_type(vm, p, v, "a buffer");
    return false;
}

/* --- making */

static bool is_byte(value v)
{
    return value_is_int(v) && value_as_int(v) >= 0 && value_as_int(v) <= 255;
}

/* The number of bytes that Bytes.of and Buffer.of make of x. False: raised. */
static bool size_of(csp_vm *vm, process *p, value x, size_t *size)
{
    span from;
    if (span_of(p, x, true, &from)) {
        *size = from.size;
        return true;
    }
    if (value_is(x, OBJ_LIST) && value_usable(p, x)) {
        *size = value_list(x)->count;
        return true;
    }
    int64_t count;
    if (!native_int_arg(vm, p, x, "an int, a string, bytes, a buffer or a list of bytes", &count))
        return false;
    if (count < 0) {
        vm_raise(vm, ERR_VALUE, "a negative number of bytes");
        return false;
    }
    *size = (size_t)count;
    return true;
}

/* Fills `size` bytes from x, a step's worth from *at on: DONE, YIELD or FAIL. */
static verdict fill_from(csp_vm *vm, process *p, value x, uint8_t *to, size_t size, size_t *at)
{
    span from;
    if (span_of(p, x, true, &from))
        return long_copy(vm, to, from.data, size, at) ? VERDICT_DONE : VERDICT_YIELD;
    bool is_list = value_is(x, OBJ_LIST);
    size_t most = is_list ? long_elements(vm) : long_bytes(vm);
    size_t stop = size - *at > most ? *at + most : size;
    vm_charge(vm,
              (stop - *at) / (is_list ? LONG_ELEMENTS_PER_REDUCTION : LONG_BYTES_PER_REDUCTION));
    if (!is_list && size > 0)
        memset(to + *at, 0, stop - *at);
    const value *items = is_list ? value_list(x)->items : NULL;
    for (size_t i = *at; items && i < stop; i++) {
        if (!value_is_integer(items[i]))
            return vm_raise_type(vm, p, items[i], "a list of ints");
        if (!is_byte(items[i]))
            return vm_raise(vm, ERR_VALUE, "a byte is an int from 0 to 255");
        to[i] = (uint8_t)value_as_int(items[i]);
    }
    *at = stop;
    return stop == size ? VERDICT_DONE : VERDICT_YIELD;
}

/* args: what they are made of; slots: what is made, how many bytes of it are there. */
static verdict fill_made(csp_vm *vm, process *p, value *args, uint8_t *to, size_t size,
                         value *result)
{
    size_t at = string_at(args[2]);
    verdict v = fill_from(vm, p, args[0], to, size, &at);
    args[2] = value_int((int64_t)at);
    *result = args[1];
    return v;
}

static verdict bytes_of(csp_vm *vm, process *p, value *args, value *result)
{
    if (value_is(args[0], OBJ_BYTES))
        return vm_give(vm, args[0], result);
    if (args[1] == VALUE_ABSENT) {
        size_t size;
        if (!size_of(vm, p, args[0], &size))
            return VERDICT_FAIL;
        if (size > STRING_MAX)
            return vm_raise(vm, ERR_OUT_OF_MEMORY, "more than %zu bytes", STRING_MAX);
        bytes *made = bytes_blank(vm, size);
        if (made == NULL)
            return vm_raise_memory(vm);
        args[1] = value_object(made);
    }
    return fill_made(vm, p, args, value_bytes(args[1])->data, value_bytes(args[1])->size, result);
}

static verdict buffer_of(csp_vm *vm, process *p, value *args, value *result)
{
    if (args[1] == VALUE_ABSENT) {
        size_t size;
        if (!size_of(vm, p, args[0], &size))
            return VERDICT_FAIL;
        args[1] = buffer_blank(vm, p, size);
        if (args[1] == VALUE_ABSENT)
            return VERDICT_FAIL;
    }
    buffer *b = value_as_object(args[1]);
    return fill_made(vm, p, args, b->data, b->size, result);
}

static verdict any_slice(csp_vm *vm, process *p, value *args, value *result)
{
    span whole;
    if (!span_arg(vm, p, args[0], &whole))
        return VERDICT_FAIL;
    value to = native_optional(vm, args, 2, VALUE_NIL);
    verdict v = data_slice(vm, p, args[0], args[1], to, result);
    if (v != VERDICT_CALL)
        return v;
    return native_become_with(vm, &walk_natives[WALK_PART], 2, (value[]){args[0], *result});
}

/* --- single numbers */

/* The place of a number of this type at an offset (negative: from the end). NULL: raised. */
static uint8_t *scalar_place(csp_vm *vm, process *p, span inside, value type, value offset,
                             scalar *out)
{
    if (scalar_parse(vm, p, type, out) == VERDICT_FAIL)
        return NULL;
    uint64_t at;
    if (data_index(vm, p, offset, inside.size, "buffer", &at) == VERDICT_FAIL)
        return NULL;
    if (inside.size - at < out->size) {
        vm_raise(vm, ERR_INDEX, "%u bytes at offset %llu go beyond the end (%zu bytes)",
                 (unsigned)out->size, (unsigned long long)at, inside.size);
        return NULL;
    }
    return inside.data + at;
}

static verdict any_get(csp_vm *vm, process *p, value *args, value *result)
{
    span inside;
    scalar type;
    if (!span_arg(vm, p, args[0], &inside))
        return VERDICT_FAIL;
    value offset = native_optional(vm, args, 2, value_int(0));
    const uint8_t *at = scalar_place(vm, p, inside, args[1], offset, &type);
    return at != NULL ? vm_give(vm, scalar_read(vm, type, at), result) : VERDICT_FAIL;
}

static verdict buffer_set(csp_vm *vm, process *p, value *args, value *result)
{
    span inside;
    scalar type;
    if (!own_buffer_arg(vm, p, args[0], &inside))
        return VERDICT_FAIL;
    uint8_t *at = scalar_place(vm, p, inside, args[1], args[2], &type);
    if (at == NULL)
        return VERDICT_FAIL;
    *result = args[0];
    return scalar_write(vm, p, type, args[3], at);
}

/* --- texts */

/* Writes the text of the bytes [from, to) of a span to its place among the characters. */
typedef void write_digits(const span *of, size_t from, size_t to, char *chars);

/* args: what holds the bytes; slots: how many are written, the text under way. */
static verdict digits_step(csp_vm *vm, process *p, value *args, uint64_t (*length)(size_t),
                           write_digits *write, value *result)
{
    value *slots = args + 1;
    span from;
    if (!span_arg(vm, p, args[0], &from))
        return VERDICT_FAIL;
    if (from.size == 0)
        return vm_give(vm, str_new(vm, "", 0), result);
    uint64_t size = length(from.size);
    string *made = string_blank(vm, &slots[1], size, size);
    if (made == NULL)
        return VERDICT_FAIL;
    size_t at = string_at(slots[0]);
    size_t stop = from.size - at > DIGITS_PER_STEP ? at + DIGITS_PER_STEP : from.size;
    /* A buffer cannot have changed: its process runs this. */
    write(&from, at, stop, made->text);
    vm_charge(vm, (stop - at) / DIGITS_PER_REDUCTION);
    slots[0] = value_int((int64_t)stop);
    *result = slots[1];
    return stop == from.size ? VERDICT_DONE : VERDICT_YIELD;
}

static uint64_t hex_length(size_t size) { return (uint64_t)size * 2; }

static void write_hex(const span *of, size_t from, size_t to, char *chars)
{
    static const char hex[] = "0123456789abcdef";
    for (size_t i = from; i < to; i++) {
        chars[2 * i] = hex[of->data[i] >> 4];
        chars[2 * i + 1] = hex[of->data[i] & 15];
    }
}

static uint64_t base64_length(size_t size) { return ((uint64_t)size + 2) / 3 * 4; }

static void write_base64(const span *of, size_t from, size_t to, char *chars)
{
    static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = from; i < to; i += 3) {
        size_t left = to - i;
        char *quad = chars + i / 3 * 4;
        uint32_t group = (uint32_t)of->data[i] << 16;
        if (left > 1)
            group |= (uint32_t)of->data[i + 1] << 8;
        if (left > 2)
            group |= of->data[i + 2];
        quad[0] = base64[group >> 18];
        quad[1] = base64[group >> 12 & 63];
        quad[2] = left > 1 ? base64[group >> 6 & 63] : '=';
        quad[3] = left > 2 ? base64[group & 63] : '=';
    }
}

static verdict any_hex(csp_vm *vm, process *p, value *args, value *result)
{
    return digits_step(vm, p, args, hex_length, write_hex, result);
}

static verdict any_base64(csp_vm *vm, process *p, value *args, value *result)
{
    return digits_step(vm, p, args, base64_length, write_base64, result);
}

static verdict any_utf8(csp_vm *vm, process *p, value *args, value *result)
{
    span from;
    if (!span_arg(vm, p, args[0], &from))
        return VERDICT_FAIL;
    return string_of_bytes(vm, from.data, from.size, args + 1, result);
}

const native_entry bytes_natives[] = {
    {"base64", "base64(b)", "the bytes as base64 text", any_base64, 1, 1, DIGITS_SLOTS},
    {"ends_with", "ends_with(b, part)", "whether b ends with part (bytes, a buffer or a string)",
     bytes_ends_with, 2, 2, 0},
    {"get", "get(b, type, offset = 0)",
     "the number of C's type (\"i32\", \"f64be\") that lies there", any_get, 2, 3, 0},
    {"hex", "hex(b)", "the bytes as hexadecimal digits", any_hex, 1, 1, DIGITS_SLOTS},
    {"index", "index(b, part, from = 0)",
     "where part (bytes, a buffer or a string) first occurs at or after from (negative: from the "
     "end); nil where it does not",
     bytes_index, 2, 3, 0},
    {"of", "of(x)", "x zero bytes, or the bytes of a text, of a buffer or of a list of ints",
     bytes_of, 1, 1, 2},
    {"slice", "slice(b, from, to = nil)", "a copy of a part, as b[from..to]", any_slice, 2, 3, 0},
    {"split", "split(b, sep)",
     "a list of the parts between the separators (bytes, a buffer or a string), each as bytes, "
     "empty "
     "ones, too; an empty sep crashes with value_error",
     bytes_split, 2, 2, BYTES_SPLIT_SLOTS},
    {"starts_with", "starts_with(b, part)",
     "whether b begins with part (bytes, a buffer or a string)", bytes_starts_with, 2, 2, 0},
    {"trim", "trim(b)", "as bytes, without ASCII's white space at both ends", bytes_trim, 1, 1,
     BYTES_TRIM_SLOTS},
    {"utf8", "utf8(b)", "the text that they hold, or an error of kind value_error", any_utf8, 1, 1,
     STRING_UTF8_SLOTS},
    {NULL, NULL, NULL, NULL, 0, 0, 0},
};

const native_entry buffer_natives[] = {
    {"base64", "base64(b)", "the bytes as base64 text", any_base64, 1, 1, DIGITS_SLOTS},
    {"get", "get(b, type, offset = 0)",
     "the number of C's type (\"i32\", \"f64be\") that lies there", any_get, 2, 3, 0},
    {"hex", "hex(b)", "the bytes as hexadecimal digits", any_hex, 1, 1, DIGITS_SLOTS},
    {"of", "of(x)",
     "a buffer of x zero bytes, or with the bytes of a text, of bytes or of a list of ints",
     buffer_of, 1, 1, 2},
    {"set", "set(b, type, offset, v)",
     "writes a number of C's type (\"i32\", \"f64be\") there; gives b", buffer_set, 4, 4, 0},
    {"slice", "slice(b, from, to = nil)", "a copy of a part, as b[from..to]", any_slice, 2, 3, 0},
    {"utf8", "utf8(b)", "the text that they hold, or an error of kind value_error", any_utf8, 1, 1,
     STRING_UTF8_SLOTS},
    {NULL, NULL, NULL, NULL, 0, 0, 0},
};
