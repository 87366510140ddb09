/* Requests: work done elsewhere, on a thread of the VM's pool or by the outside world, while its
 * process waits.
 *
 * A process has at most one request under way. It parks with the request in its side. The request
 * has a copy of the ticket, and its completion, which any thread may post (pool.h), touches the
 * process only by winning that ticket, in the VM's thread. So if a kill comes first, the completion
 * finds the ticket stale and the result is dropped. If the completion comes first, the process has
 * its result, and is killed with it.
 *
 *   state       who may touch the request                  left by
 *   UNDER_WAY   the pool, a worker, or whoever does it;    completion -> ARRIVED
 *               the VM's thread only what is not in        kill -> ABANDONED, or disposed of at
 *               `job` and not the kind's                   once if no worker had begun
 *   ARRIVED     the VM's thread                            request_take -> the taker's
 *                                                          kill -> disposed of
 *   ABANDONED   as UNDER_WAY; nobody waits for it          completion -> disposed of
 *
 * At the VM's end, whatever is under way or abandoned belongs to whoever does it, and is dropped
 * when it is done: nothing waits for it but `settle`, and it touches nothing of the VM.
 *
 * A request that is UNDER_WAY counts as alive: there is no deadlock, and its process is held (its
 * address stands in memory that the collector scans) and is not a leak. What a worker reads of the
 * collected heap is pinned: `pins`. A worker allocates nothing there; what it makes is malloc'ed,
 * and counted in `outside` against the VM's limit of memory. */
#ifndef CSP_VM_OUTSIDE_REQUEST_H
#define CSP_VM_OUTSIDE_REQUEST_H

#include "vm/core/vm.h"
#include "vm/outside/pool.h"

typedef struct request request;

typedef struct request_kind {
    const char *what; /* the process "waits for <what>": for reports */
    /* Does the work, on a worker, in its turn. NULL: `begin` starts it. */
    void (*work)(request *r);
    bool patient; /* it may take for ever (pool.h) */
    /* In the VM's thread, once the process is parked: starts what will end in one call
     * of request_complete. */
    void (*begin)(request *r);
    /* In the VM's thread, at most once: nobody waits for it any more, so it may be hurried. It
     * still has to be completed. NULL: not possible. */
    void (*cancel)(request *r);
    /* The same at the VM's end, when it has been cancelled: returns when no more than that can come
     * of it, since the OS process may end next. It must not take long. NULL: nothing has to be
     * waited for. */
    void (*settle)(request *r);
    /* Frees the request with all that belongs to it, on any thread, exactly once. */
    void (*drop)(request *r);
} request_kind;

typedef enum request_state { REQUEST_UNDER_WAY, REQUEST_ARRIVED, REQUEST_ABANDONED } request_state;

/* The beginning of what a kind allocates (malloc'ed and zeroed; the kind sets `kind`). */
struct request {
    job job;
    const request_kind *kind;
    /* for the VM's thread only: */
    request *previous, *next; /* all of the VM's that have been neither taken nor disposed of */
    struct request_roots *roots;
    uint64_t ticket;
    size_t outside; /* bytes */
    request_state state;
};

/* p, which is running, waits for r from now on: BLOCK. The pins, at most REQUEST_PINS, stay alive
 * as long as r. FAIL: raised, and r is dropped: `outside` bytes were more than the limit of memory
 * allows, or there is no memory. */
enum { REQUEST_PINS = 2 };
verdict request_start(csp_vm *vm, process *p, request *r, const value *pins, uint32_t pin_count,
                      size_t outside);

/* Starts r with nobody waiting for it, in a VM that has waited for a request before: when somebody
 * completes r it is disposed of, and the VM is woken. */
void request_watch(csp_vm *vm, request *r);

/* r is done. [any thread] r may be gone when this returns. Not for kinds with `work`. */
void request_complete(request *r);

/* The same in the VM's thread, at once, for a request for which a process waits. */
void request_finish(csp_vm *vm, request *r);

/* In a process that has been woken: the request that has arrived, which the caller must dispose of;
 * NULL: something else woke it. */
request *request_take(csp_vm *vm, process *p);
void request_dispose(csp_vm *vm, request *r);
/* The same without taking it: it stays with the process, whose end disposes of it. */
static inline const request *request_arrived_for(const process *p) { return side_of(p)->request; }

/* Who waits for it; NULL: nobody does any more. */
const process *request_waiter(const request *r);

/* p no longer waits, for whatever reason. Called when it settles (a request that has arrived stays
 * with it) and when its frames are left (none stays). */
void request_settle(csp_vm *vm, process *p);
void request_leave(csp_vm *vm, process *p);

/* Between two slices: takes what has arrived in the inbox, in order, and wakes those whose requests
 * are among it, about `most` of them. Returns how many; request_arrived says whether more are
 * there. */
int64_t request_deliver(csp_vm *vm, int64_t most);
bool request_arrived(const csp_vm *vm);
/* The VM's pool, made when first needed; NULL: raised. */
pool *request_pool(csp_vm *vm);
/* Whether any process waits for a request. */
static inline bool request_pending(const csp_vm *vm) { return vm->requests_waiting != 0; }

/* For the audit: whether p is registered for the request in its side, and whether the count of
 * waiting processes equals the number of all requests under way. */
bool request_waits(const process *p);
bool request_counted(const csp_vm *vm);

/* At the VM's end, before its loop goes. */
void request_close(csp_vm *vm);

#endif
