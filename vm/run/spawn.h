/* Spawning processes that call something. */
#ifndef CSP_VM_RUN_SPAWN_H
#define CSP_VM_RUN_SPAWN_H

#include "vm/code/native.h"

/* A process that calls `fn` with argv, all of it immutable. NULL: raised, or *slow set: something
 * must be copied first. */
process *spawn_quick(csp_vm *vm, value fn, uint32_t argc, const value *argv, bool *slow);
process *spawn_block_quick(csp_vm *vm, const code *c, const value *captures, bool *slow);
/* What has to be copied for the slow case: a tuple (fn, arguments …) without the moved ones;
 * ABSENT: raised. */
value spawn_bundle(csp_vm *vm, process *parent, value fn, uint32_t argc, const value *argv);
/* The process, once the bundle is a message. NULL: raised. */
process *spawn_bundled(csp_vm *vm, value message, uint32_t argc, const value *argv);
/* A process that is one frame of this resumable native, with arguments that are immutable; it is
 * ready. NULL: raised. */
process *spawn_native(csp_vm *vm, process *parent, const native_entry *entry, uint32_t argc,
                      const value *argv);
/* Records where and by whom p was spawned, and makes it ready. */
void spawn_launch(csp_vm *vm, process *parent, process *child, uint32_t position);

#endif
