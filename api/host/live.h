/* Which of the objects that a host has been given are still alive: what the library is handed back
 * is looked up before it is touched, so a freed one is found. It serves objects that are few, or
 * whose use need not be fast; a VM has a door (door.h), a value a handle. All of it may be called
 * from any thread. */
#ifndef CSP_API_HOST_LIVE_H
#define CSP_API_HOST_LIVE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum live_kind {
    LIVE_NONE,
    LIVE_SESSION,
    LIVE_ERROR,
    LIVE_LENT_ERROR, /* to be read, and not the host's to free */
    LIVE_REF,
    LIVE_COMPLETER,
    LIVE_PORT,
    LIVE_TASK,
    LIVE_TESTS
} live_kind;

/* False: no memory. */
bool live_add(const void *object, live_kind kind);
/* The kind of a live object; NONE: there is none at that address. */
live_kind live_kind_of(const void *object);
/* Takes the object out if it is alive and of that kind: true for one caller, who frees it. */
bool live_take(const void *object, live_kind kind);

/* How many have been taken out so far: while it is the same, whatever was alive is. */
extern _Atomic uint64_t live_taken;

#endif
