#include "repl/history.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <readline/history.h>

enum { HISTORY_ENTRIES = 5000 };

/* There is one Readline history per program. */
static char *path; /* NULL: nothing is kept */

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

void history_open(void)
{
    using_history();
    /* With time stamps between them, entries of several lines stay together. */
    history_comment_char = '#';
    history_write_timestamps = 1;
    stifle_history(HISTORY_ENTRIES);
    path = find_path();
    if (!path)
        return;
    make_folders(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        free(path);
        path = NULL;
        return;
    }
    close(fd);
    read_history(path);
}

void history_add(const char *input)
{
    HIST_ENTRY *last = history_length > 0 ? history_get(history_base + history_length - 1) : NULL;
    if (last && strcmp(last->line, input) == 0)
        return;
    add_history(input);
    if (path)
        append_history(1, path);
}

void history_close(void)
{
    if (path)
        history_truncate_file(path, HISTORY_ENTRIES);
    free(path);
    path = NULL;
}
