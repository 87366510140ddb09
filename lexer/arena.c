#include "lexer/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK = 4096, LARGEST_BLOCK = 1 << 20, ALIGNMENT = 16 };

/* The data follows the header, whose size keeps it aligned. */
typedef struct arena_block {
    struct arena_block *next;
    size_t size;
} arena_block;

_Static_assert(sizeof(arena_block) % ALIGNMENT == 0,
               "the data after a block's header must be aligned");

void arena_init(arena *a) { *a = (arena){0}; }

void arena_free(arena *a)
{
    arena_block *block = a->first;
    while (block != NULL) {
        arena_block *next = block->next;
        free(block);
        block = next;
    }
    arena_init(a);
}

bool arena_stopped(arena *a)
{
    if (a->stop && a->stop(a->user))
        a->failed = true;
    return a->failed;
}

static arena_block *new_block(arena *a, size_t size)
{
    if (arena_stopped(a))
        return NULL;
    arena_block *block = calloc(1, sizeof(arena_block) + size);
    if (block == NULL) {
        a->failed = true;
        return NULL;
    }
    block->size = size;
    a->total += size;
    return block;
}

/* A large piece gets a block of its own after the current one, whose rest stays in use. */
static void *alloc_alone(arena *a, size_t size)
{
    arena_block *block = new_block(a, size);
    if (block == NULL)
        return NULL;
    if (a->first == NULL) {
        a->first = block;
        a->used = a->capacity = size;
    } else {
        block->next = a->first->next;
        a->first->next = block;
    }
    return block + 1;
}

void *arena_alloc(arena *a, size_t size)
{
    if (a->failed)
        return NULL;
    if (size > SIZE_MAX / 2) {
        a->failed = true;
        return NULL;
    }
    if (size == 0)
        size = 1; /* every result is a distinct pointer */
    size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (size > a->capacity - a->used) {
        size_t next = a->total < FIRST_BLOCK     ? FIRST_BLOCK
                      : a->total > LARGEST_BLOCK ? LARGEST_BLOCK
                                                 : a->total;
        if (size > next / 4)
            return alloc_alone(a, size);
        arena_block *block = new_block(a, next);
        if (block == NULL)
            return NULL;
        block->next = a->first;
        a->first = block;
        a->used = 0;
        a->capacity = next;
    }
    char *data = (char *)(a->first + 1) + a->used;
    a->used += size;
    return data;
}

char *arena_text(arena *a, const char *text, size_t length)
{
    if (length == SIZE_MAX) {
        a->failed = true;
        return NULL;
    }
    char *copy = arena_alloc(a, length + 1);
    if (copy != NULL && length > 0)
        memcpy(copy, text, length);
    return copy;
}
