/* Channels as objects, and their buffers. */
#include "vm/process/channel.h"

#include "vm/core/kind.h"
#include "vm/core/vm.h"

static chan_ring *ring_new(csp_vm *vm, uint32_t capacity)
{
    return heap_alloc(&vm->heap, HEAP_TRACED, sizeof(chan_ring) + capacity * sizeof(value));
}

channel *chan_new(csp_vm *vm, uint32_t capacity)
{
    channel *c = heap_alloc(&vm->heap, HEAP_TRACED, sizeof *c);
    chan_ring *r = c && capacity ? ring_new(vm, capacity) : NULL;
    if (!c || (capacity && !r)) {
        vm_raise_memory(vm);
        return NULL;
    }
    c->header = OBJ_CHANNEL | OBJ_IMMUTABLE;
    c->ring = r;
    c->capacity = capacity;
    return c;
}

channel *chan_make(csp_vm *vm, uint32_t capacity, uint32_t position)
{
    channel *c = chan_new(vm, capacity);
    if (c)
        c->made_at = position;
    return c;
}

/* --- as values */

/* --- as values */

/* A channel gets its number when it is first shown. */
static bool show_chan(text *t, channel *c, const char *which)
{
    return text_printf(t, "<%s %llu%s>", c->header & CHANNEL_PORT ? "port" : "chan",
                       (unsigned long long)chan_number(t->vm, c), which);
}

static bool show_channel(text *t, value v) { return show_chan(t, value_as_object(v), ""); }

static bool show_end(text *t, value v)
{
    const channel_end *e = value_as_object(v);
    return show_chan(t, e->chan, e->header & END_RECEIVES ? " recv" : " send");
}

static uint64_t end_identity(value v)
{
    const channel_end *e = value_as_object(v);
    return (uint64_t)(uintptr_t)e->chan ^ (e->header & END_RECEIVES);
}

const kind_traits kind_channel = {.show = show_channel};
const kind_traits kind_end = {.show = show_end, .identity = end_identity};

/* --- the buffer */

bool chan_reserve(csp_vm *vm, channel *c, uint32_t room)
{
    if (c->ring && room <= c->capacity)
        return true;
    uint32_t capacity = c->capacity > room / 2 ? c->capacity * 2 : room;
    chan_ring *r = ring_new(vm, capacity);
    if (!r) {
        vm_raise_memory(vm);
        return false;
    }
    if (c->ring) {
        uint32_t behind = c->capacity - c->head, straight = c->count < behind ? c->count : behind;
        memcpy(r->slots, c->ring->slots + c->head, straight * sizeof(value));
        memcpy(r->slots + straight, c->ring->slots, (c->count - straight) * sizeof(value));
        r->drained = c->ring->drained;
        r->port = c->ring->port;
    }
    c->ring = r;
    c->head = 0;
    c->capacity = capacity;
    return true;
}
