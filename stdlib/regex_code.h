/* Compiled patterns. PCRE2 is opened when the first one is compiled, so that nobody else pays for
 * it. A compiled pattern never changes, is counted, and may be used by any thread. */
#ifndef CSP_STDLIB_REGEX_CODE_H
#define CSP_STDLIB_REGEX_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct regex_code regex_code;

enum { REGEX_PATTERN_MOST = 64 << 10, REGEX_MESSAGE = 160 };

/* Why there is none. */
typedef struct regex_failure {
    enum { REGEX_BAD, REGEX_NO_MEMORY, REGEX_NO_LIBRARY } why;
    size_t at; /* REGEX_BAD: the byte of the pattern */
    char message[REGEX_MESSAGE];
} regex_failure;

/* flags: some of "imsx". limit: of a match, 0: PCRE2's own. The pattern is valid UTF-8. Those used
 * last are kept for the next who asks. NULL: see *failure. [any thread] */
regex_code *regex_compile(const char *pattern, size_t size, const char *flags, uint32_t limit,
                          regex_failure *failure);
regex_code *regex_hold(regex_code *c); /* one user more: c */
void regex_drop(regex_code *c);        /* one fewer [any thread] */

/* In brackets; the whole match is not counted. */
uint32_t regex_groups(const regex_code *c);
/* The i-th name of a group and its number, in the order of the names; NULL: there is none. */
const char *regex_name(const regex_code *c, uint32_t i, uint32_t *group);

/* A search for all matches, which can be interrupted between two of them. */
typedef struct regex_scan {
    size_t at;     /* where the next one may begin */
    bool at_empty; /* the last one was empty, and ended there */
} regex_scan;

typedef enum regex_end {
    REGEX_ALL,  /* no more matches */
    REGEX_FULL, /* there is no room for more: again */
    REGEX_LIMIT,
    REGEX_NO_MORE_MEMORY
} regex_end;

/* Finds up to `room` matches in text, valid UTF-8, from scan->at on. Each is 2 * (groups + 1)
 * places in `found`: where it, and each of its groups, begins and ends; SIZE_MAX: took no part.
 * `quick`: gives up (LIMIT) when it takes long. [any thread] */
regex_end regex_run(const regex_code *c, const char *text, size_t size, regex_scan *scan,
                    bool quick, size_t *found, uint32_t room, uint32_t *count);

#endif
