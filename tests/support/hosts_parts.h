/* What the files of the random host share. */
#ifndef CSP_TESTS_HOSTS_PARTS_H
#define CSP_TESTS_HOSTS_PARTS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "csp.h"
#include "tests/support/ledger.h"

enum { VMS = 6, VALUES = 32, REFS = 16, ROOM = 256 };

/* A VM and what is held of it, by whoever has the lock. */
typedef struct place {
    pthread_mutex_t use;
    csp_vm *_Atomic vm; /* NULL: there is none now */
    csp_scope scope;
    csp_value values[VALUES];
    csp_ref *refs[REFS];
} place;

/* What any thread may take, use, and put back. */
typedef struct pool {
    pthread_mutex_t lock;
    void *items[ROOM];
    unsigned count;
} pool;

typedef struct hosts {
    place places[VMS];
    pool tasks, ports, completers;
    atomic_ullong deeds, vms;
    atomic_bool stop;
    atomic_ullong random; /* for natives */
    pthread_mutex_t lock;
    char *wrong;
} hosts;

/* A completer that the host has, and its entry. */
typedef struct pending {
    csp_completer *completer;
    ledger_entry *entry;
} pending;

/* There is one at a time. */
extern hosts *all_hosts;

/* xorshift64*: enough to vary what happens. */
static inline uint64_t draw(uint64_t *state, uint64_t below)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (*state * 0x2545f4914f6cdd1d >> 20) % below;
}

/* Something is wrong: the first such text is the result. Both may be NULL. */
void hosts_complain(const char *what, const char *more);

/* False: it is full, and the item is still the caller's. */
bool hosts_put(pool *p, void *item);
/* One of them, at random; NULL: there is none. */
void *hosts_take(pool *p, uint64_t *random);

/* hosts_module.c: a VM with a module of scripts, "script", and one of natives, "host". */
csp_vm *hosts_new_vm(place *of, uint64_t *random);
/* The classes of its objects: shared, owned. */
extern const csp_class hosts_classes[2];
extern const char *const hosts_functions[];
extern const unsigned hosts_function_count;
/* Completes it, or fails it; the entry is done if that was the first. */
void hosts_complete(const pending *of, uint64_t how);
/* A message of some kind, the caller's. */
csp_msg *hosts_message(uint64_t *random);

/* hosts_deeds.c: something that only who is in the VM may do; something that any thread may do, at
 * any time. */
void hosts_deed(place *p, uint64_t *random);
void hosts_free_vm(place *p, bool at_once);
void hosts_outside_deed(uint64_t *random);
/* At the end of a round. */
void hosts_empty_pools(void);

#endif
