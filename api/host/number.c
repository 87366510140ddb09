/* Reading bools and numbers. */
#include <string.h>

#include "api/host/fail.h"
#include "api/host/host.h"
#include "vm/number/num.h"

/* Whether v is an int whose magnitude fits 64 bits. */
static bool small_int(value v, bool *negative, uint64_t *magnitude)
{
    if (value_is_int(v)) {
        int64_t n = value_as_int(v);
        *negative = n < 0;
        *magnitude = n < 0 ? -(uint64_t)n : (uint64_t)n;
        return true;
    }
    if (!value_is(v, OBJ_BIGINT))
        return false;
    const bigint *b = value_as_object(v);
    *negative = b->size < 0;
    *magnitude = b->limbs[0];
    return b->size == 1 || b->size == -1;
}

/* Each stores v at `out` if it is such a value; else nothing is stored. */
typedef bool reader(value v, void *out);

static bool bool_of(value v, void *out)
{
    if (v != VALUE_TRUE && v != VALUE_FALSE)
        return false;
    *(bool *)out = v == VALUE_TRUE;
    return true;
}

static bool int64_of(value v, void *out)
{
    bool negative;
    uint64_t magnitude;
    if (!small_int(v, &negative, &magnitude) || magnitude > (uint64_t)INT64_MAX + negative)
        return false;
    *(int64_t *)out = negative ? (int64_t)-magnitude : (int64_t)magnitude;
    return true;
}

static bool uint64_of(value v, void *out)
{
    bool negative;
    uint64_t magnitude;
    if (!small_int(v, &negative, &magnitude) || negative)
        return false;
    *(uint64_t *)out = magnitude;
    return true;
}

static bool float_of(value v, void *out)
{
    if (!value_is_number(v))
        return false;
    *(double *)out = num_as_double(v);
    return true;
}

/* Stores what `read` makes of the value in the `size` bytes at `out`, or zeroes. It is apart from
 * the quick functions, so that they need no frame. */
__attribute__((noinline)) static csp_status get(csp_vm *vm, csp_value given, void *out, size_t size,
                                                reader *read, const char *expected,
                                                const char *function)
{
    if (out)
        memset(out, 0, size);
    host *h = door_enter(vm, function, DOOR_NATIVE);
    if (!h)
        return CSP_E_MISUSE;
    csp_status status = CSP_E_MISUSE;
    value v;
    if (!out)
        door_misuse(vm, function, "there is no place for the result");
    else if (handle_value(h, given, function, &v))
        status = read(v, out) ? CSP_OK : host_refuse(h, v, expected);
    door_leave(h);
    return status;
}

csp_status csp_get_bool(csp_vm *vm, csp_value given, bool *out)
{
    return get(vm, given, out, sizeof *out, bool_of, "a bool", __func__);
}

csp_status csp_get_int(csp_vm *vm, csp_value given, int64_t *out)
{
    if (__builtin_expect(value_is_int(given.word) && out && door_glance(vm), 1)) {
        *out = value_as_int(given.word);
        return CSP_OK;
    }
    return get(vm, given, out, sizeof *out, int64_of, "an int of 64 bits", __func__);
}

csp_status csp_get_uint(csp_vm *vm, csp_value given, uint64_t *out)
{
    return get(vm, given, out, sizeof *out, uint64_of, "an int of 64 bits that is not negative",
               __func__);
}

csp_status csp_get_float(csp_vm *vm, csp_value given, double *out)
{
    if (value_is_flonum(given.word) && out && door_glance(vm)) {
        *out = value_as_flonum(given.word);
        return CSP_OK;
    }
    return get(vm, given, out, sizeof *out, float_of, "a number", __func__);
}

/* The same without an error where it is another value: then `out` stays as it is. */
static void get_if(csp_vm *vm, csp_value given, void *out, reader *read, const char *function)
{
    host *h = door_enter(vm, function, DOOR_NATIVE);
    if (!h)
        return;
    value v;
    if (handle_value(h, given, function, &v))
        read(v, out);
    door_leave(h);
}

int64_t csp_int_or(csp_vm *vm, csp_value given, int64_t otherwise)
{
    if (value_is_int(given.word) && door_glance(vm))
        return value_as_int(given.word);
    get_if(vm, given, &otherwise, int64_of, __func__);
    return otherwise;
}

double csp_float_or(csp_vm *vm, csp_value given, double otherwise)
{
    get_if(vm, given, &otherwise, float_of, __func__);
    return otherwise;
}
