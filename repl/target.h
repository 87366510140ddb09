/* What an argument of a command means: a number is a process's; `<chan 2>` and `<process 4>` are
 * what they say; all else is evaluated. */
#ifndef CSP_REPL_TARGET_H
#define CSP_REPL_TARGET_H

#include "repl/repl.h"

typedef enum target_kind { TARGET_PROCESS, TARGET_CHANNEL, TARGET_VALUE } target_kind;
typedef struct target {
    target_kind kind;
    uint64_t number;
    char *described; /* TARGET_VALUE: what it is, in lines */
} target;

/* False: it means nothing, which has been said. */
bool target_find(target *t, repl *r, const char *argument);
void target_free(target *t);

/* The size of the first word of an argument: brackets, strings and `<chan 2>` are whole. */
size_t target_word(const char *text);

#endif
