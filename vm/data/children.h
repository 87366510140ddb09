/* What is inside a value, whatever its kind: its values, its bytes. */
#ifndef CSP_VM_DATA_CHILDREN_H
#define CSP_VM_DATA_CHILDREN_H

#include "vm/core/value.h"

/* The values directly inside a container that may be of any kind: `count` words, `stride` words
 * apart (absent ones among them). */
typedef struct children {
    value *items;
    uint64_t count;
    uint32_t stride;
} children;
children children_of(value v);

/* The inside of a text, bytes, a buffer, tuple or list, in bytes. */
typedef struct content {
    void *data;
    size_t size;
} content;
content content_of(value v);

#endif
