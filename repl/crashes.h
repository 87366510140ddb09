/* Crashes of processes: told in one line each, like ones together, and kept for `:why`. */
#ifndef CSP_REPL_CRASHES_H
#define CSP_REPL_CRASHES_H

#include <stdbool.h>
#include <stdint.h>

#include "include/csp.h"

struct repl;

enum { CRASHES_KEPT = 100, CRASHES_FOLDED = 16 };

/* Like crashes that have not been told yet. */
typedef struct crash_group {
    char *what; /* owned: kind, message and place; NULL: this one is free */
    char *who;  /* owned: the first that crashed */
    uint32_t count;
} crash_group;

typedef struct crash_report {
    uint64_t process;
    char *text; /* owned; NULL: none */
} crash_report;

typedef struct crashes {
    crash_report kept[CRASHES_KEPT]; /* a ring */
    uint64_t count;                  /* so far; the last one is kept[(count - 1) % CRASHES_KEPT] */
    crash_group groups[CRASHES_FOLDED];
    uint32_t group_count;
    int64_t due; /* when they are told, on output_now's clock */
} crashes;

/* csp_config.crash; user: the repl. */
void crashes_take(void *user, const csp_error *error);
/* Keeps the report of an entry that failed, which has been shown. */
void crashes_keep(struct repl *r, const csp_error *error);
/* Tells crashes that have waited long enough for others like them; all: all crashes. */
void crashes_tell(struct repl *r, bool all);
/* ms until there is something to tell; -1: there is nothing. */
int crashes_timeout(const struct repl *r);
void crashes_free(struct repl *r);

void command_why(struct repl *r, const char *argument);

#endif
