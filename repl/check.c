#include "repl/check.h"

#include <string.h>
#include <unistd.h>

#include "repl/source.h"
#include "repl/standard.h"

/* The totals for all files. */
typedef struct tally {
    uint64_t errors, warnings;
    uint32_t files; /* with findings */
    bool unread;
} tally;

static void check_source(csp_vm *vm, const source *s, csp_style style, tally *t)
{
    csp_findings found;
    char *report;
    if (csp_check(vm, s->name, s->text, s->size, style, &found, &report) != CSP_OK) {
        standard_printf(STDERR_FILENO, "csp: cannot check %s: out of memory\n", s->name);
        t->unread = true;
        return;
    }
    if (report)
        standard_put(STDOUT_FILENO, report);
    csp_text_free(report);
    t->errors += found.errors;
    t->warnings += found.warnings;
    t->files += found.errors + found.warnings > 0;
}

static void check_file(csp_vm *vm, const char *path, csp_style style, tally *t)
{
    source s;
    if (source_read(path, &s))
        check_source(vm, &s, style, t);
    else
        t->unread = true;
    source_free(&s);
}

static void put_count(uint64_t count, const char *what)
{
    standard_printf(STDERR_FILENO, "%llu %s%s", (unsigned long long)count, what,
                    count == 1 ? "" : "s");
}

/* "2 errors and 1 warning in 1 of 3 files" */
static void put_summary(const tally *t, uint32_t files)
{
    standard_put(STDERR_FILENO, "csp check: ");
    if (t->errors)
        put_count(t->errors, "error");
    if (t->errors && t->warnings)
        standard_put(STDERR_FILENO, " and ");
    if (t->warnings)
        put_count(t->warnings, "warning");
    if (files > 1)
        standard_printf(STDERR_FILENO, " in %u of %u files", t->files, files);
    standard_put(STDERR_FILENO, "\n");
}

int check_run(const options *o)
{
    csp_vm *vm;
    if (csp_new(&o->config, &vm) != CSP_OK) {
        standard_put(STDERR_FILENO, "csp: out of memory\n");
        return EXIT_USAGE;
    }
    tally t = {0};
    csp_style style = o->json ? CSP_JSON : o->colour_out ? CSP_COLOUR : CSP_PLAIN;
    for (uint32_t i = 0; i < o->file_count; i++)
        check_file(vm, o->files[i], style, &t);
    csp_free(vm);
    if (t.errors + t.warnings > 0 && !o->json)
        put_summary(&t, o->file_count);
    if (t.unread)
        return EXIT_USAGE;
    return t.errors + t.warnings > 0 ? EXIT_FINDINGS : 0;
}
