#include "repl/keys.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/readline.h>
#include <readline/history.h>

#include "repl/entry.h"
#include "repl/paste.h"

/* Readline's functions take no argument of ours. */
static void (*say)(const char *what);
static char *unfinished; /* what was typed before the history was looked at, or NULL */

/* ---- Lines of the entry ---- */

static int line_start(int at)
{
    while (at > 0 && rl_line_buffer[at - 1] != '\n')
        at--;
    return at;
}

static int line_end(int at)
{
    while (at < rl_end && rl_line_buffer[at] != '\n')
        at++;
    return at;
}

static void insert_blanks(size_t count)
{
    while (count-- > 0)
        rl_insert_text(" ");
}

/* The blanks at point, which the indentation of the new line replaces. */
static void delete_blanks(void)
{
    int end = rl_point;
    while (end < rl_end && strchr(" \t", rl_line_buffer[end]))
        end++;
    rl_delete_text(rl_point, end);
}

static int break_line(int count, int key)
{
    (void)count, (void)key;
    rl_begin_undo_group();
    delete_blanks();
    bool closes = rl_point < rl_end && strchr(")]}", rl_line_buffer[rl_point]);
    size_t indentation = entry_indentation(rl_line_buffer, (size_t)rl_point, closes);
    rl_insert_text("\n");
    insert_blanks(indentation);
    rl_end_undo_group();
    return 0;
}

static int enter(int count, int key)
{
    char *text = paste_unfold(rl_line_buffer);
    bool goes_on = text && entry_goes_on(text);
    free(text);
    if (goes_on)
        return break_line(count, key);
    rl_point = rl_end;
    return rl_newline(count, key);
}

static bool is_blank(int from, int to)
{
    while (from < to && strchr(" \t", rl_line_buffer[from]))
        from++;
    return from == to;
}

/* First on its line, it stands where the line of its bracket does. */
static int close_brace(int count, int key)
{
    int start = line_start(rl_point);
    if (start == 0 || !is_blank(start, rl_point))
        return rl_insert(count, key);
    rl_begin_undo_group();
    rl_delete_text(start, rl_point);
    rl_point = start;
    insert_blanks(entry_indentation(rl_line_buffer, (size_t)start, 1));
    int status = rl_insert(count, key);
    rl_end_undo_group();
    return status;
}

/* ---- Up and down ---- */

static int rows(void)
{
    int height, width;
    rl_get_screen_size(&height, &width);
    return height;
}

static void show(const char *text)
{
    const char *mark = paste_lines(text) > (size_t)rows() / 2 ? paste_fold(text) : NULL;
    rl_replace_line(mark ? mark : text, 1);
    rl_point = rl_end;
}

/* Entries of the history come back as they were entered, whatever is typed into them. */
static bool show_history(int offset)
{
    int at = where_history() + offset;
    if (at < 0 || at > history_length)
        return false;
    if (where_history() == history_length) {
        free(unfinished);
        unfinished = strdup(rl_line_buffer);
    }
    history_set_pos(at);
    const HIST_ENTRY *entry = current_history();
    show(entry ? entry->line : unfinished ? unfinished : "");
    return true;
}

static int up(int count, int key)
{
    (void)key;
    for (; count > 0; count--) {
        int start = line_start(rl_point), column = rl_point - start;
        if (start > 0) {
            int above = line_start(start - 1);
            rl_point = above + (column < start - 1 - above ? column : start - 1 - above);
        } else if (!show_history(-1)) {
            return rl_ding();
        }
    }
    return 0;
}

static int down(int count, int key)
{
    (void)key;
    for (; count > 0; count--) {
        int column = rl_point - line_start(rl_point), end = line_end(rl_point);
        if (end < rl_end) {
            int length = line_end(end + 1) - (end + 1);
            rl_point = end + 1 + (column < length ? column : length);
        } else if (!show_history(1)) {
            return rl_ding();
        }
    }
    return 0;
}

/* ---- Pasting ---- */

static const char paste_end[] = "\033[201~";
enum { END_SIZE = sizeof paste_end - 1 };

/* What the terminal sends between the marks of a bracketed paste. NULL: no memory, or it ended. */
static char *read_paste(void)
{
    size_t size = 0, capacity = 0;
    char *text = NULL;
    for (;;) {
        int c = rl_read_key();
        if (size + 1 >= capacity) {
            capacity = capacity ? capacity * 2 : 1024;
            char *larger = realloc(text, capacity);
            if (!larger)
                break;
            text = larger;
        }
        if (c < 0)
            break;
        text[size++] = (char)(c == '\r' ? '\n' : c);
        if (size >= END_SIZE && memcmp(text + size - END_SIZE, paste_end, END_SIZE) == 0) {
            text[size - END_SIZE] = '\0';
            return text;
        }
    }
    free(text);
    return NULL;
}

static void tell_dropped(size_t dropped)
{
    char text[80];
    snprintf(text, sizeof text, "(%zu line%s of output left out)\n", dropped,
             dropped == 1 ? "" : "s");
    if (dropped > 0)
        say(text);
}

static int paste(int count, int key)
{
    (void)count, (void)key;
    char *raw = read_paste();
    size_t dropped = 0;
    char *text = raw ? paste_clean(raw, &dropped) : NULL;
    free(raw);
    if (!text)
        return rl_ding();
    bool is_tall = paste_lines(text) > (size_t)rows() / 2;
    const char *mark = is_tall ? paste_fold(text) : NULL;
    rl_insert_text(mark ? mark : text);
    free(text);
    tell_dropped(dropped);
    return 0;
}

/* ---- Binding ---- */

static void replace(Keymap map, const char *keys, rl_command_func_t *old, rl_command_func_t *new)
{
    int type;
    if (rl_function_of_keyseq(keys, map, &type) == old && type == ISFUNC)
        rl_bind_keyseq_in_map(keys, new, map);
}

void keys_bind(void (*said)(const char *what))
{
    say = said;
    rl_add_defun("csp-enter", enter, -1);
    rl_add_defun("csp-break-line", break_line, -1);
    rl_add_defun("csp-up", up, -1);
    rl_add_defun("csp-down", down, -1);
    Keymap maps[] = {rl_get_keymap_by_name("emacs-standard"), rl_get_keymap_by_name("vi-insert"),
                     rl_get_keymap_by_name("vi-move")};
    static const char *const ups[] = {"\033[A", "\033OA", "\020", "k", "-"};
    static const char *const downs[] = {"\033[B", "\033OB", "\016", "j", "+"};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
        replace(maps[i], "\r", rl_newline, enter);
        replace(maps[i], "\n", rl_newline, enter);
        replace(maps[i], "}", rl_insert, close_brace);
        replace(maps[i], "\033[200~", rl_bracketed_paste_begin, paste);
        for (size_t k = 0; k < sizeof ups / sizeof *ups; k++) {
            replace(maps[i], ups[k], rl_get_previous_history, up);
            replace(maps[i], downs[k], rl_get_next_history, down);
        }
    }
    replace(maps[0], "\033\r", rl_vi_editing_mode, break_line);
    replace(maps[0], "\033\n", rl_vi_editing_mode, break_line);
    rl_variable_bind("revert-all-at-newline", "on");
}

void keys_begin(void)
{
    using_history();
    free(unfinished);
    unfinished = NULL;
    paste_forget();
}
