/* Equality of whole values: a machine of frames, one for each pair of containers under
 * comparison. Pairs that are being compared, or were found equal, are taken as equal when met
 * again (walk_assume), and the first difference ends the comparison. The keys of maps are the
 * exception: there a difference only means that the next key is tried, and what was assumed on
 * the way is undone. */
#include "vm/walk/walk_equal.h"

#include "vm/core/kind.h"
#include "vm/core/steps.h"
#include "vm/data/children.h"
#include "vm/data/map.h"
#include "vm/data/map_find.h"
#include "vm/data/slice.h"
#include "vm/number/arith.h"
#include "vm/number/num.h"
#include "vm/walk/walk_state.h"

enum {
    QUICK_ELEMENTS = 32,
    QUICK_BYTES = 16 << 10,
    PAIR_COST = 4 * WALK_OBJECT, /* two places in a table … */
    PAIR_REDUCTIONS = 12,        /* … which grows: what it takes beyond that */
    STRUCT_RUN = 64              /* what it takes to find the next field, in bytes compared */
};

static bool usable(const process *p, value v) { return !p || value_usable(p, v); }

static bool ranges_equal(csp_vm *vm, const range *a, const range *b)
{
    if (num_order(vm, a->from, b->from) != 0)
        return false;
    if (a->to == VALUE_NIL || b->to == VALUE_NIL)
        return a->to == b->to;
    return num_order(vm, data_range_stop(a), data_range_stop(b)) == 0;
}

/* Long values are compared in steps. */
static int bytes_equal(const void *a, size_t size_a, const void *b, size_t size_b)
{
    if (size_a != size_b)
        return 0;
    if (size_a > QUICK_BYTES)
        return -1;
    return size_a == 0 || memcmp(a, b, size_a) == 0;
}

static int strings_equal(const string *a, const string *b)
{
    if (a->hash != b->hash && a->hash != 0 && b->hash != 0)
        return 0;
    return a == b ? 1 : bytes_equal(a->text, a->size, b->text, b->size);
}

static int buffers_equal(const process *p, value x, value y)
{
    if (!usable(p, x) || !usable(p, y))
        return -1;
    const buffer *a = value_as_object(x), *b = value_as_object(y);
    return bytes_equal(a->data, a->size, b->data, b->size);
}

/* Some of the bytes that a struct's fields have. -1: equal so far, *at says where to go on; else
 * all are compared. */
static int struct_bytes_equal(csp_vm *vm, const cvalue *a, const cvalue *b, size_t *at,
                              size_t *done)
{
    size_t size;
    *done = 0;
    while (vm->kinds[OBJ_STRUCT]->next_bytes(value_object(a), at, &size)) {
        if (size > long_bytes(vm))
            size = long_bytes(vm);
        if (memcmp(a->data + *at, b->data + *at, size) != 0)
            return 0;
        *at += size;
        *done += size + STRUCT_RUN;
        if (*done >= long_bytes(vm))
            return -1;
    }
    return 1;
}

static int structs_equal(csp_vm *vm, const process *p, value x, value y)
{
    const cvalue *a = value_struct(x), *b = value_struct(y);
    size_t at = 0, done;
    if (!usable(p, x) || !usable(p, y))
        return -1;
    if (a->of != b->of)
        return 0;
    return a->size > long_bytes(vm) ? -1 : struct_bytes_equal(vm, a, b, &at, &done);
}

static int hosted_equal(const process *p, value x, value y)
{
    return usable(p, x) && usable(p, y) ? x == y : -1;
}

static int sizes_equal(const process *p, value x, value y, obj_kind kind)
{
    if (!usable(p, x) || !usable(p, y))
        return -1;
    uint64_t a, b;
    if (kind == OBJ_TUPLE) {
        a = value_tuple(x)->count;
        b = value_tuple(y)->count;
    } else if (kind == OBJ_LIST) {
        a = value_list(x)->count;
        b = value_list(y)->count;
    } else {
        a = map_count(value_map(x));
        b = map_count(value_map(y));
    }
    if (a != b)
        return 0;
    return a == 0 ? 1 : -1;
}

static int errors_equal(const error *a, const error *b)
{
    int kinds = strings_equal(value_string(a->kind), value_string(b->kind));
    int messages = strings_equal(value_string(a->message), value_string(b->message));
    if (kinds == 0 || messages == 0)
        return 0;
    return kinds == 1 && messages == 1 && a->data == VALUE_NIL && b->data == VALUE_NIL ? 1 : -1;
}

static int objects_equal(csp_vm *vm, const process *p, value a, value b)
{
    obj_kind kind = value_kind(a);
    switch (kind) {
    case OBJ_STRING: return strings_equal(value_string(a), value_string(b));
    case OBJ_BYTES: {
        const bytes *x = value_bytes(a), *y = value_bytes(b);
        return bytes_equal(x->data, x->size, y->data, y->size);
    }
    case OBJ_RANGE: return ranges_equal(vm, value_as_object(a), value_as_object(b));
    case OBJ_BUFFER: return buffers_equal(p, a, b);
    case OBJ_STRUCT: return structs_equal(vm, p, a, b);
    case OBJ_HOSTED: return hosted_equal(p, a, b);
    case OBJ_TUPLE:
    case OBJ_LIST:
    case OBJ_MAP: return sizes_equal(p, a, b, kind);
    case OBJ_ERROR: return errors_equal(value_error(a), value_error(b));
    default: break;
    }
    const kind_traits *traits = vm->kinds[kind];
    return a == b || (traits->identity && traits->identity(a) == traits->identity(b));
}

int walk_equal_atoms(csp_vm *vm, const process *p, value a, value b)
{
    if (value_is_number(a))
        return value_is_number(b) && num_order(vm, a, b) == 0;
    if (!value_is_object(a) || !value_is_object(b))
        return a == b;
    if (value_kind(a) != value_kind(b))
        return 0;
    return objects_equal(vm, p, a, b);
}

int walk_equal_quick(csp_vm *vm, value a, value b)
{
    const process *p = vm->sched.running;
    int equal = walk_equal_atoms(vm, p, a, b);
    if (equal >= 0)
        return equal;
    obj_kind kind = value_kind(a);
    if ((kind != OBJ_TUPLE && kind != OBJ_LIST) || !usable(p, a) || !usable(p, b))
        return -1;
    children x = children_of(a), y = children_of(b);
    if (x.count > QUICK_ELEMENTS)
        return -1;
    for (uint64_t i = 0; i < x.count; i++) {
        int one = walk_equal_atoms(vm, p, x.items[i], y.items[i]);
        if (one == 0)
            return 0;
        if (one < 0)
            equal = 2;
    }
    return equal == 2 ? -1 : 1;
}

/* --- the machine */

typedef struct equal_walk {
    uint64_t header;
    walk_stack stack;
    walk_classes classes;
    uint32_t guesses;
    int last; /* the result of the last pair; -1: none yet */
} equal_walk;

/* A frame. For maps: entry `index` of a is looked for in b, `found` is the entry being tried,
 * `mark` the length of the trail before the guess. */
typedef enum pair_state { PAIR_NEXT, PAIR_PROBE, PAIR_KEY, PAIR_ITEM } pair_state;
typedef struct pair {
    value a, b;
    uint32_t index, state;
    uint64_t cursor, mark;
    uint32_t found, pad;
} pair;
enum { PAIR_WORDS = sizeof(pair) / sizeof(uint64_t) };

equal_walk *walk_equal_new(csp_vm *vm)
{
    equal_walk *w = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *w);
    if (!w) {
        vm_raise_memory(vm);
        return NULL;
    }
    w->header = OBJ_WALK;
    w->last = -1;
    return w;
}

/* Begins a pair that walk_equal_atoms could not decide. */
static bool push_pair(csp_vm *vm, process *p, equal_walk *w, value a, value b)
{
    if (!usable(p, a) || !usable(p, b)) {
        vm_raise_moved(vm, usable(p, a) ? b : a);
        return false;
    }
    switch (walk_assume(vm, &w->classes, a, b)) {
    case WALK_KNOWN: w->last = 1; return true;
    case WALK_NEW: {
        pair *f = (pair *)walk_push(vm, &w->stack, PAIR_WORDS);
        if (!f)
            break;
        f->a = a;
        f->b = b;
        w->last = -1;
        return true;
    }
    case WALK_NO_MEMORY: break;
    }
    vm_raise_memory(vm);
    return false;
}

/* The pair on top is done. */
static void finish(equal_walk *w, bool equal)
{
    walk_pop(&w->stack, PAIR_WORDS);
    w->last = equal;
}

static verdict step_elements(csp_vm *vm, process *p, equal_walk *w, pair *f, int64_t *budget)
{
    if (w->last == 0) {
        finish(w, false);
        return VERDICT_DONE;
    }
    w->last = -1;
    children x = children_of(f->a), y = children_of(f->b);
    if (value_is(f->a, OBJ_ERROR))
        x.count = 3;
    while (f->index < x.count) {
        if (--*budget < 0)
            return VERDICT_YIELD;
        uint32_t i = f->index++;
        int one = walk_equal_atoms(vm, p, x.items[i], y.items[i]);
        if (one < 0)
            return push_pair(vm, p, w, x.items[i], y.items[i]) ? VERDICT_DONE : VERDICT_FAIL;
        if (one == 0) {
            finish(w, false);
            return VERDICT_DONE;
        }
    }
    finish(w, true);
    return VERDICT_DONE;
}

/* Texts, bytes and buffers of the same size: compares one step's worth. */
static verdict step_bytes(csp_vm *vm, equal_walk *w, pair *f, int64_t *budget)
{
    content x = content_of(f->a), y = content_of(f->b);
    if (*budget < 0)
        return VERDICT_YIELD;
    size_t count = long_part(vm, x.size - f->cursor);
    bool equal = memcmp((char *)x.data + f->cursor, (char *)y.data + f->cursor, count) == 0;
    f->cursor += count;
    *budget -= (int64_t)(count / LONG_BYTES_PER_REDUCTION) * WALK_UNITS_PER_REDUCTION;
    if (!equal || f->cursor == x.size)
        finish(w, equal);
    return VERDICT_DONE;
}

static verdict step_struct(csp_vm *vm, equal_walk *w, pair *f, int64_t *budget)
{
    if (*budget < 0)
        return VERDICT_YIELD;
    size_t at = f->cursor, done;
    int equal = struct_bytes_equal(vm, value_struct(f->a), value_struct(f->b), &at, &done);
    f->cursor = at;
    *budget -= (int64_t)(done / LONG_BYTES_PER_REDUCTION) * WALK_UNITS_PER_REDUCTION;
    if (equal >= 0)
        finish(w, equal);
    return VERDICT_DONE;
}

/* The key of a's entry was found: now the items are compared. */
static verdict compare_items(csp_vm *vm, process *p, equal_walk *w, pair *f)
{
    value a = *map_item(value_map(f->a), f->index++), b = *map_item(value_map(f->b), f->found);
    f->state = PAIR_ITEM;
    int one = walk_equal_atoms(vm, p, a, b);
    if (one < 0)
        return push_pair(vm, p, w, a, b) ? VERDICT_DONE : VERDICT_FAIL;
    w->last = one;
    return VERDICT_DONE;
}

static verdict try_next_key(csp_vm *vm, process *p, equal_walk *w, pair *f)
{
    const map *b = value_map(f->b);
    map_entry e = map_entry_at(vm, value_map(f->a), f->index);
    f->found = map_probe(vm, b, e.hash, &f->cursor);
    if (f->found == MAP_NO_ENTRY) {
        finish(w, false);
        return VERDICT_DONE;
    }
    value other = map_key(vm, b, f->found);
    int one = walk_equal_atoms(vm, p, e.key, other);
    if (one == 0)
        return VERDICT_DONE;
    if (one == 1)
        return compare_items(vm, p, w, f);
    f->state = PAIR_KEY;
    f->mark = w->classes.trail_length;
    w->guesses++;
    w->classes.trailing = true;
    return push_pair(vm, p, w, e.key, other) ? VERDICT_DONE : VERDICT_FAIL;
}

static verdict step_map(csp_vm *vm, process *p, equal_walk *w, pair *f, int64_t *budget)
{
    if (--*budget < 0)
        return VERDICT_YIELD;
    map_entry next;
    switch ((pair_state)f->state) {
    case PAIR_NEXT:
        if (!map_next(vm, value_map(f->a), &f->index, &next)) {
            finish(w, true);
            return VERDICT_DONE;
        }
        f->index--; /* map_next moved past it */
        f->cursor = 0;
        f->state = PAIR_PROBE;
        return VERDICT_DONE;
    case PAIR_PROBE: return try_next_key(vm, p, w, f);
    case PAIR_KEY:
        if (--w->guesses == 0)
            w->classes.trailing = false;
        if (w->last == 1)
            return compare_items(vm, p, w, f);
        walk_undo(vm, &w->classes, f->mark);
        f->state = PAIR_PROBE;
        return VERDICT_DONE;
    case PAIR_ITEM:
        if (w->last == 0)
            finish(w, false);
        else
            f->state = PAIR_NEXT;
        return VERDICT_DONE;
    }
    return VERDICT_DONE;
}

bool walk_equal_begin(csp_vm *vm, process *p, equal_walk *w, value a, value b)
{
    w->stack = (walk_stack){NULL, NULL};
    w->classes = (walk_classes){.trailing = false};
    w->guesses = 0;
    return push_pair(vm, p, w, a, b);
}

verdict walk_equal_run(csp_vm *vm, process *p, equal_walk *w, int64_t *budget, bool *equal)
{
    while (!walk_stack_empty(&w->stack)) {
        if (*budget < 0)
            return VERDICT_YIELD;
        pair *f = (pair *)walk_top(&w->stack, PAIR_WORDS);
        obj_kind kind = value_kind(f->a);
        verdict v;
        if (kind == OBJ_MAP)
            v = step_map(vm, p, w, f, budget);
        else if (kind == OBJ_STRING || kind == OBJ_BYTES || kind == OBJ_BUFFER)
            v = step_bytes(vm, w, f, budget);
        else if (kind == OBJ_STRUCT)
            v = step_struct(vm, w, f, budget);
        else
            v = step_elements(vm, p, w, f, budget);
        if (v != VERDICT_DONE)
            return v;
        *budget -= PAIR_COST;
        vm_charge(vm, PAIR_REDUCTIONS);
    }
    *equal = w->last == 1;
    return VERDICT_DONE;
}

bool walk_equal_keys(csp_vm *vm, value a, value b)
{
    int quick = walk_equal_atoms(vm, NULL, a, b);
    if (quick < 0)
        quick = walk_equal_quick(vm, a, b);
    if (quick >= 0)
        return quick == 1;
    /* Running out of memory counts as different: whoever asks will soon need memory, too, and
     * report it. */
    int64_t budget = INT64_MAX;
    bool equal = false;
    value raised = vm->sched.raised;
    equal_walk *w = walk_equal_new(vm);
    if (!w || !walk_equal_begin(vm, NULL, w, a, b) ||
        walk_equal_run(vm, NULL, w, &budget, &equal) != VERDICT_DONE) {
        vm->sched.raised = raised;
        return false;
    }
    vm_charge(vm, (uint64_t)(INT64_MAX - budget) / WALK_UNITS_PER_REDUCTION);
    return equal;
}

verdict walk_run_equal(csp_vm *vm, process *p, value *args, value *result)
{
    value *slot = &args[2];
    if (*slot == VALUE_ABSENT) {
        int quick = walk_equal_quick(vm, args[0], args[1]);
        if (quick >= 0) {
            *result = value_bool(quick == 1);
            return VERDICT_DONE;
        }
        equal_walk *fresh = walk_equal_new(vm);
        if (!fresh || !walk_equal_begin(vm, p, fresh, args[0], args[1]))
            return VERDICT_FAIL;
        *slot = value_object(fresh);
    }
    int64_t budget = WALK_STEP;
    bool equal;
    verdict v = walk_equal_run(vm, p, value_as_object(*slot), &budget, &equal);
    walk_charge(vm, budget);
    if (v == VERDICT_DONE)
        *result = value_bool(equal);
    return v;
}
