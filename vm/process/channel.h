/* Channels as objects. */
#ifndef CSP_VM_PROCESS_CHANNEL_H
#define CSP_VM_PROCESS_CHANNEL_H

#include "vm/core/concurrency.h"

channel *chan_new(csp_vm *vm, uint32_t capacity); /* NULL: raised */
/* The same for a channel that a program makes at this position (bytecode.h). NULL: raised. */
channel *chan_make(csp_vm *vm, uint32_t capacity, uint32_t position);

/* Makes the buffer large enough for `room` messages and keeps those in it. Afterwards there is a
 * ring even if `room` is 0. False: raised. */
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
