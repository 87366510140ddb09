/* Moving, and undoing a move. */
#ifndef CSP_VM_WALK_WALK_OWN_H
#define CSP_VM_WALK_WALK_OWN_H

#include "vm/code/native.h"
#include "vm/walk/walk.h"

/* The frame of such a walk, with these slots, is being unwound: what it has moved goes back. */
void walk_abandon(csp_vm *vm, process *p, walk_kind kind, value *args);
/* MOVE in one go, for a process that is killed; if that is not possible, v does not change. */
void walk_move_now(csp_vm *vm, process *p, value v);

/* The steps; walk.c has their slots. */
native_fn walk_run_move, walk_run_unmove, walk_run_freeze_move;

#endif
