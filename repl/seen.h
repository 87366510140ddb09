/* All processes and channels of a VM as they were at one moment: what the commands that show them
 * look at. csp.h gives them one by one, and its texts last no longer than that. */
#ifndef CSP_REPL_SEEN_H
#define CSP_REPL_SEEN_H

#include <stdio.h>

#include "include/csp.h"

typedef struct seen_place {
    const char *file, *function; /* NULL: not known */
    uint32_t line, column;
} seen_place;

typedef struct seen_process {
    uint64_t number, parent, reductions;
    const char *name; /* never empty: "spawn at repl:8" where it has no name */
    bool running, supervisor, dying;
    csp_waiting waiting;
    csp_process_kind kind;
    size_t first_wait, first_link; /* in `waits` and `links` */
    uint32_t wait_count, link_count;
    const char *work; /* or NULL */
    seen_place where, spawned;
    size_t memory;
    uint32_t restarts;    /* by a supervisor */
    const char *last_end; /* why it was started again, or NULL */
} seen_process;

typedef struct seen_holder {
    uint64_t process, channel;
    const char *name; /* all three 0 or NULL: the host */
    bool sends, receives;
} seen_holder;

typedef struct seen_channel {
    uint64_t number, of;
    uint32_t capacity, count, senders, receivers;
    seen_place made;
    csp_channel_kind kind;
    bool closed, complete;
    size_t first_holder; /* in `holders` */
    uint32_t holder_count;
} seen_channel;

typedef struct seen {
    seen_process *processes; /* by number, as the channels are */
    size_t count, capacity;
    csp_wait *waits;
    size_t wait_count, wait_capacity;
    uint64_t *links;
    size_t link_count, link_capacity;
    seen_channel *channels;
    size_t channel_count, channel_capacity;
    seen_holder *holders;
    size_t holder_count, holder_capacity;
    uint64_t *stuck; /* numbers, ascending; see csp_each_stuck */
    size_t stuck_count, stuck_capacity;
    char **texts; /* open addressing: each once */
    size_t text_count, text_capacity;
    bool failed; /* no memory */
} seen;

/* What to look at beside the processes. */
enum { SEEN_CHANNELS = 1, SEEN_STUCK = 2 };

/* False: no memory. To be freed in any case. */
bool seen_take(seen *s, csp_vm *vm, unsigned what);
void seen_free(seen *s);

/* NULL: there is none with that number. */
const seen_process *seen_process_of(const seen *s, uint64_t number);
const seen_channel *seen_channel_of(const seen *s, uint64_t number);
bool seen_is_stuck(const seen *s, uint64_t number);

/* ---- In words ---- */

/* "4 worker"; "4" if there is no such process any more. */
void seen_put_process(FILE *out, const seen *s, uint64_t number);
/* "running", "runnable", "dying", or what it waits for. */
void seen_put_state(FILE *out, const seen *s, const seen_process *p);
/* "w.csp:14", or the function's name where there is no source. */
void seen_put_place(FILE *out, const seen_place *place);
/* "7 logger", "<chan 3>", "`jobs`", "the host". */
void seen_put_holder(FILE *out, const seen *s, const seen_holder *h);
/* 1234567 as "1,234,567". */
void seen_put_count(FILE *out, uint64_t n);
/* Bytes as "160", "12k", "3.4M". */
void seen_put_bytes(FILE *out, uint64_t n);

#endif
