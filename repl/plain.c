/* The terminal without Readline (make LINEEDIT=none): the system's own line input. */
#include "repl/terminal.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "repl/full_screen.h"
#include "repl/history.h"
#include "repl/rescue.h"
#include "repl/standard.h"
#include "repl/terminal_signals.h"

static struct {
    const char *prompt; /* of the line that is being typed; NULL: none is */
    char *typed;        /* what has been read and not given yet */
    size_t size, capacity;
    bool ended;                     /* there is no more input */
    int pending;                    /* events that terminal_wait has still to give */
    char *history[HISTORY_ENTRIES]; /* a ring */
    size_t remembered;              /* so far */
    bool column_zero;               /* the last output ended its line */
} plain = {.column_zero = true};

static void write_all(int stream, const char *text, size_t size)
{
    standard_write(stream, text, size);
    standard_flush();
    plain.column_zero = text[size - 1] == '\n';
}

void terminal_edit(const char *prompt)
{
    if (plain.prompt)
        return;
    terminal_fresh_line();
    plain.prompt = prompt;
    write_all(STDOUT_FILENO, prompt, strlen(prompt));
}

/* The system has shown ^C and dropped what was typed. */
bool terminal_discard(void)
{
    if (!plain.prompt)
        return false;
    plain.prompt = NULL;
    plain.size = 0;
    terminal_fresh_line();
    return false;
}

/* ---- Reading ---- */

static void read_some(void)
{
    enum { PIECE = 4096 };
    if (plain.capacity - plain.size < PIECE) {
        char *grown = realloc(plain.typed, plain.capacity * 2 + PIECE);
        if (!grown)
            return;
        plain.typed = grown;
        plain.capacity = plain.capacity * 2 + PIECE;
    }
    ssize_t got = read(STDIN_FILENO, plain.typed + plain.size, PIECE);
    if (got > 0)
        plain.size += (size_t)got;
    else if (got == 0 || (errno != EINTR && errno != EAGAIN))
        plain.ended = true;
}

/* The next line, or, at the end, what there is of it. NULL: it is not there yet. */
static char *take_line(void)
{
    char *end = plain.size > 0 ? memchr(plain.typed, '\n', plain.size) : NULL;
    if (!end && !(plain.ended && plain.size > 0))
        return NULL;
    size_t length = end ? (size_t)(end - plain.typed) : plain.size, used = length + (end != NULL);
    char *line = strndup(plain.typed, length);
    plain.size -= used;
    memmove(plain.typed, plain.typed + used, plain.size);
    return line;
}

static int take_input(char **line)
{
    if (!plain.prompt)
        return 0;
    *line = take_line();
    if (!*line && !plain.ended)
        return 0;
    plain.prompt = NULL;
    plain.column_zero = *line != NULL; /* the terminal has shown Enter */
    return *line ? TERMINAL_LINE : TERMINAL_END;
}

static int take_signals(void)
{
    return terminal_signals_take() & ~(TERMINAL_CONTINUED | TERMINAL_RESIZED);
}

/* A Ctrl-C that came too late for what has just ended is none for the line that is typed next. */
void terminal_interrupts(csp_vm *vm)
{
    terminal_signals_interrupt(vm);
    if (!vm)
        plain.pending |= take_signals() & ~TERMINAL_INTERRUPT;
}

int terminal_wait(int fd, int timeout, char **line)
{
    struct pollfd polled[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                              {.fd = terminal_signals_fd(), .events = POLLIN},
                              {.fd = fd, .events = POLLIN}};
    if (!plain.prompt)
        polled[0].fd = -1; /* what is typed is for the next line, or for what runs */
    int events = plain.pending;
    plain.pending = 0;
    bool has_line = plain.prompt && plain.size > 0 && memchr(plain.typed, '\n', plain.size);
    bool is_there = events || has_line || (plain.prompt && plain.ended);
    if (poll(polled, 3, is_there ? 0 : timeout) <= 0 && !is_there)
        return 0;
    events |= take_signals(); /* also what came after poll had looked */
    if (polled[2].revents)
        events |= TERMINAL_OTHER;
    if (events & (TERMINAL_END | TERMINAL_INTERRUPT))
        return events;
    if (polled[0].revents && !has_line)
        read_some();
    return events | take_input(line);
}

/* ---- Output ---- */

/* Half a line stays what it is for the system: only the prompt is shown anew. */
void terminal_write(int stream, const char *text, size_t size)
{
    if (size == 0 || full_screen_takes(stream, text, size))
        return;
    if (plain.prompt)
        write_all(STDOUT_FILENO, "\n", 1);
    write_all(stream, text, size);
    if (!plain.prompt)
        return;
    terminal_fresh_line();
    write_all(STDOUT_FILENO, plain.prompt, strlen(plain.prompt));
}

void terminal_fresh_line(void)
{
    if (full_screen_takes_line())
        return;
    if (!plain.column_zero)
        write_all(STDOUT_FILENO, "\n", 1);
}

/* ---- Beginning and end ---- */

static void recall(const char *input)
{
    char **slot = &plain.history[plain.remembered++ % HISTORY_ENTRIES];
    free(*slot);
    *slot = strdup(input);
}

void terminal_remember(const char *input)
{
    if (history_add(input))
        recall(input);
}

void terminal_history(void (*each)(void *user, const char *input), void *user)
{
    size_t first = plain.remembered > HISTORY_ENTRIES ? plain.remembered - HISTORY_ENTRIES : 0;
    for (size_t i = first; i < plain.remembered; i++)
        if (plain.history[i % HISTORY_ENTRIES])
            each(user, plain.history[i % HISTORY_ENTRIES]);
}

bool terminal_open(terminal_complete_fn *complete, terminal_list_fn *list, void *user)
{
    (void)complete, (void)list, (void)user;
    history_open(recall);
    rescue_begin(false);
    return terminal_signals_open();
}

void terminal_close(void)
{
    plain.prompt = NULL;
    terminal_fresh_line();
    rescue_end();
    terminal_signals_close();
    history_close();
    free(plain.typed);
    plain.typed = NULL;
    plain.size = plain.capacity = 0;
    for (size_t i = 0; i < HISTORY_ENTRIES; i++)
        free(plain.history[i]);
    memset(plain.history, 0, sizeof plain.history);
}
