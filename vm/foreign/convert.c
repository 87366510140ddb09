#include "vm/foreign/convert.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "ffi/closure.h"
#include "vm/core/string.h"
#include "vm/core/type.h"
#include "vm/core/vm.h"
#include "vm/foreign/callback.h"
#include "vm/foreign/cvalue.h"
#include "vm/number/num.h"

enum { PLACE_SIZE = 256, BYTES_PER_REDUCTION = 1000 };

/* --- what is said */

static const char *put_place(const cplace *at, char *out)
{
    switch (at->kind) {
    case CPLACE_ARGUMENT:
        if (at->name)
            snprintf(out, PLACE_SIZE, "argument %u `%s` of `%s`: ", at->index + 1, at->name,
                     at->of);
        else
            snprintf(out, PLACE_SIZE, "argument %u of `%s`: ", at->index + 1, at->of);
        break;
    case CPLACE_RESULT:
        if (at->name)
            snprintf(out, PLACE_SIZE, "result of the callback `%s` of `%s`: ", at->name, at->of);
        else if (at->of)
            snprintf(out, PLACE_SIZE, "result of the callback of `%s`: ", at->of);
        else
            snprintf(out, PLACE_SIZE, "result of the callback: ");
        break;
    case CPLACE_FIELD: snprintf(out, PLACE_SIZE, "field `%s` of `%s`: ", at->name, at->of); break;
    case CPLACE_VALUE: *out = '\0'; break;
    }
    return out;
}

verdict convert_raise(csp_vm *vm, int kind, const cplace *at, const char *format, ...)
{
    char place[PLACE_SIZE], what[PLACE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return vm_raise(vm, (error_kind)kind, "%s%s", put_place(at, place), what);
}

/* A struct's value or a view says of which. */
static const char *put_phrase(value v, char *out)
{
    const cstruct *of = value_is(v, OBJ_STRUCT)    ? value_struct(v)->of
                        : value_is(v, OBJ_POINTER) ? value_view_of(v)
                                                   : NULL;
    if (!of)
        return vm_type_phrase(v);
    snprintf(out, PLACE_SIZE, value_is(v, OBJ_STRUCT) ? "a `%s`" : "a `%s*`", of->name);
    return out;
}

verdict convert_refuse(csp_vm *vm, process *p, value v, const cplace *at, const char *expected)
{
    char got[PLACE_SIZE];
    if (!value_usable(p, v))
        return vm_raise_moved(vm, v);
    convert_raise(vm, ERR_TYPE, at, "expected %s, got %s", expected, put_phrase(v, got));
    return vm_blame(vm, p, v, VALUE_NIL);
}

verdict convert_refused(csp_vm *vm, int kind, const ffi_refusal *why, const char *of)
{
    if (why->memory)
        return vm_raise_memory(vm);
    return of ? vm_raise(vm, (error_kind)kind, "`%s`: %s", of, why->text)
              : vm_raise(vm, (error_kind)kind, "%s", why->text);
}

/* --- to C */

/* An int of any size as 64 bits; false: it has more. */
static bool integer_bits(value v, uint64_t *n, bool *negative)
{
    if (value_is_int(v)) {
        *n = (uint64_t)value_as_int(v);
        *negative = value_as_int(v) < 0;
        return true;
    }
    const bigint *b = value_as_object(v);
    *negative = b->size < 0;
    if (b->size != 1 && b->size != -1)
        return false;
    if (*negative && b->limbs[0] > (uint64_t)1 << 63)
        return false;
    *n = *negative ? ~b->limbs[0] + 1 : b->limbs[0];
    return true;
}

static verdict integer_to_c(csp_vm *vm, process *p, ctype_kind kind, value v, const cplace *at,
                            uint64_t *word)
{
    uint64_t n;
    bool negative;
    if (!value_is_integer(v))
        return convert_refuse(vm, p, v, at, "an int");
    if (!integer_bits(v, &n, &negative))
        return convert_raise(vm, ERR_VALUE, at, "an int of more than 64 bits does not fit %s",
                             ctype_kind_name(kind));
    if (!ctype_fits(kind, n, negative)) {
        if (negative)
            return convert_raise(vm, ERR_VALUE, at, "%lld does not fit %s", (long long)n,
                                 ctype_kind_name(kind));
        return convert_raise(vm, ERR_VALUE, at, "%llu does not fit %s", (unsigned long long)n,
                             ctype_kind_name(kind));
    }
    *word = n;
    return VERDICT_DONE;
}

static verdict float_to_c(csp_vm *vm, process *p, ctype_kind kind, value v, const cplace *at,
                          uint64_t *word)
{
    if (!value_is_number(v))
        return convert_refuse(vm, p, v, at, "a number");
    double x = num_as_double(v);
    *word = kind == CTYPE_F32 ? ctype_word_f32((float)x) : ctype_word_f64(x);
    return VERDICT_DONE;
}

static void set_address(uint64_t *word, const void *address)
{
    *word = (uint64_t)(uintptr_t)address;
}

static verdict text_to_c(csp_vm *vm, process *p, value v, const cplace *at, uint64_t *word)
{
    if (!value_is(v, OBJ_STRING))
        return convert_refuse(vm, p, v, at, "a string or nil");
    const string *s = value_string(v);
    if (memchr(s->text, '\0', s->size))
        return convert_raise(vm, ERR_VALUE, at, "the string has a NUL in it");
    vm_charge(vm, s->size / BYTES_PER_REDUCTION);
    set_address(word, s->text);
    return VERDICT_DONE;
}

static verdict pointer_address(csp_vm *vm, value v, uint64_t *word)
{
    set_address(word, value_pointer(v)->address);
    return cpointer_check(vm, v);
}

/* An empty buffer has no block: what C gets then is an address that it must not use. */
static void buffer_address(value v, uint64_t *word)
{
    static const uint8_t nothing[16];
    const buffer *b = value_as_object(v);
    set_address(word, b->data ? b->data : nothing);
}

/* The address that v stands for where any pointer will do. False: it stands for none. */
static bool any_address(csp_vm *vm, value v, uint64_t *word, verdict *done)
{
    *done = VERDICT_DONE;
    switch (value_kind(v)) {
    case OBJ_POINTER: *done = pointer_address(vm, v, word); return true;
    case OBJ_BUFFER: buffer_address(v, word); return true;
    case OBJ_BYTES: set_address(word, value_bytes(v)->data); return true;
    case OBJ_STRUCT: set_address(word, value_struct(v)->data); return true;
    default: return false;
    }
}

static verdict struct_pointer_to_c(csp_vm *vm, process *p, const cstruct *of, value v,
                                   const cplace *at, uint64_t *word)
{
    if (value_is(v, OBJ_STRUCT) && value_struct(v)->of == of) {
        set_address(word, value_struct(v)->data);
        return VERDICT_DONE;
    }
    if (value_is(v, OBJ_POINTER) && (!value_view_of(v) || value_view_of(v) == of))
        return pointer_address(vm, v, word);
    char expected[PLACE_SIZE];
    snprintf(expected, sizeof expected, "a `%s`, a pointer or nil", of->name);
    return convert_refuse(vm, p, v, at, expected);
}

static verdict struct_to_c(csp_vm *vm, process *p, const cstruct *of, value v, const cplace *at,
                           uint64_t *word)
{
    if (value_is(v, OBJ_STRUCT) && value_struct(v)->of == of) {
        set_address(word, value_struct(v)->data);
        return VERDICT_DONE;
    }
    char expected[PLACE_SIZE];
    snprintf(expected, sizeof expected, "a `%s`", of->name);
    return convert_refuse(vm, p, v, at, expected);
}

static verdict callback_to_c(csp_vm *vm, value v, const cplace *at, uint64_t *word)
{
    const ccallback *c = value_as_object(v);
    if (!c->target)
        return convert_raise(vm, ERR_VALUE, at, "the callback has been freed");
    set_address(word, cclosure_code(c->target->closure));
    return VERDICT_DONE;
}

static bool is_pointer(ctype_kind kind)
{
    return kind == CTYPE_CSTRING || kind == CTYPE_BUFFER || kind == CTYPE_POINTER ||
           kind == CTYPE_STRUCT_POINTER || kind == CTYPE_FUNCTION;
}

static verdict address_to_c(csp_vm *vm, process *p, ctype t, value v, const cplace *at,
                            uint64_t *word)
{
    verdict done;
    switch (t.kind) {
    case CTYPE_CSTRING: return text_to_c(vm, p, v, at, word);
    case CTYPE_STRUCT_POINTER: return struct_pointer_to_c(vm, p, t.of, v, at, word);
    case CTYPE_BUFFER:
        if (!value_is(v, OBJ_BUFFER))
            return convert_refuse(vm, p, v, at, "a buffer or nil");
        buffer_address(v, word);
        return VERDICT_DONE;
    case CTYPE_FUNCTION:
        if (!value_is(v, OBJ_CALLBACK))
            return convert_refuse(vm, p, v, at, "a function, an `Ffi.callback` or nil");
        return callback_to_c(vm, v, at, word);
    default:
        if (any_address(vm, v, word, &done))
            return done;
        return convert_refuse(vm, p, v, at, "a pointer, buffer, bytes, struct or nil");
    }
}

verdict convert_to_c(csp_vm *vm, process *p, ctype t, value v, const cplace *at, uint64_t *word)
{
    *word = 0;
    if (is_pointer(t.kind)) {
        if (v == VALUE_NIL)
            return VERDICT_DONE;
        if (!value_usable(p, v))
            return vm_raise_moved(vm, v);
        return address_to_c(vm, p, t, v, at, word);
    }
    switch (ctype_class_of(t.kind)) {
    case CTYPE_CLASS_SIGNED:
    case CTYPE_CLASS_UNSIGNED: return integer_to_c(vm, p, t.kind, v, at, word);
    case CTYPE_CLASS_FLOAT: return float_to_c(vm, p, t.kind, v, at, word);
    case CTYPE_CLASS_STRUCT:
        return value_usable(p, v) ? struct_to_c(vm, p, t.of, v, at, word) : vm_raise_moved(vm, v);
    case CTYPE_CLASS_BOOL:
        if (v != VALUE_TRUE && v != VALUE_FALSE)
            return convert_refuse(vm, p, v, at, "a bool");
        *word = v == VALUE_TRUE;
        return VERDICT_DONE;
    case CTYPE_CLASS_NONE: break;
    }
    return VERDICT_DONE;
}

verdict convert_variadic(csp_vm *vm, process *p, value v, const cplace *at, ctype_kind *kind,
                         uint64_t *word)
{
    verdict done;
    *word = 0;
    *kind = CTYPE_POINTER;
    if (v == VALUE_NIL)
        return VERDICT_DONE;
    if (value_is_integer(v)) {
        uint64_t n;
        bool negative, fits = integer_bits(v, &n, &negative);
        *kind = fits && !negative && n > INT64_MAX ? CTYPE_U64 : CTYPE_I64;
        return integer_to_c(vm, p, *kind, v, at, word);
    }
    if (value_is_float(v)) {
        *kind = CTYPE_F64;
        *word = ctype_word_f64(value_as_float(v));
        return VERDICT_DONE;
    }
    if (v == VALUE_TRUE || v == VALUE_FALSE) {
        *kind = CTYPE_I32;
        *word = v == VALUE_TRUE;
        return VERDICT_DONE;
    }
    if (!value_usable(p, v))
        return vm_raise_moved(vm, v);
    if (value_is(v, OBJ_STRING)) {
        *kind = CTYPE_CSTRING;
        return text_to_c(vm, p, v, at, word);
    }
    if (any_address(vm, v, word, &done))
        return done;
    return convert_refuse(vm, p, v, at,
                          "a number, bool, string, pointer, buffer, bytes, struct or nil");
}

/* --- from C */

static verdict text_from_c(csp_vm *vm, const char *from, value *out)
{
    size_t size = strlen(from);
    if (size > STRING_MAX)
        return vm_raise_memory(vm);
    vm_charge(vm, size / BYTES_PER_REDUCTION);
    bool is_text = utf8_check(from, size) == size;
    return vm_give(vm, is_text ? str_new(vm, from, size) : bytes_new(vm, from, size), out);
}

verdict convert_from_c(csp_vm *vm, process *p, ctype t, uint64_t word, value *out)
{
    void *address = (void *)(uintptr_t)word;
    switch (t.kind) {
    case CTYPE_CSTRING:
        if (address)
            return text_from_c(vm, address, out);
        *out = VALUE_NIL;
        return VERDICT_DONE;
    case CTYPE_BUFFER:
    case CTYPE_POINTER:
    case CTYPE_FUNCTION: return vm_give(vm, cpointer_new(vm, address, NULL), out);
    case CTYPE_STRUCT_POINTER: return vm_give(vm, cpointer_new(vm, address, t.of), out);
    case CTYPE_STRUCT: return vm_give(vm, cvalue_copy(vm, p, t.of, address), out);
    case CTYPE_F32: return vm_give(vm, num_float(vm, (double)ctype_f32(word)), out);
    case CTYPE_F64: return vm_give(vm, num_float(vm, ctype_f64(word)), out);
    default: break;
    }
    switch (ctype_class_of(t.kind)) {
    case CTYPE_CLASS_SIGNED: return vm_give(vm, num_int(vm, (int64_t)word), out);
    case CTYPE_CLASS_UNSIGNED: return vm_give(vm, num_uint(vm, word), out);
    case CTYPE_CLASS_BOOL: *out = value_bool(word & 0xff); return VERDICT_DONE;
    default: *out = VALUE_NIL; return VERDICT_DONE;
    }
}
