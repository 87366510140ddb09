/* Values as messages that leave the VM (msg/packed.h). Sharing and cycles are kept, what is frozen
 * stays frozen; of an error its trace stays behind. What means something only in its VM cannot
 * leave it: functions, channels, processes, objects of the host, what C has given. */
#ifndef CSP_VM_WALK_WALK_PACK_H
#define CSP_VM_WALK_WALK_PACK_H

#include "msg/message.h"
#include "vm/code/native.h"

/* v as a message, at once, if it is small; NULL: a walk must pack it, or say what is wrong. */
csp_msg *walk_pack_quick(const csp_vm *vm, const process *p, value v);

/* The step; walk.c has its slots. */
native_fn walk_run_pack;

#endif
