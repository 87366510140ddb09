/* Deep copies: for the process itself, as messages, or frozen. */
#ifndef CSP_VM_WALK_WALK_COPY_H
#define CSP_VM_WALK_WALK_COPY_H

#include "vm/code/native.h"

/* v as a message, at once: itself if it is immutable, or a copy (owner OWNER_TRANSIT) of a list or
 * map, not too long, whose elements are all immutable. VALUE_ABSENT: a walk must copy it. p must be
 * allowed to use v (checked before). */
value walk_copy_quick(csp_vm *vm, process *p, value v);
/* A copy for p, in one go, of a value that belongs to another process. FAIL: something in it
 * belongs to a third, or there is no memory. */
verdict walk_copy_for(csp_vm *vm, const process *p, value v, value *out);

/* The steps; walk.c has their slots. */
native_fn walk_run_copy, walk_run_outcome, walk_run_message, walk_run_freeze;

#endif
