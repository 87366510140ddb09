/* A hash table from addresses to kinds, with linear probing. */
#include "api/host/live.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/hash.h"

typedef struct entry {
    const void *object; /* NULL: free */
    live_kind kind;
} entry;

enum { FIRST = 64 };

typedef struct table {
    entry *entries; /* a power of two of them, at most half of them taken; NULL: there are none */
    uint32_t mask, count;
} table;

_Atomic uint64_t live_taken;

static struct {
    pthread_mutex_t lock;
    table all;
} live = {.lock = PTHREAD_MUTEX_INITIALIZER};

static uint32_t home_of(const table *t, const void *object)
{
    return (uint32_t)hash_stir((uint64_t)(uintptr_t)object) & t->mask;
}

/* Where the object is, or would be. */
static entry *find(const table *t, const void *object)
{
    uint32_t i = home_of(t, object);
    while (t->entries[i].object && t->entries[i].object != object)
        i = (i + 1) & t->mask;
    return &t->entries[i];
}

static bool grow(table *t)
{
    table larger = {.mask = t->entries ? t->mask * 2 + 1 : FIRST - 1};
    larger.entries = calloc((size_t)larger.mask + 1, sizeof *larger.entries);
    if (!larger.entries)
        return false;
    for (uint32_t i = 0; t->entries && i <= t->mask; i++)
        if (t->entries[i].object)
            *find(&larger, t->entries[i].object) = t->entries[i];
    free(t->entries);
    t->entries = larger.entries;
    t->mask = larger.mask;
    return true;
}

/* Those behind it move up, so that no search ends at the gap. */
static void take_out(table *t, entry *gone)
{
    uint32_t gap = (uint32_t)(gone - t->entries);
    for (uint32_t i = (gap + 1) & t->mask; t->entries[i].object; i = (i + 1) & t->mask) {
        uint32_t home = home_of(t, t->entries[i].object);
        if (((i - home) & t->mask) >= ((i - gap) & t->mask)) {
            t->entries[gap] = t->entries[i];
            gap = i;
        }
    }
    t->entries[gap] = (entry){0};
    if (--t->count == 0) {
        free(t->entries);
        t->entries = NULL;
    }
}

bool live_add(const void *object, live_kind kind)
{
    table *t = &live.all;
    pthread_mutex_lock(&live.lock);
    bool room = (t->entries && t->count * 2 <= t->mask) || grow(t);
    if (room) {
        *find(t, object) = (entry){object, kind};
        t->count++;
    }
    pthread_mutex_unlock(&live.lock);
    return room;
}

live_kind live_kind_of(const void *object)
{
    if (!object)
        return LIVE_NONE;
    table *t = &live.all;
    pthread_mutex_lock(&live.lock);
    live_kind kind = t->entries ? find(t, object)->kind : LIVE_NONE;
    pthread_mutex_unlock(&live.lock);
    return kind;
}

bool live_take(const void *object, live_kind kind)
{
    if (!object)
        return false;
    table *t = &live.all;
    pthread_mutex_lock(&live.lock);
    entry *e = t->entries ? find(t, object) : NULL;
    bool taken = e && e->object && e->kind == kind;
    if (taken) {
        take_out(t, e);
        atomic_fetch_add(&live_taken, 1);
    }
    pthread_mutex_unlock(&live.lock);
    return taken;
}
