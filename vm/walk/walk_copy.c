/* Deep copies. When a container is first met, a shell is made and entered in a table from sources
 * to copies, so that sharing and cycles are kept. Then it is filled, depth first, so that it is
 * known when its frame ends whether it holds anything mutable. The source is only read. */
#include "vm/walk/walk_copy.h"

#include "vm/core/steps.h"
#include "vm/core/type.h"
#include "vm/data/children.h"
#include "vm/data/map.h"
#include "vm/data/map_walk.h"
#include "vm/data/structure.h"
#include "vm/walk/walk_state.h"

enum {
    QUICK_ELEMENTS = 64, /* of a map … */
    QUICK_ITEMS = 2048,  /* … or a list, which are copied as bytes are */
    QUICK_BYTES = 4096,
    QUICK_PER_REDUCTION = 64
};

typedef enum copy_mode { COPY_DEEP, COPY_MESSAGE, COPY_FREEZE } copy_mode;

typedef struct copy_walk {
    uint64_t header;
    walk_stack stack;
    walk_table copies;
    copy_mode mode;
    uint64_t from; /* the owner that the source must have (an owner field) */
    uint64_t to;   /* the owner of the copy */
    value root;
} copy_walk;

/* `second`: before a large map is filled, how much of its index is cleared; after a tuple, closure
 * or error is filled, how many of its parts are known to be immutable. `mixed`: something inside a
 * list or map is not. */
typedef struct copying {
    value source, copy;
    uint64_t index, second, mixed;
} copying;
enum {
    COPYING_WORDS = sizeof(copying) / sizeof(uint64_t),
    ENTRY_COST = 4 /* in addition to an element's */
};

static bool is_container(value v) { return obj_is_container(value_kind(v)); }

/* A deep copy thaws, through tuples too: an immutable value is shared only if it contains
 * no container. */
static bool must_thaw(value v)
{
    obj_kind kind = value_kind(v);
    if (kind == OBJ_LIST || kind == OBJ_MAP)
        return true;
    if (kind != OBJ_TUPLE)
        return false;
    enum { ENOUGH = 64 };
    children c = children_of(v);
    if (c.count > ENOUGH)
        return true;
    for (uint64_t i = 0; i < c.count; i++)
        if (is_container(c.items[i]))
            return true;
    return false;
}

static bool must_copy(const copy_walk *w, value v)
{
    if (!is_container(v))
        return false;
    return !value_is_immutable(v) || (w->mode == COPY_DEEP && must_thaw(v));
}

/* --- shells */

static uint64_t shell_header(const copy_walk *w, obj_kind kind)
{
    if (w->mode != COPY_FREEZE)
        return (uint64_t)kind | w->to;
    return (uint64_t)kind | OBJ_IMMUTABLE | (kind == OBJ_LIST || kind == OBJ_MAP ? OBJ_FROZEN : 0);
}

static void *shell_object(csp_vm *vm, const copy_walk *w, obj_kind kind, size_t size)
{
    object *o = heap_alloc(vm_heap(vm), HEAP_TRACED, size);
    if (o)
        o->header = shell_header(w, kind);
    return o;
}

static void *list_shell(csp_vm *vm, const copy_walk *w, const list *source)
{
    list *l = shell_object(vm, w, OBJ_LIST, sizeof *l);
    if (!l || source->count == 0)
        return l;
    l->block = heap_alloc_raw(vm_heap(vm), HEAP_TRACED, source->count * sizeof *l->block);
    if (!l->block)
        return NULL;
    l->items = l->block;
    l->capacity = source->count;
    return l;
}

static void *map_shell(csp_vm *vm, const copy_walk *w, const map *source)
{
    uint64_t header = shell_header(w, OBJ_MAP);
    if (map_has_shape(source))
        return map_make_like(vm, header, source, NULL);
    uint32_t count = map_count(source);
    return count > long_elements(vm) ? map_blank(vm, header, count)
                                     : map_make_table(vm, header, count);
}

static void *buffer_shell(csp_vm *vm, const copy_walk *w, const buffer *source)
{
    buffer *b = shell_object(vm, w, OBJ_BUFFER, sizeof *b);
    if (!b || source->size == 0)
        return b;
    b->data = heap_alloc_raw(vm_heap(vm), HEAP_BYTES, source->size);
    if (!b->data)
        return NULL;
    b->size = b->capacity = source->size;
    return b;
}

_Static_assert(OBJ_CONTAINERS == 8, "a container can be copied, but for objects of the host");
static void *shell_of(csp_vm *vm, const copy_walk *w, value source)
{
    switch (value_kind(source)) {
    case OBJ_LIST: return list_shell(vm, w, value_as_object(source));
    case OBJ_MAP: return map_shell(vm, w, value_as_object(source));
    case OBJ_BUFFER: return buffer_shell(vm, w, value_as_object(source));
    case OBJ_STRUCT: return struct_blank(vm, shell_header(w, OBJ_STRUCT), value_struct(source));
    case OBJ_TUPLE: {
        tuple *t = heap_alloc_raw(vm_heap(vm), HEAP_TRACED,
                                  sizeof *t + value_tuple(source)->count * sizeof(value));
        if (t) {
            t->header = shell_header(w, OBJ_TUPLE);
            t->count = value_tuple(source)->count;
        }
        return t;
    }
    case OBJ_CLOSURE: {
        const code *c = ((closure *)value_as_object(source))->code;
        closure *f = shell_object(vm, w, OBJ_CLOSURE, sizeof *f + c->captures * sizeof(value));
        if (f)
            f->code = c;
        return f;
    }
    default: return shell_object(vm, w, OBJ_ERROR, sizeof(error));
    }
}

static verdict refuse_copy(csp_vm *vm, const copy_walk *w, value v)
{
    bool is_hosted = value_is(v, OBJ_HOSTED);
    if (w->mode == COPY_FREEZE && (is_hosted || value_is(v, OBJ_BUFFER) || value_is(v, OBJ_STRUCT)))
        return vm_raise(vm, ERR_TYPE, "%s cannot be frozen", vm_type_phrase(v));
    if (!is_hosted)
        return VERDICT_DONE;
    return vm_raise(vm, ERR_TYPE, "%s has one owner and cannot be copied; `move` hands it over",
                    vm_type_phrase(v));
}

/* --- what holds nothing mutable, at once */

static bool all_immutable(children c)
{
    for (uint64_t i = 0; i < c.count; i++)
        if (!value_is_immutable(c.items[i * c.stride]))
            return false;
    return true;
}

static list *flat_list(csp_vm *vm, const copy_walk *w, const list *source)
{
    list *l = list_shell(vm, w, source);
    if (!l)
        return NULL;
    if (source->count > 0)
        memcpy(l->items, source->items, source->count * sizeof *l->items);
    l->count = source->count;
    return l;
}

static map *flat_map(csp_vm *vm, const copy_walk *w, const map *source)
{
    if (map_has_shape(source))
        return map_make_like(vm, shell_header(w, OBJ_MAP), source, source->at.items);
    map *m = map_shell(vm, w, source);
    if (!m)
        return NULL;
    uint32_t position = 0;
    map_entry e;
    while (map_next(vm, source, &position, &e))
        map_append(vm, m, e.key, e.item, e.hash); /* there is room */
    return m;
}

/* Marks a message in transit that nobody has to look into to adopt it. */
static void mark_flat(const copy_walk *w, object *o)
{
    if (w->to == OWNER_TRANSIT)
        o->header |= WALK_FLAT;
}

static bool is_flat(csp_vm *vm, value v, obj_kind kind)
{
    if (kind != OBJ_LIST && kind != OBJ_MAP)
        return false;
    children c = children_of(v);
    uint64_t most = kind == OBJ_MAP ? QUICK_ELEMENTS : QUICK_ITEMS;
    return c.count <= most && c.count <= long_elements(vm) && all_immutable(c);
}

/* A copy of a list or map in which nothing is mutable. NULL: out of memory. */
static object *flat_copy(csp_vm *vm, const copy_walk *w, value v, obj_kind kind)
{
    object *o = kind == OBJ_MAP ? (object *)flat_map(vm, w, value_map(v))
                                : (object *)flat_list(vm, w, value_list(v));
    if (o)
        mark_flat(w, o);
    return o;
}

/* --- one value */

/* Enters a copy that is complete. */
static verdict known_copy(csp_vm *vm, copy_walk *w, value v, object *made, value *out)
{
    value *entry = made ? walk_insert(vm, &w->copies, v) : NULL;
    if (!entry)
        return vm_raise_memory(vm);
    *entry = *out = value_object(made);
    return VERDICT_DONE;
}

/* What replaces v in the copy; pushes a frame if it must be filled. */
static verdict copy_of(csp_vm *vm, copy_walk *w, value v, value *out, int64_t *budget)
{
    *out = v;
    if (!must_copy(w, v))
        return VERDICT_DONE;
    uint64_t header = obj_header(v);
    if (!(header & OBJ_IMMUTABLE) && (header & OWNER_MASK) != w->from)
        return vm_raise_moved(vm, v);
    value *known = walk_find(vm, &w->copies, v);
    if (known) {
        *out = *known;
        return VERDICT_DONE;
    }
    verdict refused = refuse_copy(vm, w, v);
    if (refused != VERDICT_DONE)
        return refused;
    obj_kind kind = obj_kind_of(header);
    if (w->mode == COPY_MESSAGE && is_flat(vm, v, kind)) {
        *budget -= 4 * WALK_OBJECT + (int64_t)children_of(v).count / 4;
        return known_copy(vm, w, v, flat_copy(vm, w, v, kind), out);
    }
    void *shell = shell_of(vm, w, v);
    if (!shell)
        return vm_raise_memory(vm);
    *out = value_object(shell);
    value *entry = walk_insert(vm, &w->copies, v);
    copying *f = entry ? (copying *)walk_push(vm, &w->stack, COPYING_WORDS) : NULL;
    if (!f)
        return vm_raise_memory(vm);
    *entry = *out;
    f->source = v;
    f->copy = *out;
    *budget -= 4 * WALK_OBJECT; /* looked up, entered in the table, and made */
    return VERDICT_DONE;
}

/* --- filling */

/* If nothing mutable is inside a tuple, closure or error, the copy is marked immutable. */
static verdict note_immutable(const copy_walk *w, copying *f, int64_t *budget)
{
    obj_kind kind = value_kind(f->copy);
    if (w->mode == COPY_FREEZE || obj_nature_of(kind) != NATURE_HOLDER)
        return VERDICT_DONE;
    children c = children_of(f->copy);
    for (; f->second < c.count; f->second++) {
        value part = c.items[f->second];
        if (--*budget < 0)
            return VERDICT_YIELD;
        if (part != f->copy && !value_is_immutable(part) && !value_is(part, OBJ_TRACE))
            return VERDICT_DONE;
    }
    ((object *)value_as_object(f->copy))->header = (uint64_t)kind | OBJ_IMMUTABLE;
    return VERDICT_DONE;
}

static verdict fill_bytes(csp_vm *vm, copy_walk *w, copying *f, int64_t *budget)
{
    content from = content_of(f->source), to = content_of(f->copy);
    size_t at = f->index;
    *budget -= WALK_STEP;
    bool all = long_copy(vm, to.data, from.data, from.size, &at);
    f->index = at;
    if (all)
        walk_pop(&w->stack, COPYING_WORDS);
    return VERDICT_DONE;
}

static verdict fill_table(csp_vm *vm, copy_walk *w, copying *f, int64_t *budget)
{
    const map *source = value_as_object(f->source);
    map *m = value_as_object(f->copy);
    while (map_is_blank(vm, m, f->second)) {
        if (*budget < 0)
            return VERDICT_YIELD;
        f->second += map_clear_index(vm, m, f->second);
        *budget -= WALK_STEP;
    }
    const map_table *from = source->at.table;
    while (f->index < from->used) {
        if (--*budget < 0)
            return VERDICT_YIELD;
        const map_entry *e = &from->entries[f->index++];
        if (e->key == VALUE_ABSENT)
            continue;
        const copying *before = f;
        *budget -= ENTRY_COST;
        value item;
        verdict v = copy_of(vm, w, e->item, &item, budget);
        if (v != VERDICT_DONE)
            return v;
        f->mixed |= !value_is_immutable(item);
        if (!map_append(vm, m, e->key, item, e->hash))
            return vm_raise_memory(vm);
        if ((copying *)walk_top(&w->stack, COPYING_WORDS) != before)
            return VERDICT_DONE;
    }
    if (!f->mixed && w->mode == COPY_MESSAGE)
        mark_flat(w, value_as_object(f->copy));
    walk_pop(&w->stack, COPYING_WORDS);
    return VERDICT_DONE;
}

static verdict fill_items(csp_vm *vm, copy_walk *w, copying *f, int64_t *budget)
{
    children from = children_of(f->source);
    value *to = children_of(f->copy).items;
    while (f->index < from.count) {
        if (--*budget < 0)
            return VERDICT_YIELD;
        value v = from.items[f->index], *place = &to[f->index];
        f->index++;
        if (value_is(f->copy, OBJ_LIST))
            value_list(f->copy)->count++;
        if (!value_is_object(v)) {
            *place = v;
            continue;
        }
        const copying *before = f;
        verdict done = copy_of(vm, w, v, place, budget);
        if (done != VERDICT_DONE)
            return done;
        f->mixed |= !value_is_immutable(*place);
        if ((copying *)walk_top(&w->stack, COPYING_WORDS) != before)
            return VERDICT_DONE;
    }
    verdict noted = note_immutable(w, f, budget);
    if (noted != VERDICT_DONE)
        return noted;
    if (!f->mixed && w->mode == COPY_MESSAGE &&
        obj_nature_of(value_kind(f->copy)) == NATURE_MUTABLE)
        mark_flat(w, value_as_object(f->copy));
    walk_pop(&w->stack, COPYING_WORDS);
    return VERDICT_DONE;
}

static verdict copy_run(csp_vm *vm, copy_walk *w, int64_t *budget)
{
    while (!walk_stack_empty(&w->stack)) {
        if (*budget < 0)
            return VERDICT_YIELD;
        *budget -= WALK_RETURN;
        copying *f = (copying *)walk_top(&w->stack, COPYING_WORDS);
        obj_kind kind = value_kind(f->source);
        verdict v;
        if (kind == OBJ_MAP && !map_has_shape(value_map(f->source)))
            v = fill_table(vm, w, f, budget);
        else
            v = kind == OBJ_BUFFER || kind == OBJ_STRUCT ? fill_bytes(vm, w, f, budget)
                                                         : fill_items(vm, w, f, budget);
        if (v != VERDICT_DONE)
            return v;
    }
    return VERDICT_DONE;
}

/* args: the source; slot: the walk. */
static verdict copy_step(csp_vm *vm, value *args, copy_mode mode, uint64_t from, uint64_t to,
                         value *result)
{
    value *slot = &args[1];
    int64_t budget = WALK_STEP;
    if (*slot == VALUE_ABSENT) {
        copy_walk *fresh = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *fresh);
        if (!fresh)
            return vm_raise_memory(vm);
        *fresh = (copy_walk){.header = OBJ_WALK, .mode = mode, .from = from, .to = to};
        *slot = value_object(fresh);
        verdict v = copy_of(vm, fresh, args[0], &fresh->root, &budget);
        if (v != VERDICT_DONE)
            return v;
    }
    copy_walk *w = value_as_object(*slot);
    verdict v = copy_run(vm, w, &budget);
    walk_charge(vm, budget);
    if (v == VERDICT_DONE)
        *result = w->root;
    return v;
}

verdict walk_run_copy(csp_vm *vm, process *p, value *args, value *result)
{
    return copy_step(vm, args, COPY_DEEP, process_owner(p), process_owner(p), result);
}

verdict walk_run_message(csp_vm *vm, process *p, value *args, value *result)
{
    return copy_step(vm, args, COPY_MESSAGE, process_owner(p), OWNER_TRANSIT, result);
}

verdict walk_run_freeze(csp_vm *vm, process *p, value *args, value *result)
{
    return copy_step(vm, args, COPY_FREEZE, process_owner(p), 0, result);
}

/* The outcome of a process stays in transit for everybody who asks for it: each gets a copy as
 * of a message, but at once its own. Programs cannot get here with what they gave away: `copy`
 * is walk_run_copy. */
verdict walk_run_outcome(csp_vm *vm, process *p, value *args, value *result)
{
    bool master =
        !value_is_immutable(args[0]) && (obj_header(args[0]) & OWNER_MASK) == OWNER_TRANSIT;
    if (!master)
        return walk_run_copy(vm, p, args, result);
    return copy_step(vm, args, COPY_MESSAGE, OWNER_TRANSIT, process_owner(p), result);
}

verdict walk_copy_for(csp_vm *vm, const process *p, value v, value *out)
{
    value args[2] = {v, VALUE_ABSENT};
    uint64_t from = obj_header(v) & OWNER_MASK;
    for (;;) {
        verdict done = copy_step(vm, args, COPY_MESSAGE, from, process_owner(p), out);
        if (done != VERDICT_YIELD)
            return done;
    }
}

/* --- at once */

value walk_copy_quick(csp_vm *vm, process *p, value v)
{
    if (value_is_immutable(v))
        return v;
    if ((obj_header(v) & OWNER_MASK) != process_owner(p))
        return VALUE_ABSENT; /* the walk will report it */
    const copy_walk w = {.mode = COPY_MESSAGE, .to = OWNER_TRANSIT};
    obj_kind kind = value_kind(v);
    if (kind == OBJ_BUFFER && ((buffer *)value_as_object(v))->size <= QUICK_BYTES) {
        const buffer *source = value_as_object(v);
        buffer *b = buffer_shell(vm, &w, source);
        if (b && source->size > 0)
            memcpy(b->data, source->data, source->size);
        return b ? value_object(b) : VALUE_ABSENT;
    }
    if (!is_flat(vm, v, kind))
        return VALUE_ABSENT;
    vm_charge(vm, children_of(v).count / QUICK_PER_REDUCTION);
    return value_object(flat_copy(vm, &w, v, kind));
}
