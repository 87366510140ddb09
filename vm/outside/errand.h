/* Errands: calls of the system that may keep their thread waiting (files, folders), done on the
 * VM's pool while a process waits. An errand reads and writes malloc'ed memory of its own, so it
 * may outlive its process: a worker finishes what it has begun, unless it looks at `cancelled`, and
 * what was made for somebody who is gone (memory, an open file) is freed with the errand. */
#ifndef CSP_VM_OUTSIDE_ERRAND_H
#define CSP_VM_OUTSIDE_ERRAND_H

#include "vm/outside/place.h"
#include "vm/outside/request.h"

enum { ERRAND_NUMBERS = 12, ERRAND_PATHS = 2 };

typedef struct errand {
    request base;
    void (*work)(struct errand *e); /* on a worker */
    const char *op;                 /* what it does or was doing when it failed: "open" */
    int error;                      /* an errno; 0: all went well */
    int fd;                         /* what it has opened, closed with it; -1: nothing */
    int64_t numbers[ERRAND_NUMBERS];
    char *paths[ERRAND_PATHS]; /* malloc'ed, as is `data` */
    char *data;                /* what is to be written, or what came of it */
    size_t size, capacity;
    size_t most;      /* the most bytes of data that it may make */
    const char *from; /* bytes in a pinned value, to be written: `from_size` of them */
    size_t from_size;
    confine *confine; /* where it may work; its own count, or NULL */
    bool cancelled;   /* atomic: nobody waits any more */
} errand;

/* Where what the VM is granted holds; NULL: everywhere. */
static inline const confine *vm_confine(const csp_vm *vm) { return vm->confine; }

/* NULL: out of memory, raised. */
errand *errand_new(csp_vm *vm, void (*doing)(errand *e), const char *op);
/* One that asks the network for a name, which may take for ever: it does not hold up the others. */
errand *errand_new_patient(csp_vm *vm, void (*doing)(errand *e), const char *op);
/* Frees one that has not been started. */
void errand_free(errand *e);
/* Starts e and parks p, the running process, until it is done: BLOCK; e belongs to the request from
 * now on. FAIL: raised, and e is freed. `from` lies in the value `pinned` (VALUE_NIL: there is
 * none), which is a string or bytes. */
verdict errand_start(csp_vm *vm, process *p, errand *e, value pinned);
/* In a native that has waited for it. It stays with p until errand_end, or until p leaves the
 * native's frame. */
errand *errand_of(const process *p);
void errand_end(csp_vm *vm, process *p);

/* For workers: false: out of memory, or more than `most`; `error` says which. */
bool errand_reserve(errand *e, size_t more);
bool errand_add(errand *e, const void *data, size_t size);
/* The place of one of its paths, as place_find; false: `error` says why not. */
bool errand_find(errand *e, int path, uint64_t needs, bool follow, place *at);
/* The same for something to be moved or removed, which a granted place must not be. */
bool errand_find_loose(errand *e, int path, uint64_t needs, place *at);
static inline bool errand_cancelled(const errand *e)
{
    return __atomic_load_n(&e->cancelled, __ATOMIC_RELAXED);
}

#endif
