#include "repl/terminal_signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
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

static void on_signal(int number)
{
    int kept = errno;
    csp_vm *vm = running;
    bool ends = number == SIGTERM || number == SIGHUP, tell = true;
    if (vm && (ends || number == SIGINT))
        csp_interrupt(vm);
    if (vm && number == SIGQUIT)
        csp_request_report(vm);
    if (vm && number == SIGQUIT)
        tell = false;
    if (ends)
        rescue_handle(number); /* a second one ends the command at once */
    for (int i = 0; i < HANDLED && tell; i++)
        if (handled[i].number == number && write(channel[1], &handled[i].sent, 1) < 0)
            break; /* it is full: the reader will wake anyway */
    errno = kept;
}

int terminal_ended_by(void) { return ended_by; }

void terminal_signals_interrupt(csp_vm *vm) { running = vm; }

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
