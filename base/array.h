/* Arrays of malloc's memory that grow. */
#ifndef CSP_BASE_ARRAY_H
#define CSP_BASE_ARRAY_H

#include <stddef.h>
#include <stdint.h>

/* Makes room for at least `count` items of `size` bytes, count > 0, in a malloc'ed array: returns
 * it, or a larger one in its place. It grows at least twofold, so adding n items one by one costs
 * O(n) in all. *capacity is how many items there is room for; an array begins as NULL and 0. NULL:
 * no memory, or too many bytes for a size_t; the array is unchanged. */
void *array_room(void *items, size_t *capacity, size_t count, size_t size);

/* The same for a capacity that is kept in 32 bits and cannot exceed them. */
void *array_room32(void *items, uint32_t *capacity, size_t count, size_t size);

#endif
