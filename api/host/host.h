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

/* Enters for what compiles or runs something: until host_end an interrupt ends it, and the error of
 * an earlier call is gone. NULL: misuse, told. */
host *host_begin(csp_vm *vm, const char *function);
bool host_turn_away(host *h, const char *function);
void host_forget_error(host *h);
/* The same for who is in already; false: misuse, told, and out again. */
static inline bool host_start(host *h, const char *function)
{
    if (!world_begin(h->world))
        return host_turn_away(h, function);
    if (__builtin_expect(h->world->error != NULL, 0))
        host_forget_error(h);
    refs_settle(&h->refs);
    return true;
}
static inline void host_end(host *h)
{
    world_end(h->world);
    if (h->runs.watched || h->world->wake)
        run_end(h);
    door_leave(h);
}

/* Keeps an error for csp_take_error, and gives the status. */
csp_status host_fail(host *h, csp_status status, const char *kind, const char *format, ...)
    CSP_FORMAT(4, 5);
csp_status host_fail_memory(host *h);
/* The same for what the VM has raised, which is taken: its kind, its message, and the status that
 * belongs to the kind. */
csp_status host_fail_raised(host *h);
/* A value of another type: CSP_E_TYPE, "expected a bool, got nil". */
csp_status host_refuse(host *h, value got, const char *what);
/* Whether it is DONE; else what has been raised is kept. */
bool host_done(host *h, verdict v);

/* A name of the host's as a key of maps. ABSENT: NULL, no UTF-8, or no memory; told. */
value host_name(host *h, const char *name, const char *function);
/* What belongs to the error that is kept, because a value is CSP_NONE. */
csp_status host_pending(host *h, const char *function);

#endif
