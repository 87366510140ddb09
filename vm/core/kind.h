/* What each kind of object defines for itself. object.def names the traits of each kind; they are
 * defined in the room that implements the kind, and vm/kinds.c joins them. */
#ifndef CSP_VM_CORE_KIND_H
#define CSP_VM_CORE_KIND_H

#include "vm/core/text.h"

typedef struct kind_traits {
    /* Appends v as it is shown. False: out of memory. NULL: shown as its type between < and >,
     * unless a walk handles the kind. */
    bool (*show)(text *t, value v);
    /* Two objects of the kind are equal if this is equal, and it is what is hashed. NULL: the
     * address, unless a walk handles the kind. */
    uint64_t (*identity)(value v);
    /* The next run of bytes that == compares, at or after *from: moves *from to its beginning and
     * stores its length in *size. False: there are no more. */
    bool (*next_bytes)(value v, size_t *from, size_t *size);
    /* For a kind that is shown in parts: appends what stands before the part at `place` (the number
     * of a part and of an element in it, both 0 at first), advances `place`, and returns the part.
     * ABSENT: there are no more and the closing text has been appended, or memory has run out.
     * NULL: `show` shows it all. */
    value (*part)(text *t, value v, uint32_t place[2]);
} kind_traits;

#define KIND(enumerator, nature, type, traits) extern const kind_traits traits;
#include "vm/core/object.def"
#undef KIND

/* By kind; those between are NULL. */
extern const kind_traits *const kind_table[OBJ_KIND_LIMIT];

#endif
