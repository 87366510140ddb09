#include "vm/trace.h"

#include "vm/data.h"

enum {
    FIRST_FRAMES = 48,
    LAST_FRAMES = 16,
    MAX_CAUSES = 8,
    LINE_MAX_COLUMNS = 160 /* a longer source line is not shown */
};

/* --- taking */

/* The first frames in order, the last ones in a ring. */
typedef struct frames {
    uint32_t positions[FIRST_FRAMES + LAST_FRAMES];
    uint32_t count;
} frames;

static void add_frame(frames *f, const code *c, uint32_t pc, bool tail)
{
    if (!c->module || c->is_operator)
        return;
    uint32_t at = f->count < FIRST_FRAMES ? f->count : FIRST_FRAMES + (f->count - FIRST_FRAMES) % LAST_FRAMES;
    f->positions[at] = (c->base + pc) | (tail ? TRACE_TAIL : 0);
    f->count++;
}

static void collect_frames(frames *f, const process *p, const value *base, const code *c, uint32_t pc)
{
    while (base != p->stack) {
        uint64_t link = base[-1];
        const insn *at = (const insn *)(uintptr_t)base[-2];
        add_frame(f, c, pc, (link & LINK_TAIL) != 0);
        base -= link >> LINK_SHIFT;
        c = (const code *)(uintptr_t)(link & LINK_CODE);
        pc = (uint32_t)(at - c->insns);
    }
    add_frame(f, c, pc, (p->flags & PROCESS_TAIL) != 0);
}

value trace_take(csp_vm *vm, process *p, value *base, const code *c, uint32_t pc)
{
    frames f = {.count = 0};
    collect_frames(&f, p, base, c, pc);
    uint32_t kept = f.count < FIRST_FRAMES + LAST_FRAMES ? f.count : FIRST_FRAMES + LAST_FRAMES;
    trace *t = heap_alloc(vm_heap(vm), HEAP_BYTES, sizeof *t + kept * sizeof t->positions[0]);
    if (!t)
        return VALUE_ABSENT;
    t->header = OBJ_TRACE | OBJ_IMMUTABLE;
    t->process = process_number(p);
    t->spawned_at = p->spawned_at;
    t->count = kept;
    t->omitted = f.count - kept;
    t->omitted_after = FIRST_FRAMES;
    for (uint32_t i = 0; i < kept; i++) {
        uint32_t at = i;
        if (t->omitted && i >= FIRST_FRAMES)
            at = FIRST_FRAMES + (i + t->omitted - FIRST_FRAMES) % LAST_FRAMES;
        t->positions[i] = f.positions[at];
    }
    return value_object(t);
}

/* --- telling */

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

void trace_frame(csp_vm *vm, uint32_t position, text *out)
{
    uint32_t pc = 0;
    const code *c = code_at(vm, position & ~TRACE_TAIL, &pc);
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

/* The source line of an instruction with a caret line under the piece that it was made from. */
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
    for (uint32_t i = from; i < start; i++)
        if (((unsigned char)m->text[i] & 0xc0) != 0x80)
            text_put(out, m->text[i] == '\t' ? '\t' : ' ');
    text_put(out, '^');
    for (uint32_t i = start + 1; i < end; i++)
        if (((unsigned char)m->text[i] & 0xc0) != 0x80)
            text_put(out, '~');
    text_put(out, '\n');
}

static void put_omitted(const trace *t, uint32_t index, text *out)
{
    if (t->omitted && index == t->omitted_after)
        text_printf(out, "    … %u frames …\n", t->omitted);
}

static void put_frames(csp_vm *vm, const trace *t, text *out)
{
    for (uint32_t i = 0; i < t->count; i++) {
        put_omitted(t, i, out);
        put_text(out, "    at ");
        trace_frame(vm, t->positions[i], out);
        put_text(out, t->positions[i] & TRACE_TAIL ? " (tail calls)\n" : "\n");
        if (i == 0)
            put_source(vm, t->positions[i], out);
    }
    put_omitted(t, t->count, out);
    if (t->spawned_at) {
        put_text(out, "    spawned at ");
        trace_frame(vm, t->spawned_at, out);
        text_put(out, '\n');
    }
}

static void put_error(csp_vm *vm, const error *e, text *out)
{
    put_string(out, e->kind);
    put_text(out, ": ");
    put_string(out, e->message);
    text_put(out, '\n');
    if (value_is(e->trace, OBJ_TRACE))
        put_frames(vm, value_as_object(e->trace), out);
}

static void put_process(const csp_vm *vm, uint64_t number, const char *name, text *out)
{
    if (vm->main && process_number(vm->main) == number)
        put_text(out, "main");
    else
        text_printf(out, "process %llu", (unsigned long long)number);
    if (name)
        text_printf(out, " (%s)", name);
}

void trace_report(csp_vm *vm, value crash, uint64_t number, const char *name, text *out)
{
    put_process(vm, number, name, out);
    put_text(out, " crashed: ");
    for (int depth = 0; value_is(crash, OBJ_ERROR); depth++) {
        if (depth == MAX_CAUSES) {
            put_text(out, "caused by …\n"); /* a cycle, or absurd */
            return;
        }
        if (depth > 0)
            put_text(out, "caused by: ");
        const error *e = value_error(crash);
        put_error(vm, e, out);
        crash = e->cause;
    }
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
    value items[FIRST_FRAMES + LAST_FRAMES + 1];
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
