/* Operations on ints that take longer than a slice: they run on a worker (request.h) while their
 * process waits. Those whose time grows with the length alone (sums, bits, shifts, comparisons) are
 * never long: 2 to 5 ms at 2^26 bits. */
#ifndef CSP_VM_NUMBER_NUM_LONG_H
#define CSP_VM_NUMBER_NUM_LONG_H

#include <gmp.h>

#include "vm/code/native.h"

typedef enum num_long {
    NUM_MUL,       /* (a, b) */
    NUM_FLOOR_DIV, /* (a, b) */
    NUM_MOD,       /* (a, b) */
    NUM_POW,       /* (a, b), b a small int >= 0 */
    NUM_GCD,       /* (a, b) */
    NUM_LCM,       /* (a, b) */
    NUM_ISQRT,     /* (n, nil), n >= 0 */
    /* (n, base): its digits, a string; a negative base means capitals for digits above 9 */
    NUM_FORMAT,
    NUM_PARSE /* (string, base): an int, or the error value that `int` gives */
} num_long;

/* Computes an arithmetic one at once, on any thread. */
void num_compute(num_long op, mpz_ptr result, mpz_srcptr a, mpz_srcptr b);

/* Whether it would take too long to be done at once. Cheap; the arguments are as above. */
bool num_is_long(num_long op, value a, value b);
/* The operation of an instruction for which num_binary returned CALL. */
num_long num_long_of(opcode op);

/* LONG(op, a, b) as a resumable native: waits for the result. */
extern const native_entry num_long_native;
/* In a resumable native: calls it (native_call). CALL or FAIL. */
verdict num_long_call(csp_vm *vm, process *p, num_long op, value a, value b);
/* In a simple native: goes on as it (native_become). CALL. */
verdict num_long_become(csp_vm *vm, num_long op, value a, value b);

#endif
