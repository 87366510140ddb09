/* `:trace` and `:record`: what processes do to each other, shown as it happens, or kept. */
#ifndef CSP_REPL_TRACE_H
#define CSP_REPL_TRACE_H

#include "repl/event.h"

struct repl;

enum { TRACE_KEPT = 10000, TRACE_WANTED = 16 };

/* One of the arguments of `:trace`: a process or channel by number, or processes by name. */
typedef struct trace_wanted {
    uint64_t process, channel;
    char *name; /* owned; NULL: by number */
} trace_wanted;

typedef struct trace {
    bool shown;                        /* events are shown as they happen */
    trace_wanted wanted[TRACE_WANTED]; /* whose events: `wanted_count` of them */
    int wanted_count;                  /* 0: those of all */
    int64_t began;                     /* ns, on the clock of events */
    int64_t second;                    /* when the second under way began, on output_now's clock */
    uint32_t lines, dropped;           /* in that second: shown, and only counted */
    bool recorded, recorded_for_once;  /* events are kept: by :record, by :seq */
    event *ring;                       /* room for TRACE_KEPT, or NULL */
    uint64_t count;                    /* kept so far; the last one is ring[(count - 1) % KEPT] */
} trace;

/* The event with that number, from trace.count - trace_left on. */
static inline const event *trace_event(const trace *t, uint64_t number)
{
    return &t->ring[number % TRACE_KEPT];
}
/* How many of the last ones there are. */
static inline uint64_t trace_left(const trace *t)
{
    return t->count < TRACE_KEPT ? t->count : TRACE_KEPT;
}

/* Asks for events if any are shown or kept. */
void trace_update(struct repl *r);
/* False: no memory, which has been said. */
bool trace_make_ring(struct repl *r);
void trace_forget_wanted(trace *t);
void trace_tell_dropped(struct repl *r);
/* Keeps events meanwhile, and forgets those before. False: no memory. */
bool trace_record_begin(struct repl *r);
void trace_record_end(struct repl *r);

/* Tells how many events were not shown, when their second is over. */
void trace_tick(struct repl *r);
/* ms until there is something to tell; -1: there is nothing. */
int trace_timeout(const struct repl *r);
void trace_free(trace *t);

/* --- trace_commands.c */
void command_trace(struct repl *r, const char *argument);
void command_record(struct repl *r, const char *argument);

#endif
