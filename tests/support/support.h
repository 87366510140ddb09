/* What unit tests have in common. All of these end the test with a message when the system
 * refuses. */
#ifndef CSP_TESTS_SUPPORT_H
#define CSP_TESTS_SUPPORT_H

#include <stddef.h>

/* printf into a new string, which the caller frees. */
char *support_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The bytes of a file with a NUL behind them, which the caller frees; *length, unless NULL, gets
 * their number. */
char *support_read_file(const char *path, size_t *length);

/* Writes the bytes to a new file and gives its path, which the caller unlinks and frees. */
char *support_write_file(const void *bytes, size_t length);

/* What `run(data)` writes to the descriptor `fd` (1 or 2), as a string that the caller frees. */
char *support_capture(int fd, void (*run)(void *data), void *data);

/* `count` times `piece`, as a string that the caller frees: for input of absurd length or depth. */
char *support_repeat(const char *piece, size_t count);

#endif
