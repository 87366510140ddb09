/* Places that alts keep. A server's loop waits at the same channels again and again, so when an alt
 * is over its node may stay in a queue of receivers, as a mere place:
 *
 *  - Only where it is alone in that queue, so there is at most one in each, and it is the first.
 *  - It belongs to nobody (`proc` is NULL, `ticket` the owner's number) and nobody refers to it but
 *    the channel: so it keeps neither a process nor a channel alive, and the end of the process
 *    need not know of it.
 *  - It is no waiter. To all others it is a stale node, which is dropped when it is met.
 *  - It becomes a node again only while it is still alone: whoever has come since is served first,
 *    as if it had been queued anew. */
#ifndef CSP_VM_PROCESS_KEPT_H
#define CSP_VM_PROCESS_KEPT_H

#include "vm/core/concurrency.h"

/* The place that case `index` of alts of the process with that owner has kept, still alone at c;
 * NULL: there is none. */
static inline node *kept_place(const channel *c, uint64_t owner, uint32_t index)
{
    node *n = c->recv_first;
    if (!n || n != c->recv_last || !link_is_node(n))
        return NULL;
    return !n->proc && n->ticket == owner && n->index == index ? n : NULL;
}

/* Before somebody else is queued at c: drops a place that would be met first. */
void kept_drop(channel *c);

/* The place is a node of p, which holds its ticket, again. */
static inline void kept_claim(node *place, process *p, uint64_t ticket)
{
    place->proc = p;
    place->ticket = ticket;
}

/* It is nobody's again. */
static inline void kept_give_up(node *n, uint64_t owner)
{
    n->proc = NULL;
    n->ticket = owner;
}

/* Leaves the node of its owner, who has been woken, in its queue of receivers as a place. False: it
 * cannot stay. */
static inline bool kept_leave(node *n, uint64_t owner)
{
    const channel *c = n->chan;
    if (c->recv_first != n || c->recv_last != n)
        return false;
    kept_give_up(n, owner);
    return true;
}

#endif
