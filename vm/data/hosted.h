/* Objects of the host: a class, a pointer of the host's, and what has to be done once nobody can
 * use the pointer any more.
 *
 * An object is OBJ_HOSTED (object.h). If its class is `shared`, it is a handle like a channel,
 * immutable and usable by all; else it has one owner, `move` hands it over, and nothing copies it.
 * Two are equal only if they are the same.
 *
 * The table of all of them holds them weakly. An object is finalized once: when it is closed, when
 * a collection has found that nobody holds it, or at the end of the VM. A collection only notes
 * what it finds: finalizers run at safe points, by the VM's thread, with no lock held. A process
 * that is brought back to be reported keeps what it held, so a marking that brings processes back
 * judges nothing. */
#ifndef CSP_VM_DATA_HOSTED_H
#define CSP_VM_DATA_HOSTED_H

#include "vm/core/vm.h"

/* Makes an object, owned by p unless its class is shared. `of` must live as long as the VM; data is
 * not NULL. `size` bytes count as memory until it is finalized; under pressure others that are
 * garbage are finalized here. ABSENT: no memory, and data stays the caller's. */
value hosted_new(csp_vm *vm, const process *p, const hosted_class *of, void *data, size_t size);
/* Undoes the making of v, which nobody else has yet: data is the caller's again. */
void hosted_forget(csp_vm *vm, value v);
/* Finalizes v now, unless that has happened; from then on its data is NULL. v may have been moved
 * away: it is closed whoever owns it. */
void hosted_close(csp_vm *vm, value v);
/* Stores v's pointer in *data, if v is an object of that class that p may use. FAIL: type_error,
 * `moved` or `closed` is raised. */
verdict hosted_use(csp_vm *vm, process *p, value v, const hosted_class *of, void **data);

/* `to`, which has the same contents, is about to take the place of `from`, which stays behind. */
void hosted_succeed(csp_vm *vm, const host_object *from, host_object *to);

/* In the collector's callback, at the end of a marking that brings nothing back. */
void hosted_judge(csp_vm *vm);
/* In the callbacks of any other marking: keeps all objects alive, since such a marking would free
 * them unnoticed. */
void hosted_keep(csp_vm *vm);
/* At a safe point: finalizes up to `most` of those that a collection has found. Returns how
 * many. */
uint32_t hosted_sweep(csp_vm *vm, uint32_t most);
/* Whether there are any to finalize. */
bool hosted_pending(const csp_vm *vm);
/* How many objects are not yet finalized, not counting hidden ones. */
uint32_t hosted_count(const csp_vm *vm);
/* At the end of the VM: finalizes all. */
void hosted_free(csp_vm *vm);

#endif
