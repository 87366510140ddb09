/* `:trace` and `:record`. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "repl/repl.h"
#include "repl/target.h"

void command_record(repl *r, const char *argument)
{
    trace *t = &r->trace;
    bool on = strcmp(argument, "on") == 0;
    if (!on && *argument && strcmp(argument, "off") != 0) {
        repl_print(2, ":record on or :record off\n");
        return;
    }
    if (on && !trace_make_ring(r))
        return;
    if (*argument)
        t->recorded = on;
    trace_update(r);
    repl_print(1, "recording is %s; %" PRIu64 " event%s kept (:seq draws the last of them)\n",
               t->recorded ? "on" : "off", trace_left(t), trace_left(t) == 1 ? " is" : "s are");
}

/* ---- :trace ---- */

typedef struct named {
    const char *name;
    bool lives;
} named;

static void note_name(void *user, const csp_process *p)
{
    named *n = user;
    n->lives = n->lives || strcmp(p->name, n->name) == 0;
}

static void note_nothing(void *user, const csp_process *p) { (void)user, (void)p; }

/* The name of processes that live, or of a function, which processes will have. */
static bool is_name(repl *r, const char *word)
{
    named n = {word, false};
    csp_each_process(r->vm, note_name, &n);
    if (n.lives)
        return true;
    csp_scope scope = csp_scope_open(r->vm);
    csp_value v = csp_session_get(r->session, word);
    bool function = v.word && csp_type_of(r->vm, v) == CSP_T_FUNCTION;
    if (!v.word)
        csp_error_free(csp_take_error(r->vm));
    csp_scope_close(r->vm, scope);
    return function;
}

static bool is_word(const char *text)
{
    return text[strcspn(text, " \t()[]{}<>\"'.,:;!?+-*/%=&|")] == '\0' &&
           !strchr("0123456789", *text);
}

/* False: it means nothing, which has been said. */
static bool want(repl *r, const char *word)
{
    trace_wanted *w = &r->trace.wanted[r->trace.wanted_count];
    *w = (trace_wanted){0};
    target found = {0};
    if (is_word(word) && is_name(r, word)) {
        w->name = strdup(word);
        r->trace.wanted_count += w->name != NULL;
        return w->name != NULL;
    }
    if (!target_find(&found, r, word))
        return false;
    bool process = found.kind == TARGET_PROCESS;
    bool ok = found.kind != TARGET_VALUE;
    target_free(&found);
    if (!ok) {
        repl_print(2, "`%s` is no process and no channel\n", word);
    } else if (process && csp_find_process(r->vm, found.number, note_nothing, NULL) != CSP_OK) {
        csp_error_free(csp_take_error(r->vm));
        repl_print(2, "there is no process %" PRIu64 "\n", found.number);
        ok = false;
    } else {
        *(process ? &w->process : &w->channel) = found.number;
        r->trace.wanted_count++;
    }
    return ok;
}

static bool want_all(repl *r, const char *argument)
{
    bool ok = true;
    while (ok && *argument) {
        size_t size = target_word(argument);
        char *word = strndup(argument, size);
        if (r->trace.wanted_count == TRACE_WANTED) {
            repl_print(2, "no more than %d at once\n", TRACE_WANTED);
            ok = false;
        }
        ok = ok && word && want(r, word);
        free(word);
        argument += size + strspn(argument + size, " \t");
    }
    return ok;
}

void command_trace(repl *r, const char *argument)
{
    trace *t = &r->trace;
    trace_tell_dropped(r);
    trace_forget_wanted(t);
    t->shown = false;
    trace_update(r);
    if (strcmp(argument, "off") == 0) {
        repl_print(1, "nothing is traced\n");
        return;
    }
    if (!want_all(r, argument)) {
        trace_forget_wanted(t);
        repl_print(2, "nothing is traced\n");
        return;
    }
    t->shown = true;
    t->began = output_now() * 1000000;
    trace_update(r);
    repl_print(1, "tracing %s; :trace off ends it\n", *argument ? argument : "all processes");
}
