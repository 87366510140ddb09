/* A bare VM for unit tests of values: a heap and one process that counts as running, but no code,
 * no scheduler that runs, no modules. */
#ifndef CSP_TESTS_VM_FIXTURE_H
#define CSP_TESTS_VM_FIXTURE_H

#include "vm/code/native.h"
#include "vm/core/vm.h"

/* Ends the test where it cannot be made. Ints may have FIXTURE_INT_BITS bits. */
enum { FIXTURE_INT_BITS = 1 << 20 };
csp_vm *fixture_vm(void);
void fixture_close(csp_vm *vm);

static inline process *fixture_process(csp_vm *vm) { return vm->sched.running; }

value fixture_string(csp_vm *vm, const char *utf8);
/* The text of a string value, which stays the value's. */
const char *fixture_text(value v);
/* As `repr` shows it, in a string that the caller frees. */
char *fixture_show(csp_vm *vm, value v);

/* The error under way as "kind: message", in a string that the caller frees ("" where there is
 * none). Clears it. */
char *fixture_raised(csp_vm *vm);

/* Calls the native `name` of a table with `count` values, as often as it wants to be called; it
 * must not call a function. VALUE_ABSENT where it failed. */
value fixture_call(csp_vm *vm, const native_entry *table, const char *name, uint32_t count, ...);

#endif
