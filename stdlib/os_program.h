/* What natives that start programs have in common: (command, ..args) with options, as a launch. */
#ifndef CSP_STDLIB_OS_PROGRAM_H
#define CSP_STDLIB_OS_PROGRAM_H

#include "vm/native.h"
#include "vm/outside/launch.h"

/* An option in the list of a variadic native with options (vm/code/native.h); NIL: it was not
 * given. */
value os_option(const list *all, uint32_t number);

/* Takes the arguments as the program's; with `shell` the first is a text for /bin/sh, and the
 * others are its $1, $2 … False: raised. */
bool os_take_args(csp_vm *vm, process *p, const list *all, bool shell, launch *l);
/* Where it runs, a path or nil; what is changed in its environment, a map of texts or nil. False:
 * raised. */
bool os_take_place(csp_vm *vm, process *p, value dir, value env, launch *l);
/* The error value for one that could not be started: `why` of `op`, as launch_program has
 * them. */
value os_launch_error(csp_vm *vm, process *p, const launch *l, int why, const char *op);
/* Puts its `status` and `signal` into a map under construction. False: no memory. */
bool os_put_end(csp_vm *vm, value in, const launch_end *how);

#endif
