/* Arithmetic beyond the interpreter's fast paths. */
#ifndef CSP_VM_NUMBER_ARITH_H
#define CSP_VM_NUMBER_ARITH_H

#include "vm/core/concurrency.h"

/* One arithmetic instruction on any operands (OPC_ADD … OPC_SHR, as the register form): numbers
 * only; data_add does the rest of what can be added. DONE with *out, or FAIL (type_error,
 * zero_division, value_error, out_of_memory, the limit on bits). The work is charged. CALL: it
 * takes too long to be done at once; callers that multiply, divide or raise to a power pass it on
 * to num_long.h. */
verdict num_binary(csp_vm *vm, process *p, opcode op, value a, value b, value *out);
verdict num_unary(csp_vm *vm, opcode op /* OPC_NEG, OPC_BNOT */, value a, value *out);
/* num_compare and num_hash for programs: the work is charged. */
int num_order(csp_vm *vm, value a, value b);
uint64_t num_key_hash(csp_vm *vm, value number);

/* Greatest common divisor, least common multiple (both >= 0), and the root of n >= 0 rounded down.
 * For simple natives, which return the same: CALL if it takes long. */
verdict num_gcd(csp_vm *vm, value a, value b, value *out);
verdict num_lcm(csp_vm *vm, value a, value b, value *out);
verdict num_isqrt(csp_vm *vm, value n, value *out);

#endif
