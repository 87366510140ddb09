#include "repl/evaluate.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "repl/terminal.h"

/* ---- How it ended ---- */

/* For the transcript: its first line. */
static void note_failure(repl *r, const char *text)
{
    journal_add(&r->journal, JOURNAL_FAILED, 0, text, strcspn(text, "\n"));
}

static void print_error(repl *r)
{
    csp_error *error = csp_take_error(r->vm);
    char *text = error ? csp_error_text(error, r->colour ? CSP_COLOUR : CSP_PLAIN) : NULL;
    repl_print(2, "%s", text ? text : "out of memory\n");
    note_failure(r, text ? text : "out of memory");
    csp_text_free(text);
    if (error)
        crashes_keep(r, error);
    csp_error_free(error);
}

typedef struct spot {
    char text[200]; /* " at repl:1:23" */
    bool known;
} spot;

/* The innermost frame. */
static void note_spot(void *user, const csp_frame *frame)
{
    spot *s = user;
    if (!s->known && frame->place.file)
        snprintf(s->text, sizeof s->text, " at %s:%u:%u", frame->place.file, frame->place.line,
                 frame->place.column);
    s->known = true;
}

void evaluate_exit(repl *r)
{
    r->quit = true;
    r->status = csp_exit_status(r->vm);
    uint64_t process = csp_exit_process(r->vm);
    if (process == r->out.foreground)
        return;
    spot at = {.known = false};
    csp_each_frame(r->vm, process, note_spot, &at);
    terminal_fresh_line();
    repl_print(2, "process %llu ended the session (status %d)%s\n", (unsigned long long)process,
               r->status, at.text);
}

/* ---- Ctrl-C ---- */

/* What an interrupted evaluation was doing. */
typedef struct interruption {
    int64_t began;  /* when, on the clock of output_now */
    int times;      /* it was asked for */
    char at[200];   /* "in f (repl:2:15)" */
    char work[160]; /* in C, which it does not leave before it returns */
    uint64_t reductions;
} interruption;

static void note_doing(void *user, const csp_process *process)
{
    interruption *i = user;
    const csp_place *at = &process->where;
    i->reductions = process->reductions;
    if (at->file && at->function && strcmp(at->function, "main") != 0)
        snprintf(i->at, sizeof i->at, " in %s (%s:%u:%u)", at->function, at->file, at->line,
                 at->column);
    else if (at->file)
        snprintf(i->at, sizeof i->at, " at %s:%u:%u", at->file, at->line, at->column);
    snprintf(i->work, sizeof i->work, "%s", process->work ? process->work : "");
}

static void interrupt(repl *r, interruption *i)
{
    if (i->times++ == 0)
        csp_find_process(r->vm, csp_eval_process(r->session), note_doing, i);
    csp_eval_stop(r->session, NULL);
}

static void print_count(uint64_t n)
{
    static const char units[] = {'k', 'M', 'G', 'T'};
    double shown = (double)n;
    int unit = -1;
    while (shown >= 10000 && unit < 3) {
        shown /= 1000;
        unit++;
    }
    if (unit < 0)
        repl_print(2, "%.0f", shown);
    else
        repl_print(2, "%.0f %c", shown, units[unit]);
}

static void print_others(csp_vm *vm)
{
    csp_stats stats = {.struct_size = sizeof stats};
    csp_get_stats(vm, &stats);
    if (stats.processes > 0)
        repl_print(2, "; %llu process%s", (unsigned long long)stats.processes,
                   stats.processes == 1 ? " goes on" : "es go on");
}

static void print_interruption(repl *r, const interruption *i)
{
    r->stopped = true;
    csp_error_free(csp_take_error(r->vm));
    note_failure(r, "interrupted");
    repl_print(2, "interrupted after %.1f s%s", (double)(output_now() - i->began) / 1000,
               i->times ? i->at : " of compiling");
    if (i->times) {
        repl_print(2, ", ");
        print_count(i->reductions);
        repl_print(2, i->reductions == 1 ? " reduction" : " reductions");
    }
    print_others(r->vm);
    repl_print(2, "\n");
    if (i->times > 1 && i->work[0])
        repl_print(2, "abandoned: it waits for %s\n", i->work);
}

/* ---- Evaluation ---- */

void evaluate_tick(repl *r)
{
    output_show(r, false);
    crashes_tell(r, false);
    trace_tick(r);
}

void evaluate_outcome(repl *r, csp_status status)
{
    if (status < 0)
        print_error(r);
    else if (status == CSP_EXIT)
        evaluate_exit(r);
}

static void on_value(void *user, csp_value v)
{
    repl *r = user;
    terminal_fresh_line();
    output_begin(r);
    show_value(r, v);
}

/* Whether what runs is to be stopped. */
static bool take_events(repl *r)
{
    int events = terminal_wait(-1, 0, NULL);
    r->quit = r->quit || (events & TERMINAL_END);
    if (events & TERMINAL_REPORT)
        csp_request_report(r->vm);
    return events & (TERMINAL_END | TERMINAL_INTERRUPT);
}

bool evaluate_asked(repl *r)
{
    bool asked = take_events(r);
    r->stopped = r->stopped || asked;
    return r->quit || asked;
}

bool evaluate_stops(repl *r) { return evaluate_asked(r) || r->stopped; }

/* Looks at the terminal at least so often, in ms; what comes in between interrupts the wait. */
static csp_status wait(repl *r, interruption *i)
{
    enum { LOOK = 20 };
    csp_status status;
    r->out.foreground = csp_eval_process(r->session);
    while ((status = csp_eval_result(r->session, NULL)) == CSP_EMPTY) {
        csp_eval_wait(r->session, LOOK);
        if (take_events(r))
            interrupt(r, i);
        evaluate_tick(r);
    }
    return status;
}

static csp_status run(repl *r, const char *input, size_t size, interruption *i)
{
    *i = (interruption){.began = output_now()};
    output_begin(r);
    terminal_interrupts(r->vm);
    r->out.starting = true;
    csp_status status = csp_eval_start(r->session, input, size);
    r->out.starting = false;
    if (status == CSP_OK)
        status = wait(r, i);
    terminal_interrupts(NULL);
    terminal_fresh_line();
    return status;
}

static void say_outcome(repl *r, csp_status status, const interruption *i)
{
    if (status == CSP_E_INTERRUPTED)
        print_interruption(r, i);
    else
        evaluate_outcome(r, status);
    r->out.foreground = 0;
}

static void evaluate_shown(repl *r, const char *text, size_t size, bool quiet)
{
    interruption i;
    show_begin(r, quiet);
    journal_add(&r->journal, JOURNAL_ENTRY, 0, text, size);
    csp_status status = run(r, text, size, &i);
    show_end(r, status >= 0);
    say_outcome(r, status, &i);
}

void evaluate(repl *r, const char *input)
{
    evaluate_shown(r, input, strlen(input), show_is_quiet(input));
}

void evaluate_quietly(repl *r, const char *text, size_t size)
{
    evaluate_shown(r, text, size, true);
}

bool evaluate_for(repl *r, const char *text, void (*each)(void *user, csp_value v), void *user)
{
    interruption i;
    csp_session_on_value(r->session, each, user);
    csp_status status = run(r, text, strlen(text), &i);
    csp_session_on_value(r->session, on_value, r);
    say_outcome(r, status, &i);
    return status >= 0 && status != CSP_EXIT;
}

void evaluate_init(repl *r)
{
    csp_session_on_value(r->session, on_value, r);
    show_init(&r->show);
}
