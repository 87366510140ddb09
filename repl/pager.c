#include "repl/pager.h"

#include <stdio.h>
#include <stdlib.h>

#include "repl/program.h"

bool pager_show(const char *text, size_t size)
{
    const char *wanted = getenv("PAGER");
    char *command;
    /* For less: colours as they are. */
    if (asprintf(&command, "export LESS=\"${LESS--R}\"; %s", wanted && *wanted ? wanted : "less") <
        0)
        return false;
    int status;
    bool shown = program_run(command, NULL, text, size, &status);
    free(command);
    return shown;
}
