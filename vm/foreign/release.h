/* What C has given and wants back: results that are `owned(free)`. And memory that a program has
 * asked for itself.
 *
 * A release runs once: when the program says so (`Ffi.free`), when the process that was given the
 * pointer ends, when a collection finds that nobody holds the pointer any more, or at the end of
 * the VM. After that the pointer cannot be used. The list of releases holds its pointers weakly. */
#ifndef CSP_VM_FOREIGN_RELEASE_H
#define CSP_VM_FOREIGN_RELEASE_H

#include "vm/foreign/cvalue.h"
#include "vm/core/vm.h"

typedef struct release {
    const cfunction *by; /* the C function to call; NULL: memory of Ffi.alloc */
    size_t size;         /* of Ffi.alloc's memory, counted as the heap's; else 0: not known */
    void *address;
    cowner *pointer;                 /* weak; NULL: the collector has found that nobody holds it */
    struct release *next, *previous; /* of the VM */
    struct release *next_own, *previous_own; /* of its process; NULL: it has ended */
    process *proc;
    uint32_t users; /* atomic: calls on workers that have it; it is not run before they are over */
    bool done;
} release;

/* Checks that the `size` bytes from v + `offset` on lie inside the memory of Ffi.alloc that v, a
 * pointer, leads into. FAIL: value_error. */
verdict release_bounds(csp_vm *vm, value v, uint64_t offset, uint64_t size);

/* How many bytes of such memory there are from v on; SIZE_MAX: not known. */
size_t release_room(value v);

static inline bool release_is_done(const release *r) { return r && r->done; }

/* Lets v, of cpointer_new_owner and nobody else's yet, be given back by `by`. False: no memory;
 * nothing is given back. */
bool release_add(csp_vm *vm, process *p, value v, const cfunction *by);
/* A pointer to `size` bytes, zeroed, of p's. FAIL: out_of_memory. */
verdict release_alloc(csp_vm *vm, process *p, size_t size, value *out);
/* Runs the release of v now. FAIL (value_error): v has none, or it has run. */
verdict release_run(csp_vm *vm, value v);
/* If the memory that v, a pointer, leads into has to be given back, keeps it in place until
 * release_drop, which any thread may call, even if it is released meanwhile. NULL: there is nothing
 * to hold. */
release *release_hold(value v);
static inline void release_drop(release *r) { __atomic_sub_fetch(&r->users, 1, __ATOMIC_RELEASE); }
/* Runs releases of p, which is about to end: at most *most, which is counted down. */
void release_some_of(csp_vm *vm, process *p, int64_t *most);
/* Runs all releases of a process that ends; of the VM. */
void release_all_of(csp_vm *vm, process *p);
void release_all(csp_vm *vm);
/* Between two slices: gives back what a collection found that nobody holds any more, some hundred
 * of it, and what had to wait for a worker. */
void release_lost(csp_vm *vm);
bool release_pending(const csp_vm *vm); /* there is more of it */

#endif
