/* Refs: values that the host holds for as long as it likes. */
#ifndef CSP_API_HOST_REF_H
#define CSP_API_HOST_REF_H

#include <pthread.h>
#include <stdatomic.h>

#include "include/csp.h"
#include "vm/core/value.h"

struct host;

typedef struct ref_home {
    pthread_mutex_t lock;
    _Atomic(csp_ref *) freed; /* a list; changed under the lock */
    uint32_t users;           /* refs that have not been let go, and the VM */
    bool gone;                /* the VM is */
} ref_home;

enum { REFS_KNOWN = 8 };

typedef struct refs {
    value *slots; /* pinned; a free one has the next free one as an int */
    uint32_t used, capacity;
    uint32_t free;  /* the first free slot, counted from 1; 0: none below `used` */
    uint32_t count; /* refs that the host has */
    ref_home *home; /* what the refs and the VM share */
    struct {
        const csp_ref *ref; /* was alive, and this VM's, when live_taken was `taken` */
        uint64_t taken;     /* a value of live_taken */
    } known[REFS_KNOWN];
} refs;

bool refs_init(struct host *h);
void refs_free(struct host *h);
/* Empties the slots of refs that other threads have freed since. */
void refs_take_freed(refs *of);
static inline void refs_settle(refs *of)
{
    if (__builtin_expect(atomic_load_explicit(&of->home->freed, memory_order_relaxed) != NULL, 0))
        refs_take_freed(of);
}

#endif
