#include "repl/script.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "repl/failure.h"
#include "repl/source.h"
#include "repl/standard.h"

static bool read_source(const options *o, source *s)
{
    *s = (source){0};
    if (o->action == ACTION_EVAL) {
        s->name = "-e";
        s->text = strdup(o->input);
        s->size = strlen(o->input);
        return s->text != NULL;
    }
    return source_read(o->action == ACTION_STDIN ? "-" : o->input, s);
}

/* A signal handler takes no argument: this is the VM that the command runs. */
static csp_vm *running;

static volatile sig_atomic_t ended_by;

/* The first Ctrl-C, or SIGTERM, ends the program in an orderly way; the second one at once. */
static void on_end(int number)
{
    ended_by = number;
    csp_interrupt(running);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
}

static void on_quit(int number)
{
    (void)number;
    csp_request_report(running);
}

static const struct ending {
    int number;
    void (*handler)(int number);
} handled[] = {{SIGINT, on_end}, {SIGTERM, on_end}, {SIGQUIT, on_quit}};
enum { HANDLED = sizeof handled / sizeof *handled };

/* A signal that is ignored stays ignored: a script's background job must not be interrupted. */
static void handle_signals(struct sigaction before[HANDLED])
{
    for (int i = 0; i < HANDLED; i++) {
        struct sigaction act = {.sa_handler = handled[i].handler, .sa_flags = SA_RESTART};
        sigaction(handled[i].number, NULL, &before[i]);
        if (before[i].sa_handler != SIG_IGN)
            sigaction(handled[i].number, &act, NULL);
    }
}

static void restore_signals(const struct sigaction before[HANDLED])
{
    for (int i = 0; i < HANDLED; i++)
        sigaction(handled[i].number, &before[i], NULL);
}

static int run(csp_vm *vm, const options *o, const source *s)
{
    running = vm;
    struct sigaction before[HANDLED];
    handle_signals(before);
    csp_status status = csp_run_text(vm, s->name, s->text, s->size);
    restore_signals(before);
    switch (status) {
    case CSP_OK:
    case CSP_MORE: return 0;
    case CSP_EXIT: return csp_exit_status(vm);
    case CSP_E_INTERRUPTED: return standard_die(ended_by ? ended_by : SIGINT);
    case CSP_E_COMPILE: failure_print(vm, o); return EXIT_USAGE;
    case CSP_E_DEADLOCK: failure_print(vm, o); return EXIT_DEADLOCK;
    default: failure_print(vm, o); return EXIT_CRASH;
    }
}

static int disassemble(csp_vm *vm, const options *o, const source *s)
{
    char *text;
    if (csp_disassemble(vm, s->name, s->text, s->size, &text) < 0) {
        failure_print(vm, o);
        return EXIT_USAGE;
    }
    standard_put(STDOUT_FILENO, text);
    csp_text_free(text);
    return 0;
}

int script_run(const options *o)
{
    source s;
    csp_vm *vm;
    if (!read_source(o, &s)) {
        source_free(&s);
        return EXIT_USAGE;
    }
    csp_config config = o->config;
    config.reports = failure_style(o);
    if (csp_new(&config, &vm) != CSP_OK) {
        standard_put(STDERR_FILENO, "csp: out of memory\n");
        source_free(&s);
        return EXIT_USAGE;
    }
    int status = o->action == ACTION_DISASM ? disassemble(vm, o, &s) : run(vm, o, &s);
    csp_free(vm);
    source_free(&s);
    return status;
}
