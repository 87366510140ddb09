/* x[a..b], and ranges as indices and as collections. */
#ifndef CSP_VM_DATA_SLICE_H
#define CSP_VM_DATA_SLICE_H

#include "vm/core/concurrency.h"

/* container[from..to]; CALL as data_get has it. */
verdict data_slice(csp_vm *vm, process *p, value container, value from, value to, value *out);
/* Which elements container[r] is made of: negatives count from the end, then all is clamped. No
 * range, no map. FAIL: type_error. */
verdict data_slice_bounds(csp_vm *vm, process *p, value container, const range *r, uint64_t *a,
                          uint64_t *b);
/* container[r]: a fresh copy; CALL as above. Whether p may use the container is checked before. */
verdict data_slice_range(csp_vm *vm, process *p, value container, const range *r, value *out);
/* FAIL for an open range, and for one that is too long to count. */
verdict data_range_length(csp_vm *vm, process *p, const range *r, uint64_t *length);
verdict data_range_at(csp_vm *vm, process *p, const range *r, value index, value *out);
/* Behind the last element; VALUE_NIL where it is open. The bound of a closed range is a small int
 * (range_new). */
static inline value data_range_stop(const range *r)
{
    return r->header & RANGE_CLOSED ? value_int(value_as_int(r->to) + 1) : r->to;
}
/* Whether v, a number, equals an element of r. */
verdict data_range_has(csp_vm *vm, const range *r, value number, bool *has);

#endif
