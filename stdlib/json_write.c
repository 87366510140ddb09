/* Json.write: values as text. A walk in steps, with a frame for each container on the way down and
 * a table of those, which finds cycles. */
#include "stdlib/json_write.h"

#include <math.h>

#include "base/utf8.h"
#include "stdlib/list_sort.h"
#include "vm/core/steps.h"
#include "vm/core/type.h"
#include "vm/data/draft.h"
#include "vm/number/num_long.h"
#include "vm/number/num_text.h"
#include "vm/walk/walk_state.h"

enum { INDENT_MOST = 100, BLANKS_PER_STEP = 4096, TEXT_PER_STEP = 8 << 10, BYTES_PER_UNIT = 8 };

/* What a frame does next. ORDER: collects the keys of a map that are to be sorted. PART: an
 * element, or the key of an entry, behind what divides it from the one before. */
typedef enum turn { TURN_DIVIDE, TURN_ORDER, TURN_SORTED, TURN_PART, TURN_ITEM, TURN_END } turn;

/* A container, or a text that takes several steps. */
typedef struct writing {
    value v;
    value order;    /* of a map whose keys are sorted: the list of (text, entry); else ABSENT */
    uint64_t index; /* the next element, entry, place in the order, or byte */
    uint64_t entry; /* of a map: the one under way */
    uint64_t turn;
    uint64_t any; /* something is written in it */
} writing;
enum { WRITING_WORDS = sizeof(writing) / sizeof(uint64_t) };

typedef struct json_writer {
    uint64_t header;
    walk_stack open;
    walk_table path;
    draft out;
    uint64_t depth, blanks; /* blanks that are still to be written */
    int64_t indent;         /* -1: all on one line */
    bool sort;
    bool called;  /* a call is under way, whose result belongs to the innermost frame */
    value growth; /* the walk that makes room in a long order */
    value next;   /* what is to be written next; ABSENT: the innermost frame tells */
} json_writer;

static writing *top(const json_writer *w) { return (writing *)walk_top(&w->open, WRITING_WORDS); }

static void add(json_writer *w, const char *s) { text_add(&w->out.tail, s, strlen(s)); }

static void new_line(json_writer *w)
{
    if (w->indent < 0)
        return;
    add(w, "\n");
    w->blanks = (uint64_t)w->indent * w->depth;
}

/* --- what JSON has not */

static void add_place(const csp_vm *vm, text *t, const writing *f)
{
    enum { SHOWN = 40 };
    if (!value_is(f->v, OBJ_MAP)) {
        text_printf(t, "[%llu]", (unsigned long long)f->index - 1);
        return;
    }
    value key = map_key(vm, value_map(f->v), (uint32_t)f->entry);
    if (value_is(key, OBJ_STRING))
        text_printf(t, ".%.*s", SHOWN, value_string(key)->text);
    else if (value_is_int(key))
        text_printf(t, "[%lld]", (long long)value_as_int(key));
    else
        text_printf(t, "[%s]", vm_type_name(key));
}

/* Raises `what`, and where that is: the path down to it, the last parts of a long one. */
static verdict refuse(csp_vm *vm, const json_writer *w, error_kind kind, const char *what)
{
    enum { MOST = 16 };
    const writing *frames[MOST];
    uint32_t count = 0;
    for (const walk_chunk *chunk = w->open.top; chunk && count < MOST; chunk = chunk->below)
        for (uint32_t at = chunk->used; at > 0 && count < MOST; at -= WRITING_WORDS)
            frames[count++] = (const writing *)(chunk->words + at - WRITING_WORDS);
    text t;
    text_init(&t, vm);
    text_printf(&t, "%s%s%s", what, count ? " at " : "", w->depth > count ? "…" : "");
    while (count > 0)
        add_place(vm, &t, frames[--count]);
    value message = t.failed ? VALUE_ABSENT : str_repaired(vm, t.block, t.used);
    return message == VALUE_ABSENT ? vm_raise_memory(vm) : vm_raise_text(vm, kind, message);
}

static verdict refuse_value(csp_vm *vm, const json_writer *w, value v)
{
    char what[80];
    snprintf(what, sizeof what, "JSON cannot hold %s", vm_type_phrase(v));
    return refuse(vm, w, ERR_TYPE, what);
}

/* --- texts */

static void add_escaped(text *t, unsigned char c)
{
    static const char names[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    const char *name = c ? strchr(names, c) : NULL;
    if (name)
        text_printf(t, "\\%c", letters[name - names]);
    else
        text_printf(t, "\\u%04x", (unsigned)c);
}

/* The bytes [from, to) of a text, without its quotes. */
static void add_text(text *t, const char *s, size_t from, size_t to)
{
    size_t plain = from;
    for (size_t at = from; at < to; at++) {
        unsigned char c = (unsigned char)s[at];
        if (c >= ' ' && c != '"' && c != '\\')
            continue;
        text_add(t, s + plain, at - plain);
        add_escaped(t, c);
        plain = at + 1;
    }
    text_add(t, s + plain, to - plain);
}

/* How many of the bytes that are left one step writes. */
static size_t text_part(const csp_vm *vm, size_t left)
{
    size_t part = long_part(vm, left);
    return part < TEXT_PER_STEP ? part : TEXT_PER_STEP;
}

static verdict push_frame(csp_vm *vm, json_writer *w, value v)
{
    writing *f = (writing *)walk_push(vm, &w->open, WRITING_WORDS);
    if (!f)
        return vm_raise_memory(vm);
    f->v = v;
    return VERDICT_DONE;
}

static verdict write_text(csp_vm *vm, json_writer *w, value v, int64_t *budget)
{
    const string *s = value_string(v);
    add(w, "\"");
    if (text_part(vm, s->size) < s->size)
        return push_frame(vm, w, v);
    add_text(&w->out.tail, s->text, 0, s->size);
    add(w, "\"");
    *budget -= s->size / BYTES_PER_UNIT;
    return VERDICT_DONE;
}

static void step_text(csp_vm *vm, json_writer *w, writing *f, int64_t *budget)
{
    const string *s = value_string(f->v);
    size_t stop = f->index + text_part(vm, s->size - f->index);
    while (stop < s->size && utf8_continues(s->text[stop]))
        stop++;
    add_text(&w->out.tail, s->text, f->index, stop);
    *budget -= (int64_t)(stop - f->index) / BYTES_PER_UNIT;
    f->index = stop;
    if (stop < s->size)
        return;
    add(w, "\"");
    walk_pop(&w->open, WRITING_WORDS);
}

/* --- numbers */

static bool is_long(value v)
{
    return value_is(v, OBJ_BIGINT) && num_is_long(NUM_FORMAT, v, value_int(10));
}

/* DONE, or CALL: the digits of a long one come as the result of a call. */
static verdict write_int(csp_vm *vm, process *p, json_writer *w, value v)
{
    if (is_long(v)) {
        w->called = true;
        return num_long_call(vm, p, NUM_FORMAT, v, value_int(10));
    }
    num_format_int(&w->out.tail, v, 10);
    return VERDICT_DONE;
}

static verdict write_float(csp_vm *vm, json_writer *w, double d)
{
    char digits[64];
    if (!isfinite(d))
        return refuse(vm, w, ERR_VALUE, isnan(d) ? "JSON has no nan" : "JSON has no inf");
    size_t size = num_format_float(d, digits);
    text_add(&w->out.tail, digits, size);
    return VERDICT_DONE;
}

/* --- values */

static verdict enter_container(csp_vm *vm, process *p, json_writer *w, value v)
{
    if (!value_usable(p, v))
        return vm_raise_moved(vm, v);
    if (walk_find(vm, &w->path, v))
        return refuse(vm, w, ERR_VALUE, "JSON cannot hold a cycle");
    if (push_frame(vm, w, v) != VERDICT_DONE)
        return VERDICT_FAIL;
    if (!walk_insert(vm, &w->path, v))
        return vm_raise_memory(vm);
    if (value_is(v, OBJ_MAP) && w->sort)
        top(w)->turn = TURN_ORDER;
    w->depth++;
    add(w, value_is(v, OBJ_MAP) ? "{" : "[");
    return VERDICT_DONE;
}

static verdict enter(csp_vm *vm, process *p, json_writer *w, value v, int64_t *budget)
{
    enum { ATOM = 3 };
    *budget -= ATOM;
    if (value_is_integer(v))
        return write_int(vm, p, w, v);
    if (value_is_float(v))
        return write_float(vm, w, value_as_float(v));
    if (v == VALUE_NIL || v == VALUE_TRUE || v == VALUE_FALSE) {
        add(w, v == VALUE_NIL ? "null" : v == VALUE_TRUE ? "true" : "false");
        return VERDICT_DONE;
    }
    switch (value_kind(v)) {
    case OBJ_STRING: return write_text(vm, w, v, budget);
    case OBJ_LIST:
    case OBJ_TUPLE:
    case OBJ_MAP: *budget -= WALK_OBJECT; return enter_container(vm, p, w, v);
    default: return refuse_value(vm, w, v);
    }
}

static void leave(csp_vm *vm, json_writer *w, writing *f)
{
    walk_remove(vm, &w->path, f->v);
    add(w, value_is(f->v, OBJ_MAP) ? "}" : "]");
    walk_pop(&w->open, WRITING_WORDS);
}

/* What stands between two parts, or behind the last one. */
static void divide(json_writer *w, writing *f, bool more)
{
    if (more && f->any)
        add(w, ",");
    if (!more)
        w->depth--;
    if (more || f->any)
        new_line(w);
    f->any = true;
    f->turn = more ? TURN_PART : TURN_END;
}

static verdict step_elements(csp_vm *vm, json_writer *w, writing *f)
{
    bool is_list = value_is(f->v, OBJ_LIST);
    uint64_t count = is_list ? value_list(f->v)->count : value_tuple(f->v)->count;
    if (f->turn == TURN_DIVIDE) {
        divide(w, f, f->index < count);
    } else if (f->turn == TURN_END) {
        leave(vm, w, f);
    } else {
        w->next = (is_list ? value_list(f->v)->items : value_tuple(f->v)->items)[f->index++];
        f->turn = TURN_DIVIDE;
    }
    return VERDICT_DONE;
}

/* --- maps */

static verdict refuse_key(csp_vm *vm, const json_writer *w, value key)
{
    char what[120];
    snprintf(what, sizeof what, "a key in JSON is a string or an int, not %s", vm_type_phrase(key));
    return refuse(vm, w, ERR_TYPE, what);
}

/* Adds the next entry to the order, or has it sorted: CALL. */
static verdict step_order(csp_vm *vm, process *p, json_writer *w, writing *f)
{
    static const native_entry sorted = {"sort", "sort(xs, by = nil)", "", list_sort, 1,
                                        2,      LIST_SORT_SLOTS};
    if (f->order == VALUE_ABSENT && (f->order = list_new(vm, p, NULL, 0)) == VALUE_ABSENT)
        return vm_raise_memory(vm);
    uint32_t at = (uint32_t)f->index;
    map_entry e;
    if (!map_next(vm, value_map(f->v), &at, &e)) {
        value sort = native_value(vm, &sorted);
        w->called = true;
        f->turn = TURN_SORTED;
        f->index = 0;
        return sort == VALUE_ABSENT ? vm_raise_memory(vm) : native_call(vm, p, sort, 1, &f->order);
    }
    list *order = value_list(f->order);
    if (list_grows_long(vm, order, (size_t)order->count + 1)) {
        verdict v = list_reserve_step(vm, order, (size_t)order->count + 1, &w->growth);
        if (v != VERDICT_DONE)
            return v;
    }
    f->entry = at - 1;
    value key = e.key;
    if (w->called) { /* the digits of the key */
        w->called = false;
        key = *native_result(p);
    } else if (is_long(key)) {
        w->called = true;
        return num_long_call(vm, p, NUM_FORMAT, key, value_int(10));
    } else if (value_is_integer(key)) {
        text t;
        text_init(&t, vm);
        num_format_int(&t, key, 10);
        key = text_string(&t);
    } else if (!value_is(key, OBJ_STRING)) {
        return refuse_key(vm, w, key);
    }
    value pair = key != VALUE_ABSENT
                     ? tuple_new(vm, p, (value[]){key, value_int((int64_t)f->entry)}, 2)
                     : VALUE_ABSENT;
    if (pair == VALUE_ABSENT || !list_push(vm, order, pair))
        return vm_raise_memory(vm);
    f->index = at;
    return VERDICT_DONE;
}

/* Goes on to the entry that comes next; false: there is none. */
static bool next_entry(const csp_vm *vm, writing *f)
{
    uint32_t at = (uint32_t)f->index;
    if (f->order == VALUE_ABSENT) {
        map_entry e;
        bool more = map_next(vm, value_map(f->v), &at, &e);
        f->index = at;
        f->entry = at - 1;
        return more;
    }
    const list *order = value_list(f->order);
    if (at == order->count)
        return false;
    f->index++;
    f->entry = (uint64_t)value_as_int(value_tuple(order->items[at])->items[1]);
    return true;
}

static verdict write_key(csp_vm *vm, process *p, json_writer *w, writing *f, int64_t *budget)
{
    value key = map_key(vm, value_map(f->v), (uint32_t)f->entry);
    f->turn = TURN_ITEM;
    if (value_is(key, OBJ_STRING))
        return write_text(vm, w, key, budget);
    if (!value_is_integer(key))
        return refuse_key(vm, w, key);
    add(w, "\"");
    return write_int(vm, p, w, key);
}

static verdict step_map(csp_vm *vm, process *p, json_writer *w, writing *f, int64_t *budget)
{
    switch ((turn)f->turn) {
    case TURN_ORDER: return step_order(vm, p, w, f);
    case TURN_SORTED:
        w->called = false;
        f->order = *native_result(p);
        f->turn = TURN_DIVIDE;
        return VERDICT_DONE;
    case TURN_DIVIDE: divide(w, f, next_entry(vm, f)); return VERDICT_DONE;
    case TURN_PART: return write_key(vm, p, w, f, budget);
    case TURN_END: leave(vm, w, f); return VERDICT_DONE;
    case TURN_ITEM: break;
    }
    map_entry e = map_entry_at(vm, value_map(f->v), (uint32_t)f->entry);
    if (value_is_integer(e.key))
        add(w, "\"");
    add(w, w->indent < 0 ? ":" : ": ");
    w->next = e.item;
    f->turn = TURN_DIVIDE;
    return VERDICT_DONE;
}

/* --- steps */

/* One thing at a time: blanks, the digits that have come, the next value, or what the innermost
 * frame does. DONE: go on. */
static verdict write_next(csp_vm *vm, process *p, json_writer *w, int64_t *budget)
{
    writing *f = walk_stack_empty(&w->open) ? NULL : top(w);
    if (w->blanks > 0) {
        char blanks[BLANKS_PER_STEP];
        size_t count = w->blanks < sizeof blanks ? w->blanks : sizeof blanks;
        memset(blanks, ' ', count);
        text_add(&w->out.tail, blanks, count);
        w->blanks -= count;
        *budget -= (int64_t)count / BYTES_PER_UNIT;
        return VERDICT_DONE;
    }
    if (w->called && !(f && (f->turn == TURN_ORDER || f->turn == TURN_SORTED))) {
        w->called = false;
        draft_add_string(vm, &w->out, value_string(*native_result(p)));
        return VERDICT_DONE;
    }
    if (w->next != VALUE_ABSENT) {
        value v = w->next;
        w->next = VALUE_ABSENT;
        return enter(vm, p, w, v, budget);
    }
    switch (value_kind(f->v)) {
    case OBJ_STRING: step_text(vm, w, f, budget); return VERDICT_DONE;
    case OBJ_MAP: return step_map(vm, p, w, f, budget);
    default: return step_elements(vm, w, f);
    }
}

static json_writer *writer_new(csp_vm *vm, process *p, const value *args)
{
    int64_t indent = -1;
    if (args[1] != VALUE_ABSENT && args[1] != VALUE_NIL) {
        if (!native_int_arg(vm, p, args[1], "an int as the indent, or nil", &indent))
            return NULL;
        if (indent < 0 || indent > INDENT_MOST) {
            vm_raise(vm, ERR_VALUE, "an indent is 0 to %d blanks", INDENT_MOST);
            return NULL;
        }
    }
    json_writer *w = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *w);
    if (!w) {
        vm_raise_memory(vm);
        return NULL;
    }
    w->header = OBJ_WALK;
    w->indent = indent;
    w->sort = args[2] != VALUE_ABSENT && value_truthy(args[2]);
    w->next = args[0];
    draft_init(&w->out, vm);
    return w;
}

/* args: the value, indent, sort; slots: the writer */
verdict json_write_native(csp_vm *vm, process *p, value *args, value *result)
{
    value *slot = &args[3];
    if (*slot == VALUE_ABSENT) {
        json_writer *fresh = writer_new(vm, p, args);
        if (!fresh)
            return VERDICT_FAIL;
        *slot = value_object(fresh);
    }
    json_writer *w = value_as_object(*slot);
    int64_t budget = WALK_STEP;
    verdict v = VERDICT_DONE;
    while (v == VERDICT_DONE && budget >= 0 &&
           (w->next != VALUE_ABSENT || w->called || !walk_stack_empty(&w->open))) {
        budget--;
        v = write_next(vm, p, w, &budget);
        if (v == VERDICT_DONE)
            v = draft_settle(vm, &w->out);
    }
    walk_charge(vm, budget);
    if (v == VERDICT_DONE)
        v = budget < 0 ? VERDICT_YIELD : draft_string(vm, &w->out, result);
    return v;
}
