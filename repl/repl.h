/* The read-eval-print loop on a terminal. */
#ifndef CSP_REPL_REPL_H
#define CSP_REPL_REPL_H

#include "repl/crashes.h"
#include "repl/journal.h"
#include "repl/options.h"
#include "repl/output.h"
#include "repl/settings.h"
#include "repl/show.h"
#include "repl/spent.h"
#include "repl/trace.h"

typedef struct repl {
    csp_vm *vm;
    csp_session *session;
    bool colour;
    bool quit;
    bool stopped; /* Ctrl-C has ended a piece of the entry: the rest of it does not run */
    int status;   /* exit status, once it is to quit */
    show show;
    output out;
    crashes crashes;
    spent spent;
    settings settings;
    trace trace;
    journal journal;
    struct told_change *told; /* list: files whose change has been told */
    char *input;              /* the lines of an input that is not complete yet, or NULL */
    char *last;               /* the last entry that was more than a command, or NULL */
    char *next;               /* an entry that a command has made, to run next, or NULL */
} repl;

/* Runs until the user leaves; returns the exit status. */
int repl_run(const options *o);

/* Writes for the user. */
void repl_print(int stream, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
