/* What a VM keeps for its host: who is in, the handles that the host has been given, and the like.
 * One for each VM, in its world. */
#ifndef CSP_API_HOST_HOST_H
#define CSP_API_HOST_HOST_H

#include "api/host/class.h"
#include "api/host/door.h"
#include "api/host/handle.h"
#include "api/host/native.h"
#include "api/host/port.h"
#include "api/host/ref.h"
#include "api/host/run.h"
#include "api/host/task.h"
#include "api/world.h"

typedef struct host {
    csp_vm *vm;
    struct world *world;
    door *door;
    uint32_t entries;  /* of the thread that is in */
    uint32_t hooks;    /* under way */
    uintptr_t outside; /* door.inside before the first of them */
    bool telling;      /* config.misuse is being told */
    struct event_hook {
        void (*each)(void *user, const csp_event *event);
        void *user;
        const struct event *now; /* that it is being told of, or NULL */
    } trace;
    csp_error *misuse; /* what a callback did wrong; becomes the world's error afterwards */
    struct csp_context *context; /* of the native of the host that runs; NULL: none does */
    handles handles;
    host_natives natives;
    refs refs;
    host_ports ports;
    classes classes;
    runs runs;
    tasks tasks;
} host;

/* What door_enter and door_leave do, for the functions that a host calls all the time: inline where
 * nothing is out of the ordinary. */
static inline host *host_enter(csp_vm *vm, const char *function)
{
    door *d = door_last;
    uintptr_t who;
    if (__builtin_expect(!vm || d->vm != vm || !heap_knows_thread || !door_in(d, &who), 0))
        return door_enter(vm, function, 0);
    if (__builtin_expect(d->vm != vm, 0)) { /* freed meanwhile */
        door_out(d);
        return NULL;
    }
    d->host->entries = 1;
    return d->host;
}
static inline void host_leave(host *h)
{
    if (__builtin_expect(h->entries != 1 || h->misuse, 0)) {
        door_leave(h);
        return;
    }
    h->entries = 0;
    door_out(h->door);
}

/* The value of what is likely a handle of an object. */
static inline bool host_find(host *h, csp_value v, const char *function, value *out)
{
    return __builtin_expect(handle_find(&h->handles, v.word, out), 1) ||
           handle_value(h, v, function, out);
}

/* See handle_make. */
static inline csp_value handle_new(host *h, value v, const char *function)
{
    bool immediate = (v & 3) != 0 && door_scopes(h->door) > 0;
    return __builtin_expect(immediate, 1) ? CSP_VALUE_(v) : handle_make(h, v, function);
}

static inline host *host_of(const csp_vm *vm) { return world_of(vm)->host; }

/* Made with its VM, and freed before it. NULL: no memory. */
host *host_new(struct world *w);
void host_free(host *h);

/* A name of the host's as a key of maps. ABSENT: NULL, no UTF-8, or no memory; told. */
value host_name(host *h, const char *name, const char *function);

#endif
