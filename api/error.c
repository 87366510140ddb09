#include "api/error.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/host/host.h"
#include "base/json.h"
#include "vm/code/code.h"
#include "vm/code/code_table.h"
#include "vm/core/text.h"
#include "vm/process/output.h"
#include "vm/report/report_all.h"
#include "vm/report/trace.h"

typedef struct error_frame {
    char *file, *function; /* owned; file NULL: a function without source */
    uint32_t line, column;
} error_frame;

typedef struct error_frames {
    error_frame *items; /* owned */
    uint32_t count;
} error_frames;

enum { FRAMES_MAX = 64, CAUSES_MAX = 8 };

/* The diagnostics of one source that does not compile. */
typedef struct error_source {
    struct error_source *next;
    char *name, *text; /* owned */
    src_text src;
    diag_list diags;
} error_source;

/* What the host had asked for when the error occurred. */
typedef enum error_stage { STAGE_RUN, STAGE_COMPILE } error_stage;

struct csp_error {
    error_stage stage;
    char *kind, *message;
    const char *head;      /* the beginning of a crash report */
    error_source *sources; /* of a compile error; a module's comes before its importer's */
    char *report;          /* for people, after the head; NULL: kind and message are all */
    char *coloured;        /* the same with ANSI sequences, or NULL */
    char *processes;       /* of a deadlock: JSON that says who waits for what; NULL: none */
    char *json;            /* of a crash: all of it; NULL: made from the other fields */
    uint64_t process;      /* the one that failed; 0: none */
    char *name;            /* the process's name; NULL: none */
    error_frames frames, spawns;
    csp_error *cause; /* owned */
};

static void free_frames(error_frames *f)
{
    for (uint32_t i = 0; i < f->count; i++) {
        free(f->items[i].file);
        free(f->items[i].function);
    }
    free(f->items);
}

void error_free(csp_error *err)
{
    if (!err)
        return;
    while (err->sources) {
        error_source *s = err->sources;
        err->sources = s->next;
        diag_free(&s->diags);
        src_free(&s->src);
        free(s->name);
        free(s->text);
        free(s);
    }
    free_frames(&err->frames);
    free_frames(&err->spawns);
    error_free(err->cause);
    free(err->report);
    free(err->coloured);
    free(err->processes);
    free(err->json);
    free(err->name);
    free(err->kind);
    free(err->message);
    free(err);
}

csp_error *csp_take_error(csp_vm *vm)
{
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return NULL;
    csp_error *err = error_take(h->world);
    door_leave(h);
    if (!err || error_lend(err, LIVE_ERROR))
        return err;
    error_free(err);
    return NULL;
}

bool error_lend(const csp_error *err, live_kind kind)
{
    if (!live_add(err, kind))
        return false;
    if (!err->cause || error_lend(err->cause, LIVE_LENT_ERROR))
        return true;
    live_take(err, kind);
    return false;
}

void error_unlend(const csp_error *err)
{
    for (const csp_error *of = err->cause; of; of = of->cause)
        live_take(of, LIVE_LENT_ERROR);
}

void csp_error_free(csp_error *err)
{
    if (!live_take(err, LIVE_ERROR))
        return;
    error_unlend(err);
    error_free(err);
}

csp_error *error_take(world *w)
{
    csp_error *err = w->error;
    w->error = NULL;
    return err;
}

/* ---- Making ---- */

static csp_error *make_error(const char *kind, const char *message)
{
    csp_error *err = calloc(1, sizeof *err);
    if (!err)
        return NULL;
    err->head = "error";
    err->kind = strdup(kind);
    err->message = strdup(message);
    if (!err->kind || !err->message) {
        error_free(err);
        return NULL;
    }
    return err;
}

csp_error *error_new_plain(const char *kind, const char *message)
{
    return make_error(kind, message);
}

/* Makes a new error the world's, or returns NULL. */
static csp_error *start(world *w, const char *kind, const char *message)
{
    error_free(w->error);
    w->error = make_error(kind, message);
    return w->error;
}

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
    csp_error *err =
        start(w, "compile", first && first->message ? first->message : "the source has errors");
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

void error_set_plain(world *w, const char *kind, const char *message, const char *report)
{
    csp_error *err = start(w, kind, message);
    if (err && report)
        err->report = strdup(report);
}

void error_tell_plain(world *w, const char *kind, const char *message)
{
    static const csp_style styles[] = {
        [VM_PLAIN] = CSP_PLAIN, [VM_COLOUR] = CSP_COLOUR, [VM_JSON] = CSP_JSON};
    csp_error *kept = w->error;
    w->error = NULL;
    error_set_plain(w, kind, message, NULL);
    char *told = w->error ? error_text(w->error, styles[w->vm->host.style]) : NULL;
    if (told)
        vm_write(w->vm, STDERR_FILENO, told, strlen(told));
    csp_text_free(told);
    error_free(w->error);
    w->error = kept;
    output_finish(w->vm);
}

void error_set_memory(world *w) { error_set_plain(w, "out_of_memory", "out of memory", NULL); }

void error_set_interrupted(world *w)
{
    error_set_plain(w, "interrupted", "stopped from outside", NULL);
}

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
        make_error(value_is(e->kind, OBJ_STRING) ? value_string(e->kind)->text : "fail",
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

/* ---- Asking ---- */

bool error_is_compile(const csp_error *err) { return err->stage == STAGE_COMPILE; }

/* Whether the host may read it: it is alive. */
static bool is_readable(const csp_error *err)
{
    live_kind kind = live_kind_of(err);
    return kind == LIVE_ERROR || kind == LIVE_LENT_ERROR;
}

const char *error_kind_of(const csp_error *err) { return err->kind; }

const char *error_message_of(const csp_error *err) { return err->message; }

const char *csp_error_kind(const csp_error *err) { return is_readable(err) ? err->kind : NULL; }

const char *csp_error_message(const csp_error *err)
{
    return is_readable(err) ? err->message : NULL;
}

uint64_t csp_error_process(const csp_error *err, const char **name)
{
    bool readable = is_readable(err);
    if (name)
        *name = readable && err->name ? err->name : "";
    return readable ? err->process : 0;
}

const csp_error *csp_error_cause(const csp_error *err)
{
    return is_readable(err) ? err->cause : NULL;
}

static bool give_frame(const error_frames *frames, uint32_t index, csp_place *out)
{
    if (index >= frames->count)
        return false;
    const error_frame *f = &frames->items[index];
    *out =
        (csp_place){.file = f->file, .function = f->function, .line = f->line, .column = f->column};
    return true;
}

bool csp_error_frame(const csp_error *err, uint32_t index, csp_place *out)
{
    return out && is_readable(err) && give_frame(&err->frames, index, out);
}

bool csp_error_spawned(const csp_error *err, uint32_t index, csp_place *out)
{
    return out && is_readable(err) && give_frame(&err->spawns, index, out);
}

void error_count(const csp_error *err, uint32_t *errors, uint32_t *warnings)
{
    *errors = err->sources ? 0 : 1;
    *warnings = 0;
    for (const error_source *s = err->sources; s; s = s->next) {
        *errors += s->diags.errors;
        *warnings += s->diags.warnings;
    }
}

/* ---- Text ---- */

/* The diagnostics of a module come before those of its importers. */
static void write_sources(const csp_error *err, diag_style style, FILE *out)
{
    for (error_source *s = err->sources; s; s = s->next) {
        char *places = diag_render(&s->diags, style);
        fputs(places ? places : "out of memory\n", out);
        free(places);
    }
}

static void write_text(const csp_error *err, bool colour, FILE *out)
{
    fprintf(out, colour ? "\033[1;31m%s:\033[0m " : "%s: ", err->head);
    if (err->report)
        fputs(colour && err->coloured ? err->coloured : err->report, out);
    else
        fprintf(out, "%s: %s\n", err->kind, err->message);
}

static void add_json(void *to, const char *piece, size_t size) { fwrite(piece, 1, size, to); }

/* For an error that is neither a crash nor in a source: one object on a line,
 * like diag_render's. */
static void write_json(const csp_error *err, FILE *out)
{
    json j = {.add = add_json, .to = out};
    json_open(&j, '{');
    json_key(&j, "file");
    json_null(&j);
    json_key(&j, "line");
    json_int(&j, 0);
    json_key(&j, "column");
    json_int(&j, 0);
    json_key(&j, "severity");
    json_text(&j, "error");
    json_key(&j, "kind");
    json_text(&j, err->kind);
    json_key(&j, "message");
    json_text(&j, err->message);
    json_key(&j, "report");
    json_text(&j, err->report);
    if (err->processes) {
        json_key(&j, "processes");
        json_raw(&j, err->processes);
    }
    json_close(&j, '}');
    putc('\n', out);
}

char *csp_error_text(const csp_error *err, csp_style style)
{
    return is_readable(err) ? error_text(err, style) : NULL;
}

char *error_text(const csp_error *err, csp_style style)
{
    char *rendered = NULL;
    size_t size;
    FILE *out = open_memstream(&rendered, &size);
    if (!out)
        return NULL;
    if (err->sources)
        write_sources(err,
                      style == CSP_JSON     ? DIAG_JSON
                      : style == CSP_COLOUR ? DIAG_COLOUR
                                            : DIAG_TEXT,
                      out);
    else if (style == CSP_JSON && err->json)
        fputs(err->json, out);
    else if (style == CSP_JSON)
        write_json(err, out);
    else
        write_text(err, style == CSP_COLOUR, out);
    if (fclose(out) != 0) {
        free(rendered);
        return NULL;
    }
    return rendered;
}
