/* Objects of the host: a class, a pointer of the host's, and what has to be done once nobody can
 * use that any more.
 *
 * An object is OBJ_HOSTED (object.h): where its class is `shared` a handle like a channel,
 * immutable and everybody's; else it has one owner, `move` hands it over, and nothing copies it.
 * Two are equal only if they are the same.
 *
 * The table of all of them holds them weakly. An object is finalized once: when it is closed, when
 * a collection has found that nobody holds it, or at the end of the VM. A collection only notes
 * what it finds: finalizers run at safe points, by the VM's thread, with no lock held. A process
 * that is brought back to be reported has what it held: such a marking judges nothing. */
#ifndef CSP_VM_DATA_HOSTED_H
#define CSP_VM_DATA_HOSTED_H

#include "vm/core/vm.h"

/* An object of p's, or of a class that is shared. `of` lives as long as the VM; data is not NULL.
 * `size` bytes count as memory until it is finalized; under pressure others that are garbage are
 * finalized here. ABSENT: no memory, and data stays the caller's. */
value hosted_new(csp_vm *vm, const process *p, const hosted_class *of, void *data, size_t size);
/* v has just been made, and nobody else has it: as if it never had been. data is the caller's. */
void hosted_forget(csp_vm *vm, value v);
/* Finalizes it now, unless that has happened: from then on data is NULL. v may have been moved
 * away: whoever owns it, it is closed. */
void hosted_close(csp_vm *vm, value v);
/* *data of v as p may use it, if it is an object of that class. FAIL: type_error, `moved` or
 * `closed` is raised. */
verdict hosted_use(csp_vm *vm, process *p, value v, const hosted_class *of, void **data);

/* `to` is about to be what `from` was: the contents are the same, and `from` stays behind. */
void hosted_succeed(csp_vm *vm, const host_object *from, host_object *to);

/* In the collector's callback, at the end of a marking that brings nothing back. */
void hosted_judge(csp_vm *vm);
/* In the callbacks of any other marking: all stay alive, since it would free what it does not reach
 * without telling. */
void hosted_keep(csp_vm *vm);
/* At a safe point: finalizes at most so many of those that a collection has found. Gives
 * how many. */
uint32_t hosted_sweep(csp_vm *vm, uint32_t most);
/* Whether there are any. */
bool hosted_pending(const csp_vm *vm);
/* How many are not yet finalized, without hidden ones. */
uint32_t hosted_count(const csp_vm *vm);
/* At the end of the VM: finalizes all. */
void hosted_free(csp_vm *vm);

#endif
