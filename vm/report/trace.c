#include "vm/report/trace.h"

#include "base/utf8.h"
#include "vm/code/code.h"
#include "vm/code/code_table.h"
#include "vm/code/origin.h"
#include "vm/core/string.h"
#include "vm/core/vm.h"
#include "vm/data/tuple.h"
#include "vm/process/output.h"
#include "vm/process/process.h"
#include "vm/report/report.h"

enum {
    MAX_CAUSES = 8,
    MAX_ANCESTORS = 8,
    ANCESTOR_SEARCH = 16384, /* processes to look at for them */
    LINE_MAX_COLUMNS = 160   /* a longer source line is not shown */
};

/* --- taking a trace */

static void add_frame(trace_search *s, const value *base, bool tail)
{
    const code *c = s->code;
    if (!c->module || c->is_operator)
        return;
    uint32_t at =
        s->count < TRACE_FIRST ? s->count : TRACE_FIRST + (s->count - TRACE_FIRST) % TRACE_LAST;
    s->positions[at] = (c->base + code_standing(c, base, s->pc)) | (tail ? TRACE_TAIL : 0);
    s->modules[at] = c->module;
    s->count++;
}

void trace_begin(trace_search *s, const process *p, const frame *f)
{
    *s = (trace_search){.header = OBJ_WALK,
                        .error = VALUE_ABSENT,
                        .code = f->code,
                        .base = (uint32_t)(f->base - process_stack(p)),
                        .pc = (uint32_t)(f->pc - f->code->insns)};
}

bool trace_go_on(trace_search *s, const process *p, int64_t *reductions)
{
    for (; *reductions > 0; --*reductions) {
        for (unsigned i = 0; i < TRACE_FRAMES_PER_REDUCTION; i++) {
            value *base = process_stack(p) + s->base;
            if (s->base == 0) {
                add_frame(s, base, (p->flags & PROCESS_TAIL) != 0);
                return true;
            }
            add_frame(s, base, frame_is_tail(base));
            s->base -= link_distance(base);
            s->code = link_code(base);
            s->pc = (uint32_t)(link_pc(base) - s->code->insns);
        }
    }
    return false;
}

/* Moves one position of each module to the front; returns the number of modules. */
static uint32_t gather_modules(trace_search *f, uint32_t kept)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < kept; i++) {
        uint32_t k = 0;
        while (k < count && f->modules[k] != f->modules[i])
            k++;
        f->modules[k] = f->modules[i];
        count += k == count;
    }
    return count;
}

/* The sources that it points into live as long as the trace. */
static bool hold_modules(csp_vm *vm, trace *t, const trace_search *f, uint32_t count)
{
    t->modules = count == 1 ? f->modules[0] : NULL;
    if (count < 2)
        return true;
    module **all = heap_alloc(vm_heap(vm), HEAP_TRACED, count * sizeof *all);
    if (!all)
        return false;
    memcpy(all, f->modules, count * sizeof *all);
    t->modules = all;
    return true;
}

value trace_found(csp_vm *vm, const process *p, trace_search *s)
{
    uint32_t kept = s->count < TRACE_FIRST + TRACE_LAST ? s->count : TRACE_FIRST + TRACE_LAST;
    uint32_t modules = gather_modules(s, kept);
    trace *t = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *t + kept * sizeof t->positions[0]);
    t = t && hold_modules(vm, t, s, modules) ? t : NULL;
    if (!t)
        return VALUE_ABSENT;
    t->header = OBJ_TRACE | OBJ_IMMUTABLE;
    t->process = process_number(p);
    t->origin = p->origin;
    t->parent = process_parent(p);
    t->count = kept;
    t->omitted = s->count - kept;
    t->omitted_after = TRACE_FIRST;
    for (uint32_t i = 0; i < kept; i++) {
        uint32_t at = i;
        if (t->omitted && i >= TRACE_FIRST)
            at = TRACE_FIRST + (i + t->omitted - TRACE_FIRST) % TRACE_LAST;
        t->positions[i] = s->positions[at];
    }
    return value_object(t);
}

value trace_take(csp_vm *vm, process *p, value *base, const code *c, uint32_t pc)
{
    trace_search s;
    trace_begin(&s, p, &(frame){base, c, c->insns + pc});
    int64_t all = INT64_MAX;
    trace_go_on(&s, p, &all);
    return trace_found(vm, p, &s);
}

/* --- showing */

static void put_text(text *out, const char *s) { text_add(out, s, strlen(s)); }

static void put_string(text *out, value s)
{
    if (value_is(s, OBJ_STRING))
        text_add(out, value_string(s)->text, value_string(s)->size);
}

static void put_place(const code *c, uint32_t pc, text *out)
{
    uint32_t line, column;
    if (!c || !c->module || !value_is(c->module->name, OBJ_STRING)) {
        text_put(out, '?');
        return;
    }
    code_place(c, pc, &line, &column);
    put_string(out, c->module->name);
    text_printf(out, ":%u:%u", line, column);
}

void trace_place(csp_vm *vm, uint32_t position, text *out)
{
    uint32_t pc = 0;
    const code *c = code_at(vm, position & ~TRACE_TAIL, &pc);
    put_place(c, pc, out);
}

bool trace_is_foreign(const code *c) { return c && c->native && c->module; }

void trace_foreign(const code *c, text *out)
{
    put_text(out, "C function ");
    put_string(out, c->name);
    put_text(out, " (");
    put_string(out, c->module->name);
    text_put(out, ')');
}

/* "worker (jobs.csp:12:9)"; "block in worker (…)" for a branch or spawn block; "C function
 * qsort (libc.so.6)". */
static void trace_frame(csp_vm *vm, uint32_t position, text *out)
{
    uint32_t pc = 0;
    const code *c = code_at(vm, position & ~TRACE_TAIL, &pc);
    if (trace_is_foreign(c)) {
        trace_foreign(c, out);
        return;
    }
    if (c && c->is_branch)
        put_text(out, "block in ");
    if (c && value_is(c->name, OBJ_STRING))
        put_string(out, c->name);
    else
        put_text(out, "fn");
    put_text(out, " (");
    put_place(c, pc, out);
    text_put(out, ')');
}

/* The source line of an instruction, and a caret line under the piece that it was made from. */
static void put_source(csp_vm *vm, uint32_t position, text *out)
{
    uint32_t pc = 0, line, column;
    const code *c = code_at(vm, position & ~TRACE_TAIL, &pc);
    if (!c || !c->module || !c->module->text)
        return;
    const module *m = c->module;
    code_place(c, pc, &line, &column);
    uint32_t start = c->places[pc].start < m->length ? c->places[pc].start : m->length;
    uint32_t from = start, to = start;
    while (from > 0 && m->text[from - 1] != '\n')
        from--;
    while (to < m->length && m->text[to] != '\n' && m->text[to] != '\r')
        to++;
    uint32_t end = c->places[pc].end < to ? c->places[pc].end : to;
    if (from == to || to - from > LINE_MAX_COLUMNS)
        return;
    text_printf(out, "    %4u | ", line);
    text_add(out, m->text + from, to - from);
    put_text(out, "\n         | ");
    report_style(vm, out, REPORT_CARET);
    for (uint32_t i = from; i < start; i++)
        if (!utf8_continues(m->text[i]))
            text_put(out, m->text[i] == '\t' ? '\t' : ' ');
    text_put(out, '^');
    for (uint32_t i = start + 1; i < end; i++)
        if (!utf8_continues(m->text[i]))
            text_put(out, '~');
    report_style(vm, out, REPORT_PLAIN);
    text_put(out, '\n');
}

static void put_omitted(const trace *t, uint32_t index, text *out)
{
    if (t->omitted && index == t->omitted_after)
        text_printf(out, "    … %u frames …\n", t->omitted);
}

/* number 0: not known. */
static void put_process(const csp_vm *vm, uint64_t number, const char *name, text *out)
{
    if (vm->main && process_number(vm->main) == number) {
        put_text(out, "main");
        return;
    }
    if (number)
        text_printf(out, "process %llu", (unsigned long long)number);
    else
        put_text(out, "a process");
    if (name)
        text_printf(out, " (%s)", name);
}

/* Goes through the spawns that led to a process, its own first. The number of the spawning process
 * is always known for the first; for the others only while those in between live. */
typedef struct ancestry {
    csp_vm *vm;
    uint32_t next;
    uint64_t number;
    uint32_t left; /* processes that may still be looked at */
    origin at;
    const process *by;  /* the spawning process, if it lives … */
    uint64_t by_number; /* … or its number; 0: not known */
} ancestry;

static ancestry ancestry_of(csp_vm *vm, const trace *t)
{
    return (ancestry){.vm = vm, .next = t->origin, .number = t->parent, .left = ANCESTOR_SEARCH};
}

static bool next_ancestor(ancestry *a)
{
    a->at = origin_at(a->vm, a->next);
    if (!a->at.position)
        return false;
    a->next = a->at.parent;
    a->by = process_live(a->vm, a->number, &a->left);
    a->by_number = a->number;
    if (a->at.parent == ORIGIN_HOST && a->vm->main)
        a->by_number = process_number(a->vm->main);
    a->number = a->by && a->by->origin == a->next ? process_parent(a->by) : 0;
    return true;
}

static void put_ancestors(csp_vm *vm, const trace *t, text *out)
{
    ancestry a = ancestry_of(vm, t);
    for (int depth = 0; next_ancestor(&a); depth++) {
        if (depth == MAX_ANCESTORS) {
            put_text(out, "    …\n");
            break;
        }
        put_text(out, "    spawned at ");
        trace_frame(vm, a.at.position, out);
        if (a.at.recurs)
            put_text(out, " (recursively)");
        const string *name = origin_at(vm, a.at.parent).name;
        if (a.by || a.by_number || a.at.parent != ORIGIN_HOST)
            put_text(out, " by ");
        if (a.by)
            report_process(vm, out, a.by);
        else if (a.by_number || a.at.parent != ORIGIN_HOST)
            put_process(vm, a.by_number, name ? name->text : NULL, out);
        text_put(out, '\n');
        if (depth == 0 && t->count == 0)
            put_source(vm, a.at.position, out);
    }
}

static void put_frames(csp_vm *vm, const trace *t, text *out)
{
    bool shown = false;
    for (uint32_t i = 0; i < t->count; i++) {
        uint32_t pc = 0;
        bool foreign = trace_is_foreign(code_at(vm, t->positions[i] & ~TRACE_TAIL, &pc));
        put_omitted(t, i, out);
        put_text(out, foreign ? "    in " : "    at ");
        trace_frame(vm, t->positions[i], out);
        put_text(out, t->positions[i] & TRACE_TAIL ? " (tail calls)\n" : "\n");
        if (!shown && !foreign)
            put_source(vm, t->positions[i], out);
        shown = shown || !foreign;
    }
    put_omitted(t, t->count, out);
}

/* `of`: the process whose spawns have already been shown and are not repeated. */
static void put_error(csp_vm *vm, const error *e, uint64_t *of, text *out)
{
    put_string(out, e->kind);
    put_text(out, ": ");
    put_string(out, e->message);
    text_put(out, '\n');
    if (!value_is(e->trace, OBJ_TRACE))
        return;
    const trace *t = value_as_object(e->trace);
    put_frames(vm, t, out);
    if (t->process != *of)
        put_ancestors(vm, t, out);
    *of = t->process;
}

const char *trace_name(csp_vm *vm, const process *p, value crash)
{
    const string *name = origin_name(vm, p);
    if (name || p->origin != ORIGIN_HOST)
        return name ? name->text : NULL;
    const trace *t = value_is(crash, OBJ_ERROR) && value_is(value_error(crash)->trace, OBJ_TRACE)
                         ? value_as_object(value_error(crash)->trace)
                         : NULL;
    uint32_t pc;
    const code *c =
        t && t->count ? code_at(vm, t->positions[t->count - 1] & ~TRACE_TAIL, &pc) : NULL;
    return c && value_is(c->name, OBJ_STRING) ? value_string(c->name)->text : NULL;
}

void trace_report(csp_vm *vm, value crash, uint64_t number, const char *name, text *out)
{
    report_style(vm, out, REPORT_HEAD);
    put_process(vm, number, name, out);
    put_text(out, " crashed:");
    report_style(vm, out, REPORT_PLAIN);
    put_text(out, " ");
    trace_report_error(vm, crash, out);
}

void trace_report_error(csp_vm *vm, value crash, text *out)
{
    uint64_t of = 0;
    for (int depth = 0; value_is(crash, OBJ_ERROR); depth++) {
        if (depth == MAX_CAUSES) {
            put_text(out, "caused by …\n"); /* a cycle, or absurd */
            return;
        }
        if (depth > 0)
            put_text(out, "caused by: ");
        const error *e = value_error(crash);
        put_error(vm, e, &of, out);
        crash = e->cause;
    }
}

static void json_value(json *j, value s)
{
    report_json_string(j, value_is(s, OBJ_STRING) ? value_string(s) : NULL);
}

/* The keys of a place; c NULL: nowhere. */
static void json_place(json *j, const code *c, uint32_t pc)
{
    uint32_t line = 0, column = 0;
    if (c)
        code_place(c, pc, &line, &column);
    json_key(j, "file");
    json_value(j, c && c->module ? c->module->name : VALUE_NIL);
    json_key(j, "line");
    json_int(j, line);
    json_key(j, "column");
    json_int(j, column);
}

/* The same with the function. */
static void json_where(csp_vm *vm, json *j, uint32_t position)
{
    uint32_t pc = 0;
    const code *c = code_at(vm, position & ~TRACE_TAIL, &pc);
    json_key(j, "function");
    json_value(j, c ? c->name : VALUE_NIL);
    json_place(j, c, pc);
}

static void json_trace(csp_vm *vm, json *j, const trace *t)
{
    json_key(j, "frames");
    json_open(j, '[');
    for (uint32_t i = 0; t && i < t->count; i++) {
        json_open(j, '{');
        json_where(vm, j, t->positions[i]);
        json_key(j, "tail_calls");
        json_bool(j, t->positions[i] & TRACE_TAIL);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_key(j, "frames_left_out");
    json_int(j, t ? t->omitted : 0);
    json_key(j, "spawned");
    json_open(j, '[');
    for (ancestry a = ancestry_of(vm, t ? t : &(trace){0}); next_ancestor(&a);) {
        json_open(j, '{');
        json_where(vm, j, a.at.position);
        json_key(j, "by");
        if (a.by_number)
            json_int(j, a.by_number);
        else
            json_null(j);
        json_key(j, "recursive");
        json_bool(j, a.at.recurs);
        json_close(j, '}');
    }
    json_close(j, ']');
}

/* What is shown of an error and of its cause alike. */
static void json_error(csp_vm *vm, json *j, const error *e)
{
    json_key(j, "kind");
    json_value(j, e->kind);
    json_key(j, "message");
    json_value(j, e->message);
    json_trace(vm, j, value_is(e->trace, OBJ_TRACE) ? value_as_object(e->trace) : NULL);
}

/* A crash in a native that was spawned directly is shown at the spawn. */
void trace_report_json(csp_vm *vm, value crash, uint64_t number, const char *name, text *out)
{
    const error *e = value_error(crash);
    const trace *t = value_is(e->trace, OBJ_TRACE) ? value_as_object(e->trace) : NULL;
    uint32_t pc = 0;
    uint32_t position = t && t->count ? t->positions[0] & ~TRACE_TAIL
                        : t           ? origin_at(vm, t->origin).position
                                      : 0;
    json j = text_json(out);
    json_open(&j, '{');
    const code *c = position ? code_at(vm, position, &pc) : NULL;
    json_place(&j, c, pc);
    json_key(&j, "severity");
    json_text(&j, "error");
    json_key(&j, "process");
    json_int(&j, number);
    json_key(&j, "name");
    json_text(&j, name);
    json_error(vm, &j, e);
    json_key(&j, "causes");
    json_open(&j, '[');
    value caused_by = e->cause;
    for (int depth = 1; value_is(caused_by, OBJ_ERROR) && depth < MAX_CAUSES; depth++) {
        json_open(&j, '{');
        json_error(vm, &j, value_error(caused_by));
        json_close(&j, '}');
        caused_by = value_error(caused_by)->cause;
    }
    json_close(&j, ']');
    json_close(&j, '}');
    text_put(out, '\n');
}

uint32_t trace_spawns(csp_vm *vm, const trace *t, uint32_t *positions, uint32_t most)
{
    uint32_t n = 0;
    for (uint32_t at = t->origin; n < most; at = origin_at(vm, at).parent) {
        positions[n] = origin_at(vm, at).position;
        if (!positions[n])
            break;
        n++;
    }
    return n;
}

static value frame_text(csp_vm *vm, uint32_t position)
{
    text line;
    text_init(&line, vm);
    trace_frame(vm, position, &line);
    if (position & TRACE_TAIL)
        put_text(&line, " (tail calls)");
    return text_string(&line);
}

value trace_value(csp_vm *vm, value from)
{
    if (!value_is(from, OBJ_TRACE))
        return vm->empty_tuple;
    const trace *t = value_as_object(from);
    value items[TRACE_FIRST + TRACE_LAST + 1];
    uint32_t count = 0;
    for (uint32_t i = 0; i < t->count; i++) {
        if (t->omitted && i == t->omitted_after) {
            items[count] = str_format(vm, "… %u frames …", t->omitted);
            if (items[count++] == VALUE_ABSENT)
                return VALUE_ABSENT;
        }
        items[count] = frame_text(vm, t->positions[i]);
        if (items[count++] == VALUE_ABSENT)
            return VALUE_ABSENT;
    }
    return tuple_new(vm, vm->sched.running, items, count);
}

void trace_tell_crash(csp_vm *vm, const process *p, value crash)
{
    const char *name = trace_name(vm, p, crash);
    text t;
    text_init(&t, vm);
    if (vm->host.style == VM_JSON)
        trace_report_json(vm, crash, process_number(p), name, &t);
    else
        trace_report(vm, crash, process_number(p), name, &t);
    vm_flush(vm);
    vm_write(vm, 2, t.block, t.used);
}
