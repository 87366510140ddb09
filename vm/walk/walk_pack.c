/* Packing: depth first. Each container is entered in a table with its number when it is first met,
 * and is a reference after that. The bytes are malloc'ed: as long as one step does, they are the
 * step's own; after that an object of the host's kind has them, so that they are freed whatever
 * becomes of the process. */
#include "vm/walk/walk_pack.h"

#include <stdlib.h>

#include "vm/core/steps.h"
#include "vm/core/type.h"
#include "vm/data/children.h"
#include "vm/data/hosted.h"
#include "vm/data/map.h"
#include "vm/number/num.h"
#include "vm/walk/parcel.h"
#include "vm/walk/walk_state.h"

/* The bytes between two steps. */
typedef struct pack_draft {
    packer out;
    size_t counted; /* as the VM's memory */
} pack_draft;

typedef struct pack_walk {
    uint64_t header;
    walk_stack stack;
    walk_table numbers; /* from objects to their numbers */
    int64_t count;      /* of what is numbered */
    value draft;        /* ABSENT in the first step */
    value block;        /* whose bytes are being copied, … */
    uint64_t copied;    /* … so many; ABSENT: none */
    value source;
} pack_walk;

typedef struct packing {
    value source;
    uint64_t index;
} packing;
enum { PACKING_WORDS = sizeof(packing) / sizeof(uint64_t) };

/* --- between two steps */

static void drop_draft(csp_vm *vm, const hosted_class *of, void *data)
{
    (void)of;
    pack_draft *d = data;
    if (d->counted)
        heap_return_outside(vm_heap(vm), d->counted);
    pack_drop(&d->out);
    free(d);
}

static const hosted_class draft_class = {.name = "message",
                                         .phrase = "a message",
                                         .finalize = drop_draft,
                                         .shared = true,
                                         .hidden = true};

/* Keeps the bytes until the next step. FAIL: raised, and they are gone. */
static verdict keep(csp_vm *vm, pack_walk *w, packer *out)
{
    if (w->draft == VALUE_ABSENT) {
        pack_draft *d = calloc(1, sizeof *d);
        w->draft = d ? hosted_new(vm, NULL, &draft_class, d, 0) : VALUE_ABSENT;
        if (w->draft == VALUE_ABSENT) {
            free(d);
            pack_drop(out);
            return vm_raise_memory(vm);
        }
    }
    pack_draft *d = value_hosted(w->draft)->data;
    d->out = *out;
    if (out->capacity > d->counted) {
        if (!heap_reserve_outside(vm_heap(vm), out->capacity - d->counted))
            return vm_raise_memory(vm);
        d->counted = out->capacity;
    }
    return VERDICT_YIELD;
}

static packer take_up(const pack_walk *w)
{
    if (w->draft == VALUE_ABSENT)
        return (packer){0};
    pack_draft *d = value_hosted(w->draft)->data;
    packer out = d->out;
    d->out = (packer){0};
    return out;
}

/* --- scalars */

static verdict refuse(csp_vm *vm, value v)
{
    return vm_raise(vm, ERR_TYPE, "%s cannot leave its VM", vm_type_phrase(v));
}

static void pack_big(packer *out, const bigint *n)
{
    size_t count = (size_t)(n->size < 0 ? -n->size : n->size), size = count * sizeof *n->limbs;
    uint8_t few[64], *magnitude = size <= sizeof few ? few : malloc(size);
    if (!magnitude) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < size; i++)
        magnitude[i] = (uint8_t)(n->limbs[i / 8] >> i % 8 * 8);
    pack_magnitude(out, n->size < 0, magnitude, size);
    if (magnitude != few)
        free(magnitude);
}

static packed_tag block_tag(obj_kind kind)
{
    return kind == OBJ_STRING ? PACKED_STRING : kind == OBJ_BYTES ? PACKED_BYTES : PACKED_BUFFER;
}

/* What has no number and is no container. False: it is something else. */
static bool pack_atom(packer *out, value v)
{
    if (value_is_int(v))
        pack_int(out, value_as_int(v));
    else if (value_is_float(v))
        pack_float(out, value_as_float(v));
    else if (!value_is_object(v))
        pack_tag(out, v == VALUE_NIL ? PACKED_NIL : v == VALUE_TRUE ? PACKED_TRUE : PACKED_FALSE);
    else
        return false;
    return true;
}

/* The bytes that an object is numbered for. */
static size_t scalar_bytes(value v)
{
    if (value_is(v, OBJ_BIGINT)) {
        const bigint *n = value_as_object(v);
        size_t count = (size_t)(n->size < 0 ? -n->size : n->size), size = count * sizeof *n->limbs;
        for (uint64_t top = n->limbs[count - 1]; top >> 56 == 0; top <<= 8)
            size--;
        return size;
    }
    return value_is(v, OBJ_STRING) || value_is(v, OBJ_BYTES) ? content_of(v).size : 0;
}

static void pack_container(packer *out, value v)
{
    bool immutable = value_is_immutable(v);
    switch (value_kind(v)) {
    case OBJ_TUPLE: pack_open(out, PACKED_TUPLE, immutable, value_tuple(v)->count); break;
    case OBJ_LIST: pack_open(out, PACKED_LIST, immutable, value_list(v)->count); break;
    case OBJ_MAP: pack_open(out, PACKED_MAP, immutable, map_count(value_map(v))); break;
    default: pack_open(out, PACKED_ERROR, immutable, 4); break;
    }
}

static bool is_packable(obj_kind kind)
{
    switch (kind) {
    case OBJ_STRING:
    case OBJ_BYTES:
    case OBJ_BIGINT:
    case OBJ_RANGE:
    case OBJ_TUPLE:
    case OBJ_ERROR:
    case OBJ_LIST:
    case OBJ_MAP:
    case OBJ_BUFFER: return true;
    default: return false;
    }
}

/* The parts of a container that are packed, one after the other: *index is moved on. ABSENT: there
 * are no more. */
_Static_assert(OBJ_CONTAINERS == 8, "a container can be packed, or is refused");
static value next_part(const csp_vm *vm, value v, uint64_t *index)
{
    switch (value_kind(v)) {
    case OBJ_LIST: {
        const list *l = value_list(v);
        return *index < l->count ? l->items[(*index)++] : VALUE_ABSENT;
    }
    case OBJ_TUPLE: {
        const tuple *t = value_tuple(v);
        return *index < t->count ? t->items[(*index)++] : VALUE_ABSENT;
    }
    case OBJ_MAP: {
        const map *m = value_map(v);
        uint64_t end = 2 * (uint64_t)map_used(m);
        while (*index < end && map_key(vm, m, (uint32_t)(*index / 2)) == VALUE_ABSENT)
            *index += 2;
        if (*index >= end)
            return VALUE_ABSENT;
        uint32_t n = (uint32_t)(*index / 2);
        return (*index)++ % 2 ? *map_item(m, n) : map_key(vm, m, n);
    }
    case OBJ_RANGE: {
        const range *r = value_as_object(v);
        return *index < 2 ? (*index)++ ? r->to : r->from : VALUE_ABSENT;
    }
    default: {
        const error *e = value_error(v);
        const value parts[] = {e->kind, e->message, e->data, e->cause};
        return *index < 4 ? parts[(*index)++] : VALUE_ABSENT;
    }
    }
}

/* --- in steps */

static verdict number(csp_vm *vm, pack_walk *w, value v)
{
    value *entry = walk_insert(vm, &w->numbers, v);
    if (!entry)
        return vm_raise_memory(vm);
    *entry = value_int(w->count++);
    return VERDICT_DONE;
}

/* Packs v, or the beginning of it. */
static verdict pack_value(csp_vm *vm, const process *p, pack_walk *w, packer *out, value v,
                          int64_t *budget)
{
    if (pack_atom(out, v))
        return VERDICT_DONE;
    obj_kind kind = value_kind(v);
    if (!is_packable(kind))
        return refuse(vm, v);
    if (!value_usable(p, v))
        return vm_raise_moved(vm, v);
    bool container = obj_is_container(kind);
    if (container || scalar_bytes(v) >= PACKED_SHARED) {
        const value *known = walk_find(vm, &w->numbers, v);
        *budget -= 4 * WALK_OBJECT;
        if (known) {
            pack_reference(out, (uint64_t)value_as_int(*known));
            return VERDICT_DONE;
        }
        if (number(vm, w, v) != VERDICT_DONE)
            return VERDICT_FAIL;
    }
    if (kind == OBJ_BIGINT) {
        *budget -= (int64_t)(scalar_bytes(v) / 16);
        pack_big(out, value_as_object(v));
    } else if (kind == OBJ_STRING || kind == OBJ_BYTES || kind == OBJ_BUFFER) {
        pack_block_begin(out, block_tag(kind), content_of(v).size);
        w->block = v;
        w->copied = 0;
    } else {
        if (kind == OBJ_RANGE)
            pack_open(out, obj_header(v) & RANGE_CLOSED ? PACKED_INCLUSIVE : PACKED_RANGE, false,
                      2);
        else
            pack_container(out, v);
        packing *f = (packing *)walk_push(vm, &w->stack, PACKING_WORDS);
        if (!f)
            return vm_raise_memory(vm);
        f->source = v;
    }
    return VERDICT_DONE;
}

/* Bytes, as many as a step may copy. */
static verdict copy_block(csp_vm *vm, pack_walk *w, packer *out, int64_t *budget)
{
    content from = content_of(w->block);
    size_t left = from.size - w->copied, size = long_part(vm, left);
    uint8_t *to = size ? pack_room(out, size) : NULL;
    if (size && !to)
        return vm_raise_memory(vm);
    if (size)
        memcpy(to, (const uint8_t *)from.data + w->copied, size);
    out->size += size;
    w->copied += size;
    *budget -= (int64_t)(size / (LONG_BYTES_PER_REDUCTION / WALK_UNITS_PER_REDUCTION)) + 1;
    if (size < left)
        return VERDICT_YIELD;
    pack_block_end(out, block_tag(value_kind(w->block)));
    w->block = VALUE_ABSENT;
    return VERDICT_DONE;
}

static verdict pack_run(csp_vm *vm, const process *p, pack_walk *w, packer *out, int64_t *budget)
{
    for (;;) {
        if (*budget < 0)
            return VERDICT_YIELD;
        if (w->block != VALUE_ABSENT) {
            verdict v = copy_block(vm, w, out, budget);
            if (v != VERDICT_DONE)
                return v;
            continue;
        }
        if (walk_stack_empty(&w->stack))
            return VERDICT_DONE;
        packing *f = (packing *)walk_top(&w->stack, PACKING_WORDS);
        value part = next_part(vm, f->source, &f->index);
        if (part == VALUE_ABSENT) {
            walk_pop(&w->stack, PACKING_WORDS);
            *budget -= WALK_RETURN;
            continue;
        }
        --*budget;
        if (pack_value(vm, p, w, out, part, budget) != VERDICT_DONE)
            return VERDICT_FAIL;
    }
}

/* The bytes as a parcel; they are gone if that fails. */
static verdict finish(csp_vm *vm, pack_walk *w, packer *out, value *result)
{
    csp_msg *m = message_of(out);
    if (w->draft != VALUE_ABSENT)
        hosted_close(vm, w->draft); /* what was counted for it counts for the message now */
    *result = m ? parcel_new(vm, m) : VALUE_ABSENT;
    if (*result != VALUE_ABSENT)
        return VERDICT_DONE;
    csp_msg_free(m);
    return vm_raise_memory(vm);
}

/* args: the value; slot: the walk. */
verdict walk_run_pack(csp_vm *vm, process *p, value *args, value *result)
{
    value *slot = &args[1];
    int64_t budget = WALK_STEP;
    verdict v = VERDICT_DONE;
    bool first = *slot == VALUE_ABSENT;
    if (first) {
        pack_walk *fresh = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *fresh);
        if (!fresh)
            return vm_raise_memory(vm);
        fresh->header = OBJ_WALK;
        *slot = value_object(fresh);
    }
    pack_walk *w = value_as_object(*slot);
    packer out = take_up(w);
    if (first) {
        pack_head(&out);
        v = pack_value(vm, p, w, &out, args[0], &budget);
    }
    if (v == VERDICT_DONE)
        v = pack_run(vm, p, w, &out, &budget);
    walk_charge(vm, budget);
    if (v != VERDICT_FAIL && out.failed)
        v = vm_raise_memory(vm);
    if (v == VERDICT_DONE)
        return finish(vm, w, &out, result);
    if (v == VERDICT_YIELD)
        return keep(vm, w, &out);
    pack_drop(&out);
    return v;
}

/* --- at once */

enum { QUICK_DEPTH = 8, QUICK_SEEN = 16, QUICK_PARTS = 64, QUICK_BYTES = 4096 };

typedef struct quick {
    const csp_vm *vm;
    const process *p;
    packer out;
    value seen[QUICK_SEEN]; /* what is numbered, by its number */
    int count, left;
} quick;

static bool quick_value(quick *q, value v, int depth);

static bool quick_object(quick *q, value v, int depth)
{
    obj_kind kind = value_kind(v);
    if (!is_packable(kind) || kind == OBJ_BIGINT || kind == OBJ_RANGE || !value_usable(q->p, v))
        return false;
    content c = obj_is_container(kind) && kind != OBJ_BUFFER ? (content){NULL, 0} : content_of(v);
    if (c.size > QUICK_BYTES)
        return false;
    if (obj_is_container(kind) || c.size >= PACKED_SHARED) {
        for (int i = 0; i < q->count; i++)
            if (q->seen[i] == v) {
                pack_reference(&q->out, (uint64_t)i);
                return true;
            }
        if (q->count == QUICK_SEEN)
            return false;
        q->seen[q->count++] = v;
    }
    if (kind == OBJ_STRING || kind == OBJ_BYTES || kind == OBJ_BUFFER) {
        pack_block(&q->out, block_tag(kind), c.data, c.size);
        return true;
    }
    pack_container(&q->out, v);
    value part;
    for (uint64_t index = 0; (part = next_part(q->vm, v, &index)) != VALUE_ABSENT;)
        if (!quick_value(q, part, depth + 1))
            return false;
    return true;
}

static bool quick_value(quick *q, value v, int depth)
{
    if (--q->left < 0 || depth > QUICK_DEPTH || q->out.size > QUICK_BYTES)
        return false;
    return pack_atom(&q->out, v) || quick_object(q, v, depth);
}

static csp_msg *quick_scalar(value v)
{
    if (value_is_int(v))
        return csp_msg_int(value_as_int(v));
    if (value_is_float(v))
        return csp_msg_float(value_as_float(v));
    if (value_is_object(v)) {
        content c = content_of(v);
        return value_is(v, OBJ_STRING) ? csp_msg_text(c.data, c.size)
                                       : csp_msg_bytes(c.data, c.size);
    }
    return v == VALUE_NIL ? csp_msg_nil() : csp_msg_bool(v == VALUE_TRUE);
}

csp_msg *walk_pack_quick(const csp_vm *vm, const process *p, value v)
{
    bool text = value_is(v, OBJ_STRING) || value_is(v, OBJ_BYTES);
    if (!value_is_object(v) || value_is(v, OBJ_FLOAT) ||
        (text && content_of(v).size <= QUICK_BYTES))
        return quick_scalar(v);
    quick q = {.vm = vm, .p = p, .left = QUICK_PARTS};
    pack_head(&q.out);
    if (quick_value(&q, v, 0) && !q.out.failed)
        return message_of(&q.out);
    pack_drop(&q.out);
    return NULL;
}
