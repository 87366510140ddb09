#include "vm/origin.h"

#include <stdlib.h>

#include "vm/vm.h"

enum {
    ORIGIN_UNKNOWN = 1,
    ORIGINS_FIRST = 64,
    ORIGINS_MAX = 1 << 20 /* beyond that it is not known where processes come from */
};

/* A spawn that has happened: who of origin `parent` spawned `name` at `position` made processes of origin `child`. */
typedef struct edge {
    uint32_t parent, position, child; /* child 0: free */
    const string *name;
} edge;

/* Malloc'ed, but for the items, which are pinned: they hold the names. */
struct origins {
    origin *items;
    uint32_t count, capacity;
    edge *edges; /* open addressing, at most half full */
    uint32_t edge_count, edge_mask;
    edge last; /* the latest that was asked for: most spawns repeat it */
};

static edge *find_edge(const struct origins *all, uint32_t parent, uint32_t position, const string *name)
{
    uint64_t hash = (((uint64_t)parent << 32 | position) ^ (uintptr_t)name) * 0x9e3779b97f4a7c15U;
    for (uint32_t i = (uint32_t)(hash >> 32);; i++) {
        edge *e = &all->edges[i & all->edge_mask];
        if (!e->child || (e->parent == parent && e->position == position && e->name == name))
            return e;
    }
}

static bool grow_edges(struct origins *all)
{
    if (all->edges && all->edge_count * 2 <= all->edge_mask)
        return true;
    uint32_t size = all->edges ? (all->edge_mask + 1) * 2 : 2 * ORIGINS_FIRST;
    if (size > 4 * ORIGINS_MAX)
        return false;
    struct origins larger = {.edges = calloc(size, sizeof(edge)), .edge_mask = size - 1};
    if (!larger.edges)
        return false;
    for (uint32_t i = 0; all->edges && i <= all->edge_mask; i++) {
        const edge *e = &all->edges[i];
        if (e->child)
            *find_edge(&larger, e->parent, e->position, e->name) = *e;
    }
    free(all->edges);
    all->edges = larger.edges;
    all->edge_mask = larger.edge_mask;
    return true;
}

static bool grow_items(struct origins *all)
{
    if (all->count < all->capacity)
        return true;
    uint32_t capacity = all->capacity ? all->capacity * 2 : ORIGINS_FIRST;
    origin *items = capacity <= ORIGINS_MAX ? heap_pinned(capacity * sizeof *items) : NULL;
    if (!items)
        return false;
    if (all->items)
        memcpy(items, all->items, all->count * sizeof *items);
    else
        memset(items, 0, (ORIGIN_UNKNOWN + 1) * sizeof *items);
    all->count = all->count ? all->count : ORIGIN_UNKNOWN + 1;
    origin *old = all->items;
    all->items = items;
    if (old)
        heap_unpin(old);
    all->capacity = capacity;
    return true;
}

/* The origin of that function and place on the way up from `from`, itself included; 0: none. */
static uint32_t find_above(const struct origins *all, uint32_t from, uint32_t position, const string *name)
{
    for (uint32_t at = from; at > ORIGIN_UNKNOWN; at = all->items[at].parent)
        if (all->items[at].position == position && all->items[at].name == name)
            return at;
    return 0;
}

/* NULL: no memory, or too many. */
static const edge *add(struct origins *all, uint32_t parent, uint32_t position, const string *name)
{
    if (!grow_items(all) || !grow_edges(all))
        return NULL;
    uint32_t child = find_above(all, parent, position, name);
    if (child) {
        all->items[child].recurs = true;
    } else {
        child = all->count++;
        all->items[child] = (origin){.position = position, .parent = parent, .name = name};
    }
    edge *e = find_edge(all, parent, position, name);
    *e = (edge){.parent = parent, .position = position, .child = child, .name = name};
    all->edge_count++;
    return e;
}

uint32_t origin_of_spawn(csp_vm *vm, uint32_t parent, uint32_t position, const string *name)
{
    struct origins *all = vm->origins;
    if (!all && !(all = vm->origins = calloc(1, sizeof *all)))
        return ORIGIN_UNKNOWN;
    const edge *last = &all->last;
    if (__builtin_expect(last->position == position && last->parent == parent && last->name == name, 1))
        return last->child;
    const edge *e = all->edges ? find_edge(all, parent, position, name) : NULL;
    if (!e || !e->child)
        e = add(all, parent, position, name);
    if (!e)
        return ORIGIN_UNKNOWN;
    all->last = *e;
    return e->child;
}

origin origin_at(const csp_vm *vm, uint32_t number)
{
    return vm->origins && number < vm->origins->count ? vm->origins->items[number] : (origin){0};
}

uint32_t origin_position(const csp_vm *vm, const process *p) { return origin_at(vm, p->origin).position; }

void origin_free(csp_vm *vm)
{
    if (!vm->origins)
        return;
    if (vm->origins->items)
        heap_unpin(vm->origins->items);
    free(vm->origins->edges);
    free(vm->origins);
}
