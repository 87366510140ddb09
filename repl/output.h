/* What programs write: marked with whose it is, and partial lines held for a moment, since they
 * stand above the line that is being typed. */
#ifndef CSP_REPL_OUTPUT_H
#define CSP_REPL_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct repl;

enum { OUTPUT_HELD = 8 /* so many partial lines at once */ };

/* The beginning of a line of a process other than the foreground's. */
typedef struct output_held {
    uint64_t process; /* 0: this one is free */
    int stream;
    char *mark, *text; /* owned; mark: "4 worker" */
    size_t size;
    int64_t due; /* when it is shown, in ms on output_now's clock */
} output_held;

typedef struct output {
    uint64_t foreground; /* the process whose output is not marked */
    bool starting;       /* nobody's is: an entry is being compiled, and imports run */
    uint64_t latest;     /* the process whose text stands last on the screen; 0: something else */
    int64_t shown;       /* when that was */
    output_held held[OUTPUT_HELD];
} output;

/* csp_config.write; user: the repl. */
void output_write(void *user, int stream, const char *text, size_t size);
/* Something else is on the screen now: who writes next is marked again. */
void output_begin(struct repl *r);
/* Shows what has been held for long enough; all: everything. */
void output_show(struct repl *r, bool all);
/* ms until there is something to show; -1: there is nothing. */
int output_timeout(const struct repl *r);

/* Milliseconds of a clock that only goes on. */
int64_t output_now(void);

#endif
