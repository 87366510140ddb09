#include "repl/crashes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "repl/columns.h"
#include "repl/output.h"
#include "repl/repl.h"
#include "repl/terminal.h"

enum { FOLD = 200 /* ms for which a crash waits for others like it */ };

/* ---- What is kept ---- */

void crashes_keep(repl *r, const csp_error *error)
{
    crashes *c = &r->crashes;
    crash_report *at = &c->kept[c->count++ % CRASHES_KEPT];
    free(at->text);
    char *text = csp_error_text(error, r->colour ? CSP_COLOUR : CSP_PLAIN);
    *at = (crash_report){.process = csp_error_process(error, NULL),
                         .text = strdup(text ? text : "out of memory\n")};
    csp_text_free(text);
}

/* The newest, or the newest of that process; NULL: there is none. */
static const crash_report *find(const crashes *c, uint64_t process)
{
    uint64_t oldest = c->count > CRASHES_KEPT ? c->count - CRASHES_KEPT : 0;
    for (uint64_t i = c->count; i > oldest; i--) {
        const crash_report *at = &c->kept[(i - 1) % CRASHES_KEPT];
        if (at->text && (process == 0 || at->process == process))
            return at;
    }
    return NULL;
}

void command_why(repl *r, const char *argument)
{
    char *end;
    unsigned long long process = strtoull(argument, &end, 10);
    if (*end || (*argument && process == 0)) {
        repl_print(2, ":why wants the number of a process\n");
        return;
    }
    const crash_report *found = find(&r->crashes, process);
    if (found)
        repl_print(2, "%s", found->text);
    else if (process)
        repl_print(2, "no crash of process %llu is known; :why shows the last one\n", process);
    else
        repl_print(2, "nothing has crashed\n");
}

/* ---- One line ---- */

/* `line`, cut to the screen, and then the hint, which is never cut. */
static void tell_line(repl *r, const char *line)
{
    static const char hint[] = " (:why)";
    int columns = columns_terminal() - (int)strlen(hint) - 1;
    int taken;
    size_t size = columns_fitting(line, columns, &taken);
    bool cut = line[size] != '\0';
    if (cut)
        size = columns_fitting(line, columns > 2 ? columns - 2 : 0, &taken);
    output_begin(r);
    repl_print(2, "%s%.*s%s%s%s\n", r->colour ? "\033[31m" : "", (int)size, line, cut ? " …" : "",
               r->colour ? "\033[0m" : "", hint);
}

static void tell_group(repl *r, crash_group *g)
{
    char *line = NULL;
    int size = g->count == 1 ? asprintf(&line, "! %s crashed: %s", g->who, g->what)
                             : asprintf(&line, "! %u processes crashed: %s", g->count, g->what);
    if (size >= 0)
        tell_line(r, line);
    if (size >= 0)
        free(line);
    free(g->who);
    free(g->what);
    *g = (crash_group){0};
}

void crashes_tell(repl *r, bool all)
{
    crashes *c = &r->crashes;
    if (c->group_count == 0 || (!all && output_now() < c->due))
        return;
    terminal_fresh_line();
    for (uint32_t i = 0; i < c->group_count; i++)
        tell_group(r, &c->groups[i]);
    c->group_count = 0;
}

int crashes_timeout(const repl *r)
{
    if (r->crashes.group_count == 0)
        return -1;
    int64_t left = r->crashes.due - output_now();
    return left > 0 ? (int)left : 0;
}

/* ---- Like ones together ---- */

/* The error in one line: "fail: message at repl:2:25". NULL: no memory. */
static char *describe(const csp_error *error)
{
    csp_place at;
    char *what;
    int size = csp_error_frame(error, 0, &at) && at.file
                   ? asprintf(&what, "%s: %s at %s:%u:%u", csp_error_kind(error),
                              csp_error_message(error), at.file, at.line, at.column)
                   : asprintf(&what, "%s: %s", csp_error_kind(error), csp_error_message(error));
    if (size < 0)
        return NULL;
    for (char *c = what; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = ' ';
    return what;
}

static char *describe_process(const csp_error *error)
{
    const char *name;
    char *who;
    unsigned long long number = csp_error_process(error, &name);
    int size =
        name && *name ? asprintf(&who, "%llu %s", number, name) : asprintf(&who, "%llu", number);
    return size < 0 ? NULL : who;
}

static void add_group(repl *r, char *what, const csp_error *error)
{
    crashes *c = &r->crashes;
    if (c->group_count == CRASHES_FOLDED)
        crashes_tell(r, true);
    char *who = describe_process(error);
    if (!who) {
        free(what);
        return;
    }
    if (c->group_count == 0)
        c->due = output_now() + FOLD;
    c->groups[c->group_count++] = (crash_group){.what = what, .who = who, .count = 1};
}

static void count(repl *r, const csp_error *error)
{
    crashes *c = &r->crashes;
    char *what = describe(error);
    if (!what)
        return;
    for (uint32_t i = 0; i < c->group_count; i++)
        if (strcmp(c->groups[i].what, what) == 0) {
            c->groups[i].count++;
            free(what);
            return;
        }
    add_group(r, what, error);
}

void crashes_take(void *user, const csp_error *error)
{
    repl *r = user;
    if (csp_error_process(error, NULL) == 0) { /* others have been dropped */
        crashes_tell(r, true);
        repl_print(2, "! %s\n", csp_error_message(error));
        return;
    }
    crashes_keep(r, error);
    count(r, error);
}

void crashes_free(repl *r)
{
    crashes_tell(r, true);
    for (int i = 0; i < CRASHES_KEPT; i++)
        free(r->crashes.kept[i].text);
}
