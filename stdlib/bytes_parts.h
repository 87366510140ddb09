/* What the files of the modules Bytes and Buffer share. */
#ifndef CSP_STDLIB_BYTES_PARTS_H
#define CSP_STDLIB_BYTES_PARTS_H

#include "vm/native.h"

/* The inside of bytes, a buffer or (where `texts`) a string; good until something is allocated into
 * it. */
typedef struct span {
    uint8_t *data;
    size_t size;
} span;

/* False: v is none that p may use. */
bool span_of(process *p, value v, bool texts, span *out);
/* The same of bytes or a buffer; false: raised. */
bool span_arg(csp_vm *vm, process *p, value v, span *out);

/* bytes_search.c */
enum { BYTES_TRIM_SLOTS = 4, BYTES_SPLIT_SLOTS = 7 };
native_fn bytes_index, bytes_starts_with, bytes_ends_with; /* simple */
native_fn bytes_trim, bytes_split;                         /* resumable */

#endif
