/* What is a kind's own affair. object.def names the traits of each; they are defined where the kind
 * is implemented, in whatever room, and vm/kinds.c joins them. */
#ifndef CSP_VM_CORE_KIND_H
#define CSP_VM_CORE_KIND_H

#include "vm/core/text.h"

typedef struct kind_traits {
    /* Adds how v is shown; false: out of memory. NULL: its type between < and >, if no walk
     * knows better. */
    bool (*show)(text *t, value v);
    /* Two of the kind are equal if this is; it is what is hashed. NULL: the address, if no walk
     * knows better. */
    uint64_t (*identity)(value v);
    /* The bytes of its content that == looks at: the first ones from *from on, which is moved
     * there, and *size of them. False: there are no more. */
    bool (*next_bytes)(value v, size_t *from, size_t *size);
    /* Shown in parts: adds what stands before the part at `place` (a part, and an element of it,
     * both 0 at first), moves that, and gives the part. ABSENT: there are no more, and what
     * closes it has been added, or memory has run out. NULL: `show` shows it all. */
    value (*part)(text *t, value v, uint32_t place[2]);
} kind_traits;

#define KIND(enumerator, nature, type, traits) extern const kind_traits traits;
#include "vm/core/object.def"
#undef KIND

/* By kind; those between are NULL. */
extern const kind_traits *const kind_table[OBJ_KIND_LIMIT];

#endif
