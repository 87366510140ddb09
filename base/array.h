/* Arrays of malloc's memory that grow. */
#ifndef CSP_BASE_ARRAY_H
#define CSP_BASE_ARRAY_H

#include <stddef.h>
#include <stdint.h>

/* The malloc'ed array with room for at least `count` items of `size` bytes, count > 0: as it is,
 * or a larger one in its place. It doubles at least, so that n items added one by one cost O(n)
 * in all. *capacity says for how many items there is room; an array begins as NULL and 0. NULL:
 * there is no memory, or no size_t for so many bytes, and the array is as it was. */
void *array_room(void *items, size_t *capacity, size_t count, size_t size);

/* The same where the capacity is kept in 32 bits, and cannot be more. */
void *array_room32(void *items, uint32_t *capacity, size_t count, size_t size);

#endif
