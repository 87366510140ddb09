/* x in xs, for any collection. */
#ifndef CSP_VM_WALK_WALK_CONTAINS_H
#define CSP_VM_WALK_WALK_CONTAINS_H

#include "vm/code/native.h"

/* The steps; walk.c has their slots. */
native_fn walk_run_contains;

#endif
