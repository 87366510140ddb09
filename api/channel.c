/* The channels of a VM, for people. */
#include <stdlib.h>

#include "api/host/fail.h"
#include "api/host/host.h"
#include "api/place.h"
#include "api/session.h"
#include "vm/core/text.h"
#include "vm/report/channels.h"
#include "vm/walk/walk_show.h"

/* ---- Finding them ---- */

static void hold_cell(channels *all, value cell_, const char *name)
{
    if (!value_is(cell_, OBJ_CELL))
        return;
    const cell *c = value_as_object(cell_);
    channels_hold(all, c->item, name);
    channels_hold(all, c->own, name);
}

static void hold_session(channels *all, const csp_session *s)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (name_index_find(&s->names, s->variables[i].name) == i)
            hold_cell(all, s->cells[i], s->variables[i].name);
    for (uint32_t i = 0; i < s->late_count; i++)
        hold_cell(all, s->late_cells[i], s->late_names[i]);
}

/* All channels, to be freed whatever comes of it. False: no memory. */
static bool find_channels(host *h, channels *all)
{
    if (!channels_begin(all, h->vm))
        return false;
    refs_settle(&h->refs);
    for (uint32_t i = 0; i < h->refs.used; i++)
        channels_hold(all, h->refs.slots[i], NULL);
    for (const csp_session *s = h->world->sessions; s; s = s->next)
        hold_session(all, s);
    return channels_find(all);
}

/* ---- One of them ---- */

static uint32_t count_queue(const channel *c, bool sends)
{
    uint32_t count = 0;
    for (void *l = sends ? c->send_first : c->recv_first; l;) {
        count += link_valid(l);
        l = link_is_node(l) ? ((node *)l)->next : ((process *)l)->next;
    }
    return count;
}

/* Those who wait until it is closed and drained. */
static uint32_t count_drained(const channel *c)
{
    const node *n = c->header & CHANNEL_DONE   ? NULL
                    : c->header & CHANNEL_TICK ? c->ticker->drained
                    : c->ring                  ? c->ring->drained
                                               : NULL;
    uint32_t count = 0;
    for (; n; n = n->next)
        count += n->proc->ticket == n->ticket;
    return count;
}

static csp_channel_kind kind_of(const channel *c)
{
    return c->header & CHANNEL_DONE   ? CSP_IS_OUTCOME
           : c->header & CHANNEL_TICK ? CSP_IS_TICKER
           : c->header & CHANNEL_PORT ? CSP_IS_PORT
                                      : CSP_IS_CHANNEL;
}

static csp_holder holder_of(const channel_holder *h)
{
    return (csp_holder){.process = h->process ? process_number(h->process) : 0,
                        .channel = h->inside ? h->inside->header >> OWNER_SHIFT : 0,
                        .name = h->name,
                        .sends = h->sends,
                        .receives = h->receives};
}

static csp_channel describe(const channels *all, const channel_found *f, csp_holder *holders)
{
    const channel *c = f->chan;
    uint32_t count = 0;
    for (uint32_t at = f->first; at; at = all->holders[at - 1].next)
        holders[count++] = holder_of(&all->holders[at - 1]);
    if ((c->header & CHANNEL_PORT) && c->ring && c->ring->port)
        holders[count++] = (csp_holder){.sends = true, .receives = true};
    return (csp_channel){.number = c->header >> OWNER_SHIFT,
                         .capacity = c->capacity,
                         .count = c->count,
                         .senders = count_queue(c, true),
                         .receivers = count_queue(c, false) + count_drained(c),
                         .made = place_at(all->vm, c->made_at),
                         .kind = kind_of(c),
                         .closed = (c->header & CHANNEL_CLOSED) != 0,
                         .complete = all->complete,
                         .of = c->header & CHANNEL_DONE ? process_number(c->outcome_of) : 0,
                         .holders = holders,
                         .holder_count = count};
}

static uint32_t most_holders(const channels *all)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < all->count; i++)
        most = all->found[i].count > most ? all->found[i].count : most;
    return most;
}

static csp_status each_channel(host *h, void (*each)(void *user, const csp_channel *channel),
                               void *user)
{
    channels all;
    bool ok = find_channels(h, &all);
    csp_holder *holders = ok ? calloc(most_holders(&all) + 1u, sizeof *holders) : NULL;
    for (uint32_t i = 0; holders && i < all.count; i++) {
        csp_channel info = describe(&all, &all.found[i], holders);
        door_hook_begin(h);
        each(user, &info);
        door_hook_end(h);
    }
    ok = holders != NULL;
    free(holders);
    channels_free(&all);
    return ok ? CSP_OK : host_fail_memory(h);
}

csp_status csp_each_channel(csp_vm *vm, void (*each)(void *user, const csp_channel *channel),
                            void *user)
{
    host *h = door_enter_calling(vm, __func__, each);
    if (!h)
        return CSP_E_MISUSE;
    csp_status status = each_channel(h, each, user);
    door_leave(h);
    return status;
}

/* ---- What is in it ---- */

/* NULL: there is none. */
static channel *find_channel(const channels *all, uint64_t number)
{
    uint32_t low = 0, high = all->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (all->found[middle].chan->header >> OWNER_SHIFT < number)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < all->count && all->found[low].chan->header >> OWNER_SHIFT == number;
    return found ? all->found[low].chan : NULL;
}

static void put_messages(csp_vm *vm, text *t, const channel *c, size_t limit)
{
    bool holds = !(c->header & (CHANNEL_DONE | CHANNEL_TICK));
    text_put(t, '[');
    for (uint32_t i = 0; holds && i < c->count && t->used <= limit; i++) {
        uint32_t at = c->head + i;
        if (i > 0)
            text_add(t, ", ", 2);
        walk_show(vm, t, c->ring->slots[at < c->capacity ? at : at - c->capacity], limit);
    }
    text_put(t, ']');
    text_cut(t, 0, limit);
    text_put(t, '\0');
}

static char *content_of_channel(host *h, uint64_t number, size_t limit)
{
    enum { MOST = 1 << 20 };
    channels all;
    bool ok = find_channels(h, &all);
    const channel *c = ok ? find_channel(&all, number) : NULL;
    channels_free(&all);
    if (!ok || !c) {
        ok ? (void)host_fail(h, CSP_E_NOT_FOUND, "value_error", "there is no channel %llu",
                             (unsigned long long)number)
           : (void)host_fail_memory(h);
        return NULL;
    }
    text t;
    text_init(&t, h->vm);
    put_messages(h->vm, &t, c, limit && limit < MOST ? limit : MOST);
    char *shown = t.failed ? NULL : strdup(t.block);
    if (!shown)
        host_fail_memory(h);
    return shown;
}

char *csp_channel_content(csp_vm *vm, uint64_t number, size_t limit)
{
    host *h = door_enter(vm, __func__, 0);
    if (!h)
        return NULL;
    char *shown = content_of_channel(h, number, limit);
    door_leave(h);
    return shown;
}
