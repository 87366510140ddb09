/* The whole screen for a while: the terminal's second one, and keys as they are typed. What is
 * written meanwhile by terminal_write appears afterwards, on the screen as it was. */
#ifndef CSP_REPL_FULL_SCREEN_H
#define CSP_REPL_FULL_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

enum { KEY_NONE = 0, KEY_UP = 256, KEY_DOWN, KEY_PAGE_UP, KEY_PAGE_DOWN, KEY_OTHER };

/* To be called while no line is being typed, with the cursor at the beginning of one. False: this
 * is no terminal, or one that cannot do it. */
bool full_screen_begin(void);
/* give: takes what was written meanwhile. */
void full_screen_end(void (*give)(int stream, const char *text, size_t size));
/* Waits for a key, or until `fd` is readable or so many ms have passed (-1: for ever). */
void full_screen_wait(int fd, int timeout);
/* A character, or one of KEY_…; NONE: nothing more has been typed. */
int full_screen_key(void);
/* Shows these lines from the top, and nothing else; `chosen` stands out, -1: none does. */
void full_screen_draw(const char *lines, int chosen);

/* For the terminal: whether it is to write nothing; the text is kept. */
bool full_screen_takes(int stream, const char *text, size_t size);
/* The same for the beginning of a line. */
bool full_screen_takes_line(void);

#endif
