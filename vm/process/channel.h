/* Channels as objects. */
#ifndef CSP_VM_PROCESS_CHANNEL_H
#define CSP_VM_PROCESS_CHANNEL_H

#include "vm/core/concurrency.h"

channel *chan_new(csp_vm *vm, uint32_t capacity); /* NULL: raised */
/* One that a program makes at a position. NULL: raised. */
channel *chan_make(csp_vm *vm, uint32_t capacity, uint32_t position);

/* Lets the buffer hold this many messages; it keeps those that it has. Even for none there is a
 * ring from then on. False: raised. */
bool chan_reserve(csp_vm *vm, channel *c, uint32_t room);

/* m goes behind the messages in the buffer, which has room. */
static inline void chan_put(channel *c, value m)
{
    uint32_t at = c->head + c->count;
    c->ring->slots[at < c->capacity ? at : at - c->capacity] = m;
    c->count++;
}

/* The first message in the buffer, which has one. */
static inline value chan_get(channel *c)
{
    value m = c->ring->slots[c->head];
    c->ring->slots[c->head] = VALUE_ABSENT;
    if (++c->head == c->capacity)
        c->head = 0;
    c->count--;
    return m;
}

#endif
