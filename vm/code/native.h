/* Native functions: the interface between the VM and the standard library's C.
 *
 * A simple native gets its arguments in place and stores its result in *result: VERDICT_DONE. On
 * failure it calls vm_raise and returns its result (VERDICT_FAIL). It may allocate (the arguments
 * are rooted: they lie in the caller's frame), but `args` is a pointer into the stack: a native
 * that starts nothing else never sees it move. What turns out to take long goes on as a resumable
 * native: native_become (VERDICT_CALL). Work in proportion to an argument's size is charged:
 * vm_charge(vm, n).
 *
 * A resumable native (entry->slots > 0) runs as a frame of its own: args[0 .. max) are its
 * parameters (VALUE_ABSENT: not given; a variadic one gets a list in args[0]), args[max .. max +
 * slots) its slots, zeroed (VALUE_ABSENT) at the start: for values and ints that must survive. It
 * is called again and again, from the first slot's step number on, until it gives DONE or FAIL:
 *   VERDICT_YIELD   call me again (the slice may have ended in between)
 *   VERDICT_CALL    native_call prepared a call of a function value: call me again with its
 *                   result in *native_result(…)
 *   VERDICT_BLOCK   it parked the process (channel.h, timer.h …): call me again when it is woken,
 *                   with p->wake telling why
 * `args` is computed anew at each step.
 *
 * A frame is left for good when it gives DONE, or when it is unwound: it gave FAIL, what it called
 * crashed, the process was killed. In the second case `abandon` gives back what it has. With
 * `catches` the crash of a function that it called does not unwind it: the next step finds the
 * error in the last of its slots (native_crash), which is ABSENT otherwise and which it clears.
 * Kills and what no catch stops (out_of_reductions) are never caught, nor what the native itself
 * fails with. */
#ifndef CSP_VM_CODE_NATIVE_H
#define CSP_VM_CODE_NATIVE_H

#include "vm/core/stack.h"
#include "vm/core/vm.h"

typedef verdict native_fn(csp_vm *vm, process *p, value *args, value *result);

enum { NATIVE_VARIADIC = 255 };

typedef struct native_entry {
    const char *name;      /* "push"; of the module in whose table it stands */
    const char *signature; /* "push(xs, x)": shown by the REPL and LANGUAGE.md */
    const char *doc;       /* one line */
    native_fn *fn;
    uint8_t min, max; /* arguments; max may be NATIVE_VARIADIC */
    uint8_t slots;    /* > 0: resumable */
    bool catches;     /* resumable; the last slot is native_crash */
    uint32_t insn_count;
    /* Resumable: its frame, with these args, is being unwound: gives back what the slots tell. May
     * not raise; once for each frame. NULL: there is nothing to do. */
    void (*abandon)(csp_vm *vm, process *p, const struct native_entry *entry, value *args);
    /* of its parameters, and NULL: calls that are arranged at run time may name arguments. A
     * parameter left out is ABSENT. NULL: they may not */
    const char *const *names;
    /* Of a variadic native: names of arguments that are given by name alone, and NULL. After the
     * other arguments its list then has ABSENT, and the value of each of these or ABSENT, in this
     * order. If none is given, the list ends before that. */
    const char *const *options;
    /* Resumable: the instructions of its frame, `insn_count` of them, of which the first is NATIVE;
     * NULL: that one and a way back */
    const insn *insns;
} native_entry;

/* A table of natives ends with an entry whose name is NULL. Module "" is the prelude. */
typedef struct native_module {
    const char *name;
    const native_entry *entries;
} native_module;

/* In a resumable native: call fn(argv[0] … argv[argc-1]) and come back; argv is copied at once.
 * Return what this returns (CALL or FAIL). */
verdict native_call(csp_vm *vm, process *p, value fn, uint32_t argc, const value *argv);
/* Where the result of that call is, when the native runs again. */
static inline value *native_result(const process *p)
{
    return process_registers(p) + p->code->registers - 1;
}
/* In a resumable native: makes room for a call of fn, and returns where its arguments are to be
 * stored, which must be done at once. Then return CALL. NULL: raised. */
static inline value *native_call_window(csp_vm *vm, process *p, value fn, uint32_t argc)
{
    value *at = native_result(p);
    if (__builtin_expect(at + 2 + argc > vm->sched.limit, 0)) {
        at = process_grow(vm, p, at, 2 + argc);
        if (!at)
            return NULL;
    }
    at[0] = fn;
    vm->sched.call_argc = argc;
    return at + 2;
}
/* Where a native that catches finds the error that its call crashed with. */
static inline value *native_crash(const process *p) { return native_result(p) - 1; }

/* In a simple native: its entry, for a function that many entries share. */
static inline const native_entry *native_called(const csp_vm *vm, const value *args)
{
    const scheduler *s = &vm->sched;
    bool known = s->call_pc->op == OPC_CALLN;
    value fn = known ? s->call_code->constants[s->call_pc->c] : args[-2];
    return ((const native *)value_as_object(fn))->entry;
}

/* In a simple native: how many arguments it has got, min to max of its entry. */
static inline uint32_t native_argc(const csp_vm *vm) { return vm->sched.native_argc; }
/* In a simple native: an argument that may be left out. */
static inline value native_optional(const csp_vm *vm, const value *args, uint32_t i,
                                    value otherwise)
{
    return i < native_argc(vm) && args[i] != VALUE_ABSENT ? args[i] : otherwise;
}
/* In a simple native: its call goes on as one of this resumable native with the same arguments, as
 * if that had been called instead. Return what this returns: CALL. So short work stays fast, and
 * long work holds nobody up. */
verdict native_become(csp_vm *vm, const native_entry *entry);
/* The same with other arguments, NATIVE_BECOME_ARGS at most. */
enum { NATIVE_BECOME_ARGS = 3 };
verdict native_become_with(csp_vm *vm, const native_entry *entry, uint32_t argc, const value *argv);
/* In a simple native: the position of the instruction that called it. */
uint32_t native_call_position(const csp_vm *vm);

/* The function object of an entry, one per VM; VALUE_ABSENT: out of memory. */
value native_value(csp_vm *vm, const native_entry *entry);

/* Registers a table of natives under a module's name ("" is the prelude); the table is static.
 * False: out of memory. */
bool vm_add_natives(csp_vm *vm, const char *module, const native_entry *entries);
/* The function object of a member, VALUE_NIL where there is none. */
value vm_native(csp_vm *vm, const char *of, const char *name);

/* The code of an entry's frames; `is_operator`: those that stand for an instruction. NULL: out
 * of memory. */
const code *native_code(csp_vm *vm, const native_entry *entry, bool is_operator);

void native_free(csp_vm *vm);

#endif
