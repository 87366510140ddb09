/* Messages from outside as values. */
#ifndef CSP_VM_WALK_WALK_UNPACK_H
#define CSP_VM_WALK_WALK_UNPACK_H

#include "msg/message.h"
#include "vm/code/native.h"

/* What the message says, at once: immutable, or in transit. ABSENT: it is large, or there is no
 * memory; a walk must unpack it. */
value walk_unpack_quick(csp_vm *vm, const csp_msg *m);

/* The step; walk.c has its slots. */
native_fn walk_run_unpack;

#endif
