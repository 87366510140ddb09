/* Numbers of processes, noted while they are gone through. */
#ifndef CSP_REPL_NUMBERS_H
#define CSP_REPL_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

typedef struct numbers {
    uint64_t *all; /* malloc'ed */
    size_t count, capacity;
} numbers;

/* Without memory it is not noted. */
void numbers_add(numbers *n, uint64_t number);

#endif
