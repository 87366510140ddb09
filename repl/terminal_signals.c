#include "repl/terminal_signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "repl/rescue.h"

static const struct {
    int number;
    char sent; /* through the pipe */
} handled[] = {{SIGINT, 'i'},  {SIGCONT, 'c'}, {SIGWINCH, 'w'},
               {SIGQUIT, 'q'}, {SIGTERM, 't'}, {SIGHUP, 'h'}};
enum { HANDLED = sizeof handled / sizeof *handled };

/* Signal handlers take no argument of ours. */
static int channel[2]; /* a pipe from them */
static int ended_by;   /* the signal that asked to end; 0: none */
static csp_vm *volatile running;
static volatile int64_t asked; /* ms: when a Ctrl-C came that has not been taken yet; 0: none */

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 + 1;
}

/* The VM gives way to a Ctrl-C within much less than this, unless a C function holds it up. */
static void tell_if_stuck(void)
{
    enum { PATIENCE = 200 /* ms */ };
    static const char text[] =
        "\nit cannot be stopped before the C function that it has called returns\n";
    if (!asked)
        asked = now();
    else if (now() - asked > PATIENCE && write(STDERR_FILENO, text, sizeof text - 1) < 0)
        return; /* there is nobody to tell */
}

static void on_signal(int number)
{
    int kept = errno;
    csp_vm *vm = running;
    bool ends = number == SIGTERM || number == SIGHUP, tell = true;
    if (vm && (ends || number == SIGINT))
        csp_interrupt(vm);
    if (vm && number == SIGINT)
        tell_if_stuck();
    if (vm && number == SIGQUIT) {
        csp_request_report(vm);
        tell = false;
    }
    if (ends)
        rescue_handle(number); /* a second one ends the command at once */
    for (int i = 0; i < HANDLED && tell; i++)
        if (handled[i].number == number && write(channel[1], &handled[i].sent, 1) < 0)
            break; /* it is full: the reader will wake anyway */
    errno = kept;
}

int terminal_ended_by(void) { return ended_by; }

void terminal_signals_interrupt(csp_vm *vm)
{
    asked = 0;
    running = vm;
}

bool terminal_signals_open(void)
{
    if (pipe2(channel, O_CLOEXEC | O_NONBLOCK) != 0)
        return false;
    struct sigaction before, act = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    for (int i = 0; i < HANDLED; i++)
        if (sigaction(handled[i].number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(handled[i].number, &act, NULL);
    return true;
}

void terminal_signals_close(void)
{
    for (int i = 0; i < HANDLED; i++)
        signal(handled[i].number, SIG_DFL);
    close(channel[0]);
    close(channel[1]);
}

int terminal_signals_fd(void) { return channel[0]; }

int terminal_signals_take(void)
{
    int events = 0;
    char sent[64];
    asked = 0;
    ssize_t got = read(channel[0], sent, sizeof sent);
    for (ssize_t i = 0; i < got; i++)
        switch (sent[i]) {
        case 'i': events |= TERMINAL_INTERRUPT; break;
        case 'q': events |= TERMINAL_REPORT; break;
        case 'c': events |= TERMINAL_CONTINUED; break;
        case 'w': events |= TERMINAL_RESIZED; break;
        default: ended_by = sent[i] == 'h' ? SIGHUP : SIGTERM; events |= TERMINAL_END;
        }
    return events;
}
