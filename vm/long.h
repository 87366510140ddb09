/* What operators do with values so long that it takes more than a moment: walks (walk.h) that copy in steps. */
#ifndef CSP_VM_LONG_H
#define CSP_VM_LONG_H

#include "vm/children.h"
#include "vm/data.h"

/* From here on it is done in steps; and what one step does: copying bytes, looking at elements. */
enum { LONG_BYTES = 128 << 10, LONG_ELEMENTS = 8 << 10 };
enum { LONG_BYTES_PER_REDUCTION = 128, LONG_ELEMENTS_PER_REDUCTION = 16 };

static inline bool long_elements(uint64_t count) { return count > LONG_ELEMENTS; }

/* Whether a + b is a case for WALK_ADD (whatever else is wrong with it). */
bool long_join(value a, value b);
/* Whether x[r] is one for WALK_PART, of which [a, b) is wanted, or x[i], since the text's table of offsets is not there
 * yet. */
bool long_slice(value x, uint64_t a, uint64_t b);
bool long_index(value x);

/* Copies bytes from *at on, as many as one step may, and charges them. True: all are there. */
bool long_copy(csp_vm *vm, void *to, const void *from, size_t size, size_t *at);

/* A list with so many elements that the caller sets (l->count says how many are set), a tuple for tuple_fill; their
 * memory is not cleared. ABSENT: raised. */
value list_blank(csp_vm *vm, const process *p, size_t count);
value tuple_blank(csp_vm *vm, size_t count);
value buffer_blank(csp_vm *vm, const process *p, size_t size);
/* Sets the elements from `at` on. Whether all are immutable is known when the last one is set. */
void tuple_fill(const process *p, tuple *t, uint64_t at, const value *items, uint64_t count);

/* Whether room for so many elements takes long to make, and that in steps: DONE, YIELD or FAIL. The slot is absent at
 * the start and the end; meanwhile the list stays as it is. */
static inline bool list_grows_long(const list *l, size_t capacity)
{
    enum { AT_ONCE = 8 * LONG_ELEMENTS };
    return capacity > l->capacity && capacity > AT_ONCE && capacity <= LIST_MAX;
}
verdict list_reserve_step(csp_vm *vm, list *l, size_t capacity, value *slot);

#endif
