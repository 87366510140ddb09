/* What has happened between processes, as far as it is shown: with short texts of its own. */
#ifndef CSP_REPL_EVENT_H
#define CSP_REPL_EVENT_H

#include <stdio.h>

#include "include/csp.h"

enum { EVENT_VALUE_COLUMNS = 40 };

/* The texts have no control characters. */
typedef struct event {
    csp_event_kind kind;
    bool waited, other_waited;
    bool is_input; /* `process` was begun by the host: what was typed */
    int64_t time;
    uint64_t process, other, channel; /* as in csp_event */
    const char *name, *other_name;    /* "worker", "repl:8" of what has no name, "input" */
    const char *value;                /* cut; "": none */
    const char *place;                /* "s.csp:8" of `process`, else of `other`; "": not known */
    char *texts;                      /* owned: these */
} event;

/* For the callback of csp_trace: a copy of v, to be freed. False: no memory. */
bool event_take(event *e, csp_vm *vm, const csp_event *v);
void event_free(event *e);

/* "3 filter  -- 7 --> 4 filter  <chan 2>  s.csp:8": without a newline, and within that width. */
void event_put(FILE *out, const event *e, int width);

#endif
