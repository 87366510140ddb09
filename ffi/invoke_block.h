/* The block of arguments of the direct path, which direct_*.S knows: for plan.c and invoke.c. */
#ifndef CSP_FFI_INVOKE_BLOCK_H
#define CSP_FFI_INVOKE_BLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "ffi/invoke.h"
#include "ffi/sanitize.h"

/* x86-64, System V: words for the general registers, for those of the vector unit, for the
 * stack. */
enum { BLOCK_GENERAL = 6, BLOCK_VECTORS = 8, BLOCK_STACK = 8 * (BLOCK_GENERAL + BLOCK_VECTORS) };
#define BLOCK_TOGETHER  UINT32_MAX /* invoke_plan.second: there is none */
#define BLOCK_WORD(i)   (8 * (i))
#define BLOCK_VECTOR(i) (8 * (BLOCK_GENERAL + (i)))

#if defined(__x86_64__) && defined(__LP64__)
#define INVOKE_DIRECT
/* result: the two general registers, the two of the vector unit */
void invoke_direct(invoke_fn *fn, const void *block, unsigned vectors, size_t words,
                   uint64_t result[4]);
#ifndef FFI_ASAN
/* The same with a change of stacks, at once. */
#define NATIVE_CALLS
native_outcome native_switch_call(native_stack *s, invoke_fn *fn, const void *block, size_t words,
                                  unsigned vectors);
#endif
#endif

#endif
