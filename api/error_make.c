/* Errors of texts that do not compile, of crashes, and of programs that cannot go on. */
#include <stdlib.h>

#include "api/error.h"
#include "api/error_parts.h"
#include "vm/code/code.h"
#include "vm/code/code_table.h"
#include "vm/core/text.h"
#include "vm/report/report_all.h"
#include "vm/report/trace.h"

enum { FRAMES_MAX = 64, CAUSES_MAX = 8 };

/* ---- Of a text ---- */

/* Adds the diagnostics, and a copy of the source that they refer to. False: no memory. */
static bool add_source(csp_error *err, diag_list *diags)
{
    const src_text *from = diags->src;
    error_source *s = calloc(1, sizeof *s);
    if (!s)
        return false;
    error_source **end = &err->sources;
    while (*end)
        end = &(*end)->next;
    *end = s;
    diag_init(&s->diags, &s->src);
    s->name = strdup(from->name);
    s->text = malloc((size_t)from->length + 1);
    if (!s->name || !s->text)
        return false;
    memcpy(s->text, from->text, from->length);
    s->text[from->length] = '\0';
    src_init(&s->src, s->name, s->text, from->length);
    s->src.first_line = from->first_line;
    s->diags = *diags;
    s->diags.src = &s->src;
    diag_init(diags, diags->src);
    return true;
}

static const diag *first_error(const diag_list *diags)
{
    const diag *first = NULL;
    for (uint32_t i = 0; i < diags->count; i++) {
        const diag *d = &diags->items[i];
        if (d->severity == DIAG_ERROR && (!first || d->span.start < first->span.start))
            first = d;
    }
    return first;
}

void error_set_compile(world *w, diag_list *diags)
{
    if (w->error && w->error->sources) {
        add_source(w->error, diags);
        return;
    }
    const diag *first = first_error(diags);
    csp_error *err = error_start(
        w, "compile", first && first->message ? first->message : "the source has errors");
    if (!err)
        return;
    err->stage = STAGE_COMPILE;
    if (!add_source(err, diags))
        return;
    error_frame *place = first ? calloc(1, sizeof *place) : NULL;
    if (!place)
        return;
    src_text *src = &err->sources->src;
    src_position at = src_locate(src, first->span.start);
    *place = (error_frame){.file = strdup(src->name), .line = at.line, .column = at.column};
    err->frames = (error_frames){place, 1};
}

/* ---- Of a program ---- */

/* What `tell` writes about v in that style, malloc'ed; NULL: no memory. */
static char *told(csp_vm *vm, vm_style style, void (*tell)(csp_vm *vm, text *out, value v), value v)
{
    vm_style kept = vm->host.style;
    vm->host.style = style;
    text t;
    text_init(&t, vm);
    tell(vm, &t, v);
    text_put(&t, '\0');
    vm->host.style = kept;
    return t.failed ? NULL : strdup(t.block);
}

static void tell_deadlock(csp_vm *vm, text *out, value unused)
{
    (void)unused;
    vm_report_deadlock(vm, out);
}

static void tell_processes(csp_vm *vm, text *out, value unused)
{
    (void)unused;
    vm_report_json(vm, out);
}

/* What every process does: as text, and as JSON. */
static void set_reports(world *w, void (*tell)(csp_vm *vm, text *out, value v))
{
    if (!w->error)
        return;
    w->error->report = told(w->vm, VM_PLAIN, tell, VALUE_NIL);
    w->error->coloured = told(w->vm, VM_COLOUR, tell, VALUE_NIL);
    w->error->processes = told(w->vm, VM_JSON, tell_processes, VALUE_NIL);
}

static void tell_timeout(csp_vm *vm, text *out, value unused)
{
    (void)unused;
    text_printf(out, "timeout: it has taken too long\n");
    vm_report_processes(vm, out);
}

void error_set_timeout(world *w)
{
    error_set_plain(w, "timeout", "it has taken too long", NULL);
    set_reports(w, tell_timeout);
}

void error_set_deadlock(world *w)
{
    error_set_plain(w, "deadlock", "no process can run, and no timer is left to wait for", NULL);
    set_reports(w, tell_deadlock);
}

static bool has_source(const code *c) { return c && !c->native && c->module && c->module->text; }

static void add_frames(csp_vm *vm, error_frames *to, const uint32_t *positions, uint32_t count)
{
    to->items = calloc(count ? count : 1, sizeof *to->items);
    if (!to->items)
        return;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t pc;
        const code *c = code_at(vm, positions[i] & ~TRACE_TAIL, &pc);
        error_frame *f = &to->items[to->count];
        if (!c)
            continue;
        to->count++;
        if (value_is(c->name, OBJ_STRING))
            f->function = strdup(value_string(c->name)->text);
        if (!has_source(c))
            continue;
        f->file = strdup(value_string(c->module->name)->text);
        code_place(c, pc, &f->line, &f->column);
    }
}

/* What an error value and its causes say themselves; NULL: no memory. */
static csp_error *detached(csp_vm *vm, const struct error *e, int depth)
{
    csp_error *err =
        error_new_plain(value_is(e->kind, OBJ_STRING) ? value_string(e->kind)->text : "fail",
                        value_is(e->message, OBJ_STRING) ? value_string(e->message)->text : "");
    if (!err)
        return NULL;
    if (value_is(e->trace, OBJ_TRACE)) {
        const trace *t = value_as_object(e->trace);
        uint32_t spawns[FRAMES_MAX];
        add_frames(vm, &err->frames, t->positions, t->count < FRAMES_MAX ? t->count : FRAMES_MAX);
        add_frames(vm, &err->spawns, spawns, trace_spawns(vm, t, spawns, FRAMES_MAX));
    }
    if (value_is(e->cause, OBJ_ERROR) && depth < CAUSES_MAX)
        err->cause = detached(vm, value_error(e->cause), depth + 1);
    return err;
}

/* The caller adds the head, which names the process. */
static void tell_crash(csp_vm *vm, text *out, value v) { trace_report_error(vm, v, out); }

csp_error *error_of_crash(csp_vm *vm, const process *p, value why)
{
    csp_error *err = detached(vm, value_error(why), 0);
    if (!err)
        return NULL;
    const char *name = trace_name(vm, p, why);
    err->process = process_number(p);
    err->name = name ? strdup(name) : NULL;
    err->report = told(vm, VM_PLAIN, tell_crash, why);
    err->coloured = told(vm, VM_COLOUR, tell_crash, why);
    text t;
    text_init(&t, vm);
    trace_report_json(vm, why, err->process, name, &t);
    text_put(&t, '\0');
    err->json = t.failed ? NULL : strdup(t.block);
    return err;
}

void error_set_crash(world *w, const char *head, const process *p, value v)
{
    if (!value_is(v, OBJ_ERROR)) {
        error_set_plain(w, "fail", "the process ended badly", NULL);
        return;
    }
    error_free(w->error);
    w->error = error_of_crash(w->vm, p, v);
    if (w->error)
        w->error->head = head;
}
