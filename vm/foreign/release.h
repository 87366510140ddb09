/* What C has given and wants back: results that are `owned(free)`.
 * A release runs once: when the program says so (`Ffi.free`), when the process that was given
 * the pointer ends, when a collection has found that nobody holds it any more, or at the end of
 * the VM. From then on the pointer cannot be used. The list of releases holds its pointers
 * weakly. */
#ifndef CSP_VM_FOREIGN_RELEASE_H
#define CSP_VM_FOREIGN_RELEASE_H

#include "vm/foreign/cvalue.h"
#include "vm/core/vm.h"

typedef struct release {
    const cfunction *by;
    void *address;
    cpointer *pointer;               /* weak; NULL: the collector has found that nobody holds it */
    struct release *next, *previous; /* of the VM */
    struct release *next_own, *previous_own; /* of its process; NULL: it has ended */
    process *proc;
    bool done;
} release;

static inline bool release_is_done(const release *r) { return r && r->done; }

/* Lets the pointer v, which is nobody else's yet, be given back by `by`. False: no memory;
 * nothing is given back. */
bool release_add(csp_vm *vm, process *p, value v, const cfunction *by);
/* Now. FAIL: value_error, the pointer has no release, or is done. */
verdict release_run(csp_vm *vm, process *p, value v);
/* Of a process that ends; of the VM. */
void release_all_of(csp_vm *vm, process *p);
void release_all(csp_vm *vm);
/* In the collector's callback, at the end of a marking that brings nothing back: notes those
 * whose pointers are not marked. They run between two slices. */
void release_judge(csp_vm *vm);
void release_lost(csp_vm *vm);

#endif
