/* Unpacking: depth first. A container is put into the one that it stands in as soon as it is met,
 * and then filled, so that references to it find it; but the key of a map is entered when it is
 * complete, since it is hashed then. What has a number is kept in a table, if there are references
 * at all. The bytes have been checked (msg/packed.h); what they cannot tell, whether two keys are
 * equal all the same, is found out here: the last one counts. */
#include "vm/walk/walk_unpack.h"

#include "base/utf8.h"
#include "vm/core/steps.h"
#include "vm/core/string.h"
#include "vm/data/map.h"
#include "vm/data/map_find.h"
#include "vm/data/map_walk.h"
#include "vm/data/tuple.h"
#include "vm/number/bigint.h"
#include "vm/number/num.h"
#include "vm/walk/parcel.h"
#include "vm/walk/walk_state.h"

/* A text, bytes or a buffer that takes several steps. */
typedef struct unpack_block {
    packed_item item;
    value made; /* ABSENT: a text whose code points are still being counted */
    uint64_t at, length;
    bool under_way;
} unpack_block;

typedef struct unpack_walk {
    uint64_t header;
    walk_stack stack;
    walk_table numbered; /* by number, one more, times 16 */
    uint64_t count;
    const uint8_t *at;
    bool refers; /* there are references */
    uint64_t owner;
    value root;
    unpack_block block;
    value part;     /* the value that was read last, to be put where it belongs */
    uint64_t parts; /* so many come next, to be put into it */
} unpack_walk;

/* `turn`, of a map: what comes next. */
enum { TURN_KEY, TURN_FIND, TURN_ITEM };
typedef struct unpacking {
    value made;
    uint64_t index, left; /* of the parts */
    uint64_t turn;
    uint64_t cleared; /* of a large map's index */
    value key, find;  /* of a map: the key of the next entry, and the walk that looks for it */
} unpacking;
enum { UNPACKING_WORDS = sizeof(unpacking) / sizeof(uint64_t) };

/* --- scalars */

static value big_of(csp_vm *vm, const packed_item *item)
{
    mpz_t z;
    mpz_init(z);
    mpz_import(z, item->count, -1, 1, 0, 0, item->data);
    if (item->tag == PACKED_NEGATIVE)
        mpz_neg(z, z);
    value v = num_from_mpz(vm, z);
    mpz_clear(z);
    return v;
}

static value text_of(csp_vm *vm, const packed_item *item, bool is_key)
{
    enum { NAME = 32 };
    const char *text = (const char *)item->data;
    return is_key && item->count <= NAME ? str_intern(vm, text, item->count)
                                         : str_new(vm, text, item->count);
}

static value buffer_of(csp_vm *vm, const packed_item *item, uint64_t owner)
{
    buffer *b = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *b);
    if (!b)
        return VALUE_ABSENT;
    b->header = OBJ_BUFFER | owner;
    if (item->count == 0)
        return value_object(b);
    b->data = heap_alloc_raw(vm_heap(vm), HEAP_BYTES, item->count);
    if (!b->data)
        return VALUE_ABSENT;
    b->size = b->capacity = item->count;
    return value_object(b);
}

/* ABSENT: no memory. */
static value atom(csp_vm *vm, const packed_item *item, bool is_key, uint64_t owner)
{
    switch (item->tag) {
    case PACKED_NIL: return VALUE_NIL;
    case PACKED_FALSE: return VALUE_FALSE;
    case PACKED_TRUE: return VALUE_TRUE;
    case PACKED_INT: return num_int(vm, item->number);
    case PACKED_FLOAT: return num_float(vm, item->real);
    case PACKED_POSITIVE:
    case PACKED_NEGATIVE: return big_of(vm, item);
    case PACKED_STRING: return text_of(vm, item, is_key);
    case PACKED_BYTES: return bytes_new(vm, item->data, item->count);
    default: {
        value v = buffer_of(vm, item, owner);
        if (v != VALUE_ABSENT && item->count > 0)
            memcpy(((buffer *)value_as_object(v))->data, item->data, item->count);
        return v;
    }
    }
}

/* --- containers */

static uint64_t header_of(const packed_item *item, obj_kind kind, uint64_t owner)
{
    if (!item->immutable)
        return (uint64_t)kind | owner;
    return (uint64_t)kind | OBJ_IMMUTABLE | (kind == OBJ_LIST || kind == OBJ_MAP ? OBJ_FROZEN : 0);
}

static void *shell(csp_vm *vm, const packed_item *item, obj_kind kind, size_t size, uint64_t owner)
{
    object *o = kind == OBJ_TUPLE ? heap_alloc_raw(vm_heap(vm), HEAP_TRACED, size)
                                  : heap_alloc(vm_heap(vm), HEAP_TRACED, size);
    if (o)
        o->header = header_of(item, kind, owner);
    return o;
}

static void *list_shell(csp_vm *vm, const packed_item *item, uint64_t owner)
{
    list *l = shell(vm, item, OBJ_LIST, sizeof *l, owner);
    if (!l || item->count == 0)
        return l;
    l->block = heap_alloc_raw(vm_heap(vm), HEAP_TRACED, item->count * sizeof *l->block);
    if (!l->block)
        return NULL;
    l->items = l->block;
    l->capacity = (uint32_t)item->count;
    return l;
}

static void *map_shell(csp_vm *vm, const packed_item *item, uint64_t owner)
{
    uint64_t header = header_of(item, OBJ_MAP, owner);
    return item->count > long_elements(vm) ? map_blank(vm, header, item->count)
                                           : map_make(vm, header, item->count);
}

static void *error_shell(csp_vm *vm, const packed_item *item, uint64_t owner)
{
    error *e = shell(vm, item, OBJ_ERROR, sizeof *e, owner);
    if (e)
        e->kind = e->message = e->data = e->trace = e->cause = VALUE_NIL;
    return e;
}

static void *container(csp_vm *vm, const packed_item *item, uint64_t owner)
{
    switch (item->tag) {
    case PACKED_LIST: return list_shell(vm, item, owner);
    case PACKED_MAP: return map_shell(vm, item, owner);
    case PACKED_ERROR: return error_shell(vm, item, owner);
    default: {
        tuple *t = shell(vm, item, OBJ_TUPLE, sizeof *t + item->count * sizeof(value), owner);
        if (t)
            t->count = item->count;
        return t;
    }
    }
}

/* --- reading */

static uint64_t table_key(uint64_t number) { return (number + 1) * 16; }

/* Enters w->part, if it has a number. */
static verdict note(csp_vm *vm, unpack_walk *w, const packed_item *item)
{
    if (!packed_is_numbered(item))
        return VERDICT_DONE;
    uint64_t number = w->count++;
    if (!w->refers)
        return VERDICT_DONE;
    value *entry = walk_insert(vm, &w->numbered, table_key(number));
    if (!entry)
        return vm_raise_memory(vm);
    *entry = w->part;
    return VERDICT_DONE;
}

static verdict run_block(csp_vm *vm, unpack_walk *w, int64_t *budget)
{
    unpack_block *b = &w->block;
    size_t size = b->item.count;
    const uint8_t *data = b->item.data;
    *budget -= WALK_STEP;
    if (b->made == VALUE_ABSENT) {
        size_t left = size - b->at, some = long_part(vm, left);
        b->length += utf8_count((const char *)data + b->at, some);
        b->at += some;
        vm_charge(vm, some / LONG_BYTES_PER_REDUCTION);
        if (some < left)
            return VERDICT_YIELD;
        string *s = str_blank(vm, size, b->length);
        if (!s)
            return vm_raise_memory(vm);
        b->made = value_object(s);
        b->at = 0;
        return VERDICT_YIELD;
    }
    uint8_t *to = value_is(b->made, OBJ_STRING)  ? (uint8_t *)value_string(b->made)->text
                  : value_is(b->made, OBJ_BYTES) ? value_bytes(b->made)->data
                                                 : ((buffer *)value_as_object(b->made))->data;
    size_t at = b->at;
    bool all = long_copy(vm, to, data, size, &at);
    b->at = at;
    if (!all)
        return VERDICT_YIELD;
    b->under_way = false;
    w->part = b->made;
    return note(vm, w, &b->item);
}

static verdict begin_block(csp_vm *vm, unpack_walk *w, const packed_item *item)
{
    w->block = (unpack_block){.item = *item, .made = VALUE_ABSENT, .under_way = true};
    if (item->tag == PACKED_STRING)
        return VERDICT_YIELD;
    bytes *made = item->tag == PACKED_BYTES ? bytes_blank(vm, item->count) : NULL;
    w->block.made = item->tag == PACKED_BUFFER ? buffer_of(vm, item, w->owner)
                    : made                     ? value_object(made)
                                               : VALUE_ABSENT;
    return w->block.made == VALUE_ABSENT ? vm_raise_memory(vm) : VERDICT_YIELD;
}

/* Reads a value into w->part. YIELD: it takes several steps (w->block). */
static verdict read_part(csp_vm *vm, unpack_walk *w, bool is_key, int64_t *budget);

static verdict read_range(csp_vm *vm, unpack_walk *w, bool closed, int64_t *budget)
{
    value bounds[2];
    for (int i = 0; i < 2; i++) {
        if (read_part(vm, w, false, budget) != VERDICT_DONE)
            return VERDICT_FAIL; /* a bound takes one step */
        bounds[i] = w->part;
    }
    w->part = range_new(vm, bounds[0], bounds[1], closed);
    return w->part == VALUE_ABSENT ? vm_raise_memory(vm) : VERDICT_DONE;
}

static verdict read_part(csp_vm *vm, unpack_walk *w, bool is_key, int64_t *budget)
{
    packed_item item;
    packed_next(&w->at, &item);
    --*budget;
    if (item.tag == PACKED_REFERENCE) {
        w->part = *walk_find(vm, &w->numbered, table_key(item.count));
        return VERDICT_DONE;
    }
    if (item.tag == PACKED_RANGE || item.tag == PACKED_INCLUSIVE)
        return read_range(vm, w, item.tag == PACKED_INCLUSIVE, budget);
    bool big = item.tag == PACKED_POSITIVE || item.tag == PACKED_NEGATIVE;
    if (big && num_check_bits(vm, 8 * item.count - 7) != VERDICT_DONE)
        return VERDICT_FAIL;
    if (packed_is_block(item.tag) && !big && item.count > long_bytes(vm))
        return begin_block(vm, w, &item);
    if (item.tag < PACKED_TUPLE) {
        if (packed_is_block(item.tag))
            *budget -= (int64_t)(item.count / 16 + WALK_OBJECT);
        w->part = atom(vm, &item, is_key, w->owner);
    } else {
        void *made = container(vm, &item, w->owner);
        w->part = made ? value_object(made) : VALUE_ABSENT;
        w->parts = packed_parts(&item);
        *budget -= 2 * WALK_OBJECT;
    }
    return w->part == VALUE_ABSENT ? vm_raise_memory(vm) : note(vm, w, &item);
}

/* --- filling */

/* The key is complete: looks for it. */
static verdict find_key(csp_vm *vm, unpacking *f, int64_t *budget)
{
    map_walk *found = map_walk_in_slot(vm, &f->find);
    *budget -= WALK_OBJECT;
    return found ? map_find_step(vm, found, value_map(f->made), f->key) : VERDICT_FAIL;
}

static verdict put_item(csp_vm *vm, unpacking *f, value item)
{
    map *m = value_map(f->made);
    map_walk *found = value_as_object(f->find);
    if (found->found)
        *map_item(m, found->entry) = item;
    else if (!map_append(vm, m, f->key, item, found->hash))
        return vm_raise_memory(vm);
    *found = (map_walk){.header = OBJ_WALK}; /* for the next key */
    return VERDICT_DONE;
}

static verdict put_part(csp_vm *vm, unpacking *f, value part)
{
    uint64_t i = f->index++;
    f->left--;
    switch (value_kind(f->made)) {
    case OBJ_LIST: {
        list *l = value_list(f->made);
        l->items[l->count++] = part;
        return VERDICT_DONE;
    }
    case OBJ_TUPLE: value_tuple(f->made)->items[i] = part; return VERDICT_DONE;
    case OBJ_MAP:
        if (f->turn == TURN_ITEM) {
            f->turn = TURN_KEY;
            return put_item(vm, f, part);
        }
        f->key = part;
        f->turn = TURN_FIND;
        return VERDICT_DONE;
    default: {
        error *e = value_error(f->made);
        value *const parts[] = {&e->kind, &e->message, &e->data, &e->cause};
        *parts[i] = part;
        return VERDICT_DONE;
    }
    }
}

/* Puts w->part where it belongs, and begins to fill it. */
static verdict place_part(csp_vm *vm, unpack_walk *w)
{
    if (walk_stack_empty(&w->stack))
        w->root = w->part;
    else if (put_part(vm, (unpacking *)walk_top(&w->stack, UNPACKING_WORDS), w->part) !=
             VERDICT_DONE)
        return VERDICT_FAIL;
    if (w->parts == 0)
        return VERDICT_DONE;
    unpacking *f = (unpacking *)walk_push(vm, &w->stack, UNPACKING_WORDS);
    if (!f)
        return vm_raise_memory(vm);
    f->made = w->part;
    f->left = w->parts;
    w->parts = 0;
    return VERDICT_DONE;
}

/* Before the next part is read: a large map's index is cleared, a key looked for. */
static verdict prepare(csp_vm *vm, unpacking *f, int64_t *budget)
{
    if (!value_is(f->made, OBJ_MAP))
        return VERDICT_DONE;
    map *m = value_map(f->made);
    if (f->index == 0 && f->turn == TURN_KEY && map_is_blank(vm, m, f->cleared)) {
        f->cleared += map_clear_index(vm, m, f->cleared);
        *budget -= WALK_STEP;
        return VERDICT_YIELD;
    }
    if (f->turn != TURN_FIND)
        return VERDICT_DONE;
    verdict v = find_key(vm, f, budget);
    if (v == VERDICT_DONE)
        f->turn = TURN_ITEM;
    return v;
}

static verdict unpack_run(csp_vm *vm, unpack_walk *w, int64_t *budget)
{
    verdict v = VERDICT_DONE;
    while (v == VERDICT_DONE) {
        if (*budget < 0)
            return VERDICT_YIELD;
        if (w->block.under_way) {
            v = run_block(vm, w, budget);
        } else {
            unpacking *f = walk_stack_empty(&w->stack)
                               ? NULL
                               : (unpacking *)walk_top(&w->stack, UNPACKING_WORDS);
            if (!f && w->root != VALUE_ABSENT)
                return VERDICT_DONE;
            if (f && f->left == 0) {
                walk_pop(&w->stack, UNPACKING_WORDS);
                *budget -= WALK_RETURN;
                continue;
            }
            v = f ? prepare(vm, f, budget) : VERDICT_DONE;
            if (v != VERDICT_DONE)
                return v;
            bool is_key = f && value_is(f->made, OBJ_MAP) && f->turn == TURN_KEY;
            v = read_part(vm, w, is_key, budget);
        }
        if (v == VERDICT_DONE)
            v = place_part(vm, w);
    }
    return v;
}

/* A message that is a scalar may have no packed form; then its node says it all. */
static bool item_of(const csp_msg *m, packed_item *item)
{
    *item = (packed_item){.tag = m->tag, .immutable = m->immutable};
    if (m->tag == PACKED_INT) {
        item->number = m->number;
    } else if (m->tag == PACKED_FLOAT) {
        item->real = m->real;
    } else if (packed_is_block(m->tag)) {
        item->count = m->count;
        item->data = m->data;
    }
    return m->tag < PACKED_RANGE || m->tag == PACKED_BUFFER;
}

static verdict begin(csp_vm *vm, unpack_walk *w, const csp_msg *m)
{
    packed_item item;
    if (item_of(m, &item) && packed_is_block(item.tag) && item.count > long_bytes(vm)) {
        begin_block(vm, w, &item);
        return w->block.made == VALUE_ABSENT && item.tag != PACKED_STRING ? VERDICT_FAIL
                                                                          : VERDICT_DONE;
    }
    size_t size;
    const uint8_t *packed = csp_msg_packed(m, &size);
    if (!packed)
        return vm_raise_memory(vm);
    w->at = packed + PACKED_HEAD;
    w->refers = packed[PACKED_MARKS] & PACKED_HAS_REFERENCES;
    return VERDICT_DONE;
}

/* args: the parcel; slot: the walk. */
verdict walk_run_unpack(csp_vm *vm, process *p, value *args, value *result)
{
    value *slot = &args[1];
    int64_t budget = WALK_STEP;
    verdict v = VERDICT_DONE;
    if (*slot == VALUE_ABSENT) {
        unpack_walk *fresh = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *fresh);
        if (!fresh)
            return vm_raise_memory(vm);
        fresh->header = OBJ_WALK;
        fresh->owner = process_owner(p);
        *slot = value_object(fresh);
        v = begin(vm, fresh, parcel_message(args[0]));
    }
    unpack_walk *w = value_as_object(*slot);
    if (v == VERDICT_DONE)
        v = unpack_run(vm, w, &budget);
    walk_charge(vm, budget);
    if (v == VERDICT_DONE)
        *result = w->root;
    return v;
}

/* --- at once */

enum { QUICK_PARTS = 64, QUICK_BYTES = 4096, QUICK_DEPTH = 8 };

typedef struct quick {
    const uint8_t *at, *end;
    uint64_t owner;
    int left;
} quick;

static value quick_value(csp_vm *vm, quick *q, bool is_key, int depth);

static value quick_container(csp_vm *vm, quick *q, const packed_item *item, int depth)
{
    uint64_t parts = packed_parts(item);
    if (depth == QUICK_DEPTH || parts > (uint64_t)q->left || item->tag < PACKED_TUPLE)
        return VALUE_ABSENT;
    void *made = container(vm, item, q->owner);
    if (!made)
        return VALUE_ABSENT;
    unpacking f = {.made = value_object(made), .left = parts};
    while (f.left > 0) {
        bool is_map = item->tag == PACKED_MAP;
        value part = quick_value(vm, q, is_map && f.turn == TURN_KEY, depth + 1);
        if (part == VALUE_ABSENT)
            return VALUE_ABSENT;
        if (!is_map) {
            put_part(vm, &f, part);
            continue;
        }
        /* keys that are no atoms are left to the walk */
        if (f.turn == TURN_ITEM && !map_put(vm, value_map(f.made), f.key, part))
            return VALUE_ABSENT;
        if (f.turn == TURN_KEY && value_is_object(part) && obj_is_container(value_kind(part)))
            return VALUE_ABSENT;
        f.turn = f.turn == TURN_KEY ? TURN_ITEM : TURN_KEY;
        f.key = part;
        f.left--;
    }
    return f.made;
}

static value quick_value(csp_vm *vm, quick *q, bool is_key, int depth)
{
    packed_item item;
    packed_next(&q->at, &item);
    if (--q->left < 0)
        return VALUE_ABSENT;
    if (item.tag < PACKED_RANGE || item.tag == PACKED_BUFFER) {
        bool big = item.tag == PACKED_POSITIVE || item.tag == PACKED_NEGATIVE;
        return big ? VALUE_ABSENT : atom(vm, &item, is_key, q->owner);
    }
    return item.tag == PACKED_REFERENCE ? VALUE_ABSENT : quick_container(vm, q, &item, depth);
}

value walk_unpack_quick(csp_vm *vm, const csp_msg *m)
{
    packed_item item;
    size_t size;
    if (m->tag == PACKED_POSITIVE || m->tag == PACKED_NEGATIVE)
        return VALUE_ABSENT;
    if (item_of(m, &item))
        return packed_is_block(item.tag) && item.count > QUICK_BYTES
                   ? VALUE_ABSENT
                   : atom(vm, &item, false, OWNER_TRANSIT);
    if (message_size(m) > QUICK_BYTES)
        return VALUE_ABSENT;
    const uint8_t *packed = csp_msg_packed(m, &size);
    if (!packed)
        return VALUE_ABSENT;
    quick q = {packed + PACKED_HEAD, packed + size, OWNER_TRANSIT, QUICK_PARTS};
    return quick_value(vm, &q, false, 0);
}
