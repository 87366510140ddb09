#include <string.h>

#include "repl/repl.h"

typedef void command_fn(repl *r, const char *argument);

#define COMMAND(function, name, argument, help) static command_fn function;
#include "repl/commands.def"
#undef COMMAND

static const struct command {
    command_fn *function;
    const char *name, *argument, *help;
} commands[] = {
#define COMMAND(function, name, argument, help) {function, name, argument, help},
#include "repl/commands.def"
#undef COMMAND
};

enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

static void command_help(repl *r, const char *argument)
{
    (void)r, (void)argument;
    repl_print(
        1, "Type an expression or a statement; what is not finished goes on in the next line.\n\n");
    for (int i = 0; i < COMMAND_COUNT; i++) {
        int width = 14 - (int)strlen(commands[i].name);
        repl_print(1, "  :%s %-*s %s\n", commands[i].name, width, commands[i].argument,
                   commands[i].help);
    }
    repl_print(1, "\n  Tab completes, Up recalls, Ctrl-R searches, Ctrl-C stops what runs or "
                  "discards what is typed.\n"
                  "  A semicolon at the end keeps the value from being shown.\n");
}

static void command_doc(repl *r, const char *argument)
{
    char *text = csp_doc(r->session, argument);
    if (text)
        repl_print(1, "%s", text);
    char *near = text ? NULL : csp_doc_near(r->session, argument);
    if (near)
        repl_print(2, "nothing is known about `%s`; did you mean `%s`?\n", argument, near);
    else if (!text)
        repl_print(2, "nothing is known about `%s`\n", argument);
    csp_text_free(near);
    csp_text_free(text);
}

static void print_process(void *user, const csp_process *process)
{
    int *count = user;
    if ((*count)++ == 0)
        repl_print(1, "%8s  %-16s %-9s %12s  %s\n", "PROCESS", "NAME", "STATE", "REDUCTIONS",
                   "WHERE");
    repl_print(1, "%8llu  %-16s %-9s %12llu  ", (unsigned long long)process->number, process->name,
               process->state, (unsigned long long)process->reductions);
    if (process->where.file)
        repl_print(1, "%s:%u\n", process->where.file, process->where.line);
    else
        repl_print(1, "%s\n", process->where.function ? process->where.function : "");
}

static void command_ps(repl *r, const char *argument)
{
    (void)argument;
    int count = 0;
    csp_each_process(r->vm, print_process, &count);
    if (count == 0)
        repl_print(1, "no processes\n");
}

static void command_quit(repl *r, const char *argument)
{
    (void)argument;
    r->quit = true;
}

void repl_command(repl *r, const char *line)
{
    size_t length = strcspn(line, " \t\n");
    const char *argument = line + length + strspn(line + length, " \t\n");
    const struct command *found = NULL;
    /* A unique prefix is enough. */
    for (int i = 0; i < COMMAND_COUNT && length > 0; i++)
        if (strncmp(commands[i].name, line, length) == 0 && !found)
            found = &commands[i];
    if (!found)
        repl_print(2, "there is no command `:%.*s`; :help lists them\n", (int)length, line);
    else if (*found->argument && !*argument)
        repl_print(2, ":%s wants an argument: %s\n", found->name, found->argument);
    else
        found->function(r, argument);
}

void repl_each_command(const char *prefix, size_t length,
                       void (*each)(void *target, const char *name), void *target)
{
    for (int i = 0; i < COMMAND_COUNT; i++)
        if (strncmp(commands[i].name, prefix, length) == 0)
            each(target, commands[i].name);
}
