#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/array.h"

Test(array, keeps_what_is_in_it)
{
    size_t *items = NULL, capacity = 0, moves = 0;
    for (size_t i = 0; i < 100000; i++) {
        size_t before = capacity;
        items = array_room(items, &capacity, i + 1, sizeof *items);
        cr_assert(items);
        cr_assert(capacity > i);
        moves += capacity != before;
        items[i] = i;
    }
    for (size_t i = 0; i < 100000; i++)
        cr_assert_eq(items[i], i);
    cr_expect(moves < 20, "it moved %zu times", moves);
    cr_expect_eq(array_room(items, &capacity, 1, sizeof *items), items, "there is room");
    free(items);
}

Test(array, takes_many_at_once)
{
    size_t capacity = 0;
    char *bytes = array_room(NULL, &capacity, 1000003, 1);
    cr_assert(bytes);
    cr_expect(capacity >= 1000003);
    free(bytes);
    uint32_t narrow = 0;
    char *others = array_room32(NULL, &narrow, 1000003, 1);
    cr_assert(others);
    cr_expect(narrow >= 1000003);
    free(others);
}

Test(array, refuses_what_cannot_be)
{
    size_t capacity = 0;
    long *items = array_room(NULL, &capacity, 1, sizeof *items);
    cr_assert(items);
    items[0] = 7;
    size_t before = capacity;
    cr_expect_null(array_room(items, &capacity, SIZE_MAX / 2, sizeof *items));
    cr_expect_eq(capacity, before);
    cr_expect_eq(items[0], 7, "it is as it was");
    uint32_t narrow = 0;
    cr_expect_null(array_room32(NULL, &narrow, (size_t)UINT32_MAX + 1, 1));
    cr_expect_eq(narrow, 0u);
    free(items);
}
