#include "api/name_index.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 32 };

/* FNV-1a. */
static uint32_t hash_of(const char *name)
{
    uint32_t hash = 2166136261u;
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 16777619u;
    return hash;
}

/* The slot of the name, or the free one where it belongs. */
static name_slot *name_slot_of(const name_index *names, const char *name, uint32_t hash)
{
    for (uint32_t i = hash;; i++) {
        name_slot *slot = &names->slots[i & names->mask];
        if (!slot->name || (slot->hash == hash && strcmp(slot->name, name) == 0))
            return slot;
    }
}

uint32_t name_index_find(const name_index *names, const char *name)
{
    if (names->count == 0)
        return NAME_INDEX_NONE;
    const name_slot *slot = name_slot_of(names, name, hash_of(name));
    return slot->name ? slot->number : NAME_INDEX_NONE;
}

bool name_index_reserve(name_index *names, uint32_t count)
{
    size_t size = names->slots ? (size_t)names->mask + 1 : 0, wanted = size ? size : FIRST_SLOTS;
    while (wanted / 2 < count)
        wanted *= 2;
    if (wanted == size)
        return true;
    if (wanted > UINT32_MAX)
        return false;
    name_index larger = {.slots = calloc(wanted, sizeof *larger.slots), .count = names->count};
    if (!larger.slots)
        return false;
    larger.mask = (uint32_t)(wanted - 1);
    for (size_t i = 0; i < size; i++)
        if (names->slots[i].name)
            *name_slot_of(&larger, names->slots[i].name, names->slots[i].hash) = names->slots[i];
    free(names->slots);
    *names = larger;
    return true;
}

void name_index_set(name_index *names, const char *name, uint32_t number)
{
    uint32_t hash = hash_of(name);
    name_slot *slot = name_slot_of(names, name, hash);
    if (!slot->name) {
        *slot = (name_slot){.name = name, .hash = hash};
        names->count++;
    }
    slot->number = number;
}

void name_index_remove(name_index *names, const char *name)
{
    name_slot *free_slot = name_slot_of(names, name, hash_of(name));
    uint32_t gap = (uint32_t)(free_slot - names->slots);
    names->count--;
    /* Those behind it that could not be found beyond a gap move into it. */
    for (uint32_t i = (gap + 1) & names->mask; names->slots[i].name; i = (i + 1) & names->mask) {
        uint32_t wanted = names->slots[i].hash & names->mask;
        if (((i - wanted) & names->mask) < ((i - gap) & names->mask))
            continue;
        names->slots[gap] = names->slots[i];
        gap = i;
    }
    names->slots[gap] = (name_slot){0};
}

void name_index_clear(name_index *names)
{
    free(names->slots);
    *names = (name_index){0};
}
