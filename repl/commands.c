#include "repl/commands.h"

#include <stdlib.h>
#include <string.h>

#include "repl/act.h"
#include "repl/columns.h"
#include "repl/crashes.h"
#include "repl/edit.h"
#include "repl/graph.h"
#include "repl/inspect.h"
#include "repl/measure.h"
#include "repl/mark.h"
#include "repl/names.h"
#include "repl/nearest.h"
#include "repl/processes.h"
#include "repl/reload.h"
#include "repl/seq.h"
#include "repl/session_commands.h"
#include "repl/settings.h"
#include "repl/source_commands.h"
#include "repl/top.h"
#include "repl/trace.h"
#include "repl/transcript.h"
#include "repl/tree.h"
#include "repl/type.h"
#include "repl/waits.h"

static void command_help(repl *r, const char *argument);
static void command_quit(repl *r, const char *argument);

enum {
#define GROUP(title, first)
#define COMMAND(function, name, argument, kind, help) AT_##function,
#include "repl/commands.def"
#undef COMMAND
#undef GROUP
    COMMAND_COUNT
};

static const struct command {
    void (*function)(repl *r, const char *argument);
    const char *name, *argument;
    argument_kind kind;
    const char *help;
} commands[] = {
#define GROUP(title, first)
#define COMMAND(function, name, argument, kind, help) \
    {function, name, argument, ARGUMENT_##kind, help},
#include "repl/commands.def"
#undef COMMAND
#undef GROUP
};

static const struct group {
    const char *title;
    int first; /* in `commands`, of those up to the next group's */
} groups[] = {
#define GROUP(title, first) {title, AT_##first},
#define COMMAND(function, name, argument, kind, help)
#include "repl/commands.def"
#undef COMMAND
#undef GROUP
    {NULL, COMMAND_COUNT}};

enum { GROUP_COUNT = sizeof groups / sizeof *groups - 1 };

#define BLANKS " \t\r\n"

/* ---- Which one is meant ---- */

static bool has_prefix(const struct command *c, const char *prefix, size_t length)
{
    return strncmp(c->name, prefix, length) == 0;
}

/* NULL: there is none, or several begin so; *count says how many. */
static const struct command *find(const char *word, size_t length, int *count)
{
    const struct command *found = NULL;
    *count = 0;
    for (int i = 0; i < COMMAND_COUNT && length > 0; i++) {
        if (!has_prefix(&commands[i], word, length))
            continue;
        if (commands[i].name[length] == '\0') {
            *count = 1;
            return &commands[i];
        }
        found = &commands[i];
        ++*count;
    }
    return *count == 1 ? found : NULL;
}

argument_kind commands_argument(const char *word, size_t length)
{
    int count;
    const struct command *found = find(word, length, &count);
    return found ? found->kind : ARGUMENT_NONE;
}

/* They stand in small letters, what is to be put in for them in capitals. */
void commands_each_word(const char *word, size_t length, const char *prefix, size_t prefix_length,
                        void (*each)(void *target, const char *name), void *target)
{
    enum { LONGEST = 16 };
    int count;
    char own[LONGEST];
    const struct command *found = find(word, length, &count);
    const char *at = found ? found->argument : "";
    while (*(at += strspn(at, BLANKS "[|"))) {
        size_t size = strspn(at, "abcdefghijklmnopqrstuvwxyz");
        if (size > 0 && size < LONGEST && size >= prefix_length &&
            memcmp(at, prefix, prefix_length) == 0) {
            memcpy(own, at, size);
            own[size] = '\0';
            each(target, own);
        }
        at += strcspn(at, BLANKS);
    }
}

static void say_candidates(const char *word, size_t length, int count)
{
    repl_print(2, "`:%.*s` could be", (int)length, word);
    for (int i = 0, said = 0; i < COMMAND_COUNT; i++)
        if (has_prefix(&commands[i], word, length))
            repl_print(2, "%s :%s",
                       ++said == 1     ? ""
                       : said == count ? " or"
                                       : ",",
                       commands[i].name);
    repl_print(2, "\n");
}

static void say_unknown(const char *word, size_t length)
{
    nearest n;
    nearest_init(&n, word, length);
    for (int i = 0; i < COMMAND_COUNT && length > 0; i++)
        nearest_offer(&n, commands[i].name);
    if (n.best)
        repl_print(2, "there is no command `:%.*s`; did you mean `:%s`?\n", (int)length, word,
                   n.best);
    else
        repl_print(2, "there is no command `:%.*s`; :help lists them\n", (int)length, word);
}

/* NULL: no command is meant, which has been said. */
static const struct command *find_or_say(const char *word, size_t length)
{
    int count;
    const struct command *found = find(word, length, &count);
    if (!found && count > 0)
        say_candidates(word, length, count);
    else if (!found)
        say_unknown(word, length);
    return found;
}

void commands_each(const char *prefix, size_t length, void (*each)(void *target, const char *name),
                   void *target)
{
    for (int i = 0; i < COMMAND_COUNT; i++)
        if (has_prefix(&commands[i], prefix, length))
            each(target, commands[i].name);
}

/* ---- Running it ---- */

/* Without the blanks around it; the caller frees it. NULL: no memory. */
static char *trim(const char *text)
{
    text += strspn(text, BLANKS);
    size_t size = strlen(text);
    while (size > 0 && strchr(BLANKS, text[size - 1]))
        size--;
    return strndup(text, size);
}

void commands_run(repl *r, const char *line)
{
    size_t length = strcspn(line, BLANKS);
    const struct command *found = find_or_say(line, length);
    char *argument = found ? trim(line + length) : NULL;
    if (!argument)
        return;
    if (found->kind == ARGUMENT_NONE && *argument)
        repl_print(2, ":%s takes no argument\n", found->name);
    else if (found->kind != ARGUMENT_NONE && found->argument[0] != '[' && !*argument)
        repl_print(2, ":%s wants an argument: %s\n", found->name, found->argument);
    else
        found->function(r, argument);
    free(argument);
}

/* ---- Those that concern the commands or the session as a whole ---- */

static void print_command(const struct command *c)
{
    enum { WIDTH = 20 };
    int width = columns_of(c->name) + columns_of(c->argument);
    repl_print(1, "  :%s %s%*s %s\n", c->name, c->argument, width < WIDTH ? WIDTH - width : 0, "",
               c->help);
}

static void print_group(const struct group *g)
{
    for (int i = g[0].first; i < g[1].first; i++)
        print_command(&commands[i]);
}

/* The names alone, in as many lines as they need. */
static void print_group_in_short(const struct group *g, int columns)
{
    enum { INDENT = 15 };
    int used = INDENT;
    repl_print(1, "  %-*s", INDENT - 2, g->title);
    for (int i = g[0].first; i < g[1].first; i++) {
        const struct command *c = &commands[i];
        int width = 1 + columns_of(c->name) + (*c->argument ? 1 + columns_of(c->argument) : 0);
        if (i > g->first && used + 2 + width >= columns) {
            repl_print(1, "\n%*s", INDENT, "");
            used = INDENT;
        }
        repl_print(1, "%s:%s%s%s", used > INDENT ? "  " : "", c->name, *c->argument ? " " : "",
                   c->argument);
        used += width + (used > INDENT ? 2 : 0);
    }
    repl_print(1, "\n");
}

/* With what each command does where that fits on the screen. */
static void print_all(void)
{
    enum { AROUND = 10 };
    screen_size screen = columns_screen();
    bool whole = screen.rows >= COMMAND_COUNT + GROUP_COUNT + AROUND;
    repl_print(
        1, "Type an expression or a statement; an unfinished one goes on in the next line.\n\n");
    for (int i = 0; i < GROUP_COUNT; i++) {
        if (whole)
            print_group(&groups[i]);
        else
            print_group_in_short(&groups[i], screen.columns);
    }
    repl_print(1,
               "\n  %sTab completes, Up recalls, Ctrl-R searches, Ctrl-C stops what runs or\n"
               "  discards what is typed. A semicolon at the end: the value is not shown.\n",
               whole ? "" : ":help COMMAND tells what a command does.\n  ");
}

static void command_help(repl *r, const char *argument)
{
    (void)r;
    if (!*argument) {
        print_all();
        return;
    }
    argument += *argument == ':';
    const struct command *found = find_or_say(argument, strlen(argument));
    if (found)
        print_command(found);
}

static void command_quit(repl *r, const char *argument)
{
    (void)argument;
    r->quit = true;
}
