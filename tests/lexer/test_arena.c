/* lexer/arena.c */
#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

#include "lexer/arena.h"

static arena a;

static void setup(void) { arena_init(&a); }

static void teardown(void) { arena_free(&a); }

TestSuite(arena, .init = setup, .fini = teardown);

static bool is_zero(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

Test(arena, gives_zeroed_memory_aligned_to_16_bytes)
{
    for (size_t size = 1; size < 300; size += 7) {
        char *p = arena_alloc(&a, size);
        cr_assert_eq((uintptr_t)p % 16, 0);
        cr_assert(is_zero(p, size));
        memset(p, 0xaa, size);
    }
}

Test(arena, pieces_do_not_overlap)
{
    enum { COUNT = 2000 };
    static unsigned char *pieces[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        size_t size = 1 + i * 37 % 5000;
        pieces[i] = arena_alloc(&a, size);
        memset(pieces[i], (int)(i % 251), size);
    }
    for (size_t i = 0; i < COUNT; i++)
        for (size_t j = 0; j < 1 + i * 37 % 5000; j++)
            cr_assert_eq(pieces[i][j], i % 251);
}

Test(arena, a_large_piece_leaves_the_rest_of_the_current_block_in_use)
{
    arena_alloc(&a, 16);
    size_t total = a.total;
    arena_alloc(&a, 1 << 20);
    cr_assert_geq(a.total, total + (1 << 20));
    total = a.total;
    arena_alloc(&a, 16);
    cr_assert_eq(a.total, total);
}

Test(arena, small_pieces_cost_little_more_than_their_size)
{
    for (int i = 0; i < 100000; i++)
        arena_alloc(&a, 64);
    cr_assert_lt(a.total, 64 * 100000 + (2 << 20));
}

Test(arena, pieces_of_no_size_are_pieces_too)
{
    char *first = arena_alloc(&a, 0), *second = arena_alloc(&a, 0);
    cr_assert_not_null(first);
    cr_assert_neq(first, second);
}

Test(arena, text_is_copied_with_a_nul_behind_it)
{
    char source[] = "a\0b";
    char *copy = arena_text(&a, source, 3);
    source[0] = 'x';
    cr_assert_eq(memcmp(copy, "a\0b\0", 4), 0);
    cr_assert_str_eq(arena_text(&a, NULL, 0), "");
}

Test(arena, a_failed_arena_stays_failed)
{
    cr_assert_null(arena_alloc(&a, SIZE_MAX - 8));
    cr_assert(a.failed);
    cr_assert_null(arena_alloc(&a, 1));
    cr_assert_null(arena_text(&a, "x", 1));
}

Test(arena, freeing_makes_it_new)
{
    arena_alloc(&a, 100);
    arena_free(&a);
    cr_assert_eq(a.total, 0);
    cr_assert_not_null(arena_alloc(&a, 100));
}
