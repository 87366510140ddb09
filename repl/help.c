#include "repl/help.h"

#include <unistd.h>

#include "repl/option_rows.h"
#include "repl/standard.h"

static void put(const char *text) { standard_put(STDOUT_FILENO, text); }

/* The rest of a line whose first `used` columns are filled, from `column` on. */
static void put_help(int column, int used, const char *help)
{
    standard_printf(STDOUT_FILENO, "%*s%s\n", column - used, "", help);
}

/* The options that all subcommands have (SUBCOMMAND_COUNT), or one of them alone. */
static void put_options(subcommand_id of)
{
    for (int i = 0; i < OPTION_COUNT; i++) {
        const option_row *row = &option_rows[i];
        if (row->only != of)
            continue;
        int used = row->letter ? standard_printf(STDOUT_FILENO, "  -%c, ", row->letter)
                               : standard_printf(STDOUT_FILENO, "      ");
        used += standard_printf(STDOUT_FILENO, "--%s", row->name);
        used += row->argument ? standard_printf(STDOUT_FILENO, "=%s", row->argument) : 0;
        put_help(29, used, row->help);
    }
}

static void put_all_options(void)
{
    put("\nOptions:\n");
    put_options(SUBCOMMAND_COUNT);
    put("  --                         the end of the options\n"
        "Instead of a limit `none` may stand.\n");
}

static void put_all(void)
{
    put("csp: a small language of processes and channels\n\n"
        "  csp [OPTION...] FILE [ARG...]    run a script; - is standard input\n"
        "  csp [OPTION...] -e CODE [ARG...] run CODE\n"
        "  csp [OPTION...] -i FILE [ARG...] run a script, then the REPL with what it has defined\n"
        "  csp [OPTION...]                  a REPL on a terminal; else a script from standard "
        "input\n");
    for (int i = 0; i < SUBCOMMAND_COUNT; i++)
        if (subcommand_rows[i].help)
            put_help(35,
                     standard_printf(STDOUT_FILENO, "  csp %s %s", subcommand_rows[i].name,
                                     subcommand_rows[i].arguments),
                     subcommand_rows[i].help);
    put_all_options();
    put("\nExamples:\n"
        "  csp -e 'print(par { 6 * 7; 2 ** 100 })'\n"
        "  csp --max-memory=500M server.csp 8080\n\n"
        "Exit status: 0; 1 the main process crashed or was killed, or output was lost; 2 the "
        "script could not start;\n"
        "3 deadlock; or what the script gave to Os.exit. Of `csp check` and `csp test`: 0; 1 "
        "something was found, or a\n"
        "test failed; 2 a file could not be read.\n");
}

void help_print(subcommand_id topic)
{
    if (topic == SUBCOMMAND_COUNT) {
        put_all();
        return;
    }
    standard_printf(STDOUT_FILENO, "csp %s [OPTION...] %s\n\n%s", subcommand_rows[topic].name,
                    subcommand_rows[topic].arguments, subcommand_rows[topic].details);
    put_options(topic);
}
