/* Values as text: a frame for each container on the way down, and a table of those containers to
 * detect cycles. */
#include "vm/walk/walk_show.h"

#include "base/name.h"
#include "vm/core/kind.h"
#include "vm/core/text.h"
#include "vm/core/type.h"
#include "vm/data/children.h"
#include "vm/data/draft.h"
#include "vm/data/map.h"
#include "vm/data/slice.h"
#include "vm/data/tuple.h"
#include "vm/number/bigint.h"
#include "vm/number/num.h"
#include "vm/number/num_long.h"
#include "vm/number/num_text.h"
#include "vm/walk/walk_state.h"

typedef struct show_walk {
    uint64_t header;
    walk_stack stack;
    walk_table path;
    draft out;
    const char *separator;
    uint64_t next; /* the next part */
    bool repr;
    bool formatting; /* the digits of an int are being made elsewhere */
    bool finished;   /* by walk_text_finish */
    bool whole;      /* ints of any size in full, even where nobody can wait */
} show_walk;

/* state, for maps: what comes next; for structs: the element of an array. */
typedef enum shown_state { SHOW_KEY, SHOW_VALUE } shown_state;
typedef struct shown {
    value v;
    uint32_t index, state;
} shown;
enum { SHOWN_WORDS = sizeof(shown) / sizeof(uint64_t), SHOW_ATOM = 4 };

/* --- atoms */

static bool add_string(text *t, const char *s) { return text_add(t, s, strlen(s)); }

/* Whether a string key can be shown without quotes. */
static bool is_name(const string *s)
{
    enum { NAME_LENGTH = 200 };
    return s->size <= NAME_LENGTH && name_is(s->text, s->size);
}

static bool is_long(value v)
{
    return value_is(v, OBJ_BIGINT) && num_is_long(NUM_FORMAT, v, value_int(10));
}

static bool has_long_bound(value v)
{
    const range *r = value_as_object(v);
    return is_long(r->from) || is_long(r->to);
}

/* A report never waits. */
static bool show_int(text *t, value v)
{
    return is_long(v) ? text_printf(t, "<int of %llu bits>", (unsigned long long)num_bits(v))
                      : num_format_int(t, v, 10);
}

static bool show_range(text *t, const range *r)
{
    if (!show_int(t, r->from) || !add_string(t, ".."))
        return false;
    return r->to == VALUE_NIL || show_int(t, data_range_stop(r));
}

/* Anything but a container; `quoted`: as inside one. */
static bool show_atom(text *t, value v, bool quoted)
{
    if (v == VALUE_NIL)
        return add_string(t, "nil");
    if (v == VALUE_TRUE)
        return add_string(t, "true");
    if (v == VALUE_FALSE)
        return add_string(t, "false");
    if (value_is_integer(v))
        return show_int(t, v);
    if (value_is_float(v)) {
        char digits[64];
        size_t size = num_format_float(value_as_float(v), digits);
        return text_add(t, digits, size);
    }
    switch (value_kind(v)) {
    case OBJ_STRING:
        return quoted ? text_quote_string(t, value_string(v))
                      : text_add(t, value_string(v)->text, value_string(v)->size);
    case OBJ_BYTES: return text_quote_bytes(t, value_bytes(v));
    case OBJ_RANGE: return show_range(t, value_as_object(v));
    case OBJ_BUFFER:
        return text_printf(t, "<buffer %llu bytes>",
                           (unsigned long long)((buffer *)value_as_object(v))->size);
    default: break;
    }
    const kind_traits *traits = t->vm->kinds[value_kind(v)];
    return traits->show ? traits->show(t, v) : text_printf(t, "<%s>", vm_type_name(v));
}

/* --- containers */

/* A range whose bounds take long is shown in parts, too. */
static bool is_container(value v)
{
    obj_kind kind = value_kind(v);
    if (kind == OBJ_RANGE)
        return has_long_bound(v);
    return kind == OBJ_LIST || kind == OBJ_TUPLE || kind == OBJ_MAP || kind == OBJ_ERROR ||
           kind == OBJ_STRUCT;
}

static const char *opener(value v)
{
    obj_kind kind = value_kind(v);
    return kind == OBJ_LIST    ? "["
           : kind == OBJ_TUPLE ? "("
           : kind == OBJ_MAP   ? "{"
           : kind == OBJ_ERROR ? "error("
                               : "";
}

static const char *cycle_mark(value v)
{
    obj_kind kind = value_kind(v);
    return kind == OBJ_LIST    ? "[...]"
           : kind == OBJ_TUPLE ? "(...)"
           : kind == OBJ_MAP   ? "{...}"
                               : "error(...)";
}

static verdict done_or_memory(csp_vm *vm, show_walk *w) { return draft_settle(vm, &w->out); }

/* Values so long that they are shown in steps. */
static bool is_long_text(value v)
{
    enum { AT_ONCE = 4096 };
    obj_kind kind = value_kind(v);
    return (kind == OBJ_STRING || kind == OBJ_BYTES) && content_of(v).size > AT_ONCE;
}

/* A long text, or bytes. Without quotes it is added as it is. */
static verdict enter_long(csp_vm *vm, show_walk *w, value v, bool quoted, int64_t *budget)
{
    *budget -= WALK_OBJECT;
    if (value_is(v, OBJ_STRING) && !quoted) {
        draft_add_string(vm, &w->out, value_string(v));
        return done_or_memory(vm, w);
    }
    shown *f = (shown *)walk_push(vm, &w->stack, SHOWN_WORDS);
    if (!f)
        return vm_raise_memory(vm);
    f->v = v;
    text_add(&w->out.tail, &"b\""[value_is(v, OBJ_STRING)], 2 - value_is(v, OBJ_STRING));
    return done_or_memory(vm, w);
}

static verdict step_long(csp_vm *vm, show_walk *w, shown *f, int64_t *budget)
{
    enum { STEP = 8 << 10, BYTES_PER_UNIT = 8 };
    text *out = &w->out.tail;
    uint32_t size = (uint32_t)content_of(f->v).size;
    uint32_t stop = size - f->index > STEP ? f->index + STEP : size;
    if (value_is(f->v, OBJ_BYTES))
        text_quote_bytes_part(out, value_bytes(f->v), f->index, stop);
    else
        stop = text_quote_string_part(out, value_string(f->v), f->index, stop);
    *budget -= (stop - f->index) / BYTES_PER_UNIT;
    f->index = stop;
    if (stop == size) {
        walk_pop(&w->stack, SHOWN_WORDS);
        text_put(out, '"');
    }
    return done_or_memory(vm, w);
}

/* Shows v, or its beginning: then it pushes a frame. p NULL: a report, in which the owner of v does
 * not matter. */
static verdict enter(csp_vm *vm, process *p, show_walk *w, value v, bool quoted, int64_t *budget)
{
    if (p && value_is_object(v) && !value_usable(p, v))
        return vm_raise_moved(vm, v);
    if (p && is_long(v)) {
        w->formatting = true;
        return num_long_call(vm, p, NUM_FORMAT, v, value_int(10));
    }
    if (w->whole && is_long(v)) {
        num_format_int(&w->out.tail, v, 10);
        return done_or_memory(vm, w);
    }
    size_t before = w->out.tail.used;
    if (is_long_text(v))
        return enter_long(vm, w, v, quoted, budget);
    if (!is_container(v)) {
        show_atom(&w->out.tail, v, quoted);
        *budget -= SHOW_ATOM + (int64_t)((w->out.tail.used - before) / 32);
        return done_or_memory(vm, w);
    }
    *budget -= 4 * WALK_OBJECT; /* looked up, and entered in the table */
    if (walk_find(vm, &w->path, v)) {
        add_string(&w->out.tail, cycle_mark(v));
        return done_or_memory(vm, w);
    }
    shown *f = (shown *)walk_push(vm, &w->stack, SHOWN_WORDS);
    if (!f || !walk_insert(vm, &w->path, v))
        return vm_raise_memory(vm);
    f->v = v;
    add_string(&w->out.tail, opener(v));
    return done_or_memory(vm, w);
}

static verdict leave(csp_vm *vm, show_walk *w, const shown *f, const char *closer, int64_t *budget)
{
    *budget -= WALK_RETURN + WALK_OBJECT;
    walk_remove(vm, &w->path, f->v);
    walk_pop(&w->stack, SHOWN_WORDS);
    add_string(&w->out.tail, closer);
    return done_or_memory(vm, w);
}

static verdict step_elements(csp_vm *vm, process *p, show_walk *w, shown *f, int64_t *budget)
{
    children c = children_of(f->v);
    bool is_tuple = value_is(f->v, OBJ_TUPLE);
    if (f->index == c.count)
        return leave(vm, w, f, !is_tuple ? "]" : c.count == 1 ? ",)" : ")", budget);
    if (f->index > 0)
        add_string(&w->out.tail, ", ");
    return enter(vm, p, w, c.items[f->index++], true, budget);
}

static verdict step_map(csp_vm *vm, process *p, show_walk *w, shown *f, int64_t *budget)
{
    const map *m = value_map(f->v);
    switch ((shown_state)f->state) {
    case SHOW_KEY: {
        bool first = f->index == 0;
        map_entry e;
        if (!map_next(vm, m, &f->index, &e))
            return leave(vm, w, f, "}", budget);
        if (!first)
            add_string(&w->out.tail, ", ");
        f->index--; /* map_next moved past it */
        f->state = SHOW_VALUE;
        if (value_is(e.key, OBJ_STRING) && !is_long_text(e.key)) {
            show_atom(&w->out.tail, e.key, !is_name(value_string(e.key)));
            return done_or_memory(vm, w);
        }
        if (!value_is(e.key, OBJ_STRING))
            text_put(&w->out.tail, '[');
        return enter(vm, p, w, e.key, true, budget);
    }
    case SHOW_VALUE: {
        map_entry e = map_entry_at(vm, m, f->index++);
        add_string(&w->out.tail, value_is(e.key, OBJ_STRING) ? ": " : "]: ");
        f->state = SHOW_KEY;
        return enter(vm, p, w, e.item, true, budget);
    }
    }
    return VERDICT_DONE;
}

static verdict step_error(csp_vm *vm, process *p, show_walk *w, shown *f, int64_t *budget)
{
    const error *e = value_error(f->v);
    const value parts[] = {e->kind, e->message, e->data};
    if (f->index == 3 || (f->index == 2 && e->data == VALUE_NIL))
        return leave(vm, w, f, ")", budget);
    if (f->index > 0)
        add_string(&w->out.tail, ", ");
    return enter(vm, p, w, parts[f->index++], true, budget);
}

static verdict step_range(csp_vm *vm, process *p, show_walk *w, shown *f, int64_t *budget)
{
    const range *r = value_as_object(f->v);
    if (f->index == 0) {
        f->index = 1;
        return enter(vm, p, w, r->from, true, budget);
    }
    if (f->index == 1) {
        f->index = 2;
        add_string(&w->out.tail, "..");
        if (r->to != VALUE_NIL)
            return enter(vm, p, w, data_range_stop(r), true, budget);
    }
    return leave(vm, w, f, "", budget);
}

static verdict step_struct(csp_vm *vm, process *p, show_walk *w, shown *f, int64_t *budget)
{
    uint32_t place[] = {f->index, f->state};
    value part = vm->kinds[OBJ_STRUCT]->part(&w->out.tail, f->v, place);
    f->index = place[0];
    f->state = place[1];
    return part == VALUE_ABSENT ? leave(vm, w, f, "", budget) : enter(vm, p, w, part, true, budget);
}

/* Goes on with the value under way. DONE: it is complete. */
static verdict show_run(csp_vm *vm, process *p, show_walk *w, int64_t *budget)
{
    while (!walk_stack_empty(&w->stack)) {
        if (--*budget < 0)
            return VERDICT_YIELD;
        shown *f = (shown *)walk_top(&w->stack, SHOWN_WORDS);
        obj_kind kind = value_kind(f->v);
        verdict v;
        if (kind == OBJ_MAP)
            v = step_map(vm, p, w, f, budget);
        else if (kind == OBJ_STRING || kind == OBJ_BYTES)
            v = step_long(vm, w, f, budget);
        else if (kind == OBJ_ERROR)
            v = step_error(vm, p, w, f, budget);
        else if (kind == OBJ_RANGE)
            v = step_range(vm, p, w, f, budget);
        else if (kind == OBJ_STRUCT)
            v = step_struct(vm, p, w, f, budget);
        else
            v = step_elements(vm, p, w, f, budget);
        if (v != VERDICT_DONE)
            return v;
    }
    return VERDICT_DONE;
}

/* --- interface */

show_walk *walk_text_new(csp_vm *vm, bool repr, const char *separator)
{
    show_walk *w = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *w);
    if (!w) {
        vm_raise_memory(vm);
        return NULL;
    }
    w->header = OBJ_WALK;
    w->repr = repr;
    w->separator = separator;
    draft_init(&w->out, vm);
    return w;
}

const text *walk_text_of(const show_walk *w) { return &w->out.tail; }

bool walk_text_add(show_walk *w, const char *data, size_t size)
{
    return text_add(&w->out.tail, data, size);
}

verdict walk_text_finish(csp_vm *vm, show_walk *w, const char *end)
{
    if (!w->finished)
        add_string(&w->out.tail, end);
    w->finished = true;
    return draft_flatten(vm, &w->out);
}

verdict walk_text_step(csp_vm *vm, process *p, show_walk *w, value parts)
{
    children c = children_of(parts);
    int64_t budget = WALK_STEP;
    if (w->formatting) {
        w->formatting = false;
        draft_add_string(vm, &w->out, value_string(*native_result(p)));
        if (draft_settle(vm, &w->out) != VERDICT_DONE)
            return VERDICT_FAIL;
    }
    verdict v = show_run(vm, p, w, &budget);
    while (v == VERDICT_DONE && w->next < c.count) {
        if (budget < 0) {
            v = VERDICT_YIELD;
            break;
        }
        if (w->next > 0)
            add_string(&w->out.tail, w->separator);
        v = enter(vm, p, w, c.items[w->next++], w->repr, &budget);
        if (v == VERDICT_DONE)
            v = show_run(vm, p, w, &budget);
    }
    walk_charge(vm, budget);
    return v;
}

/* slot: the walk; before that, the one value as a tuple. */
static verdict show_one(csp_vm *vm, process *p, value *args, bool repr, value *result)
{
    value *slot = &args[1], *parts = &args[2];
    if (*slot == VALUE_ABSENT) {
        if (!repr && value_is(args[0], OBJ_STRING)) {
            *result = args[0];
            return VERDICT_DONE;
        }
        show_walk *fresh = walk_text_new(vm, repr, "");
        if (!fresh)
            return VERDICT_FAIL;
        *slot = value_object(fresh);
        *parts = tuple_new(vm, p, &args[0], 1);
        if (*parts == VALUE_ABSENT)
            return vm_raise_memory(vm);
    }
    show_walk *w = value_as_object(*slot);
    verdict v = walk_text_step(vm, p, w, *parts);
    return v == VERDICT_DONE ? draft_string(vm, &w->out, result) : v;
}

verdict walk_run_str(csp_vm *vm, process *p, value *args, value *result)
{
    return show_one(vm, p, args, false, result);
}

verdict walk_run_repr(csp_vm *vm, process *p, value *args, value *result)
{
    return show_one(vm, p, args, true, result);
}

verdict walk_run_join(csp_vm *vm, process *p, value *args, value *result)
{
    value *slot = &args[1];
    if (*slot == VALUE_ABSENT) {
        show_walk *fresh = walk_text_new(vm, false, "");
        if (!fresh)
            return VERDICT_FAIL;
        *slot = value_object(fresh);
    }
    show_walk *w = value_as_object(*slot);
    verdict v = walk_text_step(vm, p, w, args[0]);
    return v == VERDICT_DONE ? draft_string(vm, &w->out, result) : v;
}

/* Adds v as it is shown: up to `limit` bytes, and then `…`. */
static bool add_shown(text *t, draft *d, size_t limit)
{
    enum { CHARACTER = 4 };
    size_t start = t->used, most = limit + CHARACTER;
    for (const draft_chunk *chunk = d->first; chunk && t->used - start < most; chunk = chunk->next)
        text_add(t, chunk->text,
                 chunk->size < most - (t->used - start) ? chunk->size : most - (t->used - start));
    size_t room = most - (t->used - start);
    if (d->tail.used > 0)
        text_add(t, d->tail.block, d->tail.used < room ? d->tail.used : room);
    return text_cut(t, start, limit);
}

static bool show_now(csp_vm *vm, text *t, value v, size_t limit, bool whole)
{
    value raised = vm->sched.raised;
    show_walk *w = walk_text_new(vm, true, "");
    if (!w) {
        vm->sched.raised = raised;
        return false;
    }
    w->whole = whole;
    int64_t budget = 4096;
    verdict done = enter(vm, NULL, w, v, true, &budget);
    while (done == VERDICT_DONE && !walk_stack_empty(&w->stack) && draft_size(&w->out) <= limit) {
        budget = 4096;
        done = show_run(vm, NULL, w, &budget);
        if (done == VERDICT_YIELD)
            done = VERDICT_DONE;
    }
    vm->sched.raised = raised;
    return done == VERDICT_DONE && add_shown(t, &w->out, limit);
}

bool walk_show(csp_vm *vm, text *t, value v, size_t limit)
{
    return show_now(vm, t, v, limit, false);
}

bool walk_show_whole(csp_vm *vm, text *t, value v, size_t limit)
{
    return show_now(vm, t, v, limit, true);
}
