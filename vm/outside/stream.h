/* Streams: open files, pipes, sockets and terminals. A stream is malloc'ed, and all of it is the
 * VM's thread's, but for what a job of the pool has (below).
 *
 *   who          has                                                until
 *   an operation one direction (files: both): its `turn`           stream_leave, or its process'
 *                                                                   frame is unwound
 *   the stream   what was read and not yet given, what was         a reader takes it; the
 *                committed and not yet written                      descriptor takes it
 *   a job        the descriptor, and of a file the memory that     it arrives
 *                it reads into or writes from
 *
 * Operations in one direction take turns in the order in which they came. Bytes are read into the
 * stream and leave it when an operation ends, so a reader that is killed loses none. What is to be
 * written is staged by the operation whose turn it is, and committed as a whole: from then on it is
 * the stream's, whatever becomes of its process.
 *
 * Whoever waits has a request (request.h), which the stream completes in the VM's thread: when its
 * turn has come, when the descriptor is ready or the job has arrived, when all is written, and when
 * the stream is closed. A kill takes it out of the stream's lists.
 *
 * After stream_close, or stream_let_go (nobody holds the stream any more), the descriptor is closed
 * as soon as all is written and no job is under way. At the VM's end a job that is still under way
 * gets the stream, and whoever is the last of the two frees it (streams.h). */
#ifndef CSP_VM_OUTSIDE_STREAM_H
#define CSP_VM_OUTSIDE_STREAM_H

#include "vm/outside/loop.h"
#include "vm/outside/turn.h"

typedef enum stream_kind {
    STREAM_FILE,  /* what has no readiness: done by jobs */
    STREAM_PLAIN, /* a pipe, or a terminal */
    STREAM_SOCKET
} stream_kind;

typedef struct stream_bytes {
    char *data; /* malloc'ed */
    size_t from, used, capacity;
} stream_bytes;

struct stream_work;

/* Small, since many may be waiting: what only files need is elsewhere. */
typedef struct stream {
    loop_watched watched; /* not for files */
    csp_vm *vm;
    struct stream *next, *previous; /* all of the VM's */
    int fd;                         /* -1: closed */
    int error; /* of a write that nobody waited for; all further ones have it, too */
    stream_kind kind : 8;
    uint8_t standard;   /* 1 or 2: output goes through output.h; 0: it does not */
    bool reads, writes; /* what it was opened for */
    bool polls;         /* its description is others', too: asked before each call */
    bool kept;          /* the descriptor is not ours to close */
    bool unborn;        /* a pipe that nobody has opened for writing yet: that is no end */
    bool readable, writable;
    bool eager;     /* the last read was not a small one */
    bool end;       /* nothing more will come */
    bool closing;   /* no more operations begin */
    bool abandoned; /* it is closing, and nobody holds it */
    bool lingers;   /* the descriptor stays open until stream_close_now */
    bool told;      /* `error` has been somebody's value */
    bool busy;      /* a file's job is under way */
    bool gone;      /* atomic: one of the VM and the job has let go of it for good */
    void *terminal; /* its settings before Io.raw, a struct termios; malloc'ed, or NULL */
    int64_t linger; /* of a connection: how long Io.close waits for its peer, in ns; 0: not */
    turn in, out;   /* of the directions; files have one for both */
    waits written;  /* those who wait until all is written */
    stream_bytes input, output;
    size_t staged;            /* bytes behind those of `output`, not yet committed */
    struct stream_work *work; /* a file's job; malloc'ed, NULL: it is no file */
    char name[];              /* a path or an address, for messages */
} stream;

/* Takes the descriptor, which is open for reading, writing, or both, whatever happens. NULL: errno
 * says why. `polls` as above. */
stream *stream_new(csp_vm *vm, int fd, bool reads, bool writes, bool polls, const char *name);

typedef enum stream_result {
    STREAM_OK,
    STREAM_WAIT,   /* p is parked: give BLOCK, and try again */
    STREAM_MORE,   /* that was a step's work: give YIELD, and try again */
    STREAM_END,    /* of what can be read */
    STREAM_CLOSED, /* it is closed */
    STREAM_FAILED, /* errno */
    STREAM_RAISED  /* give FAIL */
} stream_result;

/* Takes the turn for p to read or write, as often as it likes, until stream_leave. */
stream_result stream_enter(csp_vm *vm, process *p, stream *s, bool writes);
/* Ends the turn if it is p's, and drops what is staged. */
void stream_leave(csp_vm *vm, const process *p, stream *s);

/* In p's turn: reads more into `input`. */
stream_result stream_fill(csp_vm *vm, process *p, stream *s);
static inline size_t stream_available(const stream *s) { return s->input.used - s->input.from; }
/* Takes the turn for p to read from a pipe; OK: somebody has opened its other end. */
stream_result stream_meet(csp_vm *vm, process *p, stream *s);
/* `size` bytes of `input` have been taken: removes them. */
void stream_consume(stream *s, size_t size);

/* In p's turn: stages bytes, as many as fit into a step from *at on; OK: all of them. RAISED: no
 * memory. */
stream_result stream_stage(csp_vm *vm, stream *s, const char *data, size_t size, size_t *at);
/* Writes what can be written at once, without staging it. Returns how much that was. */
size_t stream_write_now(stream *s, const char *data, size_t size);
void stream_commit(stream *s);
/* In p's turn: waits until what is committed is on its way. */
stream_result stream_settle(csp_vm *vm, process *p, stream *s);
/* Whether a write has failed before: OK or FAILED. */
stream_result stream_check(stream *s);
/* Waits until all is written. An error that somebody has been told of does not count. */
stream_result stream_flush(csp_vm *vm, process *p, stream *s);
/* In p's turn, for a file: waits until it is on the disk. *begun is false at first. */
stream_result stream_sync(csp_vm *vm, process *p, stream *s, bool *begun);

/* In p's turn, for a file: moves its position to where programs believe it to be. */
bool stream_align(stream *s);

/* No more operations begin, and those that wait get CLOSED. When all is written the descriptor is
 * closed; if it lingers, stream_close_now must have been called as well. */
void stream_close(csp_vm *vm, stream *s, bool lingers);
void stream_close_now(csp_vm *vm, stream *s);
/* Nobody holds s any more: it is freed when what is on its way is written. */
void stream_let_go(csp_vm *vm, stream *s);

#endif
