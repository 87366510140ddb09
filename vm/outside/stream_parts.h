/* What the two files of streams share. */
#ifndef CSP_VM_OUTSIDE_STREAM_PARTS_H
#define CSP_VM_OUTSIDE_STREAM_PARTS_H

#include "vm/outside/stream.h"

typedef enum stream_doing { STREAM_READS, STREAM_WRITES, STREAM_SYNCS } stream_doing;

/* What a worker does with a file. */
typedef struct stream_work {
    job job;
    stream *of;
    stream_doing doing;
    int error; /* an errno */
    ssize_t result;
    uint16_t apart; /* writes still left to workers: the last one in line was slow */
    bool in_line;   /* a regular file: a small write is one into the page cache */
} stream_work;

/* p waits until it is woken from that list: WAIT or RAISED. */
stream_result stream_wait_in(csp_vm *vm, process *p, waits *l);

/* If all is written, tells those who wait for that, and does what had to wait for it. s may be
 * freed. */
void stream_end_if_due(csp_vm *vm, stream *s);
/* The VM or the job gives up s; the last of the two frees it. [any thread] */
void stream_drop(stream *s);

static inline size_t stream_pending(const stream *s) { return s->output.used - s->output.from; }

void stream_ready(loop_watched *w, bool reads, bool writes);
bool stream_is_socket(int fd);

#endif
