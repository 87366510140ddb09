/* Reading bools and numbers. */
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

static bool int64_of(value v, int64_t *out)
{
    bool negative;
    uint64_t magnitude;
    if (!small_int(v, &negative, &magnitude) || magnitude > (uint64_t)INT64_MAX + negative)
        return false;
    *out = negative ? (int64_t)-magnitude : (int64_t)magnitude;
    return true;
}

static bool uint64_of(value v, uint64_t *out)
{
    bool negative;
    return small_int(v, &negative, out) && !negative;
}

static bool float_of(value v, double *out)
{
    if (!value_is_number(v))
        return false;
    *out = num_as_double(v);
    return true;
}

/* For a function that stores at `out`. False: left already, and *status is what it gives. */
static bool begin(csp_vm *vm, const char *function, csp_value given, const void *out, host **h,
                  value *v, csp_status *status)
{
    *status = CSP_E_MISUSE;
    *h = door_enter(vm, function, DOOR_NATIVE);
    if (!*h)
        return false;
    if (!out)
        door_misuse(vm, function, "there is no place for the result");
    else if (handle_value(*h, given, function, v))
        return true;
    door_leave(*h);
    return false;
}

csp_status csp_get_bool(csp_vm *vm, csp_value given, bool *out)
{
    host *h;
    value v;
    csp_status status;
    if (out)
        *out = false;
    if (!begin(vm, __func__, given, out, &h, &v, &status))
        return status;
    bool is = v == VALUE_TRUE || v == VALUE_FALSE;
    status = is ? CSP_OK : host_refuse(h, v, "a bool");
    *out = v == VALUE_TRUE;
    door_leave(h);
    return status;
}

__attribute__((noinline)) static csp_status get_int(csp_vm *vm, csp_value given, int64_t *out,
                                                    const char *function)
{
    host *h;
    value v;
    csp_status status;
    if (out)
        *out = 0;
    if (!begin(vm, function, given, out, &h, &v, &status))
        return status;
    status = int64_of(v, out) ? CSP_OK : host_refuse(h, v, "an int of 64 bits");
    door_leave(h);
    return status;
}

csp_status csp_get_int(csp_vm *vm, csp_value given, int64_t *out)
{
    if (__builtin_expect(value_is_int(given.word) && out && door_glance(vm), 1)) {
        *out = value_as_int(given.word);
        return CSP_OK;
    }
    return get_int(vm, given, out, __func__);
}

csp_status csp_get_uint(csp_vm *vm, csp_value given, uint64_t *out)
{
    host *h;
    value v;
    csp_status status;
    if (out)
        *out = 0;
    if (!begin(vm, __func__, given, out, &h, &v, &status))
        return status;
    uint64_t n;
    if (uint64_of(v, &n))
        *out = n, status = CSP_OK;
    else
        status = host_refuse(h, v, "an int of 64 bits that is not negative");
    door_leave(h);
    return status;
}

__attribute__((noinline)) static csp_status get_float(csp_vm *vm, csp_value given, double *out,
                                                      const char *function)
{
    host *h;
    value v;
    csp_status status;
    if (out)
        *out = 0;
    if (!begin(vm, function, given, out, &h, &v, &status))
        return status;
    status = float_of(v, out) ? CSP_OK : host_refuse(h, v, "a number");
    door_leave(h);
    return status;
}

csp_status csp_get_float(csp_vm *vm, csp_value given, double *out)
{
    if (value_is_flonum(given.word) && out && door_glance(vm)) {
        *out = value_as_flonum(given.word);
        return CSP_OK;
    }
    return get_float(vm, given, out, __func__);
}

int64_t csp_int_or(csp_vm *vm, csp_value given, int64_t otherwise)
{
    if (value_is_int(given.word) && door_glance(vm))
        return value_as_int(given.word);
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return otherwise;
    value v;
    int64_t n = otherwise;
    if (handle_value(h, given, __func__, &v) && !int64_of(v, &n))
        n = otherwise;
    door_leave(h);
    return n;
}

double csp_float_or(csp_vm *vm, csp_value given, double otherwise)
{
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return otherwise;
    value v;
    double d = otherwise;
    if (handle_value(h, given, __func__, &v) && !float_of(v, &d))
        d = otherwise;
    door_leave(h);
    return d;
}
