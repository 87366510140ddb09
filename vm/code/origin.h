/* Where processes come from: the spawns that led to a process, up to main. They are known long
 * after the processes in between have ended, and name the function that was spawned, whatever tail
 * calls have replaced it by.
 *
 * An origin is a place where something is spawned, together with the name of the function and the
 * origin of the spawning process. A process holds the number of its own. All processes with the
 * same history share one, so there are as many origins as the program has ways to spawn, like the
 * nodes of a calling context tree (Ammons, Ball, Larus: Exploiting hardware performance counters
 * with flow and context sensitive profiling, 1997). A function and place that occur again on the
 * way up are the origin that they were before, so a process that spawns its own kind for ever makes
 * no new ones. Internal to vm/. */
#ifndef CSP_VM_CODE_ORIGIN_H
#define CSP_VM_CODE_ORIGIN_H

#include "vm/core/concurrency.h"

enum { ORIGIN_HOST = 0 /* main, and what a host evaluates */ };

typedef struct origin {
    uint32_t position;         /* of the spawn; 0: not known */
    uint32_t parent;           /* the origin of the spawning process */
    const struct string *name; /* of the function, interned; NULL: it has none, or it is a block */
    /* processes that come from here have spawned at this very place again */
    bool recurs;
} origin;

/* The origin of the function `name` (as above) that a process of origin `parent` spawns at
 * `position`. If there is no memory for a new one: an origin whose position is 0. vm->last_spawn is
 * the latest answer: most spawns repeat it, and callers look there first. */
uint32_t origin_of_spawn(csp_vm *vm, uint32_t parent, uint32_t position, const struct string *name);
/* The origin with that number; ORIGIN_HOST has no position. */
origin origin_at(const csp_vm *vm, uint32_t number);
/* Where p was spawned; 0: by the host, or not known. */
uint32_t origin_position(const csp_vm *vm, const process *p);
/* The name of p, which may have ended: the name given by Process.name, else that of the function
 * that was spawned; NULL: it has none. */
const struct string *origin_name(csp_vm *vm, const process *p);
/* Called when code has been collected: forgets the origins in it, and those that came from there,
 * except those of live processes. From then on they are not known. It takes time for each process
 * and origin, so it only looks when their number has doubled. */
void origin_forget(csp_vm *vm);
void origin_free(csp_vm *vm);

#endif
