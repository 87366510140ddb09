#include "repl/pieces.h"

#include <string.h>

#include "repl/evaluate.h"
#include "repl/terminal.h"

/* Whole lines, unless the first is longer than that. */
static size_t piece_of(const char *text)
{
    enum { PIECE = 4096 };
    size_t size = strnlen(text, PIECE);
    const char *end = text[size] ? memrchr(text, '\n', size) : NULL;
    return end ? (size_t)(end + 1 - text) : size;
}

static void say_interrupted(const char *left)
{
    size_t lines = 0;
    for (const char *c = left; *c; c++)
        lines += *c == '\n' || c[1] == '\0';
    repl_print(2, "interrupted: %zu line%s not shown\n", lines, lines == 1 ? " is" : "s are");
}

void pieces_show(repl *r, const char *text)
{
    while (*text && !evaluate_asked(r)) {
        size_t size = piece_of(text);
        terminal_write(1, text, size);
        text += size;
    }
    if (*text && !r->quit)
        say_interrupted(text);
}
