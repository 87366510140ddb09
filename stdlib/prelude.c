/* The globals: what needs no module. Those of processes and time are in process.c. */
#include <math.h>

#include "stdlib/natives.h"
#include "vm/core/text.h"
#include "vm/core/type.h"
#include "vm/data/index.h"
#include "vm/native.h"
#include "vm/number/arith.h"
#include "vm/number/num_long.h"
#include "vm/number/num_text.h"
#include "vm/process/channel.h"
#include "vm/process/closing.h"
#include "vm/process/handle.h"
#include "vm/process/output.h"
#include "vm/walk/walk.h"
#include "vm/walk/walk_compare.h"
#include "vm/walk/walk_copy.h"
#include "vm/walk/walk_show.h"

/* --- output. args: the list of values; slots: the text under way, and how far its writing is. The
 * text is handed over as a whole, so that none is torn by another's. */

static verdict print_values(csp_vm *vm, process *p, value *args, int stream, bool line,
                            value *result)
{
    value *slot = &args[1];
    if (*slot == VALUE_ABSENT) {
        struct show_walk *fresh = walk_text_new(vm, false, " ");
        if (!fresh)
            return VERDICT_FAIL;
        *slot = value_object(fresh);
    }
    *result = VALUE_NIL;
    if (args[2] != VALUE_ABSENT)
        return output_print(vm, p, stream, *slot, &args[2]);
    struct show_walk *w = value_as_object(*slot);
    verdict v = walk_text_step(vm, p, w, args[0]);
    if (v != VERDICT_DONE)
        return v;
    v = walk_text_finish(vm, w, line ? "\n" : "");
    return v == VERDICT_DONE ? output_print(vm, p, stream, *slot, &args[2]) : v;
}

static verdict native_print(csp_vm *vm, process *p, value *args, value *result)
{
    return print_values(vm, p, args, 1, true, result);
}

static verdict native_write(csp_vm *vm, process *p, value *args, value *result)
{
    return print_values(vm, p, args, 1, false, result);
}

static verdict native_eprint(csp_vm *vm, process *p, value *args, value *result)
{
    return print_values(vm, p, args, 2, true, result);
}

/* --- values */

static verdict native_len(csp_vm *vm, process *p, value *args, value *result)
{
    uint64_t length;
    if (data_length(vm, p, args[0], &length) != VERDICT_DONE)
        return VERDICT_FAIL;
    return vm_give(vm, num_uint(vm, length), result);
}

static verdict native_type(csp_vm *vm, process *p, value *args, value *result)
{
    (void)p;
    const char *name = vm_type_name(args[0]);
    return vm_give(vm, str_intern(vm, name, strlen(name)), result);
}

/* An error value: x could not be converted. */
static verdict not_converted(csp_vm *vm, process *p, value x, const char *what, value *result)
{
    text shown;
    text_init(&shown, vm);
    value e = walk_show(vm, &shown, x, NUM_SHOWN) ? num_unreadable(vm, &shown, what) : VALUE_ABSENT;
    if (e != VALUE_ABSENT && value_is(x, OBJ_ERROR))
        e = error_caused(vm, e, x, process_owner(p));
    return vm_give(vm, e, result);
}

static verdict text_to_int(csp_vm *vm, process *p, const value *args, value *result)
{
    int64_t base;
    if (!native_int_arg(vm, p, native_optional(vm, args, 1, value_int(10)), "an int as the base",
                        &base))
        return VERDICT_FAIL;
    if (base < 2 || base > 36)
        return vm_raise(vm, ERR_VALUE, "a base is from 2 to 36");
    if (num_is_long(NUM_PARSE, args[0], value_int(base)))
        return num_long_become(vm, NUM_PARSE, args[0], value_int(base));
    const string *s = value_string(args[0]);
    vm_charge(vm, s->size / 8);
    value n = num_parse_int(vm, s->text, s->size, (int)base);
    if (n == VALUE_NIL)
        return not_converted(vm, p, args[0], "a whole number", result);
    return vm_give(vm, n, result);
}

static verdict native_int(csp_vm *vm, process *p, value *args, value *result)
{
    value x = args[0];
    if (value_is(x, OBJ_STRING))
        return text_to_int(vm, p, args, result);
    if (native_optional(vm, args, 1, VALUE_ABSENT) != VALUE_ABSENT)
        return vm_raise_type(vm, p, x, "a string, as a base is given");
    if (value_is_object(x) && !value_usable(p, x))
        return vm_raise_moved(vm, x);
    *result = x;
    if (value_is_integer(x))
        return VERDICT_DONE;
    value n = value_is_float(x) ? num_truncate(vm, value_as_float(x)) : VALUE_NIL;
    if (n == VALUE_NIL)
        return not_converted(vm, p, x, "a whole number", result);
    return vm_give(vm, n, result);
}

static verdict native_float(csp_vm *vm, process *p, value *args, value *result)
{
    value x = args[0];
    if (value_is_object(x) && !value_usable(p, x))
        return vm_raise_moved(vm, x);
    *result = x;
    if (value_is_float(x))
        return VERDICT_DONE;
    if (value_is_number(x))
        return vm_give(vm, num_float(vm, num_as_double(x)), result);
    value n = value_is(x, OBJ_STRING)
                  ? num_parse_float(vm, value_string(x)->text, value_string(x)->size)
                  : VALUE_NIL;
    if (n == VALUE_NIL)
        return not_converted(vm, p, x, "a number", result);
    return vm_give(vm, n, result);
}

static verdict native_abs(csp_vm *vm, process *p, value *args, value *result)
{
    value x = args[0];
    if (!value_is_number(x))
        return vm_raise_type(vm, p, x, "a number");
    if (value_is_float(x))
        return vm_give(vm, num_float(vm, fabs(value_as_float(x))), result);
    *result = x;
    return num_compare(x, value_int(0)) < 0 ? num_unary(vm, OPC_NEG, x, result) : VERDICT_DONE;
}

static bool is_nan(value x) { return value_is_float(x) && isnan(value_as_float(x)); }

/* The first of the least (sign -1) or greatest (1) so far is `best`: whether v takes its place,
 * being of that order to it; a NaN among numbers is the result. */
static bool replaces(value v, value best, int order, int sign)
{
    return order == sign || (is_nan(v) && !is_nan(best));
}

/* args: the values as a list; slots: the best so far, which is looked at next, whether a walk
 * compares that. */
static verdict extreme_long(csp_vm *vm, process *p, value *args, int sign, value *result)
{
    enum { STEP = 512, PER_REDUCTION = 8 };
    const list *values = value_list(args[0]);
    value *best = &args[1], *next = &args[2], *walking = &args[3];
    if (*best == VALUE_ABSENT) {
        *best = values->items[0];
        *next = value_int(values->count > 1);
    }
    uint32_t i = (uint32_t)value_as_int(*next);
    vm_charge(vm, STEP / PER_REDUCTION);
    for (unsigned n = 0; n < STEP && i < values->count; n++, i++) {
        int order = 0;
        value v = values->items[i];
        if (*walking == VALUE_TRUE) {
            *walking = VALUE_ABSENT;
            order = value_is_int(*native_result(p)) ? (int)value_as_int(*native_result(p)) : 2;
        } else {
            verdict compared = walk_compare_quick(vm, p, v, *best, &order);
            if (compared == VERDICT_CALL) {
                *walking = VALUE_TRUE;
                *next = value_int(i);
                return walk_call(vm, p, WALK_COMPARE, 2, (value[]){v, *best});
            }
            if (compared != VERDICT_DONE)
                return compared;
        }
        if (replaces(v, *best, order, sign))
            *best = v;
    }
    *next = value_int(i);
    *result = *best;
    return i < values->count ? VERDICT_YIELD : VERDICT_DONE;
}

static verdict min_long(csp_vm *vm, process *p, value *args, value *result)
{
    return extreme_long(vm, p, args, -1, result);
}

static verdict max_long(csp_vm *vm, process *p, value *args, value *result)
{
    return extreme_long(vm, p, args, 1, result);
}

/* A few values that need no walk at once. */
static verdict extreme(csp_vm *vm, process *p, const value *args, int sign, value *result)
{
    enum { AT_ONCE = 64 };
    static const native_entry longer[] = {
        {"min", "min(..values)", "", min_long, 1, NATIVE_VARIADIC, 3},
        {"max", "max(..values)", "", max_long, 1, NATIVE_VARIADIC, 3},
    };
    uint32_t argc = native_argc(vm);
    value best = args[0];
    for (uint32_t i = argc > 1; i < argc; i++) {
        int order;
        verdict v =
            argc <= AT_ONCE ? walk_compare_quick(vm, p, args[i], best, &order) : VERDICT_CALL;
        if (v == VERDICT_CALL)
            return native_become(vm, &longer[sign > 0]);
        if (v != VERDICT_DONE)
            return v;
        if (replaces(args[i], best, order, sign))
            best = args[i];
    }
    *result = best;
    return VERDICT_DONE;
}

static verdict native_min(csp_vm *vm, process *p, value *args, value *result)
{
    return extreme(vm, p, args, -1, result);
}

static verdict native_max(csp_vm *vm, process *p, value *args, value *result)
{
    return extreme(vm, p, args, 1, result);
}

/* --- failure */

static verdict native_error(csp_vm *vm, process *p, value *args, value *result)
{
    value message = native_optional(vm, args, 1, str_new(vm, "", 0));
    value data = native_optional(vm, args, 2, VALUE_NIL);
    if (!value_is(args[0], OBJ_STRING))
        return vm_raise_type(vm, p, args[0], "a string as an error's kind");
    if (!value_is(message, OBJ_STRING))
        return vm_raise_type(vm, p, message, "a string as an error's message");
    return vm_give(vm, error_new(vm, args[0], message, data), result);
}

static verdict native_fail(csp_vm *vm, process *p, value *args, value *result)
{
    (void)result;
    if (value_is(args[0], OBJ_ERROR) && value_usable(p, args[0]))
        return vm_raise_value(vm, args[0]);
    if (!value_is(args[0], OBJ_STRING))
        return vm_raise_type(vm, p, args[0], "a string or an error");
    return vm_raise_text(vm, ERR_FAIL, args[0]);
}

static verdict native_assert(csp_vm *vm, process *p, value *args, value *result)
{
    *result = VALUE_NIL;
    if (value_truthy(args[0]))
        return VERDICT_DONE;
    value message = native_optional(vm, args, 1, VALUE_ABSENT);
    if (message == VALUE_ABSENT)
        vm_raise(vm, ERR_ASSERT, "assertion failed");
    else if (!value_is(message, OBJ_STRING))
        return vm_raise_type(vm, p, message, "a string as the assertion's message");
    else
        vm_raise_text(vm, ERR_ASSERT, message);
    return vm_blame(vm, p, args[0], VALUE_NIL);
}

/* --- channels */

static verdict native_chan(csp_vm *vm, process *p, value *args, value *result)
{
    int64_t capacity = 0;
    value size = native_optional(vm, args, 0, VALUE_ABSENT);
    if (size != VALUE_ABSENT) {
        if (!native_int_arg(vm, p, size, "an int as the size of the channel's buffer", &capacity))
            return VERDICT_FAIL;
        if (capacity < 1 || capacity > (int64_t)LIST_MAX)
            return vm_raise(
                vm, ERR_VALUE,
                "a channel's buffer has room for 1 to %zu messages; without one, write chan()",
                LIST_MAX);
    }
    channel *c = chan_make(vm, (uint32_t)capacity, native_call_position(vm));
    if (!c)
        return VERDICT_FAIL;
    *result = value_object(c);
    return VERDICT_DONE;
}

static verdict native_close(csp_vm *vm, process *p, value *args, value *result)
{
    *result = VALUE_NIL;
    channel *c = chan_to_close(vm, p, args[0]);
    if (!c)
        return VERDICT_FAIL;
    chan_close(vm, c);
    return VERDICT_DONE;
}

static verdict native_send_end(csp_vm *vm, process *p, value *args, value *result)
{
    return chan_end(vm, p, args[0], false, result);
}

static verdict native_recv_end(csp_vm *vm, process *p, value *args, value *result)
{
    return chan_end(vm, p, args[0], true, result);
}

const native_entry prelude_natives[] = {
    {"print", "print(..values)",
     "writes the values as str() has them, separated by spaces, with a newline at the end",
     native_print, 0, NATIVE_VARIADIC, 2},
    {"write", "write(..values)", "print without the newline", native_write, 0, NATIVE_VARIADIC, 2},
    {"eprint", "eprint(..values)", "print to standard error", native_eprint, 0, NATIVE_VARIADIC, 2},
    {"len", "len(x)", "how many elements, code points, bytes or keys x has; of a range, too",
     native_len, 1, 1, 0},
    {"type", "type(x)", "the name of x's type, as a string", native_type, 1, 1, 0},
    {"str", "str(x)", "x as text, as print shows it", walk_run_str, 1, 1, 2},
    {"repr", "repr(x)", "x as text, as a container shows it: strings in quotes", walk_run_repr, 1,
     1, 2},
    {"int", "int(x, base = 10)",
     "an int as it is, a float truncated, text of digits of that base (2 to 36) with an optional "
     "sign read as a "
     "number; else (nan and inf, too) an error of kind value_error",
     native_int, 1, 2, 0},
    {"float", "float(x)",
     "a number as a float; text with an optional sign, point and exponent, or inf, nan; else an "
     "error of kind "
     "value_error",
     native_float, 1, 1, 0},
    {"error", "error(kind, message = \"\", data = nil)",
     "an error value; kind and message are strings", native_error, 1, 3, 0},
    {"fail", "fail(what)",
     "crashes the process: with a string as an error of kind fail, with an error as that error",
     native_fail, 1, 1, 0},
    {"assert", "assert(condition, message = \"assertion failed\")",
     "crashes with assert_error unless the condition is truthy", native_assert, 1, 2, 0},
    {"freeze", "freeze(x)", "a deeply immutable copy of x; freeze(move x): x itself",
     walk_run_freeze, 1, 1, 1},
    {"copy", "copy(x)", "a deep copy of x that can be changed, of its frozen parts, too",
     walk_run_copy, 1, 1, 1},
    {"min", "min(..values)", "the first of the least of one or more values; a nan wins", native_min,
     1, NATIVE_VARIADIC, 0},
    {"max", "max(..values)", "the first of the greatest of one or more values; a nan wins",
     native_max, 1, NATIVE_VARIADIC, 0},
    {"abs", "abs(x)", "the number without its sign", native_abs, 1, 1, 0},
    {"chan", "chan(n = nil)", "a channel; with a buffer for n messages if n is given", native_chan,
     0, 1, 0},
    {"close", "close(c)", "no more sends on c; what is buffered can still be received",
     native_close, 1, 1, 0},
    {"send_end", "send_end(c)", "a handle to c that only sends", native_send_end, 1, 1, 0},
    {"recv_end", "recv_end(c)", "a handle to c that only receives", native_recv_end, 1, 1, 0},
    {NULL, NULL, NULL, NULL, 0, 0, 0},
};
