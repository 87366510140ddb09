#include "repl/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <readline/history.h>

#include "repl/history_file.h"

enum { HISTORY_ENTRIES = 5000 };

static char *join(const char *folder, const char *rest)
{
    char *joined;
    return asprintf(&joined, "%s/%s", folder, rest) < 0 ? NULL : joined;
}

static char *find_path(void)
{
    const char *given = getenv("CSP_HISTFILE");
    if (given)
        return *given ? strdup(given) : NULL;
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    if (state && *state)
        return join(state, "csp/history");
    return home && *home ? join(home, ".local/state/csp/history") : NULL;
}

static void make_folders(char *file)
{
    for (char *slash = strchr(file + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(file, 0700); /* it may be there */
        *slash = '/';
    }
}

static void recall(char *input) { add_history(input); }

void history_open(void)
{
    using_history();
    stifle_history(HISTORY_ENTRIES);
    char *path = find_path();
    if (!path)
        return;
    make_folders(path);
    history_file_open(path, HISTORY_ENTRIES, recall);
    free(path);
}

void history_add(const char *input)
{
    HIST_ENTRY *last = history_length > 0 ? history_get(history_base + history_length - 1) : NULL;
    if (*input == ' ' || (last && strcmp(last->line, input) == 0))
        return;
    add_history(input);
    history_file_append(input);
}

void history_close(void) { history_file_close(); }
