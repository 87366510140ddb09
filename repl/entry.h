/* An entry: what is typed or pasted before Enter runs it. It may have several lines, and several
 * pieces: commands (a line that begins with `:`), and what stands between them. */
#ifndef CSP_REPL_ENTRY_H
#define CSP_REPL_ENTRY_H

#include <stdbool.h>
#include <stddef.h>

/* The prompt of an entry, and that of its further lines if they are typed one by one. */
#define PROMPT      "csp> "
#define PROMPT_MORE "...> "

/* What to evaluate next. */
typedef struct entry_piece {
    const char *text;
    size_t size;
    bool is_command; /* text begins after the colon */
} entry_piece;

/* Takes the next piece off *rest. False: there is none left. */
bool entry_next(const char **rest, entry_piece *piece);
/* Whether more has to be typed: its last piece is the beginning of something longer. */
bool entry_goes_on(const char *text);
/* Brackets opened in the text less those closed. */
long entry_balance(const char *text, size_t size);
/* The columns by which a line that begins after `size` bytes of text is indented: 4 for each line
 * that has left brackets open. closed: brackets that the line closes first. */
size_t entry_indentation(const char *text, size_t size, size_t closed);

#endif
