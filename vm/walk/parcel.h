/* Messages (msg/message.h) as values: a parcel holds one while it stands in a channel or is
 * packed or unpacked. Programs never see a parcel: what is received is unpacked first. */
#ifndef CSP_VM_WALK_PARCEL_H
#define CSP_VM_WALK_PARCEL_H

#include "msg/message.h"
#include "vm/core/vm.h"

/* A parcel that takes over m, whose memory counts as the VM's meanwhile. ABSENT: no memory, and m
 * stays the caller's. */
value parcel_new(csp_vm *vm, csp_msg *m);
/* The message in v; NULL: v is no parcel. */
const csp_msg *parcel_message(value v);
/* Takes out the message, which the caller then owns; the parcel is closed. */
csp_msg *parcel_open(csp_vm *vm, value parcel);

#endif
