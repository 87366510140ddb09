/* The table is read and changed by the collector's callback, which may run while the VM's thread
 * stands at any instruction. So each change that the callback can see is one store, and what it
 * has found is taken by one exchange. Entries never move. */
#include "vm/data/hosted.h"

#include <stdlib.h>

#include "vm/core/kind.h"

enum {
    CHUNK = 512, /* entries */
    CHUNKS_FIRST = 8,
    ACCOUNT = 64 << 10, /* bytes: memory is reserved by so many … */
    LEAST = 64 << 20    /* … and a collection is due after so many, and as many as there were */
};
#define NO_ENTRY UINT32_MAX

typedef struct hosted_entry {
    host_object
        *object; /* weak; NULL: a collection has found that nobody holds it, or there is none */
    void *data;
    const hosted_class *of; /* NULL: there is none, or it has been finalized */
    size_t bytes;
    uint32_t serial; /* of its present object, or the next */
    uint32_t next;   /* in the list that it stands in */
} hosted_entry;

struct hosted_table {
    hosted_entry **chunks; /* malloc'ed */
    uint32_t chunk_count, chunk_capacity;
    uint32_t used;          /* entries that have ever been used: the first ones */
    uint32_t free;          /* lists of entries; NO_ENTRY: the end */
    uint32_t lost;          /* what the collector has found, until the VM's thread takes it … */
    uint32_t dying;         /* … and has to finalize it */
    uint32_t count;         /* not finalized, without hidden ones */
    size_t bytes;           /* of them all … */
    size_t reserved, taken; /* … of so many reserved; since the last collection for them */
};

static hosted_entry *entry_at(const struct hosted_table *t, uint32_t i)
{
    return &t->chunks[i / CHUNK][i % CHUNK];
}

/* NULL: it has been finalized, and its entry may be another's. */
static hosted_entry *entry_of(const csp_vm *vm, const host_object *h)
{
    hosted_entry *e = entry_at(vm->objects, h->entry);
    return e->serial == h->serial && e->of ? e : NULL;
}

static struct hosted_table *table_of(csp_vm *vm)
{
    if (vm->objects)
        return vm->objects;
    struct hosted_table *t = calloc(1, sizeof *t);
    if (t)
        t->free = t->lost = t->dying = NO_ENTRY;
    vm->objects = t;
    return t;
}

/* --- entries */

static bool grow_chunks(struct hosted_table *t)
{
    uint32_t capacity = t->chunk_capacity ? 2 * t->chunk_capacity : CHUNKS_FIRST;
    hosted_entry **chunks = calloc(capacity, sizeof *chunks), **old = t->chunks;
    if (!chunks)
        return false;
    if (old)
        memcpy(chunks, old, t->chunk_count * sizeof *chunks);
    __atomic_store_n(&t->chunks, chunks, __ATOMIC_RELEASE);
    free(old);
    t->chunk_capacity = capacity;
    return true;
}

static bool add_chunk(csp_vm *vm, struct hosted_table *t)
{
    size_t size = CHUNK * sizeof(hosted_entry);
    if (t->used > UINT32_MAX - 2 * CHUNK ||
        (t->chunk_count == t->chunk_capacity && !grow_chunks(t)) ||
        !heap_reserve_outside(vm_heap(vm), size))
        return false;
    t->chunks[t->chunk_count] = calloc(CHUNK, sizeof(hosted_entry));
    if (!t->chunks[t->chunk_count]) {
        heap_return_outside(vm_heap(vm), size);
        return false;
    }
    t->chunk_count++;
    return true;
}

/* An entry for a new object; NO_ENTRY: no memory. */
static uint32_t claim(csp_vm *vm, struct hosted_table *t)
{
    uint32_t i = t->free;
    if (i != NO_ENTRY) {
        t->free = entry_at(t, i)->next;
        return i;
    }
    if (t->used == t->chunk_count * CHUNK && !add_chunk(vm, t))
        return NO_ENTRY;
    i = t->used;
    __atomic_store_n(&t->used, i + 1, __ATOMIC_RELEASE);
    return i;
}

static void give_up(struct hosted_table *t, uint32_t i)
{
    hosted_entry *e = entry_at(t, i);
    e->serial++;
    e->next = t->free;
    t->free = i;
}

/* --- memory */

/* What nobody holds any more is found by a collection: at the latest when as much again has been
 * taken. */
static bool reserve(csp_vm *vm, struct hosted_table *t, size_t size)
{
    if (t->taken + size > LEAST && t->taken + size > t->reserved) {
        heap_collect(vm_heap(vm));
        hosted_sweep(vm, UINT32_MAX);
        t->taken = 0;
    }
    if (!heap_reserve_outside(vm_heap(vm), size)) {
        hosted_sweep(vm, UINT32_MAX); /* of the collection that this has been */
        if (!heap_reserve_outside(vm_heap(vm), size))
            return false;
    }
    t->taken += size;
    t->reserved += size;
    return true;
}

static bool count_in(csp_vm *vm, struct hosted_table *t, size_t size)
{
    if (size > SIZE_MAX / 4)
        return false;
    if (t->bytes + size > t->reserved) {
        size_t more = t->bytes + size - t->reserved;
        if (!reserve(vm, t, more > ACCOUNT ? more : ACCOUNT) && !reserve(vm, t, more))
            return false;
    }
    t->bytes += size;
    return true;
}

static void count_out(csp_vm *vm, struct hosted_table *t, size_t size)
{
    t->bytes -= size;
    size_t more = t->reserved - t->bytes;
    if (more <= 2 * ACCOUNT)
        return;
    heap_return_outside(vm_heap(vm), more - ACCOUNT);
    t->reserved -= more - ACCOUNT;
}

/* --- making, using, finalizing */

value hosted_new(csp_vm *vm, const process *p, const hosted_class *of, void *data, size_t size)
{
    struct hosted_table *t = table_of(vm);
    if (!t || !count_in(vm, t, size))
        return VALUE_ABSENT;
    uint32_t i = claim(vm, t);
    host_object *h = i != NO_ENTRY ? heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *h) : NULL;
    if (!h) {
        if (i != NO_ENTRY)
            give_up(t, i);
        count_out(vm, t, size);
        return VALUE_ABSENT;
    }
    hosted_entry *e = entry_at(t, i);
    *h = (host_object){.header =
                           OBJ_HOSTED | (of->shared ? (uint64_t)OBJ_IMMUTABLE : process_owner(p)),
                       .data = data,
                       .of = of,
                       .entry = i,
                       .serial = e->serial};
    e->data = data;
    e->of = of;
    e->bytes = size;
    __atomic_store_n(&e->object, h, __ATOMIC_RELEASE);
    t->count += !of->hidden;
    return value_object(h);
}

/* From now on there is no object for the entry. */
static const hosted_class *vacate(csp_vm *vm, struct hosted_table *t, hosted_entry *e)
{
    const hosted_class *of = e->of;
    e->of = NULL;
    t->count -= !of->hidden;
    if (e->bytes)
        count_out(vm, t, e->bytes);
    return of;
}

void hosted_forget(csp_vm *vm, value v)
{
    host_object *h = value_hosted(v);
    hosted_entry *e = entry_at(vm->objects, h->entry);
    __atomic_store_n(&e->object, NULL, __ATOMIC_RELEASE);
    h->data = NULL;
    vacate(vm, vm->objects, e);
    give_up(vm->objects, h->entry);
}

static void finalize(csp_vm *vm, struct hosted_table *t, hosted_entry *e)
{
    const hosted_class *of = vacate(vm, t, e);
    if (of->finalize)
        of->finalize(vm, of, e->data);
}

void hosted_close(csp_vm *vm, value v)
{
    const host_object *named = value_hosted(v);
    hosted_entry *e = entry_of(vm, named);
    if (!e)
        return;
    host_object *h = __atomic_exchange_n(&e->object, NULL, __ATOMIC_ACQ_REL);
    uint32_t entry = named->entry;
    if (h)
        h->data = NULL;
    finalize(vm, vm->objects, e);
    if (h) /* else it stands in a list */
        give_up(vm->objects, entry);
}

verdict hosted_use(csp_vm *vm, process *p, value v, const hosted_class *of, void **data)
{
    if (!value_is(v, OBJ_HOSTED) || value_hosted(v)->of != of)
        return vm_raise_type(vm, p, v, of->phrase);
    if (!value_usable(p, v))
        return vm_raise_moved(vm, v);
    if (!value_hosted(v)->data)
        return vm_raise(vm, ERR_CLOSED, "the %s has been closed", of->name);
    *data = value_hosted(v)->data;
    return VERDICT_DONE;
}

void hosted_succeed(csp_vm *vm, const host_object *from, host_object *to)
{
    hosted_entry *e = entry_of(vm, from);
    if (e && e->object == from)
        __atomic_store_n(&e->object, to, __ATOMIC_RELEASE);
}

/* --- what the collector finds */

void hosted_judge(csp_vm *vm)
{
    struct hosted_table *t = vm->objects;
    uint32_t used = t ? t->used : 0;
    for (uint32_t i = 0; i < used; i++) {
        hosted_entry *e = entry_at(t, i);
        if (!e->object || heap_is_marked(e->object))
            continue;
        e->object = NULL;
        e->next = t->lost;
        t->lost = i;
    }
}

void hosted_keep(csp_vm *vm)
{
    const struct hosted_table *t = vm->objects;
    uint32_t used = t ? t->used : 0;
    for (uint32_t i = 0; i < used; i++)
        if (entry_at(t, i)->object)
            heap_keep(entry_at(t, i)->object);
}

uint32_t hosted_sweep(csp_vm *vm, uint32_t most)
{
    struct hosted_table *t = vm->objects;
    uint32_t done = 0;
    while (t && done < most) {
        if (t->dying == NO_ENTRY)
            t->dying = __atomic_exchange_n(&t->lost, NO_ENTRY, __ATOMIC_ACQ_REL);
        uint32_t i = t->dying;
        if (i == NO_ENTRY)
            break;
        hosted_entry *e = entry_at(t, i);
        t->dying = e->next;
        done++;
        if (e->of) /* else it has been closed meanwhile */
            finalize(vm, t, e);
        give_up(t, i);
    }
    return done;
}

bool hosted_pending(const csp_vm *vm)
{
    const struct hosted_table *t = vm->objects;
    return t && (t->dying != NO_ENTRY || __atomic_load_n(&t->lost, __ATOMIC_ACQUIRE) != NO_ENTRY);
}

uint32_t hosted_count(const csp_vm *vm) { return vm->objects ? vm->objects->count : 0; }

void hosted_free(csp_vm *vm)
{
    struct hosted_table *t = vm->objects;
    if (!t)
        return;
    for (uint32_t i = 0; i < t->used; i++) {
        hosted_entry *e = entry_at(t, i);
        __atomic_store_n(&e->object, NULL, __ATOMIC_RELEASE);
        if (e->of)
            finalize(vm, t, e);
    }
    vm->objects = NULL;
    for (uint32_t i = 0; i < t->chunk_count; i++)
        free(t->chunks[i]);
    free(t->chunks);
    free(t);
}

/* --- how they are shown */

static bool show_hosted(text *t, value v)
{
    const host_object *h = value_hosted(v);
    bool moved = !value_is_immutable(v) && (h->header & OWNER_MASK) == OWNER_TRANSIT;
    return text_printf(t, h->data || moved ? "<%s>" : "<closed %s>", h->of->name);
}

const kind_traits kind_hosted = {.show = show_hosted};
