/* The contents of a value of any kind: its values, its bytes. */
#ifndef CSP_VM_DATA_CHILDREN_H
#define CSP_VM_DATA_CHILDREN_H

#include "vm/core/value.h"

/* The values directly inside a container of any kind: `count` words, `stride` words apart (some may
 * be absent). */
typedef struct children {
    value *items;
    uint64_t count;
    uint32_t stride;
} children;
children children_of(value v);

/* The contents of a string, bytes, buffer, tuple or list, in bytes. */
typedef struct content {
    void *data;
    size_t size;
} content;
content content_of(value v);

#endif
