/* The command's standard input, output and error: nothing that is written there is lost without a
 * word. */
#ifndef CSP_REPL_STANDARD_H
#define CSP_REPL_STANDARD_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* Before any other descriptor is opened. Those of the three that are closed get a place-holder, so
 * that no file comes to stand there and each use is the failure that it should be. Also lets a file
 * that has reached the size limit be an error, not the end. False, with errno: there is no
 * descriptor for it. */
bool standard_open(void);

/* All of the text, which waits for a descriptor that is not ready. Output is buffered until
 * standard_close, or until something goes to standard error. */
void standard_write(int stream, const char *text, size_t size);
void standard_put(int stream, const char *text);
/* Gives the bytes. */
int standard_printf(int stream, const char *format, ...) __attribute__((format(printf, 2, 3)));
void standard_flush(void);
int standard_vprintf(int stream, const char *format, va_list arguments);

/* Waits for standard input, which is not ready (EAGAIN). */
void standard_wait_input(void);

/* At the end: writes what is left. Gives the exit status: `status`, or 1 instead of 0 where output
 * was lost, which it tells on standard error. */
int standard_close(int status);
/* Ends the command by that signal, as if it had never been handled; gives the exit status where it
 * does not. */
int standard_die(int number);

#endif
