/* What tests/ffi/generate writes, besides the functions themselves: the cases of the conformance
 * library, for tests/ffi/test_conformance.c. */
#ifndef CSP_TESTS_FFI_CONFORMANCE_H
#define CSP_TESTS_FFI_CONFORMANCE_H

#include <stddef.h>
#include <stdint.h>

typedef struct conformance_struct {
    const char *name;
    const char *fields; /* "i8 f32[3] S1": their types, in order; named a, b, c … */
    size_t size, align;
    const size_t *offsets;
} conformance_struct;

typedef struct conformance_case {
    const char *name;
    /* "i32(i8, S3, f64)"; "i32(cstring, ... f64, i64)" is called with two variadic arguments.
     * "i32(fn(i8, f64): S3)": a function that calls its argument, with `args`, expects `result`,
     * and gives whether it got it. */
    const char *signature;
    void (*fn)(void);
    const void *const *args; /* the bytes of each */
    const void *result;      /* those that must come back */
    uint64_t seen;           /* what conformance_seen must be behind it */
} conformance_case;

extern const conformance_struct conformance_structs[];
extern const conformance_case conformance_cases[];
extern const size_t conformance_struct_count, conformance_case_count;

/* A hash of all that the last function has got. */
extern uint64_t conformance_seen;

#endif
