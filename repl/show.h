/* The values of entries: shown as they are evaluated, and named `_` and `_1`, `_2`, … */
#ifndef CSP_REPL_SHOW_H
#define CSP_REPL_SHOW_H

#include <stdbool.h>
#include <stdint.h>

#include "include/csp.h"

struct repl;

enum { SHOW_KEPT = 20 }; /* so many values have names */

typedef struct show {
    uint64_t count; /* values that have been given a name so far */
    uint64_t first; /* the oldest that has it; more than count: none has */
    uint64_t entry; /* values of the entry under way that have one */
    bool quiet;     /* the entry under way is */
} show;

void show_init(show *s);
/* Whether an entry ends with a semicolon, which keeps its values from being shown. */
bool show_is_quiet(const char *entry);
/* Before an entry. */
void show_begin(struct repl *r, bool quiet);
/* A value of it. */
void show_value(struct repl *r, csp_value v);
/* When it has ended. If it failed, its values keep no names. */
void show_end(struct repl *r, bool succeeded);

void command_all(struct repl *r, const char *argument);
void command_forget(struct repl *r, const char *argument);
void command_out(struct repl *r, const char *argument);

#endif
