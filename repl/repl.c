#include "repl/repl.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "repl/commands.h"
#include "repl/complete.h"
#include "repl/entry.h"
#include "repl/evaluate.h"
#include "repl/hint.h"
#include "repl/paste.h"
#include "repl/reload.h"
#include "repl/rescue.h"
#include "repl/standard.h"
#include "repl/start.h"
#include "repl/terminal.h"

/* ---- Input ---- */

/* Adds the line to the input under way. False: no memory, and the input is lost. */
static bool add_line(repl *r, const char *line)
{
    char *joined;
    if (r->input && strncmp(line, PROMPT_MORE, strlen(PROMPT_MORE)) == 0)
        line += strlen(PROMPT_MORE);
    int size =
        r->input ? asprintf(&joined, "%s\n%s", r->input, line) : asprintf(&joined, "%s", line);
    free(r->input);
    r->input = size < 0 ? NULL : joined;
    return r->input != NULL;
}

static void keep_last(repl *r, const char *text)
{
    char *copy = strdup(text);
    if (!copy)
        return;
    free(r->last);
    r->last = copy;
}

static void run_entry(repl *r, const char *text)
{
    entry_piece piece;
    terminal_remember(text);
    if (*text != ':')
        keep_last(r, text);
    r->stopped = false;
    while (!evaluate_stops(r) && entry_next(&text, &piece)) {
        char *copy = strndup(piece.text, piece.size);
        if (!copy)
            repl_print(2, "out of memory\n");
        else if (piece.is_command)
            commands_run(r, copy);
        else if (!hint_say(r, copy))
            evaluate(r, copy);
        free(copy);
    }
}

/* What a command has made. */
static void run_next(repl *r)
{
    char *text = r->next;
    r->next = NULL;
    run_entry(r, text);
    free(text);
}

/* A whole entry, or, where the terminal shows one line at a time, a line of it. */
static void take_line(repl *r, const char *line)
{
    size_t dropped;
    char *clean = paste_clean(line, &dropped);
    bool is_blank = clean && strspn(clean, " \t\r\n") == strlen(clean);
    bool added = clean && (r->input || !is_blank) && add_line(r, clean);
    free(clean);
    if (!added || entry_goes_on(r->input))
        return;
    char *input = r->input;
    r->input = NULL;
    run_entry(r, input);
    while (r->next && !r->quit)
        run_next(r);
    reload_look(r);
    free(input);
}

static void discard(repl *r)
{
    bool something = terminal_discard();
    if (!something && !r->input)
        repl_print(1, "(Ctrl-D or :quit to leave)\n");
    free(r->input);
    r->input = NULL;
}

/* ---- The loop ---- */

static int earlier(int a, int b) { return b < 0 || (a >= 0 && a < b) ? a : b; }

/* In ms: until the VM or what is held back has something to do. */
static int timeout(const repl *r)
{
    return earlier(csp_timeout(r->vm),
                   earlier(trace_timeout(r), earlier(output_timeout(r), crashes_timeout(r))));
}

static void loop(repl *r)
{
    enum { STEP = 100000 }; /* about a millisecond: the terminal does not wait for longer */
    while (!r->quit) {
        terminal_edit(r->input ? PROMPT_MORE : PROMPT);
        char *line = NULL;
        int events = terminal_wait(csp_fd(r->vm), timeout(r), &line);
        if (events & TERMINAL_INTERRUPT)
            discard(r);
        if (events & TERMINAL_REPORT)
            csp_request_report(r->vm);
        if (events & TERMINAL_LINE)
            take_line(r, line);
        if (events & TERMINAL_END)
            r->quit = true;
        free(line);
        if (!r->quit && csp_step(r->vm, STEP, NULL) == CSP_EXIT)
            evaluate_exit(r);
        evaluate_tick(r);
    }
}

enum { LEAK_PATIENCE = 1000 /* ms: so long :wait can show what nobody can wake */ };

int repl_run(const options *o)
{
    repl r = {.colour = o->colour};
    setlocale(LC_CTYPE, "");
    journal_init(&r.journal);
    csp_config config = o->config;
    config.leak_patience = LEAK_PATIENCE;
    config.write = output_write;
    config.crash = crashes_take;
    config.user = &r;
    config.reports = o->colour ? CSP_COLOUR : CSP_PLAIN;
    rescue_prepare();
    errno = 0;
    bool made = csp_new(&config, &r.vm) == CSP_OK && (r.session = csp_session_new(r.vm));
    if (!made || csp_fd(r.vm) < 0 || !terminal_open(complete_entry, complete_list, &r)) {
        standard_printf(STDERR_FILENO, "csp: %s\n",
                        made && errno ? strerror(errno) : "out of memory");
        csp_free(r.vm);
        return EXIT_USAGE;
    }
    evaluate_init(&r);
    settings_init(&r.settings, o->colour_out);
    repl_print(1, "csp %s, :help for help, Ctrl-D to leave\n", csp_version());
    start(&r, o);
    loop(&r);
    csp_free(r.vm);
    output_show(&r, true);
    crashes_free(&r);
    trace_free(&r.trace);
    terminal_close();
    spent_free(&r.spent);
    free(r.input);
    free(r.last);
    free(r.next);
    journal_free(&r.journal);
    reload_free(&r);
    return terminal_ended_by() ? standard_die(terminal_ended_by()) : r.status;
}
