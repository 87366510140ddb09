#include "base/array.h"

#include <stdlib.h>

enum { FIRST_BYTES = 256, FIRST_ITEMS = 4 };

/* How many items the next larger array has room for; 0: more than `most`. */
static size_t larger(size_t capacity, size_t count, size_t size, size_t most)
{
    if (count > most)
        return 0;
    size_t first = FIRST_BYTES / size > FIRST_ITEMS ? FIRST_BYTES / size : FIRST_ITEMS;
    size_t next = capacity > most / 2 ? most : capacity ? 2 * capacity : first;
    return next > count ? next : count;
}

static void *room(void *items, size_t *capacity, size_t count, size_t size, size_t most)
{
    if (count <= *capacity)
        return items;
    size_t next = larger(*capacity, count, size, most);
    void *moved = next ? realloc(items, next * size) : NULL;
    if (moved)
        *capacity = next;
    return moved;
}

void *array_room(void *items, size_t *capacity, size_t count, size_t size)
{
    return room(items, capacity, count, size, SIZE_MAX / size);
}

void *array_room32(void *items, uint32_t *capacity, size_t count, size_t size)
{
    size_t wide = *capacity, most = SIZE_MAX / size;
    void *moved = room(items, &wide, count, size, most < UINT32_MAX ? most : UINT32_MAX);
    *capacity = (uint32_t)wide;
    return moved;
}
