#include "vm/report/channels.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/hash.h"
#include "vm/code/code_table.h"
#include "vm/code/frame.h"
#include "vm/core/vm.h"
#include "vm/data/children.h"
#include "vm/process/process.h"

enum {
    WORDS_MAX = 8 << 20,  /* to look at in all … */
    WORDS_EACH = 1 << 20, /* … and for one holder */
    DEPTH = 64,           /* containers in containers */
    VISITS = 1024,        /* containers of one holder that are not looked at twice: a power of 2 */
    FOUND_FIRST = 64
};

/* A container that has been looked at. What two share a place in is looked at again, no more. */
typedef struct channel_visit {
    value of;
    uint32_t visit;
} channel_visit;

/* ---- the tables ---- */

static uint32_t *find_slot(const channels *all, const channel *c)
{
    for (uint32_t i = hash_place((uintptr_t)c);; i++) {
        uint32_t *slot = &all->index[i & all->mask];
        if (*slot == 0 || all->found[*slot - 1].chan == c)
            return slot;
    }
}

static bool grow_index(channels *all)
{
    uint32_t size = (all->mask + 1) * 2;
    uint32_t *index = calloc(size, sizeof *index);
    all->failed = all->failed || !index;
    if (!index)
        return false;
    free(all->index);
    all->index = index;
    all->mask = size - 1;
    for (uint32_t i = 0; i < all->count; i++)
        *find_slot(all, all->found[i].chan) = i + 1;
    return true;
}

/* NULL: no memory. */
static channel_found *find(channels *all, channel *c)
{
    uint32_t at = *find_slot(all, c);
    if (at)
        return &all->found[at - 1];
    channel_found *found = array_room32(all->found, &all->capacity, all->count + 1, sizeof *found);
    all->failed |= !found;
    if (!found)
        return NULL;
    all->found = found;
    if (all->count * 2 > all->mask && !grow_index(all))
        return NULL;
    chan_number(all->vm, c);
    all->found[all->count++] = (channel_found){.chan = c};
    *find_slot(all, c) = all->count;
    return &all->found[all->count - 1];
}

static bool is_same(const channel_holder *a, const channel_holder *b)
{
    return a->process == b->process && a->inside == b->inside && a->name == b->name;
}

/* The holder whose turn it is among those of f; only what has a name has more than one turn. */
static channel_holder *find_holder(const channels *all, const channel_found *f)
{
    uint32_t from = all->who.name ? f->first : f->last;
    for (uint32_t at = from; at; at = all->holders[at - 1].next)
        if (is_same(&all->holders[at - 1], &all->who))
            return &all->holders[at - 1];
    return NULL;
}

static void hold(channels *all, channel *c, bool sends, bool receives)
{
    channel_found *f = find(all, c);
    channel_holder *h = f ? find_holder(all, f) : NULL;
    if (!f)
        return;
    if (!h) {
        channel_holder *holders =
            array_room32(all->holders, &all->holder_capacity, all->holder_count + 1, sizeof *h);
        all->failed |= !holders;
        if (!holders)
            return;
        all->holders = holders;
        h = &holders[all->holder_count++];
        *h = all->who;
        *(f->last ? &all->holders[f->last - 1].next : &f->first) = all->holder_count;
        f->last = all->holder_count;
        f->count++;
    }
    h->sends = h->sends || sends;
    h->receives = h->receives || receives;
}

/* ---- looking through values ---- */

static bool is_visited(channels *all, value v)
{
    channel_visit *place = &all->visits[hash_place(v) & (VISITS - 1)];
    if (place->of == v && place->visit == all->visit)
        return true;
    *place = (channel_visit){v, all->visit};
    return false;
}

/* If v is a channel or an end of one, it is held. */
static void look_at_handle(channels *all, value v)
{
    uint64_t header = obj_header(v);
    if (obj_kind_of(header) == OBJ_CHANNEL) {
        hold(all, value_as_object(v), true, true);
    } else if (obj_kind_of(header) == OBJ_END) {
        bool receives = (header & END_RECEIVES) != 0;
        hold(all, ((channel_end *)value_as_object(v))->chan, !receives, receives);
    }
}

/* What is inside v, in two blocks: a map has keys, and a deferred call is followed by the next. */
static children inside_of(value v)
{
    if (value_kind(v) != OBJ_DEFER)
        return children_of(v);
    deferred *d = value_as_object(v);
    return (children){d->items, d->count, 1};
}
static children beside_of(value v)
{
    switch (value_kind(v)) {
    case OBJ_DEFER: return (children){&((deferred *)value_as_object(v))->next, 1, 1};
    case OBJ_MAP: {
        const map *m = value_map(v);
        if (m->shape != SHAPE_NONE)
            return (children){NULL, 0, 1}; /* its keys are strings */
        map_table *t = m->at.table;
        return (children){t->used ? &t->entries->key : NULL, t->used, 3};
    }
    default: return (children){NULL, 0, 1};
    }
}

/* The word at which l stands, which is not at its end; l moves on. */
static value next_word(children *l)
{
    value v = *l->items;
    l->items += l->stride;
    l->count--;
    return v;
}

/* `exact`: words are values; else each may be anything. */
static void look_at_words(channels *all, value *words, uint64_t count, bool exact)
{
    children levels[DEPTH + 2] = {{words, count, 1}};
    int64_t limit = all->left > WORDS_EACH ? all->left - WORDS_EACH : 0;
    for (int open = 1; open > 0 && !all->failed;) {
        children *innermost = &levels[open - 1];
        if (innermost->count == 0) {
            open--;
            continue;
        }
        if (all->left-- <= limit) {
            all->complete = false;
            return;
        }
        bool is_root = open == 1;
        value v = next_word(innermost);
        if (!value_is_object(v) || (!exact && is_root && heap_object_size(v) == 0))
            continue;
        look_at_handle(all, v);
        children in = inside_of(v), beside = beside_of(v);
        if (in.count + beside.count == 0 || is_visited(all, v))
            continue;
        if (innermost->count == 0)
            open--;
        all->complete = all->complete && open + 2 <= DEPTH;
        if (open + 2 > DEPTH)
            continue;
        levels[open++] = beside;
        levels[open++] = in;
    }
}

static void begin_holder(channels *all, channel_holder who)
{
    all->who = who;
    all->visit++;
}

/* ---- where to look ---- */

static void look_at_waits(channels *all, const process *p)
{
    if (p->chan)
        find(all, p->chan);
    const alt *a = side_of(p) ? side_of(p)->alt : NULL;
    for (uint32_t i = 0; a && a->live && i < a->count; i++)
        if (a->cases[i].node && a->cases[i].node->queued)
            find(all, a->cases[i].chan);
}

/* Frame by frame, without the links between them. */
static void look_at_frames(channels *all, process *p)
{
    value *base = process_registers(p), *end = base + p->code->registers;
    for (;;) {
        look_at_words(all, base, (uint64_t)(end - base), false);
        if (base == process_stack(p) || all->failed)
            return;
        end = base - FRAME_LINK;
        base = frame_caller(base).base;
    }
}

static void look_at_process(channels *all, process *p)
{
    begin_holder(all, (channel_holder){.process = p});
    look_at_waits(all, p);
    look_at_words(all, &p->value, 1, false);
    side *s = side_of(p);
    for (uint32_t i = 0; s && i < s->watcher_count; i++)
        hold(all, s->watchers[i], true, false);
    if (p->code)
        look_at_frames(all, p);
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = process_number(*(process *const *)a), y = process_number(*(process *const *)b);
    return x < y ? -1 : x > y;
}

static void look_at_processes(channels *all)
{
    uint32_t count = all->vm->table_count;
    process **sorted = malloc((count + 1) * sizeof(process *));
    all->failed = all->failed || !sorted;
    if (!sorted)
        return;
    for (uint32_t i = 0; i < count; i++)
        sorted[i] = process_at(all->vm, i);
    qsort(sorted, count, sizeof(process *), by_number);
    for (uint32_t i = 0; i < count && !all->failed; i++)
        look_at_process(all, sorted[i]);
    free(sorted);
}

static void look_at_module(channels *all, const module *m)
{
    for (uint32_t i = 0; i < m->constant_count && !all->failed; i++) {
        if (!value_is(m->constants[i], OBJ_CELL))
            continue;
        cell *c = value_as_object(m->constants[i]);
        channels_hold(all, c->item,
                      value_is(c->name, OBJ_STRING) ? value_string(c->name)->text : NULL);
    }
}

/* A message in the buffer of c, or in that of a channel whose place in `found` comes later. */
static void look_at_messages(channels *all, channel *c)
{
    if (c->header & (CHANNEL_DONE | CHANNEL_TICK) || c->count == 0)
        return;
    begin_holder(all, (channel_holder){.inside = c});
    uint32_t first = c->capacity - c->head < c->count ? c->capacity - c->head : c->count;
    look_at_words(all, c->ring->slots + c->head, first, true);
    look_at_words(all, c->ring->slots, c->count - first, true);
}

/* ---- all of it ---- */

bool channels_begin(channels *all, csp_vm *vm)
{
    *all = (channels){.vm = vm, .mask = FOUND_FIRST - 1, .left = WORDS_MAX, .complete = true};
    all->index = calloc(FOUND_FIRST, sizeof *all->index);
    all->visits = calloc(VISITS, sizeof *all->visits);
    return all->index && all->visits;
}

void channels_hold(channels *all, value v, const char *name)
{
    begin_holder(all, (channel_holder){.name = name});
    look_at_words(all, &v, 1, true);
}

static int by_channel(const void *a, const void *b)
{
    uint64_t x = ((const channel_found *)a)->chan->header >> OWNER_SHIFT;
    uint64_t y = ((const channel_found *)b)->chan->header >> OWNER_SHIFT;
    return x < y ? -1 : x > y;
}

bool channels_find(channels *all)
{
    const csp_vm *vm = all->vm;
    for (const code_entry *e = vm->modules; e < vm->modules + vm->module_count; e++)
        if (e->module && e->kept)
            look_at_module(all, e->module);
    look_at_processes(all);
    /* Grows as it is gone through. */
    for (uint32_t i = 0; i < all->count && !all->failed; i++)
        look_at_messages(all, all->found[i].chan);
    qsort(all->found, all->count, sizeof *all->found, by_channel);
    return !all->failed;
}

void channels_free(channels *all)
{
    free(all->found);
    free(all->holders);
    free(all->index);
    free(all->visits);
}
