#include "vm/process/kept.h"

#include "vm/process/queue.h"

void kept_drop(channel *c)
{
    void *first = c->recv_first;
    if (first && link_is_node(first) && !((node *)first)->proc)
        chan_unlink(c, first, false);
}
