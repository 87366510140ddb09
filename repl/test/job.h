/* A file whose tests run in an OS process of their own, as the command sees it. */
#ifndef CSP_REPL_TEST_JOB_H
#define CSP_REPL_TEST_JOB_H

#include <poll.h>
#include <sys/types.h>

#include "repl/options.h"
#include "repl/test/file.h"

/* PRINTED: bytes that are kept of what a test prints, its beginning and its end. */
enum { PRINTED_HEAD = 8 << 10, PRINTED_TAIL = 24 << 10 };

typedef struct printed {
    char head[PRINTED_HEAD], tail[PRINTED_TAIL]; /* tail: a ring */
    size_t size;                                 /* of all that has come */
} printed;

typedef struct job {
    test_file *file; /* NULL: the job is free */
    pid_t process;
    int results, output; /* the ends to read from; -1: closed */
    char *line;          /* of the results, as far as it has come */
    size_t line_size, line_capacity;
    bool told_end;               /* all tests have been told of */
    bool hung;                   /* it did not answer, and was killed */
    int64_t heard;               /* when it last said something, in ms */
    char *temporary;             /* folder for its tests; owned */
    char mark[40];               /* see test_work */
    uint32_t marked;             /* how many bytes of it have come; all: no more is read for now */
    char *chunk;                 /* a piece of the output, as it has been read */
    size_t chunk_at, chunk_size; /* what of it has not been looked at */
    printed printed;             /* since the last result */
} job;

/* Starts the process. False: it cannot be started, and errno says why. */
bool job_start(job *j, const options *o, test_file *file);
/* Takes what there is to read, and after the end of the process says what became of its file: the
 * job is free then. `patience`: in ms, without a word from it, it is killed. */
void job_serve(job *j, int64_t now, int64_t patience);
/* Kills it, with what it has started; the tests that have not run stay so. */
void job_kill(job *j);

#endif
