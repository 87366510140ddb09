#include "api/host/door.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/error.h"
#include "api/host/fail.h"
#include "api/host/host.h"
#include "base/hash.h"

enum { BUCKETS = 4096, TOLD_BYTES = 512 };

/* The doors of all VMs of this OS process, by the address of the VM: the lists only grow, so they
 * are read without the lock. */
static struct {
    pthread_mutex_t lock;
    door *_Atomic buckets[BUCKETS];
} doors = {.lock = PTHREAD_MUTEX_INITIALIZER};

static door no_door = {.vm = (csp_vm *)&no_door};
_Thread_local door *door_last __attribute__((tls_model("initial-exec"))) = &no_door;
/* config.misuse is being told by this thread of what it does to a VM that another one is in. */
static _Thread_local bool tells __attribute__((tls_model("initial-exec")));

static door *_Atomic *bucket_of(const csp_vm *vm)
{
    return &doors.buckets[hash_stir((uint64_t)(uintptr_t)vm) % BUCKETS];
}

door *door_find(const csp_vm *vm)
{
    if (!vm)
        return NULL;
    door *d = door_last;
    if (d->vm == vm)
        return d;
    for (d = atomic_load(bucket_of(vm)); d; d = d->next)
        if (d->vm == vm)
            return d;
    return NULL;
}

/* ---- A VM's beginning and end ---- */

static door *claim(const csp_vm *vm)
{
    door *_Atomic *bucket = bucket_of(vm);
    for (door *d = atomic_load(bucket); d; d = d->next)
        if (!d->vm && d->inside == 0)
            return d;
    door *d = aligned_alloc(_Alignof(door), sizeof *d);
    if (!d)
        return NULL;
    *d = (door){.next = atomic_load(bucket)};
    atomic_store(bucket, d);
    return d;
}

bool door_open(host *h)
{
    pthread_mutex_lock(&doors.lock);
    door *d = claim(h->vm);
    if (d) {
        d->inside = door_me();
        d->host = h;
        door_set_scopes(d, 0);
        d->user = h->world->user;
        d->misuse = h->world->misuse;
        d->vm = h->vm;
    }
    pthread_mutex_unlock(&doors.lock);
    h->door = d;
    h->entries = 1;
    return d != NULL;
}

void door_close(host *h)
{
    door *d = h->door;
    d->vm = NULL;
    door_set_scopes(d, 0);
    d->user = NULL;
    d->misuse = (void (*)(void *, const char *, const char *))0;
    d->host = NULL;
    atomic_store_explicit(&d->inside, 0, memory_order_release);
}

/* ---- Misuse ---- */

static void keep(host *h, const char *told)
{
    if (h->hooks == 0) {
        error_set_plain(h->world, "misuse", told, NULL);
        return;
    }
    if (!h->misuse)
        h->misuse = error_new_plain("misuse", told);
}

/* What is wrong, to a VM that this thread is in. */
static void tell(host *h, const char *function, const char *what)
{
    char told[2 * TOLD_BYTES];
    snprintf(told, sizeof told, "%s: %s", function, what);
    keep(h, told);
    void (*misuse)(void *, const char *, const char *) = h->door->misuse;
    if (!misuse || h->telling)
        return;
    h->telling = true;
    door_hook_begin(h);
    misuse(h->door->user, function, what);
    door_hook_end(h);
    h->telling = false;
}

/* The same, to one that is another thread's at the moment, if it is any. */
static void tell_outside(door *d, const char *function, const char *what)
{
    void (*misuse)(void *, const char *, const char *) = d ? d->misuse : NULL;
    if (!misuse || tells)
        return;
    tells = true;
    misuse(d->user, function, what);
    tells = false;
}

csp_status door_misuse(csp_vm *vm, const char *function, const char *format, ...)
{
    char what[TOLD_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    door *d = door_find(vm);
    if (!d)
        return CSP_E_MISUSE;
    uintptr_t nobody = 0;
    bool entered = atomic_compare_exchange_strong(&d->inside, &nobody, door_me());
    bool ours = entered || (nobody & ~(uintptr_t)(INSIDE_NATIVE | INSIDE_HOOK)) == door_me();
    if (!ours || d->vm != vm)
        tell_outside(ours ? NULL : d, function, what);
    else
        tell(d->host, function, what);
    if (entered)
        door_out(d);
    return CSP_E_MISUSE;
}

csp_status door_check_text(csp_vm *vm, const char *function, const char *name, const char *text,
                           size_t size)
{
    if (!name)
        return door_misuse(vm, function, "the name is NULL");
    if (!text && size > 0)
        return door_misuse(vm, function, "the text is NULL");
    return CSP_OK;
}

/* ---- In and out ---- */

/* This thread is in already. */
static host *enter_again(door *d, const char *function, unsigned how)
{
    uintptr_t in = d->inside;
    if ((in & INSIDE_HOOK) != 0) {
        door_misuse(d->vm, function, "it may not be called from a callback of its VM");
        return NULL;
    }
    if ((in & INSIDE_NATIVE) == 0 || (how & DOOR_NATIVE) == 0) {
        door_misuse(d->vm, function, "it may not be called from a native of its VM");
        return NULL;
    }
    d->host->entries++;
    return d->host;
}

host *door_enter(csp_vm *vm, const char *function, unsigned how)
{
    door *d = door_last;
    if (__builtin_expect(d->vm != vm || !vm, 0)) {
        d = door_find(vm);
        if (!d)
            return NULL;
        door_last = d;
    }
    uintptr_t before;
    if (__builtin_expect(!door_in(d, &before), 0)) {
        if ((before & ~(uintptr_t)(INSIDE_NATIVE | INSIDE_HOOK)) == door_me())
            return enter_again(d, function, how);
        tell_outside(d, function, "another thread is in the VM");
        return NULL;
    }
    if (d->vm != vm) { /* freed meanwhile */
        door_out(d);
        return NULL;
    }
    host *h = d->host;
    h->entries = 1;
    if (__builtin_expect(!heap_enter_thread(), 0)) {
        host_fail_memory(h);
        door_leave(h);
        return NULL;
    }
    return h;
}

host *door_enter_calling(csp_vm *vm, const char *function, bool each)
{
    if (each)
        return door_enter(vm, function, 0);
    door_misuse(vm, function, "there is no function to call");
    return NULL;
}

void door_leave(host *h)
{
    if (--h->entries > 0)
        return;
    if (__builtin_expect(h->misuse != NULL, 0)) {
        if (!h->world->error)
            h->world->error = h->misuse;
        else
            error_free(h->misuse);
        h->misuse = NULL;
    }
    door_out(h->door);
}

/* ---- What runs of the host ---- */

void door_hook_begin(host *h)
{
    if (h->hooks++ > 0)
        return;
    h->outside = h->door->inside;
    atomic_store_explicit(&h->door->inside, door_me() | INSIDE_HOOK, memory_order_relaxed);
}

void door_hook_end(host *h)
{
    if (--h->hooks == 0)
        atomic_store_explicit(&h->door->inside, h->outside, memory_order_relaxed);
}
