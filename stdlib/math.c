/* The Math module. Whole numbers stay exact however large; the rest is computed in doubles. */
#include <math.h>

#include "stdlib/natives.h"
#include "vm/native.h"
#include "vm/number/arith.h"
#include "vm/number/bigint.h"
#include "vm/number/num_long.h"

const native_constant math_constants[] = {
    {"e", 2.718281828459045235360287471352662498, "the base of the natural logarithm"},
    {"inf", (double)INFINITY, "more than any other number"},
    {"nan", (double)NAN, "not a number: it equals nothing, not even itself"},
    {"pi", 3.141592653589793238462643383279502884, "the circumference of a circle of diameter 1"},
    {NULL, 0, NULL},
};

static bool is_bigint(value v) { return value_is(v, OBJ_BIGINT); }

/* --- functions of a float */

static verdict of_float(csp_vm *vm, process *p, const value *args, double (*function)(double),
                        value *result)
{
    if (!native_number_args(vm, p, args, 1))
        return VERDICT_FAIL;
    return vm_give(vm, num_float(vm, function(num_as_double(args[0]))), result);
}

/* The native of a C function of the same name. */
#define FLOAT_NATIVE(function)                                                         \
    static verdict math_##function(csp_vm *vm, process *p, value *args, value *result) \
    {                                                                                  \
        return of_float(vm, p, args, function, result);                                \
    }
FLOAT_NATIVE(acos)
FLOAT_NATIVE(asin)
FLOAT_NATIVE(atan)
FLOAT_NATIVE(cos)
FLOAT_NATIVE(cosh)
FLOAT_NATIVE(exp)
FLOAT_NATIVE(sin)
FLOAT_NATIVE(sinh)
FLOAT_NATIVE(tan)
FLOAT_NATIVE(tanh)
#undef FLOAT_NATIVE

/* In double precision the C library's cube root of 27 is not 3. */
static double cube_root(double x) { return (double)cbrtl((long double)x); }

static verdict math_cbrt(csp_vm *vm, process *p, value *args, value *result)
{
    return of_float(vm, p, args, cube_root, result);
}

static verdict math_sqrt(csp_vm *vm, process *p, value *args, value *result)
{
    if (!native_number_args(vm, p, args, 1))
        return VERDICT_FAIL;
    if (!is_bigint(args[0]))
        return vm_give(vm, num_float(vm, sqrt(num_as_double(args[0]))), result);
    /* The root of an int that is itself beyond a double need not be. */
    int64_t exponent;
    double mantissa = num_split(args[0], &exponent);
    if (exponent % 2 != 0) {
        mantissa *= 2;
        exponent--;
    }
    return vm_give(
        vm, num_float(vm, ldexp(sqrt(mantissa), exponent > 4000 ? 2000 : (int)(exponent / 2))),
        result);
}

/* A logarithm in the base in which 2 has the logarithm log_of_two. */
static verdict logarithm(csp_vm *vm, process *p, const value *args, double (*function)(double),
                         double log_of_two, value *result)
{
    if (!native_number_args(vm, p, args, 1))
        return VERDICT_FAIL;
    double x = num_as_double(args[0]);
    if (!is_bigint(args[0]) || isfinite(x))
        return vm_give(vm, num_float(vm, function(x)), result);
    int64_t exponent;
    double mantissa = num_split(args[0], &exponent);
    return vm_give(vm, num_float(vm, function(mantissa) + (double)exponent * log_of_two), result);
}

static verdict math_log(csp_vm *vm, process *p, value *args, value *result)
{
    return logarithm(vm, p, args, log, 0.693147180559945309417232121458176568, result);
}

static verdict math_log2(csp_vm *vm, process *p, value *args, value *result)
{
    return logarithm(vm, p, args, log2, 1, result);
}

static verdict math_log10(csp_vm *vm, process *p, value *args, value *result)
{
    return logarithm(vm, p, args, log10, 0.301029995663981195213738894724493027, result);
}

/* --- functions of two floats */

static verdict math_atan2(csp_vm *vm, process *p, value *args, value *result)
{
    if (!native_number_args(vm, p, args, 2))
        return VERDICT_FAIL;
    return vm_give(vm, num_float(vm, atan2(num_as_double(args[0]), num_as_double(args[1]))),
                   result);
}

static verdict math_hypot(csp_vm *vm, process *p, value *args, value *result)
{
    if (!native_number_args(vm, p, args, 2))
        return VERDICT_FAIL;
    return vm_give(vm, num_float(vm, hypot(num_as_double(args[0]), num_as_double(args[1]))),
                   result);
}

static verdict math_pow(csp_vm *vm, process *p, value *args, value *result)
{
    verdict v = num_binary(vm, p, OPC_POW, args[0], args[1], result);
    return v == VERDICT_CALL ? num_long_become(vm, NUM_POW, args[0], args[1]) : v;
}

/* --- to whole numbers */

static verdict to_whole(csp_vm *vm, process *p, const value *args, double (*function)(double),
                        value *result)
{
    if (!native_number_args(vm, p, args, 1))
        return VERDICT_FAIL;
    if (value_is_integer(args[0]))
        return vm_give(vm, args[0], result);
    double x = value_as_float(args[0]);
    value v = num_truncate(vm, function(x));
    if (v == VALUE_NIL)
        return vm_raise(vm, ERR_VALUE, "%s has no whole number next to it",
                        isnan(x) ? "nan"
                        : x > 0  ? "inf"
                                 : "-inf");
    return vm_give(vm, v, result);
}

static verdict math_floor(csp_vm *vm, process *p, value *args, value *result)
{
    return to_whole(vm, p, args, floor, result);
}

static verdict math_ceil(csp_vm *vm, process *p, value *args, value *result)
{
    return to_whole(vm, p, args, ceil, result);
}

static verdict math_round(csp_vm *vm, process *p, value *args, value *result)
{
    return to_whole(vm, p, args, round, result);
}

static verdict math_trunc(csp_vm *vm, process *p, value *args, value *result)
{
    return to_whole(vm, p, args, trunc, result);
}

/* --- of whole numbers */

static verdict math_gcd(csp_vm *vm, process *p, value *args, value *result)
{
    return native_integer_args(vm, p, args, 2) ? num_gcd(vm, args[0], args[1], result)
                                               : VERDICT_FAIL;
}

static verdict math_lcm(csp_vm *vm, process *p, value *args, value *result)
{
    return native_integer_args(vm, p, args, 2) ? num_lcm(vm, args[0], args[1], result)
                                               : VERDICT_FAIL;
}

static verdict math_isqrt(csp_vm *vm, process *p, value *args, value *result)
{
    if (!native_integer_args(vm, p, args, 1))
        return VERDICT_FAIL;
    if (num_compare(args[0], value_int(0)) < 0)
        return vm_raise(vm, ERR_VALUE, "the root of a negative int");
    return num_isqrt(vm, args[0], result);
}

/* --- of any number */

static verdict math_clamp(csp_vm *vm, process *p, value *args, value *result)
{
    if (!native_number_args(vm, p, args, 3))
        return VERDICT_FAIL;
    if (num_compare(args[1], args[2]) == 1)
        return vm_raise(vm, ERR_VALUE, "the lower bound is above the upper one");
    *result = num_compare(args[0], args[1]) == -1  ? args[1]
              : num_compare(args[0], args[2]) == 1 ? args[2]
                                                   : args[0];
    return VERDICT_DONE;
}

static verdict math_sign(csp_vm *vm, process *p, value *args, value *result)
{
    if (!native_number_args(vm, p, args, 1))
        return VERDICT_FAIL;
    int order = num_compare(args[0], value_int(0));
    *result = order == 2 ? args[0] : value_int(order);
    return VERDICT_DONE;
}

static verdict math_is_nan(csp_vm *vm, process *p, value *args, value *result)
{
    if (!native_number_args(vm, p, args, 1))
        return VERDICT_FAIL;
    *result = value_bool(value_is_float(args[0]) && isnan(value_as_float(args[0])));
    return VERDICT_DONE;
}

static verdict math_is_inf(csp_vm *vm, process *p, value *args, value *result)
{
    if (!native_number_args(vm, p, args, 1))
        return VERDICT_FAIL;
    *result = value_bool(value_is_float(args[0]) && isinf(value_as_float(args[0])));
    return VERDICT_DONE;
}

const native_entry math_natives[] = {
    {"acos", "acos(x)", "the angle in radians whose cosine is x", math_acos, 1, 1, 0},
    {"asin", "asin(x)", "the angle in radians whose sine is x", math_asin, 1, 1, 0},
    {"atan", "atan(x)", "the angle in radians whose tangent is x", math_atan, 1, 1, 0},
    {"atan2", "atan2(y, x)", "the angle in radians of the point (x, y)", math_atan2, 2, 2, 0},
    {"cbrt", "cbrt(x)", "the cube root", math_cbrt, 1, 1, 0},
    {"ceil", "ceil(x)", "the least int that is not below x", math_ceil, 1, 1, 0},
    {"clamp", "clamp(x, low, high)", "the number between low and high that is nearest to x",
     math_clamp, 3, 3, 0},
    {"cos", "cos(x)", "the cosine of x radians", math_cos, 1, 1, 0},
    {"cosh", "cosh(x)", "the hyperbolic cosine", math_cosh, 1, 1, 0},
    {"exp", "exp(x)", "e to the power of x", math_exp, 1, 1, 0},
    {"floor", "floor(x)", "the greatest int that is not above x", math_floor, 1, 1, 0},
    {"gcd", "gcd(a, b)", "the greatest common divisor of two ints", math_gcd, 2, 2, 0},
    {"hypot", "hypot(x, y)", "the length of the vector (x, y)", math_hypot, 2, 2, 0},
    {"is_inf", "is_inf(x)", "whether x is inf or -inf", math_is_inf, 1, 1, 0},
    {"is_nan", "is_nan(x)", "whether x is nan", math_is_nan, 1, 1, 0},
    {"isqrt", "isqrt(n)",
     "the square root of an int, rounded down; of a negative one it crashes with value_error",
     math_isqrt, 1, 1, 0},
    {"lcm", "lcm(a, b)", "the least common multiple of two ints", math_lcm, 2, 2, 0},
    {"log", "log(x)", "the natural logarithm", math_log, 1, 1, 0},
    {"log10", "log10(x)", "the logarithm to base 10", math_log10, 1, 1, 0},
    {"log2", "log2(x)", "the logarithm to base 2", math_log2, 1, 1, 0},
    {"pow", "pow(x, y)", "x ** y", math_pow, 2, 2, 0},
    {"round", "round(x)",
     "the nearest int, halves away from zero; nan and inf crash with value_error, as in floor, "
     "ceil and trunc",
     math_round, 1, 1, 0},
    {"sign", "sign(x)", "-1, 0 or 1; nan of nan", math_sign, 1, 1, 0},
    {"sin", "sin(x)", "the sine of x radians", math_sin, 1, 1, 0},
    {"sinh", "sinh(x)", "the hyperbolic sine", math_sinh, 1, 1, 0},
    {"sqrt", "sqrt(x)", "the square root", math_sqrt, 1, 1, 0},
    {"tan", "tan(x)", "the tangent of x radians", math_tan, 1, 1, 0},
    {"tanh", "tanh(x)", "the hyperbolic tangent", math_tanh, 1, 1, 0},
    {"trunc", "trunc(x)", "x without its fraction, as an int", math_trunc, 1, 1, 0},
    {NULL, NULL, NULL, NULL, 0, 0, 0},
};
