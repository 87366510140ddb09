#include "vm/code/origin.h"

#include <stdlib.h>

#include "base/hash.h"
#include "vm/code/code_table.h"
#include "vm/core/string.h"
#include "vm/core/vm.h"

enum {
    ORIGIN_UNKNOWN = 1,
    ORIGINS_FIRST = 64,
    ORIGINS_MAX = 1 << 20, /* beyond that it is not known where processes come from */
    FORGET_FIRST = 1 << 10 /* fewer are not worth a look */
};

/* By number, ascending: a parent stands before its children. */
typedef struct item {
    uint32_t number;
    bool used; /* during origin_forget: some live process comes from here */
    origin is;
} item;

/* Malloc'ed, except for the items, which are pinned: they hold the names. */
struct origins {
    item *items;
    uint32_t count, capacity;
    uint32_t next; /* number; none is used twice */
    /* the count from which it is worth looking for origins to forget */
    uint32_t forget_at;
    origin_edge *edges; /* open addressing, at most half full */
    uint32_t edge_count, edge_mask;
};

/* NULL: it has been forgotten. */
static item *find_item(const struct origins *all, uint32_t number)
{
    uint32_t low = 0, high = all->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (all->items[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < all->count && all->items[low].number == number ? &all->items[low] : NULL;
}

static uint32_t parent_of(const struct origins *all, uint32_t number)
{
    const item *i = find_item(all, number);
    return i ? i->is.parent : ORIGIN_HOST;
}

static origin_edge *find_edge(const struct origins *all, uint32_t parent, uint32_t position,
                              const string *name)
{
    uint64_t key = ((uint64_t)parent << 32 | position) ^ (uintptr_t)name;
    for (uint32_t i = hash_place(key);; i++) {
        origin_edge *e = &all->edges[i & all->edge_mask];
        if (!e->child || (e->parent == parent && e->position == position && e->name == name))
            return e;
    }
}

/* A table of the given size with the known edges between origins. */
static bool rebuild_edges(struct origins *all, uint32_t size)
{
    struct origins fresh = {.edges = calloc(size, sizeof(origin_edge)), .edge_mask = size - 1};
    if (!fresh.edges)
        return false;
    for (uint32_t i = 0; all->edges && i <= all->edge_mask; i++) {
        const origin_edge *e = &all->edges[i];
        if (!e->child || !find_item(all, e->child) || !find_item(all, e->parent))
            continue;
        *find_edge(&fresh, e->parent, e->position, e->name) = *e;
        fresh.edge_count++;
    }
    free(all->edges);
    all->edges = fresh.edges;
    all->edge_mask = fresh.edge_mask;
    all->edge_count = fresh.edge_count;
    return true;
}

static bool grow_edges(struct origins *all)
{
    if (all->edges && all->edge_count * 2 <= all->edge_mask)
        return true;
    uint32_t size = all->edges ? (all->edge_mask + 1) * 2 : 2 * ORIGINS_FIRST;
    return size <= 4 * ORIGINS_MAX && rebuild_edges(all, size);
}

static bool grow_items(struct origins *all)
{
    if (all->count < all->capacity)
        return true;
    if (all->capacity > ORIGINS_MAX / 2)
        return false;
    item *old = all->items,
         *items = heap_grow_pinned(old, &all->capacity, ORIGINS_FIRST, sizeof *items);
    if (!items)
        return false;
    if (!old) {
        items[ORIGIN_UNKNOWN].number = ORIGIN_UNKNOWN;
        all->count = all->next = ORIGIN_UNKNOWN + 1;
        all->forget_at = FORGET_FIRST;
    }
    all->items = items;
    heap_unpin(old);
    return true;
}

/* The origin with that function and place among `from` and its ancestors; NULL: none. */
static item *find_above(const struct origins *all, uint32_t from, uint32_t position,
                        const string *name)
{
    for (uint32_t at = from; at > ORIGIN_UNKNOWN; at = parent_of(all, at)) {
        item *i = find_item(all, at);
        if (i && i->is.position == position && i->is.name == name)
            return i;
    }
    return NULL;
}

/* NULL: no memory, or too many. */
static const origin_edge *add_edge(struct origins *all, uint32_t parent, uint32_t position,
                                   const string *name)
{
    if (!grow_items(all) || !grow_edges(all) || all->next > PROCESS_ORIGIN_MOST)
        return NULL;
    item *child = find_above(all, parent, position, name);
    if (child) {
        child->is.recurs = true;
    } else {
        child = &all->items[all->count++];
        *child = (item){.number = all->next++,
                        .is = {.position = position, .parent = parent, .name = name}};
    }
    origin_edge *e = find_edge(all, parent, position, name);
    *e =
        (origin_edge){.parent = parent, .position = position, .child = child->number, .name = name};
    all->edge_count++;
    return e;
}

uint32_t origin_of_spawn(csp_vm *vm, uint32_t parent, uint32_t position, const string *name)
{
    struct origins *all = vm->origins;
    if (!all && !(all = vm->origins = calloc(1, sizeof *all)))
        return ORIGIN_UNKNOWN;
    const origin_edge *e = all->edges ? find_edge(all, parent, position, name) : NULL;
    if (!e || !e->child)
        e = add_edge(all, parent, position, name);
    if (!e)
        return ORIGIN_UNKNOWN;
    vm->last_spawn = *e;
    return e->child;
}

origin origin_at(const csp_vm *vm, uint32_t number)
{
    const item *i = vm->origins ? find_item(vm->origins, number) : NULL;
    return i ? i->is : (origin){0};
}

uint32_t origin_position(const csp_vm *vm, const process *p)
{
    return origin_at(vm, p->origin).position;
}

const string *origin_name(csp_vm *vm, const process *p)
{
    if (side_of(p) && value_is(side_of(p)->name, OBJ_STRING))
        return value_string(side_of(p)->name);
    if (p == vm->main) {
        value name = str_intern(vm, "main", 4);
        return name == VALUE_ABSENT ? NULL : value_string(name);
    }
    return origin_at(vm, p->origin).name;
}

/* ---- forgetting ---- */

static bool is_code_there(csp_vm *vm, uint32_t position)
{
    uint32_t pc;
    return position == 0 || code_at(vm, position, &pc);
}

static void mark_used(csp_vm *vm, struct origins *all)
{
    uint32_t latest = ORIGIN_HOST;
    for (uint32_t i = 0; i < vm->table_count; i++) {
        uint32_t number = process_at(vm, i)->origin;
        item *used = number == latest ? NULL : find_item(all, number);
        latest = number;
        if (used)
            used->used = true;
    }
    for (uint32_t i = all->count; i-- > 0;) {
        item *parent = all->items[i].used ? find_item(all, all->items[i].is.parent) : NULL;
        if (parent)
            parent->used = true;
    }
}

/* A parent is visited before its children. */
static void drop_unused(csp_vm *vm, struct origins *all)
{
    uint32_t count = ORIGIN_UNKNOWN + 1, before = all->count;
    all->count = count;
    for (uint32_t i = count; i < before; i++) {
        item it = all->items[i];
        if (!it.used && !(find_item(all, it.is.parent) && is_code_there(vm, it.is.position)))
            continue;
        it.used = false;
        all->items[all->count++] = it;
    }
    memset(&all->items[all->count], 0, (before - all->count) * sizeof *all->items);
}

void origin_forget(csp_vm *vm)
{
    struct origins *all = vm->origins;
    if (!all || all->count < all->forget_at || !all->edges)
        return;
    mark_used(vm, all);
    drop_unused(vm, all);
    /* Without memory the old edges stay: those from forgotten origins are never looked up, and
     * those to them lead to what is not known. */
    (void)rebuild_edges(all, all->edge_mask + 1);
    vm->last_spawn = (origin_edge){0};
    all->forget_at = all->count < FORGET_FIRST / 2 ? FORGET_FIRST : all->count * 2;
}

void origin_free(csp_vm *vm)
{
    if (!vm->origins)
        return;
    if (vm->origins->items)
        heap_unpin(vm->origins->items);
    free(vm->origins->edges);
    free(vm->origins);
}
