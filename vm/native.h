/* The interface of native functions: what C that programs call is written with. The standard
 * library includes this, and of the rest of the VM what is about numbers, texts and containers, or
 * a room's own functions for a few modules (scripts/check-rooms has the list): it never looks
 * inside a csp_vm or a process. The natives of hosts (csp.h) build on the same.
 *
 *   a native, its table    native_fn, native_entry (vm/code/native.h, where the verdicts are told)
 *   arguments              native_…_arg below; data_list, data_own_list (list.h), data_map,
 *                          data_own_map (map.h), data_index (index.h), chan_of (channel.h);
 *                          native_argc, native_optional
 *   making                 str_new, str_format, bytes_new (string.h), text_… (text.h), num_int,
 *                          num_uint, num_float (num.h), list_new (list.h), tuple_new (tuple.h),
 *                          map_new (map.h), error_make (error.h); all give VALUE_ABSENT where
 *                          memory has run out: vm_give (error.h) gives the value or raises that
 *   failing                vm_raise, vm_raise_type, vm_raise_value (error.h)
 *   work, waiting, calls   vm_charge; YIELD, BLOCK after chan_receive, chan_send (channel.h) or
 *                          timer_sleep (timer.h); native_call, walk_call (walk.h), native_result
 *   going on in steps      native_become, native_become_with
 *
 * Entries need not be static: a host's are built at run time, with min and max read from a
 * signature (api/host/native.h). Such an entry is a member of a larger struct with what else
 * belongs to it, the host's data pointer included. The one function that all of them share finds it
 * by native_called, or in a frame as p->code->native. Entries and what they point to must outlive
 * the VM. What an abandoned call has to destroy is found in its frame's slots by the entry's
 * `abandon`. */
#ifndef CSP_VM_NATIVE_H
#define CSP_VM_NATIVE_H

#include "vm/code/native.h"
#include "vm/core/error.h"
#include "vm/core/string.h"
#include "vm/core/vm.h"
#include "vm/data/list.h"
#include "vm/data/map.h"
#include "vm/data/tuple.h"
#include "vm/number/num.h"

/* Arguments of one type. False or NULL: the argument is of another, and type_error ("expected a
 * string, got an int") or `moved` has been raised; the native returns FAIL. */

static inline string *native_string_arg(csp_vm *vm, process *p, value v)
{
    if (value_is(v, OBJ_STRING))
        return value_string(v);
    vm_raise_type(vm, p, v, "a string");
    return NULL;
}

static inline process *native_process_arg(csp_vm *vm, process *p, value v)
{
    if (value_is(v, OBJ_PROCESS))
        return value_as_object(v);
    vm_raise_type(vm, p, v, "a process");
    return NULL;
}

/* The first `count` arguments are numbers, or ints of any size. Inline: most natives of numbers are
 * little more than this. */

static inline bool native_number_args(csp_vm *vm, process *p, const value *args, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!value_is_number(args[i])) {
            vm_raise_type(vm, p, args[i], "a number");
            return false;
        }
    }
    return true;
}

static inline bool native_integer_args(csp_vm *vm, process *p, const value *args, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!value_is_integer(args[i])) {
            vm_raise_type(vm, p, args[i], "an int");
            return false;
        }
    }
    return true;
}

/* An int, clamped to INT_SMALL_MIN … INT_SMALL_MAX. For counts and sizes, of which the caller says
 * which are too small or too large. `what` was expected: "an int as the base". */
bool native_int_arg(csp_vm *vm, process *p, value v, const char *what, int64_t *n);

#endif
