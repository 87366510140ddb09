#include "lexer/diag.h"

#include <ctype.h>
#include <string.h>

enum { LONGEST = 48 }; /* bytes; nobody mistypes a longer name and wants to be told */

/* How many slips are still the same word: none in one letter, one in two to five, two in six to eight, else three. */
static unsigned allowed(size_t length) { return length < 2 ? 0 : length < 6 ? 1 : length < 9 ? 2 : 3; }

static unsigned least(unsigned a, unsigned b) { return a < b ? a : b; }

/* Optimal string alignment: insertions, deletions, replacements and swapped neighbours count one each. */
static unsigned edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    unsigned rows[3][LONGEST + 1];
    unsigned *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b_length; j++)
        above[j] = (unsigned)j;
    memset(before, 0, sizeof rows[0]);
    for (size_t i = 1; i <= a_length; i++) {
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_length; j++) {
            unsigned replaced = above[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = least(replaced, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
        }
        unsigned *oldest = before;
        before = above;
        above = row;
        row = oldest;
    }
    return above[b_length];
}

void diag_suggest_init(diag_suggestion *s, const char *name, size_t length)
{
    *s = (diag_suggestion){.name = name, .length = length, .distance = allowed(length) + 1};
}

/* A name in the wrong case is nearer than any slip. */
static bool differs_in_case_only(const diag_suggestion *s, const char *candidate, size_t length)
{
    if (length != s->length)
        return false;
    for (size_t i = 0; i < length; i++)
        if (tolower((unsigned char)candidate[i]) != tolower((unsigned char)s->name[i]))
            return false;
    return true;
}

void diag_suggest(diag_suggestion *s, const char *candidate)
{
    size_t length = strlen(candidate);
    if (length > LONGEST || s->length > LONGEST || length == 0)
        return;
    unsigned distance;
    if (differs_in_case_only(s, candidate, length))
        distance = 0;
    else if (length + s->distance <= s->length || s->length + s->distance <= length)
        return;
    else
        distance = edit_distance(s->name, s->length, candidate, length);
    if (distance < s->distance) {
        s->distance = distance;
        s->best = candidate;
    }
}
