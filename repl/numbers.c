#include "repl/numbers.h"

#include <stdlib.h>

void numbers_add(numbers *n, uint64_t number)
{
    if (n->count == n->capacity) {
        size_t more = n->capacity * 2 + 64;
        uint64_t *grown = realloc(n->all, more * sizeof *grown);
        if (!grown)
            return;
        n->all = grown;
        n->capacity = more;
    }
    n->all[n->count++] = number;
}
