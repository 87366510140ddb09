/* x[a..b], and ranges as indices and as collections. */
#ifndef CSP_VM_DATA_SLICE_H
#define CSP_VM_DATA_SLICE_H

#include "vm/core/concurrency.h"

/* container[from..to]; CALL as in data_get. */
verdict data_slice(csp_vm *vm, process *p, value container, value from, value to, value *out);
/* The elements that container[r] consists of: negatives count from the end, then bounds are
 * clamped. Not for ranges or maps. FAIL: type_error. */
verdict data_slice_bounds(csp_vm *vm, process *p, value container, const range *r, uint64_t *a,
                          uint64_t *b);
/* container[r]: a fresh copy; CALL as above. The caller has checked that p may use
 * the container. */
verdict data_slice_range(csp_vm *vm, process *p, value container, const range *r, value *out);
/* FAIL for an open range, and for a range that is too long to count. */
verdict data_range_length(csp_vm *vm, process *p, const range *r, uint64_t *length);
verdict data_range_at(csp_vm *vm, process *p, const range *r, value index, value *out);
/* The end, excluded; VALUE_NIL for an open range. The bound of a closed range is a small
 * int (range_new). */
static inline value data_range_stop(const range *r)
{
    return r->header & RANGE_CLOSED ? value_int(value_as_int(r->to) + 1) : r->to;
}
/* Whether v, a number, equals an element of r. */
verdict data_range_has(csp_vm *vm, const range *r, value number, bool *has);

#endif
