/* Equality. */
#ifndef CSP_VM_WALK_WALK_EQUAL_H
#define CSP_VM_WALK_WALK_EQUAL_H

#include "vm/code/native.h"

struct equal_walk;

/* Answers at once if that is easy (numbers, strings, identical, different types, short flat
 * containers): 1 yes, 0 no, -1: a walk must decide. */
int walk_equal_quick(csp_vm *vm, value a, value b);
/* Compares keys in one go, without recursion (keys cannot change, but may be deep). */
bool walk_equal_keys(csp_vm *vm, value a, value b);
/* Compares single elements in the sense of ==: 1 equal, 0 not, -1: containers, or long texts or
 * bytes, of the same kind and size that must be compared. p NULL: owners are not checked. */
int walk_equal_atoms(csp_vm *vm, const process *p, value a, value b);
/* A comparison under way, for searches (CONTAINS). NULL: raised. */
struct equal_walk *walk_equal_new(csp_vm *vm);
/* Begins to compare a with b, which walk_equal_quick could not decide. False: raised. */
bool walk_equal_begin(csp_vm *vm, process *p, struct equal_walk *w, value a, value b);
/* DONE with *equal, YIELD when *budget is used up, FAIL. */
verdict walk_equal_run(csp_vm *vm, process *p, struct equal_walk *w, int64_t *budget, bool *equal);

/* The steps; walk.c has their slots. */
native_fn walk_run_equal;

#endif
