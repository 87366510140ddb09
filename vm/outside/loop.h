/* The outside world: libuv's loop, one per VM, with one timerfd behind it for exact deadlines.
 * loop.c is the only file that calls uv_*. */
#ifndef CSP_VM_OUTSIDE_LOOP_H
#define CSP_VM_OUTSIDE_LOOP_H

#include "vm/core/bytecode.h"

typedef struct loop loop;

#define LOOP_NEVER INT64_MAX

/* NULL: errno says why (EMFILE, ENFILE, ENOMEM …). A VM's own loop is made by vm_loop. Does not
 * touch the descriptors 0 to 2, closed ones included. */
loop *loop_new(void);
void loop_free(loop *l);
int64_t loop_now(void);      /* CLOCK_MONOTONIC in ns */
int64_t loop_cpu_time(void); /* of this thread, in ns */
/* Time as processes of the VM see it: what timers go by, and ns since 1970. */
int64_t vm_now(const csp_vm *vm);
int64_t vm_wall_clock(const csp_vm *vm);
/* From now on both stand still, except when vm_pass advances them. */
void vm_stop_time(csp_vm *vm);
void vm_pass(csp_vm *vm, int64_t ns); /* ns >= 0 */
/* Waits, inside the collector's "do blocking", until the deadline (on the clock of loop_now;
 * LOOP_NEVER: none), a completion, or loop_wake. It may return early. */
void loop_wait(loop *l, int64_t deadline);
/* Descriptors that end a wait when they can be written to (-1: none): to be filled in before it. */
enum { LOOP_OUTPUTS = 2 };
int *loop_outputs(loop *l);
void loop_poll(loop *l);    /* takes what is there, never waits */
void loop_wake(loop *l);    /* from any thread or signal handler: ends a wait */
int loop_fd(const loop *l); /* for a host to poll */
/* In the child of a fork: makes descriptors of its own in place of the parent's. 0, or an errno,
 * and then the child can only end. */
int loop_forked(loop *l);
/* Makes loop_fd readable from the deadline on; 0: now. */
void loop_watch(loop *l, int64_t deadline);

/* Descriptors that tell when they become ready: once each time (EPOLLET), on the thread that waits
 * or polls. loop_add: 0 or an errno; EPERM: it is a file, and never makes anybody wait. A
 * descriptor is taken out before it is closed. `ready` may free no other. */
typedef struct loop_watched {
    void (*ready)(struct loop_watched *w, bool reads, bool writes);
    bool over; /* there has been an end, an error or urgent data: no more edges may come for them */
} loop_watched;
int loop_add(loop *l, int fd, loop_watched *w);
void loop_remove(loop *l, int fd);
void loop_look(loop *l); /* tells those that are ready; never waits */

/* The VM's loop, made when first needed: a program that only computes and prints opens no
 * descriptor. NULL: there is none (vm->no_loop), or it cannot be made, and errno says why. */
struct loop *vm_loop(csp_vm *vm);
/* Ends a wait of the VM after one of the flags that are set from outside was set. From any thread
 * or signal handler. */
void vm_wake(csp_vm *vm);
#endif
