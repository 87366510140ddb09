#include "repl/numbers.h"

#include "repl/room.h"

void numbers_add(numbers *n, uint64_t number)
{
    uint64_t *all = room_for_one(n->all, n->count, &n->capacity, sizeof *all);
    if (!all)
        return;
    n->all = all;
    n->all[n->count++] = number;
}
