/* The file that keeps the history. Several sessions add to it at once, and none loses what another
 * one has written: an entry is one write at the end, and whoever shortens the file locks it.
 *
 * Each entry stands below a line `#SECONDS`, its time since 1970. A line of an entry that looks
 * like that has a backslash in front, and one that begins so has one more. */
#ifndef CSP_REPL_HISTORY_FILE_H
#define CSP_REPL_HISTORY_FILE_H

#include <stddef.h>

/* Calls `each` for the entries, oldest first: at most so many, and of the last 4 MB. A file that
 * has grown to twice as much is shortened to them. There is one history per program; what cannot be
 * read or written (or is no regular file) keeps nothing. */
void history_file_open(const char *name, size_t most, void (*each)(char *input));
void history_file_append(const char *input);
void history_file_close(void);

#endif
