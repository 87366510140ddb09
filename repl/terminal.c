#include "repl/terminal.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <readline/readline.h>
#include <readline/history.h>

#include "repl/full_screen.h"
#include "repl/history.h"
#include "repl/keys.h"
#include "repl/paste.h"
#include "repl/rescue.h"
#include "repl/standard.h"
#include "repl/terminal_signals.h"

/* Readline's callbacks take no argument of ours. */
static struct {
    terminal_complete_fn *complete;
    terminal_list_fn *list;
    void *user;
    char **matches; /* candidates of the completion under way; [0] is for their common prefix */
    size_t match_count;
    char *line; /* the line that Enter ended */
    bool ended; /* a line, or NULL for Ctrl-D, is there */
    bool editing;
    bool column_zero; /* the last output ended its line */
    bool must_scroll; /* the user has set readline's horizontal-scroll-mode */
    /* the line is taller than the screen: it is shown in one row, as far as it fits */
    bool scrolls;
    int pending; /* events that terminal_wait has still to give */
} terminal;

/* ---- Display ---- */

/* At most; including the prompt. */
static int rows_of_line(int columns)
{
    size_t width = strlen(rl_display_prompt);
    int rows = 1;
    for (const char *c = rl_line_buffer; *c; c++) {
        if (*c == '\n') {
            rows += (int)(width / (size_t)columns) + 1;
            width = 0;
        } else if (*c == '\t') {
            width += 8;
        } else {
            width += (unsigned char)*c < ' ' || (unsigned char)*c >= 0xc0
                         ? 2
                         : ((unsigned char)*c & 0xc0) != 0x80;
        }
    }
    return rows + (int)(width / (size_t)columns);
}

/* Readline loses its place if a line has more rows than the screen. */
static void fit(int rows, int columns)
{
    bool scrolls = columns > 0 && rows_of_line(columns) > rows;
    if (scrolls == terminal.scrolls || terminal.must_scroll)
        return;
    terminal.scrolls = scrolls;
    rl_clear_visible_line();
    rl_variable_bind("horizontal-scroll-mode", scrolls ? "on" : "off");
    rl_on_new_line();
}

static void redisplay(void)
{
    int rows, columns;
    rl_get_screen_size(&rows, &columns);
    fit(rows, columns);
    rl_redisplay();
}

/* ---- Signals ---- */

/* Continued after a stop: the shell has changed the terminal's modes. */
static void resume(void)
{
    if (!terminal.editing)
        return;
    rl_deprep_terminal();
    rl_prep_terminal(1);
    rl_on_new_line();
    rl_forced_update_display();
}

static void resize(void)
{
    struct winsize size;
    if (!terminal.editing)
        return;
    if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0)
        fit(size.ws_row, size.ws_col);
    /* with any other one it does not clear what it has shown */
    rl_redisplay_function = rl_redisplay;
    rl_resize_terminal();
    rl_redisplay_function = redisplay;
}

static int take_signals(void)
{
    int events = terminal_signals_take();
    if (events & TERMINAL_CONTINUED)
        resume();
    if (events & TERMINAL_RESIZED)
        resize();
    return events & ~(TERMINAL_CONTINUED | TERMINAL_RESIZED);
}

/* A Ctrl-C that came too late for what has just ended is none for the line that is typed next. */
void terminal_interrupts(csp_vm *vm)
{
    terminal_signals_interrupt(vm);
    if (!vm)
        terminal.pending |= take_signals() & ~TERMINAL_INTERRUPT;
}

/* ---- Keys typed too early ---- */

/* What has been typed while an entry ran is still to be read, and the system has shown it as far as
 * its last line goes, which is not ended: that is shown again behind the prompt. */
static void drop_echo(void)
{
    static const char clear[] = "\033[J", clear_row[] = "\033[K";
    int waiting = 0;
    const char *known = rl_get_termcap("ce"); /* who knows this one knows the other as well */
    bool can_clear = known && strncmp(known, clear_row, sizeof clear_row - 1) == 0;
    if (ioctl(STDIN_FILENO, FIONREAD, &waiting) == 0 && waiting > 0)
        fprintf(rl_outstream, "%s%s", can_clear ? "\r" : "\n", can_clear ? clear : "");
}

static void prepare(int meta)
{
    rl_prep_terminal(meta);
    drop_echo();
}

/* ---- Completion ---- */

static void add_match(void *target, const char *candidate)
{
    (void)target;
    char **matches = realloc(terminal.matches, (terminal.match_count + 2) * sizeof *matches);
    char *copy = strdup(candidate);
    if (matches)
        terminal.matches = matches;
    if (matches && copy)
        matches[terminal.match_count++] = copy;
    else
        free(copy);
}

/* The longest common prefix of the candidates. */
static char *common(char **names, size_t count)
{
    size_t length = strlen(names[0]);
    for (size_t i = 1; i < count; i++) {
        size_t same = 0;
        while (same < length && names[i][same] == names[0][same])
            same++;
        length = same;
    }
    return strndup(names[0], length);
}

/* Readline's word begins where its list of word breaks says; ours may begin before that, by `size`
 * bytes, which all candidates have in common with the text. */
static void cut_matches(size_t size)
{
    for (size_t i = 0; i < terminal.match_count; i++) {
        char *name = terminal.matches[i];
        size_t length = strlen(name), cut = length < size ? length : size;
        memmove(name, name + cut, length - cut + 1);
    }
}

/* Instead of Readline's own list: names[1] to names[count] are the candidates. */
static void list_matches(char **names, int count, int longest)
{
    (void)longest;
    terminal.list(terminal.user, rl_line_buffer, (size_t)rl_point, names + 1, (size_t)count);
}

static char **complete(const char *word, int start, int end)
{
    (void)word;
    rl_attempted_completion_over = 1;
    rl_completion_append_character = '\0';
    size_t from = (size_t)start;
    terminal.matches = NULL;
    terminal.match_count = 0;
    terminal.complete(terminal.user, rl_line_buffer, (size_t)end, &from, add_match, NULL);
    if (from < (size_t)start)
        cut_matches((size_t)start - from);
    char **matches = terminal.matches;
    size_t count = terminal.match_count;
    terminal.matches = NULL;
    char *first = count > 0 && from <= (size_t)start ? common(matches, count) : NULL;
    if (!first) {
        for (size_t i = 0; i < count; i++)
            free(matches[i]);
        free(matches);
        return NULL;
    }
    if (count == 1) {
        free(matches[0]);
        matches[0] = first;
        matches[1] = NULL;
        return matches;
    }
    char **all = malloc((count + 2) * sizeof *all);
    if (!all) {
        free(first);
        first = NULL;
    }
    for (size_t i = 0; i < count; i++)
        if (all)
            all[i + 1] = matches[i];
        else
            free(matches[i]);
    free(matches);
    if (all) {
        all[0] = first;
        all[count + 1] = NULL;
    }
    return all;
}

/* ---- Lines ---- */

static void on_line(char *line)
{
    /* Restores the terminal's usual modes: an evaluation may write, and Ctrl-C must be seen. */
    rl_callback_handler_remove();
    terminal.editing = false;
    terminal.ended = true;
    char *text = line ? paste_unfold(line) : NULL;
    terminal.line = text ? text : line;
    if (text)
        free(line);
    terminal.column_zero = true;
}

void terminal_edit(const char *prompt)
{
    if (terminal.editing)
        return;
    terminal_fresh_line();
    terminal.editing = true;
    keys_begin();
    rl_callback_handler_install(prompt, on_line);
}

/* The typed text stays on the screen, with `mark` after it; the terminal has its usual
 * modes again. */
static void stop_editing(const char *mark)
{
    rl_free_line_state();
    rl_callback_sigcleanup();
    rl_point = rl_end;
    redisplay();
    fputs(mark, rl_outstream);
    fflush(rl_outstream);
    rl_callback_handler_remove(); /* it may go back to the beginning of the row */
    terminal.editing = false;
    terminal.column_zero = true;
}

bool terminal_discard(void)
{
    if (!terminal.editing)
        return false;
    bool something = rl_end > 0;
    stop_editing("^C\n");
    return something;
}

int terminal_wait(int fd, int timeout, char **line)
{
    struct pollfd polled[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                              {.fd = terminal_signals_fd(), .events = POLLIN},
                              {.fd = fd, .events = POLLIN}};
    if (!terminal.editing)
        polled[0].fd = -1; /* keys are for the next line, or for what runs */
    int events = terminal.pending;
    terminal.pending = 0;
    if (poll(polled, 3, events ? 0 : timeout) <= 0 && !events)
        return 0;
    events |= take_signals(); /* also what came after poll had looked */
    if (polled[2].revents)
        events |= TERMINAL_OTHER;
    if (events & TERMINAL_END) {
        if (terminal.editing)
            stop_editing("\n");
        return events;
    }
    /* Keys behind Ctrl-C belong to the next line. */
    if (polled[0].revents && !(events & TERMINAL_INTERRUPT))
        rl_callback_read_char();
    if (!terminal.ended)
        return events;
    terminal.ended = false;
    *line = terminal.line;
    terminal.line = NULL;
    return events | (*line ? TERMINAL_LINE : TERMINAL_END);
}

/* ---- Output ---- */

/* At once, whatever happens to it: a terminal that is gone also ends the input. */
static void write_all(int fd, const char *text, size_t size)
{
    standard_write(fd, text, size);
    standard_flush();
}

void terminal_write(int stream, const char *text, size_t size)
{
    if (size == 0 || full_screen_takes(stream, text, size))
        return;
    fflush(stdout); /* readline writes there */
    if (!terminal.editing) {
        write_all(stream, text, size);
        terminal.column_zero = text[size - 1] == '\n';
        return;
    }
    rl_clear_visible_line();
    fflush(stdout);
    write_all(stream, text, size);
    if (text[size - 1] != '\n')
        write_all(stream, "\n", 1);
    rl_on_new_line();
    redisplay();
    fflush(stdout);
}

void terminal_fresh_line(void)
{
    if (full_screen_takes_line())
        return;
    if (!terminal.column_zero)
        write_all(STDOUT_FILENO, "\n", 1);
    terminal.column_zero = true;
}

static void say(const char *what) { terminal_write(STDOUT_FILENO, what, strlen(what)); }

static void recall(const char *input) { add_history(input); }

void terminal_remember(const char *input)
{
    if (history_add(input))
        recall(input);
}

void terminal_history(void (*each)(void *user, const char *input), void *user)
{
    HIST_ENTRY **entries = history_list();
    for (size_t i = 0; entries && entries[i]; i++)
        each(user, entries[i]->line);
}

/* ---- Beginning and end ---- */

bool terminal_open(terminal_complete_fn *complete_with, terminal_list_fn *list_with, void *user)
{
    terminal.complete = complete_with;
    terminal.list = list_with;
    terminal.user = user;
    terminal.column_zero = true;
    rl_readline_name = "csp";
    rl_catch_signals = 0;
    rl_catch_sigwinch = 0;
    rl_attempted_completion_function = complete;
    rl_completion_display_matches_hook = list_matches;
    rl_completer_word_break_characters = " \t\n\"\\'`@$><=;|&{}()[]+-*/%^~!?:,.#";
    rl_initialize();
    terminal.must_scroll = strcmp(rl_variable_value("horizontal-scroll-mode"), "on") == 0;
    rl_redisplay_function = redisplay;
    rl_prep_term_function = prepare;
    /* Elsewhere an entry of several lines is typed one by one. */
    if (rl_get_termcap("up"))
        keys_bind(say);
    using_history();
    stifle_history(HISTORY_ENTRIES);
    history_open(recall);
    rescue_begin(strcmp(rl_variable_value("enable-bracketed-paste"), "on") == 0);
    return terminal_signals_open();
}

void terminal_close(void)
{
    if (terminal.editing)
        rl_callback_handler_remove();
    terminal.editing = false;
    terminal_fresh_line();
    rescue_end();
    terminal_signals_close();
    history_close();
}
