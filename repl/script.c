#include "repl/script.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct source {
    const char *name; /* as messages call it */
    char *text;       /* malloc'ed */
    size_t size;
} source;

static bool complain(const char *path)
{
    fprintf(stderr, "csp: cannot read %s: %s\n", path, strerror(errno));
    return false;
}

/* Reads to the end; false with errno. */
static bool read_descriptor(int fd, source *s)
{
    size_t capacity = 0;
    for (;;) {
        if (capacity - s->size < 2) {
            capacity = capacity ? capacity * 2 : 16384;
            char *grown = realloc(s->text, capacity);
            if (!grown)
                return false;
            s->text = grown;
        }
        ssize_t got = read(fd, s->text + s->size, capacity - s->size - 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            s->text[s->size] = '\0';
            return got == 0;
        }
        s->size += (size_t)got;
    }
}

static bool read_file(const char *path, source *s)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return complain(path);
    s->name = path;
    bool ok = read_descriptor(fd, s);
    int reason = errno;
    close(fd);
    errno = reason;
    return ok || complain(path);
}

static bool read_source(const options *o, source *s)
{
    *s = (source){0};
    if (o->action == ACTION_EVAL) {
        s->name = "-e";
        s->text = strdup(o->input);
        s->size = strlen(o->input);
        return s->text != NULL;
    }
    if (o->action != ACTION_STDIN && strcmp(o->input, "-") != 0)
        return read_file(o->input, s);
    s->name = "<stdin>";
    return read_descriptor(STDIN_FILENO, s) || complain("standard input");
}

void script_print_error(csp_vm *vm, bool colour)
{
    csp_error *error = csp_take_error(vm);
    char *text = error ? csp_error_text(error, colour ? CSP_COLOUR : CSP_PLAIN) : NULL;
    fputs(text ? text : "csp: out of memory\n", stderr);
    csp_text_free(text);
    csp_error_free(error);
}

/* A signal handler takes no argument: this is the VM that the command runs. */
static csp_vm *running;

/* The first Ctrl-C ends the program in good order; the second at once. */
static void on_interrupt(int number)
{
    csp_interrupt(running);
    signal(number, SIG_DFL);
}

static int die_of_interrupt(void)
{
    fflush(NULL);
    signal(SIGINT, SIG_DFL);
    raise(SIGINT);
    return 128 + SIGINT;
}

static int run(csp_vm *vm, const options *o, const source *s)
{
    running = vm;
    struct sigaction act = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART}, before;
    sigaction(SIGINT, NULL, &before);
    /* A background job of a script is not to be interrupted. */
    if (before.sa_handler != SIG_IGN)
        sigaction(SIGINT, &act, NULL);
    csp_status status = csp_run_text(vm, s->name, s->text, s->size);
    sigaction(SIGINT, &before, NULL);
    switch (status) {
    case CSP_OK:
    case CSP_MORE: return 0;
    case CSP_EXIT: return csp_exit_status(vm);
    case CSP_E_INTERRUPTED: return die_of_interrupt();
    case CSP_E_COMPILE: script_print_error(vm, o->colour); return EXIT_USAGE;
    case CSP_E_DEADLOCK: script_print_error(vm, o->colour); return EXIT_DEADLOCK;
    case CSP_E_CRASH:
    case CSP_E_MEMORY:
    case CSP_E_MISUSE: break;
    }
    script_print_error(vm, o->colour);
    return EXIT_CRASH;
}

static int disassemble(csp_vm *vm, const options *o, const source *s)
{
    char *text;
    if (csp_disassemble(vm, s->name, s->text, s->size, &text) < 0) {
        script_print_error(vm, o->colour);
        return EXIT_USAGE;
    }
    fputs(text, stdout);
    csp_text_free(text);
    return fflush(stdout) == 0 ? 0 : EXIT_CRASH;
}

int script_run(const options *o)
{
    source s;
    csp_vm *vm;
    if (!read_source(o, &s)) {
        free(s.text);
        return EXIT_USAGE;
    }
    if (csp_new(&o->config, &vm) != CSP_OK) {
        fputs("csp: out of memory\n", stderr);
        free(s.text);
        return EXIT_USAGE;
    }
    int status = o->action == ACTION_DISASM ? disassemble(vm, o, &s) : run(vm, o, &s);
    csp_free(vm);
    free(s.text);
    return status;
}
