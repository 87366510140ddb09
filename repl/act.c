#include "repl/act.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "include/csp.h"
#include "repl/evaluate.h"
#include "repl/target.h"

#define BLANKS " \t"

void command_kill(repl *r, const char *argument)
{
    target t;
    if (!target_find(&t, r, argument))
        return;
    unsigned long long number = t.number;
    if (t.kind != TARGET_PROCESS)
        repl_print(2, "`%s` is no process\n", argument);
    else if (csp_kill(r->vm, number, "by :kill") != CSP_OK)
        repl_print(2, "there is no process %llu\n", number);
    else
        repl_print(1, "process %llu is killed\n", number);
    target_free(&t);
}

/* A time is long enough for whoever is there, and short for who waits at the prompt. */
#define PATIENCE "1s"

void command_send(repl *r, const char *argument)
{
    size_t size = target_word(argument);
    const char *item = argument + size + strspn(argument + size, BLANKS);
    char *text;
    if (!*item) {
        repl_print(2, ":send wants a channel and a value\n");
        return;
    }
    if (asprintf(&text,
                 "alt {\n%.*s ! (%s\n) => nil\nafter " PATIENCE
                 " => eprint(\"nobody has received it within " PATIENCE "\")\n}",
                 (int)size, argument, item) < 0)
        return;
    evaluate(r, text);
    free(text);
}

void command_recv(repl *r, const char *argument)
{
    size_t size = target_word(argument);
    const char *time = argument + size + strspn(argument + size, BLANKS);
    const char *patience = *time ? time : PATIENCE;
    char *text;
    if (asprintf(&text,
                 "alt {\n%.*s ? received => received\n"
                 "after %s => eprint(\"nothing has come in time\")\n}",
                 (int)size, argument, patience) < 0)
        return;
    evaluate(r, text);
    free(text);
}
