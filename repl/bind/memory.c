#include "repl/bind/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "repl/options.h"
#include "repl/standard.h"

static _Noreturn void give_up(void)
{
    standard_put(STDERR_FILENO, "csp: out of memory\n");
    exit(standard_close(EXIT_USAGE));
}

/* ---- blocks ---- */

enum { CHUNK = 1 << 16, ALIGN = 16 };

/* The chunk being allocated from; those before it are full. */
static char *chunk;
static size_t chunk_left;

void *memory_get(size_t size)
{
    size = (size + ALIGN - 1) / ALIGN * ALIGN;
    if (size > CHUNK / 4) {
        void *own = calloc(1, size);
        if (!own)
            give_up();
        return own;
    }
    if (size > chunk_left) {
        chunk = calloc(1, CHUNK);
        if (!chunk)
            give_up();
        chunk_left = CHUNK;
    }
    chunk_left -= size;
    return chunk + chunk_left;
}

char *memory_slice(const char *from, size_t length)
{
    char *copy = memory_get(length + 1);
    if (length > 0)
        memcpy(copy, from, length);
    return copy;
}

char *memory_text(const char *from) { return memory_slice(from, strlen(from)); }

void *memory_grow(void *old, size_t size)
{
    void *grown = realloc(old, size);
    if (!grown)
        give_up();
    return grown;
}

/* ---- tables ---- */

struct table_slot {
    const char *name;
    void *value;
};

static uint32_t hash(const char *name)
{
    uint32_t h = 2166136261u;
    for (; *name; name++)
        h = (h ^ (unsigned char)*name) * 16777619u;
    return h;
}

static struct table_slot *slot_of(const table *t, const char *name)
{
    uint32_t i = hash(name) & t->mask;
    while (t->slots[i].name && strcmp(t->slots[i].name, name) != 0)
        i = (i + 1) & t->mask;
    return &t->slots[i];
}

void *table_find(const table *t, const char *name)
{
    return t->slots ? slot_of(t, name)->value : NULL;
}

static void enlarge(table *t)
{
    table old = *t;
    t->mask = old.slots ? 2 * old.mask + 1 : 63;
    t->slots = memory_get((t->mask + (size_t)1) * sizeof *t->slots);
    for (uint32_t i = 0; old.slots && i <= old.mask; i++)
        if (old.slots[i].name)
            *slot_of(t, old.slots[i].name) = old.slots[i];
}

void table_set(table *t, const char *name, void *value)
{
    if (!t->slots || t->count > t->mask / 2)
        enlarge(t);
    struct table_slot *slot = slot_of(t, name);
    t->count += slot->name == NULL;
    *slot = (struct table_slot){slot->name ? slot->name : name, value};
}

/* ---- texts ---- */

static void reserve(text *t, size_t more)
{
    if (t->capacity - t->length > more)
        return;
    t->capacity = 2 * (t->length + more) + 64;
    t->bytes = memory_grow(t->bytes, t->capacity);
}

void text_add(text *t, const char *bytes, size_t length)
{
    reserve(t, length);
    memcpy(t->bytes + t->length, bytes, length);
    t->length += length;
    t->bytes[t->length] = '\0';
}

void text_put(text *t, const char *bytes) { text_add(t, bytes, strlen(bytes)); }

void text_print(text *t, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length > 0) {
        reserve(t, (size_t)length);
        vsnprintf(t->bytes + t->length, (size_t)length + 1, format, arguments);
        t->length += (size_t)length;
    }
    va_end(arguments);
}

void text_free(text *t)
{
    free(t->bytes);
    *t = (text){0};
}
