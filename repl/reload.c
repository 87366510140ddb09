#include "repl/reload.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "include/csp_tools.h"
#include "repl/evaluate.h"
#include "repl/terminal.h"

/* ---- Reloading ---- */

/* "lib/shapes.csp": how much of it an import says. */
static int shown_length(const char *module)
{
    size_t size = strlen(module);
    return (int)(size > 4 && strcmp(module + size - 4, ".csp") == 0 ? size - 4 : size);
}

static void print_count(uint32_t count, const char *what, bool *first)
{
    if (count == 0)
        return;
    repl_print(1, "%s %u %s", *first ? "" : ",", count, what);
    *first = false;
}

static void print_processes(const csp_reload *reload)
{
    enum { SHOWN = 10 };
    if (reload->process_count == 0)
        return;
    repl_print(1, "  process%s", reload->process_count == 1 ? "" : "es");
    for (uint32_t i = 0; i < reload->process_count && i < SHOWN; i++)
        repl_print(1, "%s %llu", i == 0 ? "" : ",", (unsigned long long)reload->processes[i]);
    if (reload->process_count > SHOWN)
        repl_print(1, " and %u more", reload->process_count - SHOWN);
    repl_print(1, " still run%s the old code\n", reload->process_count == 1 ? "s" : "");
}

static void print_reload(void *user, const csp_reload *reload)
{
    bool *any = user, first = true;
    *any = true;
    repl_print(1, "reloaded %.*s:", shown_length(reload->module), reload->module);
    print_count(reload->added, "new", &first);
    print_count(reload->changed, "changed", &first);
    print_count(reload->gone, "gone", &first);
    repl_print(1, first ? " no declaration is different\n" : "\n");
    print_processes(reload);
}

void command_reload(repl *r, const char *argument)
{
    bool any = false;
    terminal_interrupts(r->vm);
    r->out.starting = true;
    csp_status status =
        csp_reload_modules(r->session, *argument ? argument : NULL, print_reload, &any);
    r->out.starting = false;
    terminal_interrupts(NULL);
    terminal_fresh_line();
    evaluate_outcome(r, status);
    if (status == CSP_OK && !any)
        repl_print(1, "no file of a module has changed\n");
}

/* ---- Noticing ---- */

/* A file that has changed, and that the user has been told of. */
struct told_change {
    struct told_change *next;
    bool still; /* it has been seen changed at this look */
    char path[];
};

static struct told_change *find_told(const repl *r, const char *path)
{
    struct told_change *t = r->told;
    while (t && strcmp(t->path, path) != 0)
        t = t->next;
    return t;
}

static void look(void *user, const csp_module *module)
{
    repl *r = user;
    struct told_change *t = module->changed ? find_told(r, module->path) : NULL;
    if (t)
        t->still = true;
    if (!module->changed || t)
        return;
    size_t size = strlen(module->path) + 1;
    t = malloc(sizeof *t + size);
    if (!t)
        return;
    *t = (struct told_change){.next = r->told, .still = true};
    memcpy(t->path, module->path, size);
    r->told = t;
    repl_print(2, "note: %s has changed (:reload)\n", module->name);
}

static void forget_told(repl *r, bool all)
{
    for (struct told_change **link = &r->told; *link;) {
        struct told_change *t = *link;
        if (t->still && !all) {
            t->still = false;
            link = &t->next;
            continue;
        }
        *link = t->next;
        free(t);
    }
}

void reload_look(repl *r)
{
    csp_each_module(r->vm, look, r);
    forget_told(r, false);
}

void reload_free(repl *r) { forget_told(r, true); }
