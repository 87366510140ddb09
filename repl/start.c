#include "repl/start.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "repl/evaluate.h"
#include "repl/source_commands.h"

static char *init_path(void)
{
    char *path;
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    int size = -1;
    if (config && *config == '/') /* a relative one is to be ignored */
        size = asprintf(&path, "%s/csp/init.csp", config);
    else if (home && *home)
        size = asprintf(&path, "%s/.config/csp/init.csp", home);
    return size < 0 ? NULL : path;
}

static void run_init(repl *r)
{
    char *path = init_path();
    if (path && access(path, F_OK) == 0)
        command_load(r, path);
    free(path);
}

void start(repl *r, const options *o)
{
    if (!o->no_init)
        run_init(r);
    if (r->quit)
        return;
    if (o->action == ACTION_FILE)
        command_load(r, o->input);
    else if (o->action == ACTION_EVAL)
        evaluate(r, o->input);
}
