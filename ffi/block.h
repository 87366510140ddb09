/* The inside of a block of declarations, for the files of this room. */
#ifndef CSP_FFI_BLOCK_H
#define CSP_FFI_BLOCK_H

#include "ffi/ctype.h"

typedef struct ffi_atend {
    struct ffi_atend *next;
    void (*run)(void *data);
    void *data;
} ffi_atend;

struct ffi_block {
    uint32_t users; /* atomic */
    struct chunk *chunks;
    cstruct *first, **last; /* in the order of their declaration */
    ffi_atend *atend;
};

/* Called when the block goes, before its memory does. False: no memory. */
bool ffi_block_atend(ffi_block *b, void (*run)(void *data), void *data);

#endif
