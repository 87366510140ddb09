#include "repl/complete.h"

#include <stdio.h>
#include <string.h>

#include "repl/commands.h"

#define BLANKS " \t"

/* What is offered has to begin so. */
typedef struct wanted {
    const char *prefix;
    size_t length;
    void (*each)(void *target, const char *candidate);
    void *target;
} wanted;

static void offer_number(void *user, const csp_process *process)
{
    const wanted *w = user;
    char number[24];
    snprintf(number, sizeof number, "%llu", (unsigned long long)process->number);
    if (strncmp(number, w->prefix, w->length) == 0)
        w->each(w->target, number);
}

/* The last word of a command's argument, which begins at `argument`; *start is where the word
 * does. */
static void complete_argument(repl *r, argument_kind kind, const char *text, size_t size,
                              size_t argument, size_t *start, wanted w)
{
    switch (kind) {
    case ARGUMENT_NAME:
    case ARGUMENT_CODE:
        csp_complete(r->session, text + argument, size - argument, start, w.each, w.target);
        *start += argument;
        break;
    case ARGUMENT_PROCESS: csp_each_process(r->vm, offer_number, &w); break;
    case ARGUMENT_COMMAND: commands_each(w.prefix, w.length, w.each, w.target); break;
    case ARGUMENT_FILE:
    case ARGUMENT_SETTING:
    case ARGUMENT_NONE:
    case ARGUMENT_TEXT: break;
    }
}

/* `text` has the colon at `colon`. */
static void complete_command(repl *r, const char *text, size_t size, size_t colon, size_t *start,
                             void (*each)(void *target, const char *candidate), void *target)
{
    const char *name = text + colon + 1;
    size_t length = 0, from = size;
    while (colon + 1 + length < size && !strchr(BLANKS, name[length]))
        length++;
    while (!strchr(BLANKS ":", text[from - 1]))
        from--;
    *start = from;
    size_t argument = colon + 1 + length;
    wanted w = {text + from, size - from, each, target};
    if (argument == size)
        commands_each(name, length, each, target);
    else
        complete_argument(r, commands_argument(name, length), text, size, argument, start, w);
}

void complete_entry(void *user, const char *text, size_t size, size_t *start,
                    void (*each)(void *target, const char *candidate), void *target)
{
    repl *r = user;
    size_t blanks = strspn(text, BLANKS);
    if (!r->input && blanks < size && text[blanks] == ':')
        complete_command(r, text, size, blanks, start, each, target);
    else
        csp_complete(r->session, text, size, start, each, target);
}
