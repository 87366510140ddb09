/* The pool of native stacks, for native_stack.c and native_switch.c. */
#ifndef CSP_FFI_NATIVE_POOL_H
#define CSP_FFI_NATIVE_POOL_H

#include <pthread.h>

#include "ffi/native_stack.h"

typedef struct native_list {
    native_stack *first, *last;
    uint32_t count;
} native_list;

struct native_stacks {
    pthread_mutex_t lock; /* of the lists */
    native_list pooled, claimed, retired;
    uint32_t users; /* atomic */
    size_t size;
    void *data;
    const native_terms *terms;
};

static inline const native_terms *native_terms_of(const native_stack *s) { return s->of->terms; }

#endif
