/* Who waits for something outside, in the order in which they came; and turns, which go from one to
 * the next. All of it is the VM's thread's.
 *
 * Whoever waits has a request (request.h), which is completed here; a kill takes it out of its
 * list. A turn is a process' until turn_leave, which it calls at the latest when its frame is
 * unwound. */
#ifndef CSP_VM_OUTSIDE_TURN_H
#define CSP_VM_OUTSIDE_TURN_H

#include "vm/outside/request.h"

typedef struct waiter waiter;
/* One word, since there are many: `previous` of the first is the last. */
typedef struct waits {
    waiter *first;
} waits;

/* What they wait for, as reports say it. */
typedef enum waits_for { WAITS_STREAM, WAITS_CONNECTION, WAITS_DATAGRAM, WAITS_PROGRAM } waits_for;

/* p, which is running, waits until it is woken from that list: BLOCK; or FAIL. */
verdict waits_in(csp_vm *vm, process *p, waits *l, waits_for what);
/* To be called when p runs again, whatever woke it: gives back its request. */
void waits_over(csp_vm *vm, process *p);
void waits_wake(csp_vm *vm, waits *l); /* the first, if there is one */
void waits_wake_all(csp_vm *vm, waits *l);

typedef struct turn {
    const process *holder; /* compared, never followed */
    waits next;            /* those whose turn is to come */
    waits ready;           /* the holder, if it waits for the descriptor */
} turn;

/* Takes the turn for p. False: it is somebody else's, and p has to wait in `next`. */
bool turn_take(turn *t, const process *p);
/* If p has the turn, passes it on to the first in `next`. */
void turn_leave(csp_vm *vm, const process *p, turn *t);
/* When there will be no more turns: wakes all who wait, who find out why. */
void turn_wake_all(csp_vm *vm, turn *t);

#endif
