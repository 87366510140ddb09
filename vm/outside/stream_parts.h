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
    uint16_t apart; /* so many writes are left to workers: the last one in line was slow */
    bool in_line;   /* a regular file: a small write is one into the page cache */
} stream_work;

/* p waits until it is woken from that list: WAIT or RAISED. */
stream_result stream_wait_in(csp_vm *vm, process *p, waits *l);

/* All is written, perhaps: tells those who wait for that, and does what was waiting for it. s may
 * be gone then. */
void stream_end_if_due(csp_vm *vm, stream *s);
/* On any thread: the VM is gone, or the job is, and the other one is the last to have it. */
void stream_drop(stream *s);

static inline size_t stream_pending(const stream *s) { return s->output.used - s->output.from; }

void stream_ready(loop_watched *w, bool reads, bool writes);
bool stream_is_socket(int fd);

#endif
