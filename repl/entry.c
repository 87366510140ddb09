#include "repl/entry.h"

#include <string.h>

#include "include/csp.h"

/* ---- Pieces ---- */

static const char *next_line(const char *line)
{
    const char *end = strchr(line, '\n');
    return end ? end + 1 : line + strlen(line);
}

static const char *skip_blank(const char *text) { return text + strspn(text, " \t\r\n"); }

static bool goes_on(const char *text, size_t size)
{
    return csp_input_state(text, size) == CSP_INPUT_INCOMPLETE;
}

/* Where the statements at `text` end: at a command, unless they go on with it, or at the end. */
static const char *end_of_statements(const char *text)
{
    const char *line = next_line(text);
    while (*line && (*line != ':' || goes_on(text, (size_t)(line - text))))
        line = next_line(line);
    return line;
}

bool entry_next(const char **rest, entry_piece *piece)
{
    const char *text = skip_blank(*rest);
    if (!*text)
        return false;
    bool is_command = *text == ':';
    const char *end = is_command ? next_line(text) : end_of_statements(text);
    *rest = end;
    text += is_command;
    while (end > text && strchr(" \t\r\n", end[-1]))
        end--;
    *piece = (entry_piece){text, (size_t)(end - text), is_command};
    return true;
}

bool entry_goes_on(const char *text)
{
    entry_piece piece, last = {.is_command = true};
    while (entry_next(&text, &piece))
        last = piece;
    if (last.size == 1 && *last.text == '?') /* a question, and no receive */
        return false;
    /* With the blanks at the end: an empty line says that `##` lines describe nothing. */
    return !last.is_command && goes_on(last.text, strlen(last.text));
}

/* ---- Indentation ---- */

enum { INDENTATION = 4, DEEPEST = 64 };

/* The lines on which the open brackets stand. */
typedef struct brackets {
    size_t lines[DEEPEST];
    size_t count;
} brackets;

static const char *skip_string(const char *text, const char *end)
{
    for (text++; text < end && *text != '"' && *text != '\n'; text++)
        text += *text == '\\';
    return text;
}

static brackets find_open(const char *text, const char *end)
{
    brackets b = {.count = 0};
    size_t line = 0;
    for (; text < end; text++) {
        if (*text == '\n')
            line++;
        else if (*text == '"')
            text = skip_string(text, end);
        else if (*text == '#')
            text += strcspn(text, "\n") - 1;
        else if (strchr("([{", *text) && b.count < DEEPEST)
            b.lines[b.count++] = line;
        else if (strchr(")]}", *text) && b.count > 0)
            b.count--;
    }
    return b;
}

long entry_balance(const char *text, size_t size)
{
    long balance = 0;
    for (const char *end = text + size; text < end; text++)
        if (*text == '"')
            text = skip_string(text, end);
        else if (*text == '#')
            text += strcspn(text, "\n") - 1;
        else
            balance += (strchr("([{", *text) != NULL) - (strchr(")]}", *text) != NULL);
    return balance;
}

size_t entry_indentation(const char *text, size_t size, size_t closed)
{
    brackets b = find_open(text, text + size);
    size_t depth = 0;
    for (size_t i = 0; i + closed < b.count; i++)
        depth += i == 0 || b.lines[i] != b.lines[i - 1];
    return depth * INDENTATION;
}
