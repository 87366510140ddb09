#include "repl/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "repl/history_file.h"

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

static char *last;
static void (*give)(const char *input);

static void keep_last(const char *input)
{
    free(last);
    last = strdup(input);
}

static void recall(char *input)
{
    keep_last(input);
    give(input);
}

void history_open(void (*each)(const char *input))
{
    give = each;
    char *path = find_path();
    if (!path)
        return;
    make_folders(path);
    history_file_open(path, HISTORY_ENTRIES, recall);
    free(path);
}

bool history_add(const char *input)
{
    if (*input == ' ' || (last && strcmp(last, input) == 0))
        return false;
    keep_last(input);
    history_file_append(input);
    return true;
}

void history_close(void)
{
    history_file_close();
    free(last);
    last = NULL;
}
