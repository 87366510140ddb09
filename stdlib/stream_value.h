/* Streams as values. */
#ifndef CSP_STDLIB_STREAM_VALUE_H
#define CSP_STDLIB_STREAM_VALUE_H

#include "vm/native.h"
#include "vm/outside/stream.h"

/* NULL: raised. */
stream *stream_arg(csp_vm *vm, process *p, value v);
/* The value of s, which has none yet. ABSENT: no memory, and s is freed. */
value stream_value(csp_vm *vm, process *p, stream *s);
/* That of a standard descriptor, 0 to 2; ABSENT: there is none. */
value stream_standard(csp_vm *vm, int fd);
extern const char *const io_standard_names[3]; /* "stdin" … */

/* The verdict of a native after this result, which is not OK. `op` as in system_error. The turn is
 * over, except after BLOCK and YIELD. */
verdict stream_verdict(csp_vm *vm, process *p, stream *s, stream_result r, const char *op,
                       value *result);
/* The same for an operation without a result of its own: OK ends the turn, and the result is
 * true. */
verdict stream_done(csp_vm *vm, process *p, stream *s, stream_result r, const char *op,
                    value *result);
/* An error value of a kind for what has no errno; with `found` in its data as bytes, or ABSENT. The
 * turn is over. */
verdict stream_refusal(csp_vm *vm, process *p, stream *s, const char *op, const char *kind,
                       const char *why, value found, value *result);
/* Every native that uses the stream in its first argument leaves its turn when it is unwound. */
void stream_abandon(csp_vm *vm, process *p, const native_entry *entry, value *args);

/* io_read.c: what Io reads with, also a text to its end (File.read). */
enum { IO_READ_SLOTS = 6 };
native_fn io_read, io_read_exact, io_read_line, io_read_until, io_read_all, io_read_text;
extern const native_entry io_next_line, io_whole_text, io_whole_bytes;
value io_quick_line(csp_vm *vm, void *data);

/* Io._quiet: a process that feeds a channel ends silently when nobody else holds the channel. */
native_fn io_quiet;

#endif
