/* The command's standard input, output and error: nothing that is written there is
 * lost silently. */
#ifndef CSP_REPL_STANDARD_H
#define CSP_REPL_STANDARD_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* Called before any other descriptor is opened. Those of the three that are closed get a
 * placeholder, so that no file can take their place and each use fails as it should. Also makes a
 * file that reaches the size limit an error, not the end of the process. False, with errno: no
 * descriptor is available. */
bool standard_open(void);

/* Writes all of the text, waiting for a descriptor that is not ready. Output is buffered until
 * standard_close, or until something goes to standard error. */
void standard_write(int stream, const char *text, size_t size);
void standard_put(int stream, const char *text);
/* Returns the number of bytes. */
int standard_printf(int stream, const char *format, ...) __attribute__((format(printf, 2, 3)));
void standard_flush(void);
int standard_vprintf(int stream, const char *format, va_list arguments);

/* Waits for standard input, which is not ready (EAGAIN). */
void standard_wait_input(void);

/* At the end: writes what is left. Returns the exit status: `status`, or 1 instead of 0 if output
 * was lost, which it reports on standard error. */
int standard_close(int status);
/* Ends the command by that signal, as if it had never been handled; returns the exit status if it
 * does not. */
int standard_die(int number);

#endif
