/* Handles: what a host has of values. A word is an int, a float, nil or a bool as the VM has it
 * (value.h), or names a slot:
 *
 *     serial : 32 | slot : 24 | vm : 5 | 000
 *
 * Each slot has the serial of the scope that it belongs to, and each opening of a scope a serial of
 * its own. So closing a scope makes all of its handles stale at once; one compare finds them, and
 * those of other VMs. The slots are pinned, which makes them the root: handles may lie anywhere. */
#ifndef CSP_API_HOST_HANDLE_H
#define CSP_API_HOST_HANDLE_H

#include "include/csp.h"
#include "vm/core/concurrency.h"

struct host;

/* The values that one scope may have, and the scopes that may be open. */
enum { HANDLES_MAX = 1 << 20, HANDLE_SLOTS_MAX = 1 << 24, SCOPES_MAX = 1 << 16 };
/* The parts of a word that names a slot. */
enum { HANDLE_SLOT_SHIFT = 8, HANDLE_SERIAL_SHIFT = 32, HANDLE_TAG_MASK = 0xf8 };

typedef struct handle_scope {
    uint32_t first; /* slot */
    uint32_t serial;
    bool native; /* opened for a native: what it opens inside is closed with it */
} handle_scope;

typedef struct handles {
    value *slots;      /* pinned */
    uint32_t *serials; /* of the slots */
    uint32_t used, capacity, serials_capacity;
    handle_scope *scopes; /* the open ones, the innermost last; door.scopes of them */
    uint32_t scopes_capacity;
    uint32_t serial; /* the last one given */
    uint32_t tag;    /* the VM's, where it stands in a word */
} handles;

/* Makes room in a full array of pinned values for twice as many, or for `first` if there is none.
 * False: no memory, and nothing has changed. */
bool handle_grow_slots(value **slots, uint32_t *capacity, uint32_t first);

bool handles_init(struct host *h);
void handles_free(struct host *h);

/* A handle of v in the innermost scope: what handle_new (host.h) does, but not as quickly. CSP_NONE
 * where v is VALUE_ABSENT (what was raised is told, or that there is no memory), no scope is open,
 * it is full, or there is no memory: told. */
csp_value handle_make(struct host *h, value v, const char *function);
/* The value of a word that names a slot of an open scope. No serial is 0, so CSP_NONE is none. */
static inline bool handle_find(const handles *of, uint64_t word, value *out)
{
    uint32_t slot = (uint32_t)word >> HANDLE_SLOT_SHIFT;
    if ((word & (HANDLE_TAG_MASK | 7)) != of->tag || slot >= of->used ||
        of->serials[slot] != word >> HANDLE_SERIAL_SHIFT)
        return false;
    *out = of->slots[slot];
    return true;
}
/* The value of a handle. False: it is CSP_NONE (not told: the pending error stays), stale, another
 * VM's, or no handle at all. */
bool handle_look_up(struct host *h, csp_value v, const char *function, value *out);
static inline bool handle_value(struct host *h, csp_value v, const char *function, value *out)
{
    *out = v.word;
    return (v.word & 3) != 0 || handle_look_up(h, v, function, out);
}
/* The process that owns what is made now: in a native the one that called it, else the host's.
 * NULL: no memory; told. */
process *host_owner(struct host *h);

/* A scope for a native. False: too many are open, or no memory; told. pop closes all that it has
 * left open, too. step.h has quicker ways. */
bool handle_scope_push(struct host *h);
void handle_scope_pop(struct host *h);

#endif
