/* Who waits on a channel: two queues, first come, first served.
 *
 * What waits is the embedded node of a process (a wait on one channel) or the node object of an
 * alt: a link. A node whose ticket no longer equals its process's is stale: whoever meets it drops
 * it, with no other effect. Whoever takes a valid node wins the ticket of its process: at that
 * instruction both sides are committed. */
#ifndef CSP_VM_PROCESS_QUEUE_H
#define CSP_VM_PROCESS_QUEUE_H

#include "vm/core/concurrency.h"

void chan_enqueue(channel *c, void *link, bool sends);
void chan_unlink(channel *c, void *link, bool sends);
/* For a closed channel: hangs the queue from a placeholder before its first link (chan_hang_queue),
 * or does so again when the placeholder has moved (chan_hang_from). */
void chan_hang_queue(channel *c, node *place);
void chan_hang_from(node *place);

static inline value *link_value(void *link)
{
    return link_is_node(link) ? &((node *)link)->value : &((process *)link)->value;
}

/* The message of an embedded node stays with its process, which may have to take a moved
 * value back. */
static inline void chan_drop(channel *c, void *link, bool sends)
{
    chan_unlink(c, link, sends);
    if (link_is_node(link))
        ((node *)link)->value = VALUE_ABSENT;
}

static inline void chan_drop_stale(channel *c, bool sends)
{
    void **first = sends ? &c->send_first : &c->recv_first;
    while (*first && !link_valid(*first))
        chan_drop(c, *first, sends);
}

/* Takes the first valid link out and wins its process, which the caller must then make ready; NULL:
 * nobody waits. */
void *chan_dequeue(channel *c, bool sends, wake_reason why);

#endif
