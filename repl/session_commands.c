#include "repl/session_commands.h"

#include <stdlib.h>
#include <string.h>

#include "include/csp_tools.h"
#include "repl/columns.h"
#include "repl/evaluate.h"
#include "repl/numbers.h"
#include "repl/pieces.h"
#include "repl/terminal.h"

/* ---- History ---- */

enum { SHOWN = 50 }; /* entries, the latest */

typedef struct finding {
    FILE *out;
    const char *text; /* what they contain */
    size_t found, shown;
    bool is_counting;
} finding;

/* The lines behind the first stand below it. */
static void put_entry(FILE *out, const char *entry)
{
    for (const char *line = entry; line;) {
        size_t size = strcspn(line, "\n");
        fprintf(out, "%s%.*s\n", line == entry ? "  " : "    ", (int)size, line);
        line = line[size] ? line + size + 1 : NULL;
    }
}

static void find_entry(void *user, const char *entry)
{
    finding *f = user;
    if (!strstr(entry, f->text) || strncmp(entry, ":hi", 3) == 0) /* the question is no answer */
        return;
    if (f->is_counting)
        f->found++;
    else if (++f->shown + SHOWN > f->found)
        put_entry(f->out, entry);
}

void command_history(repl *r, const char *argument)
{
    buffer b;
    if (!buffer_open(&b)) {
        repl_print(2, "out of memory\n");
        return;
    }
    finding f = {.out = b.out, .text = argument, .is_counting = true};
    terminal_history(find_entry, &f);
    f.is_counting = false;
    if (f.found > SHOWN)
        fprintf(f.out, "  … %zu earlier (:history TEXT finds them)\n", f.found - SHOWN);
    terminal_history(find_entry, &f);
    if (f.found == 0)
        fprintf(f.out, "no entry contains `%s`\n", argument);
    char *text = buffer_take(&b);
    if (text)
        pieces_show(r, text);
    free(text);
}

/* ---- Reset ---- */

static void note_process(void *user, const csp_process *process)
{
    numbers_add(user, process->number);
}

static void count_name(void *user, const csp_name *name)
{
    size_t *count = user;
    *count += name->text != NULL;
}

static void kill_all(repl *r, const numbers *n)
{
    for (size_t i = 0; i < n->count; i++)
        csp_kill(r->vm, n->all[i], NULL);
}

void command_reset(repl *r, const char *argument)
{
    (void)argument;
    csp_session *fresh = csp_session_new(r->vm);
    if (!fresh) {
        repl_print(2, "out of memory\n");
        return;
    }
    size_t names = 0;
    numbers processes = {0};
    csp_each_name(r->session, count_name, &names);
    csp_each_process(r->vm, note_process, &processes);
    kill_all(r, &processes);
    csp_session_free(r->session);
    r->session = fresh;
    evaluate_init(r);
    repl_print(1, "%zu name%s and %zu process%s are gone\n", names, names == 1 ? "" : "s",
               processes.count, processes.count == 1 ? "" : "es");
    free(processes.all);
}
