/* Bigints as GMP sees them: read-only views of limbs in the collected heap, and results copied
 * back. For arithmetic only; everything else uses num.h. GMP's own memory is malloc'ed and lives no
 * longer than one operation. GMP aborts when memory runs out, so whoever makes a large result calls
 * num_check_bits first. */
#ifndef CSP_VM_NUMBER_BIGINT_H
#define CSP_VM_NUMBER_BIGINT_H

#include <gmp.h>

#include "vm/core/concurrency.h"

_Static_assert(sizeof(mp_limb_t) == sizeof(uint64_t), "bigint.limbs are GMP's limbs");

/* A read-only integer `z` of any size; it is never cleared. The view must not move, and the integer
 * must stay rooted. */
typedef struct num_view {
    mpz_t z;
    mp_limb_t limb;
} num_view;
void num_view_of(num_view *view, value integer);

/* The number of bits of the magnitude; 0 for 0. */
uint64_t num_bits(value integer);

/* FAIL (out_of_memory) if the VM does not allow an integer of so many bits. */
verdict num_check_bits(csp_vm *vm, uint64_t bits);

/* The canonical integer of z, which does not change. VALUE_ABSENT: out of memory. */
value num_from_mpz(csp_vm *vm, mpz_srcptr z);

/* The result of an operation: stores it and clears z. FAIL: out of memory, or more bits
 * than allowed. */
verdict num_give(csp_vm *vm, mpz_ptr z, value *out);

/* The number as mantissa * 2 ** *exponent with 0.5 <= |mantissa| < 1 (or both 0): for integers
 * beyond the range of a double. */
double num_split(value integer, int64_t *exponent);

#endif
