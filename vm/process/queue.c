/* The links of a channel's queues. */
#include "vm/process/queue.h"

#include <assert.h>

static void **link_next(void *link)
{
    return link_is_node(link) ? &((node *)link)->next : &((process *)link)->next;
}

static void **link_prev(void *link)
{
    return link_is_node(link) ? &((node *)link)->prev : &((process *)link)->prev;
}

static void link_set_queued(void *link, channel *c, bool sends)
{
    if (!link_is_node(link)) {
        process *p = link;
        p->chan = c;
        if (sends)
            p->flags |= PROCESS_SENDS;
        else
            process_clear(p, PROCESS_SENDS);
    } else {
        ((node *)link)->queued = c != NULL;
    }
}

void chan_enqueue(channel *c, void *link, bool sends)
{
    void **first = sends ? &c->send_first : &c->recv_first,
         **last = sends ? &c->send_last : &c->recv_last;
    *link_next(link) = NULL;
    *link_prev(link) = *last;
    if (*last)
        *link_next(*last) = link;
    else
        *first = link;
    *last = link;
    link_set_queued(link, c, sends);
}

void chan_unlink(channel *c, void *link, bool sends)
{
    void **first = sends ? &c->send_first : &c->recv_first,
         **last = sends ? &c->send_last : &c->recv_last;
    void *next = *link_next(link), *prev = *link_prev(link);
    if (prev)
        *link_next(prev) = next;
    else
        *first = next;
    if (next)
        *link_prev(next) = prev;
    else
        *last = prev;
    *link_next(link) = *link_prev(link) = NULL;
    link_set_queued(link, NULL, sends);
}

void chan_hang_from(node *place)
{
    if (place->next)
        *link_prev(place->next) = place;
}

void chan_hang_queue(channel *c, node *place)
{
    place->next = place->sends ? c->send_first : c->recv_first;
    if (place->sends)
        c->send_first = c->send_last = NULL;
    else
        c->recv_first = c->recv_last = NULL;
    chan_hang_from(place);
}

void *chan_dequeue(channel *c, bool sends, wake_reason why)
{
    chan_drop_stale(c, sends);
    void *link = sends ? c->send_first : c->recv_first;
    if (!link)
        return NULL;
    chan_unlink(c, link, sends);
    process *p = node_process(link);
    bool won = process_win(p, p->ticket);
    assert(won && p->wake == WAKE_NONE);
    (void)won;
    p->wake = why & 0xf;
    if (link_is_node(link))
        side_of(p)->alt->won = (int32_t)((node *)link)->index;
    return link;
}
