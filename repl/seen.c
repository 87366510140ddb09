#include "repl/seen.h"

#include <stdlib.h>
#include <string.h>

#include "repl/columns.h"
#include "repl/room.h"

/* ---- Memory ---- */

enum { FIRST = 64 };

/* Room for one more item. False: no memory, and s says so. */
static bool grow(seen *s, void **items, size_t count, size_t *capacity, size_t size)
{
    void *moved = room_for_one(*items, count, capacity, size);
    s->failed = s->failed || !moved;
    if (moved)
        *items = moved;
    return !s->failed;
}

/* `s->array` with room for one more; evaluates to whether there is. */
#define ROOM(s, array, count, capacity) \
    (grow_##array(s, (s)->count, &(s)->capacity, sizeof *(s)->array))
#define GROWS(array)                                                               \
    static bool grow_##array(seen *s, size_t count, size_t *capacity, size_t size) \
    {                                                                              \
        void *items = s->array;                                                    \
        bool ok = grow(s, &items, count, capacity, size);                          \
        s->array = items;                                                          \
        return ok;                                                                 \
    }
GROWS(processes)
GROWS(waits)
GROWS(links)
GROWS(channels)
GROWS(holders)
GROWS(stuck)

static uint64_t hash(const char *text)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 0x100000001b3u;
    return h;
}

static char **find_text(char **texts, size_t capacity, const char *text)
{
    for (uint64_t i = hash(text);; i++) {
        char **place = &texts[i & (capacity - 1)];
        if (!*place || strcmp(*place, text) == 0)
            return place;
    }
}

static bool grow_texts(seen *s)
{
    if (s->text_count * 2 < s->text_capacity)
        return true;
    size_t capacity = s->text_capacity ? s->text_capacity * 2 : FIRST;
    char **texts = calloc(capacity, sizeof *texts);
    s->failed = s->failed || !texts;
    if (!texts)
        return false;
    for (size_t i = 0; i < s->text_capacity; i++)
        if (s->texts[i])
            *find_text(texts, capacity, s->texts[i]) = s->texts[i];
    free(s->texts);
    s->texts = texts;
    s->text_capacity = capacity;
    return true;
}

/* The same text with `?` for control characters, malloc'ed. NULL: no memory. */
static char *clean(const char *text)
{
    char *copy = malloc(strlen(text) + 1), *to = copy;
    while (copy && *text) {
        size_t control = columns_control(text);
        *to++ = control ? '?' : *text;
        text += control ? control : 1;
    }
    if (copy)
        *to = '\0';
    return copy;
}

static bool is_clean(const char *text)
{
    while (*text && !columns_control(text))
        text++;
    return !*text;
}

/* A copy that lives as long as s, without control characters; equal texts are one. NULL for NULL,
 * and if there is no memory. */
static const char *keep(seen *s, const char *text)
{
    if (!text || !grow_texts(s))
        return NULL;
    char *copy = is_clean(text) ? NULL : clean(text);
    char **place = find_text(s->texts, s->text_capacity, copy ? copy : text);
    if (*place) {
        free(copy);
        return *place;
    }
    *place = copy ? copy : clean(text);
    s->failed = s->failed || !*place;
    s->text_count++;
    return *place;
}

static seen_place keep_place(seen *s, const csp_place *place)
{
    return (seen_place){.file = keep(s, place->file),
                        .function = keep(s, place->function),
                        .line = place->line,
                        .column = place->column};
}

/* ---- Taking it ---- */

/* What a process without a name is called. */
static const char *name_of(seen *s, const csp_process *p)
{
    if (*p->name && p->kind != CSP_IS_MAIN)
        return keep(s, p->name);
    if (!p->spawned.file)
        return keep(s, p->kind == CSP_IS_MAIN ? "the input" : "the host's");
    char text[200];
    snprintf(text, sizeof text, "%s at %s:%u", p->kind == CSP_IS_BRANCH ? "par" : "spawn",
             p->spawned.file, p->spawned.line);
    return keep(s, text);
}

static void take_process(void *user, const csp_process *p)
{
    seen *s = user;
    if (!ROOM(s, processes, count, capacity))
        return;
    seen_process *q = &s->processes[s->count];
    *q = (seen_process){.number = p->number,
                        .parent = p->parent,
                        .reductions = p->reductions,
                        .name = name_of(s, p),
                        .running = strcmp(p->state, "running") == 0,
                        .supervisor = p->supervisor,
                        .dying = p->dying,
                        .waiting = p->waiting,
                        .kind = p->kind,
                        .first_wait = s->wait_count,
                        .first_link = s->link_count,
                        .wait_count = p->wait_count,
                        .link_count = p->link_count,
                        .work = keep(s, p->work),
                        .where = keep_place(s, &p->where),
                        .spawned = keep_place(s, &p->spawned),
                        .memory = p->memory,
                        .restarts = p->restarts,
                        .last_end = keep(s, p->last_end)};
    for (uint32_t i = 0; i < p->wait_count && ROOM(s, waits, wait_count, wait_capacity); i++)
        s->waits[s->wait_count++] = p->waits[i];
    for (uint32_t i = 0; i < p->link_count && ROOM(s, links, link_count, link_capacity); i++)
        s->links[s->link_count++] = p->links[i];
    s->count += !s->failed;
}

static void take_channel(void *user, const csp_channel *c)
{
    seen *s = user;
    if (!ROOM(s, channels, channel_count, channel_capacity))
        return;
    s->channels[s->channel_count] = (seen_channel){.number = c->number,
                                                   .of = c->of,
                                                   .capacity = c->capacity,
                                                   .count = c->count,
                                                   .senders = c->senders,
                                                   .receivers = c->receivers,
                                                   .made = keep_place(s, &c->made),
                                                   .kind = c->kind,
                                                   .closed = c->closed,
                                                   .complete = c->complete,
                                                   .first_holder = s->holder_count,
                                                   .holder_count = c->holder_count};
    for (uint32_t i = 0; i < c->holder_count && ROOM(s, holders, holder_count, holder_capacity);
         i++) {
        const csp_holder *h = &c->holders[i];
        s->holders[s->holder_count++] = (seen_holder){.process = h->process,
                                                      .channel = h->channel,
                                                      .name = keep(s, h->name),
                                                      .sends = h->sends,
                                                      .receives = h->receives};
    }
    s->channel_count += !s->failed;
}

static void take_stuck(void *user, uint64_t number)
{
    seen *s = user;
    if (ROOM(s, stuck, stuck_count, stuck_capacity))
        s->stuck[s->stuck_count++] = number;
}

bool seen_take(seen *s, csp_vm *vm, unsigned what)
{
    *s = (seen){0};
    /* First: it collects, and what it finds is still there. */
    bool ok = !(what & SEEN_STUCK) || csp_each_stuck(vm, take_stuck, s) == CSP_OK;
    ok = ok && csp_each_process(vm, take_process, s) == CSP_OK;
    ok = ok && (!(what & SEEN_CHANNELS) || csp_each_channel(vm, take_channel, s) == CSP_OK);
    return ok && !s->failed;
}

void seen_free(seen *s)
{
    free(s->processes);
    free(s->waits);
    free(s->links);
    free(s->channels);
    free(s->holders);
    free(s->stuck);
    for (size_t i = 0; i < s->text_capacity; i++)
        free(s->texts[i]);
    free(s->texts);
    *s = (seen){0};
}

/* ---- By number ---- */

static int by_number(const void *key, const void *item)
{
    /* The number stands first in all of them. */
    uint64_t wanted = *(const uint64_t *)key, there = *(const uint64_t *)item;
    return wanted < there ? -1 : wanted > there;
}

static void *find(const void *items, size_t count, size_t size, uint64_t number)
{
    return count ? bsearch(&number, items, count, size, by_number) : NULL;
}

const seen_process *seen_process_of(const seen *s, uint64_t number)
{
    return find(s->processes, s->count, sizeof *s->processes, number);
}

const seen_channel *seen_channel_of(const seen *s, uint64_t number)
{
    return find(s->channels, s->channel_count, sizeof *s->channels, number);
}

bool seen_is_stuck(const seen *s, uint64_t number)
{
    return find(s->stuck, s->stuck_count, sizeof *s->stuck, number) != NULL;
}
