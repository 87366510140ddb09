/* The `csp` command. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "repl/bind/bind.h"
#include "repl/check.h"
#include "repl/doc.h"
#include "repl/help.h"
#include "repl/options.h"
#include "repl/repl.h"
#include "repl/script.h"
#include "repl/standard.h"
#include "repl/test/test.h"

static int run(options *o)
{
    if (o->interactive && o->action != ACTION_ERROR && o->action != ACTION_HELP &&
        o->action != ACTION_VERSION)
        return repl_run(o);
    switch (o->action) {
    case ACTION_HELP: help_print(o->topic); return 0;
    case ACTION_VERSION: standard_printf(STDOUT_FILENO, "csp %s\n", csp_version()); return 0;
    case ACTION_BIND: return bind_run(o);
    case ACTION_DOC: return doc_run(o);
    case ACTION_ERROR: return EXIT_USAGE;
    case ACTION_DEFAULT:
        if (isatty(STDIN_FILENO))
            return repl_run(o);
        o->action = ACTION_STDIN;
        o->input = "-";
        break;
    case ACTION_TEST: return test_run(o);
    case ACTION_CHECK: return check_run(o);
    case ACTION_FILE:
    case ACTION_STDIN:
    case ACTION_EVAL:
    case ACTION_DISASM: break;
    }
    return script_run(o);
}

int main(int argc, char **argv)
{
    if (!standard_open()) {
        standard_printf(STDERR_FILENO, "csp: cannot open /dev/null: %s\n", strerror(errno));
        return EXIT_USAGE;
    }
    signal(SIGCHLD, SIG_DFL); /* where it is ignored nobody learns how a program has ended */
    options o = options_parse(argc, argv);
    return standard_close(run(&o));
}
