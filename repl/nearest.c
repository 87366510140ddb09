#include "repl/nearest.h"

#include <stdint.h>
#include <string.h>

enum { LONGEST = 32 };

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* How many letters have to be added, left out, replaced, or swapped with their neighbour. */
static size_t distance(const char *a, size_t a_length, const char *b)
{
    size_t b_length = strlen(b), rows[3][LONGEST + 1];
    if (a_length > LONGEST || b_length > LONGEST)
        return SIZE_MAX;
    for (size_t j = 0; j <= b_length; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *above_that = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            row[j] = least(above[j - 1] + (a[i - 1] != b[j - 1]), least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], above_that[j - 2] + 1);
        }
    }
    return rows[a_length % 3][b_length];
}

void nearest_init(nearest *n, const char *word, size_t length)
{
    *n = (nearest){.word = word, .length = length, .least = length / 3 + 1};
}

void nearest_offer(nearest *n, const char *name)
{
    size_t d = distance(n->word, n->length, name);
    if (d > n->least || (n->best && d == n->least))
        return;
    n->least = d;
    n->best = name;
}
