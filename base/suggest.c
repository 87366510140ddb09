#include "base/suggest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { LONGEST = 48 }; /* bytes; for longer names suggestions are of no use */

/* How many slips still leave the same word: none in one or two letters, one in up to five, two in
 * six to eight, otherwise three. */
static unsigned allowed(size_t length)
{
    return length < 3 ? 0 : length < 6 ? 1 : length < 9 ? 2 : 3;
}

/* A short word with another first letter is another word: `min` is not a slip for `sin`. */
enum { SHORT = 3 };

static unsigned least(unsigned a, unsigned b) { return a < b ? a : b; }

/* Optimal string alignment: insertions, deletions, replacements and swaps of neighbours count
 * one each. */
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

void suggest_init(suggestion *s, const char *name, size_t length)
{
    *s = (suggestion){.name = name, .length = length, .distance = allowed(length) + 1};
}

static char plain(char c) { return (char)tolower((unsigned char)c); }

/* A name that differs only in case and in `_` is nearer than any slip. */
static bool is_the_same_word(const suggestion *s, const char *candidate)
{
    const char *a = s->name, *end = a + s->length, *b = candidate;
    for (;;) {
        while (a < end && *a == '_')
            a++;
        while (*b == '_')
            b++;
        if (a == end || *b == '\0')
            return a == end && *b == '\0';
        if (plain(*a++) != plain(*b++))
            return false;
    }
}

static bool is_too_far(const suggestion *s, const char *candidate, size_t length)
{
    size_t shorter = length < s->length ? length : s->length;
    return length + s->distance <= s->length || s->length + s->distance <= length ||
           (shorter <= SHORT && plain(candidate[0]) != plain(s->name[0]));
}

void suggest_offer(suggestion *s, const char *candidate)
{
    size_t length = strlen(candidate);
    if (length > LONGEST || s->length > LONGEST || length == 0 || s->length == 0 ||
        s->distance == 0)
        return;
    unsigned distance;
    if (is_the_same_word(s, candidate))
        distance = 0;
    else if (is_too_far(s, candidate, length))
        return;
    else
        distance = edit_distance(s->name, s->length, candidate, length);
    if (distance < s->distance) {
        s->distance = distance;
        s->best = candidate;
    }
}
