/* Text in the columns of a terminal. */
#ifndef CSP_REPL_COLUMNS_H
#define CSP_REPL_COLUMNS_H

#include <stdbool.h>
#include <stdio.h>

/* The terminal's size now; 24 x 80 if it cannot be told. */
typedef struct screen_size {
    int rows, columns;
} screen_size;
screen_size columns_screen(void);
/* Its columns, however few they are. */
int columns_terminal(void);

/* The columns that a text takes, which is UTF-8 without control characters. */
int columns_of(const char *text);
/* The bytes of the control character at `text`, which could move the cursor; 0: it is none. */
size_t columns_control(const char *text);
/* How many bytes of the text, up to the end of its line, are no more than `width` columns; *columns
 * is what they take. */
size_t columns_fitting(const char *text, int width, int *columns);
/* The text in exactly `width` columns: cut, with `…`, or padded with blanks, before it if `right`,
 * else after it. */
void columns_put(FILE *out, const char *text, int width, bool right);
/* The first `width` columns of each line of a text, and no more than `rows` lines; then it says how
 * many are left out. */
void columns_put_lines(FILE *out, const char *text, int width, int rows);

/* A text that is put together: open_memstream's. columns_take closes it and gives the text, which
 * the caller frees; NULL: no memory. */
typedef struct buffer {
    char *text;
    size_t size;
    FILE *out;
} buffer;
bool buffer_open(buffer *b); /* false: no memory */
char *buffer_take(buffer *b);

#endif
