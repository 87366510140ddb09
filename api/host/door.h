/* The door of a VM: who may go in. Every function of csp.h that is given a VM goes through it, so
 * what is behind may rely on a VM that lives, and on being alone with it.
 *
 * A VM's door outlives it and is used again for a later VM, so it may be looked at whatever the
 * host does. Who is in is one atomic word: the outermost entry of a thread sets it from 0 to the
 * thread's own, with the mark of what runs of the host meanwhile, and its leave clears it. */
#ifndef CSP_API_HOST_DOOR_H
#define CSP_API_HOST_DOOR_H

#include <stdarg.h>
#include <stdatomic.h>

#include "include/csp.h"

struct host;
struct csp_context;
struct process;

/* What is in, beside the thread's word. */
enum { INSIDE_NATIVE = 1 /* a native of the host runs */, INSIDE_HOOK = 2 /* another callback */ };

typedef struct door {
    _Alignas(64) _Atomic(csp_vm *) vm; /* NULL: this door is free */
    _Atomic uintptr_t inside;
    struct host *host;
    _Atomic uint32_t scopes; /* open ones of the VM (handle.h) */
    /* csp_config's */
    void *_Atomic user;
    void (*_Atomic misuse)(void *user, const char *function, const char *what);
    struct door *next; /* never changes */
} door;

/* The door that this thread went through last. Its address is what stands in `inside`. */
extern _Thread_local door *door_last __attribute__((tls_model("initial-exec")));
static inline uintptr_t door_me(void) { return (uintptr_t)&door_last; }

/* Goes in where nobody is; false: *who is. Out again: door_out. */
static inline bool door_in(door *d, uintptr_t *who)
{
    *who = 0;
    return atomic_compare_exchange_strong_explicit(&d->inside, who, door_me(), memory_order_acquire,
                                                   memory_order_relaxed);
}
static inline void door_out(door *d) { atomic_store_explicit(&d->inside, 0, memory_order_release); }

/* How an entry may come. */
enum { DOOR_NATIVE = 1 /* also from a native of this VM */ };

/* Enters the VM for `function`, to be left by door_leave. NULL: misuse, which has been told: csp.h
 * says what the function then gives. */
struct host *door_enter(csp_vm *vm, const char *function, unsigned how);
/* The same for a function that calls `each`, which is misuse if there is none. */
struct host *door_enter_calling(csp_vm *vm, const char *function, bool each);
void door_leave(struct host *h);

/* How many scopes are open; only who is in the VM changes that. */
static inline uint32_t door_scopes(const door *d)
{
    return atomic_load_explicit(&d->scopes, memory_order_relaxed);
}
static inline void door_set_scopes(door *d, uint32_t open)
{
    atomic_store_explicit(&d->scopes, open, memory_order_relaxed);
}

/* For what neither reads nor changes anything but its arguments: whether an open scope of a live VM
 * may be used here. False: enter to hear why not. */
static inline bool door_glance(const csp_vm *vm)
{
    door *d = door_last;
    if (__builtin_expect(atomic_load_explicit(&d->vm, memory_order_relaxed) != vm, 0) ||
        __builtin_expect(door_scopes(d) == 0, 0))
        return false;
    uintptr_t in = atomic_load_explicit(&d->inside, memory_order_relaxed);
    return in == 0 || in == (door_me() | INSIDE_NATIVE);
}

/* A call that is not allowed: tells config.misuse, and keeps an error of kind "misuse" ("csp_push:
 * the value …") where nobody else is in the VM. vm NULL: there is nobody to tell. Gives
 * CSP_E_MISUSE. */
csp_status door_misuse(csp_vm *vm, const char *function, const char *format, ...) CSP_FORMAT(3, 4);

/* The name and the text that a host has given: CSP_OK, or misuse, told. No text may be NULL. */
csp_status door_check_text(csp_vm *vm, const char *function, const char *name, const char *text,
                           size_t size);

/* What this thread, which is in, does of the host. */
static inline void door_native_begin(door *d)
{
    uintptr_t in = atomic_load_explicit(&d->inside, memory_order_relaxed);
    atomic_store_explicit(&d->inside, in | INSIDE_NATIVE, memory_order_relaxed);
}
static inline void door_native_end(door *d)
{
    uintptr_t in = atomic_load_explicit(&d->inside, memory_order_relaxed);
    atomic_store_explicit(&d->inside, in & ~(uintptr_t)INSIDE_NATIVE, memory_order_relaxed);
}
void door_hook_begin(struct host *h);
void door_hook_end(struct host *h);

/* The door of a live VM; NULL: it is not one. From any thread and from signal handlers: the VM may
 * be freed at any moment. */
door *door_find(const csp_vm *vm);

/* door_open makes the door of a new VM, and enters it. False: no memory. door_close ends the VM's
 * use of it, for a thread that is in. */
bool door_open(struct host *h);
void door_close(struct host *h);

#endif
