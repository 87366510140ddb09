#include "repl/room.h"

#include <stdlib.h>

void *room_for_one(void *items, size_t count, size_t *capacity, size_t size)
{
    enum { FIRST = 64 };
    if (count < *capacity)
        return items;
    size_t larger = *capacity ? *capacity * 2 : FIRST;
    void *moved = realloc(items, larger * size);
    if (moved)
        *capacity = larger;
    return moved;
}
