/* Making messages their receiver's own. */
#ifndef CSP_VM_WALK_WALK_ADOPT_H
#define CSP_VM_WALK_WALK_ADOPT_H

#include "vm/code/native.h"

/* Gives a message in transit to p at once if it is immutable or flat. False: a walk must do it. */
bool walk_adopt_quick(process *p, value v);

/* The steps; walk.c has their slots. */
native_fn walk_run_adopt;

#endif
