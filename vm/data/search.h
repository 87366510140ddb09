/* Searching a text or bytes for another one, in steps. */
#ifndef CSP_VM_DATA_SEARCH_H
#define CSP_VM_DATA_SEARCH_H

#include "vm/core/concurrency.h"

/* The state of a search: an object, so that a slot can hold it. */
typedef struct search {
    uint64_t header;
    size_t at; /* no occurrence begins before it */
    /* for a long part: how many bytes of it, and of the window at `at`, are hashed */
    size_t prepared, hashed;
    uint64_t wanted, found, power; /* their hashes; base ^ (size - 1) */
    /* when the hashes agree: how many bytes have been compared and are equal */
    size_t matched;
} search;

/* The search that a slot holds, or a new one from byte `from` on. NULL: raised. */
search *search_in_slot(csp_vm *vm, value *slot, size_t from);
/* Goes on, charging for what it looks at, until *found is the first place where `part` begins,
 * or SIZE_MAX if there is none (DONE); or YIELD. To find the next one, set `at` and zero the
 * rest: search_restart. */
verdict search_step(csp_vm *vm, search *s, const void *in, size_t size, const void *part,
                    size_t part_size, size_t *found);
void search_restart(search *s, size_t at);
/* All in one go if there is little to look at: DONE. CALL: it must be done in steps. */
verdict search_quick(csp_vm *vm, const void *in, size_t size, size_t from, const void *part,
                     size_t part_size, size_t *found);

#endif
