/* Bump allocation for everything that lives as long as one compilation: texts of tokens, AST
 * nodes, bindings.
 *
 * An arena owns its blocks; arena_free frees all of them at once. Memory comes zeroed. When malloc
 * fails the arena returns NULL and stays failed: callers at the top (parse_module) check `failed`
 * once and report out_of_memory; inner code passes the NULL up as it would a syntax error.
 *
 * A compilation that must end early ends in the same way: the arena calls `stop` now and then, and
 * fails when it returns true.
 *
 * Not thread-safe: one arena belongs to one compilation. */
#ifndef CSP_LEXER_ARENA_H
#define CSP_LEXER_ARENA_H

#include <stdbool.h>
#include <stddef.h>

typedef struct arena {
    struct arena_block *first;
    size_t used, capacity; /* of the first block, in bytes */
    size_t total;          /* bytes in all blocks */
    bool failed;
    bool (*stop)(void *user); /* NULL: nothing ends it; set after arena_init */
    void *user;
} arena;

void arena_init(arena *a);
void arena_free(arena *a);
/* Calls `stop`; long work that does not allocate calls it itself. True: the arena has failed, now
 * or before. */
bool arena_stopped(arena *a);
/* aligned to 16 bytes, zeroed; NULL: out of memory */
void *arena_alloc(arena *a, size_t size);
/* a NUL-terminated copy; may hold NULs inside */
char *arena_text(arena *a, const char *text, size_t length);

#endif
