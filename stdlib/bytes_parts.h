/* What the files of the modules Bytes and Buffer share. */
#ifndef CSP_STDLIB_BYTES_PARTS_H
#define CSP_STDLIB_BYTES_PARTS_H

#include "vm/native.h"

/* The inside of bytes, a buffer or (if `texts`) a string; good until something is allocated into
 * it. */
typedef struct span {
    uint8_t *data;
    size_t size;
} span;

/* False: v is none that p may use. */
static inline bool span_of(process *p, value v, bool texts, span *out)
{
    if (value_is(v, OBJ_BYTES))
        *out = (span){value_bytes(v)->data, value_bytes(v)->size};
    else if (value_is(v, OBJ_BUFFER) && value_usable(p, v))
        *out = (span){((buffer *)value_as_object(v))->data, ((buffer *)value_as_object(v))->size};
    else if (texts && value_is(v, OBJ_STRING))
        *out = (span){(uint8_t *)value_string(v)->text, value_string(v)->size};
    else
        return false;
    return true;
}

/* The same for bytes or a buffer; false: raised. */
static inline bool span_arg(csp_vm *vm, process *p, value v, span *out)
{
    if (span_of(p, v, false, out))
        return true;
    vm_raise_type(vm, p, v, "bytes or a buffer");
    return false;
}

/* bytes_search.c */
enum { BYTES_TRIM_SLOTS = 4, BYTES_SPLIT_SLOTS = 7 };
native_fn bytes_index, bytes_starts_with, bytes_ends_with; /* simple */
native_fn bytes_trim, bytes_split;                         /* resumable */

#endif
