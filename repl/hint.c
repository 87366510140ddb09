#include "repl/hint.h"

#include <string.h>

typedef struct wanted {
    const char *word;
    bool is_bound;
} wanted;

static void compare(void *user, const char *candidate)
{
    wanted *w = user;
    w->is_bound = w->is_bound || strcmp(candidate, w->word) == 0;
}

bool hint_say(repl *r, const char *text)
{
    static const char *const hints[][2] = {
        {"exit", "leave by Ctrl-D or :quit"},
        {"quit", "leave by Ctrl-D or :quit"},
        {"help", ":help lists the commands; :doc NAME tells what a name is"},
        {"?", ":help lists the commands; :doc NAME tells what a name is"}};
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++) {
        wanted w = {.word = hints[i][0]};
        size_t start = 0;
        if (strcmp(text, w.word) != 0)
            continue;
        csp_complete(r->session, text, strlen(text), &start, compare, &w);
        if (!w.is_bound)
            repl_print(1, "%s\n", hints[i][1]);
        return !w.is_bound;
    }
    return false;
}
