/* What is a kind's own affair. object.def names the traits of each; they are defined where the kind
 * is implemented, in whatever room, and vm/kinds.c joins them. */
#ifndef CSP_VM_CORE_KIND_H
#define CSP_VM_CORE_KIND_H

#include "vm/core/text.h"

typedef struct kind_traits {
    /* Adds how v is shown; false: out of memory. NULL: its type between < and >, if no walk knows
     * better. */
    bool (*show)(text *t, value v);
    /* Two of the kind are equal if this is; it is what is hashed. NULL: the address, if no walk
     * knows better. */
    uint64_t (*identity)(value v);
} kind_traits;

#define KIND(enumerator, nature, type, traits) extern const kind_traits traits;
#include "vm/core/object.def"
#undef KIND

/* By kind; those between are NULL. */
extern const kind_traits *const kind_table[OBJ_KIND_LIMIT];

#endif
