#include "repl/rescue.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* Those that the collector uses for itself are not here, nor those that the terminal handles. */
static const int deadly[] = {SIGSEGV, SIGBUS,  SIGFPE,  SIGILL,  SIGABRT,   SIGSYS,
                             SIGTRAP, SIGALRM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGPROF};
enum { DEADLY = sizeof deadly / sizeof *deadly };

/* Handlers read this: what they need is written before `active` is. */
static struct {
    struct termios modes;
    bool bracketed;
    volatile sig_atomic_t second; /* screen */
    volatile sig_atomic_t active;
} rescue;

/* Async-signal-safe. A command in the background does not own the terminal. */
static void give_back(void)
{
    static const char end[] = "\033[?2004l\r\n", first[] = "\033[?25h\033[?1049l";
    if (!rescue.active || tcgetpgrp(STDIN_FILENO) != getpgrp())
        return;
    rescue.active = 0;
    tcsetattr(STDIN_FILENO, TCSANOW, &rescue.modes);
    if (rescue.second && write(STDOUT_FILENO, first, sizeof first - 1) < 0)
        errno = 0;
    if (rescue.bracketed && write(STDOUT_FILENO, end, sizeof end - 1) < 0)
        errno = 0; /* there is nobody left to tell */
}

/* The signal comes again when its handler, which blocks it, returns. */
static void on_deadly(int number)
{
    give_back();
    signal(number, SIG_DFL);
    raise(number);
}

void rescue_handle(int number)
{
    struct sigaction act = {.sa_handler = on_deadly, .sa_flags = SA_ONSTACK};
    sigaction(number, &act, NULL);
}

void rescue_prepare(void)
{
    struct sigaction before;
    for (int i = 0; i < DEADLY; i++)
        if (sigaction(deadly[i], NULL, &before) == 0 && !(before.sa_flags & SA_SIGINFO) &&
            before.sa_handler == SIG_DFL)
            rescue_handle(deadly[i]);
    atexit(give_back);
}

void rescue_begin(bool bracketed)
{
    rescue.bracketed = bracketed;
    rescue.active = tcgetattr(STDIN_FILENO, &rescue.modes) == 0;
}

void rescue_screen(bool second) { rescue.second = second; }

void rescue_end(void) { rescue.active = 0; }
