/* stdlib/list.c, list_sort.c. What calls functions is tested by scripts. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "stdlib/natives.h"
#include "tests/support/vm_fixture.h"
#include "vm/data/list.h"
#include "vm/data/tuple.h"
#include "vm/number/num.h"

static csp_vm *vm;

static void setup(void) { vm = fixture_vm(); }

static void teardown(void) { fixture_close(vm); }

TestSuite(list, .init = setup, .fini = teardown);

#define CALL(name, count, ...) fixture_call(vm, list_natives, name, count, __VA_ARGS__)

/* The result as `repr` shows it, or the error, is `wanted`. */
static void expect(value result, const char *wanted)
{
    char *got = result != VALUE_ABSENT ? fixture_show(vm, result) : fixture_raised(vm);
    cr_expect_str_eq(got, wanted, "%s, not %s", got, wanted);
    free(got);
}

/* The ints from 0 to count - 1. */
static value ints(uint32_t count)
{
    value xs = list_new(vm, fixture_process(vm), NULL, 0);
    for (uint32_t i = 0; i < count; i++)
        list_push(vm, value_list(xs), value_int(i));
    return xs;
}

static value frozen(uint32_t count)
{
    value xs = ints(count);
    value_list(xs)->header = OBJ_LIST | OBJ_FROZEN | OBJ_IMMUTABLE;
    return xs;
}

static value foreign(uint32_t count)
{
    value xs = ints(count);
    value_list(xs)->header = OBJ_LIST | (uint64_t)99 << OWNER_SHIFT;
    return xs;
}

Test(list, in_place)
{
    value xs = ints(3);
    cr_expect(CALL("push", 2, xs, VALUE_TRUE) == xs);
    expect(xs, "[0, 1, 2, true]");
    cr_expect(CALL("pop", 1, xs) == VALUE_TRUE);
    cr_expect(CALL("insert", 3, xs, value_int(0), VALUE_NIL) == xs);
    cr_expect(CALL("insert", 3, xs, value_int(4), value_int(9)) == xs);
    cr_expect(CALL("insert", 3, xs, value_int(-1), value_int(8)) == xs);
    expect(xs, "[nil, 0, 1, 2, 8, 9]");
    cr_expect(CALL("remove", 2, xs, value_int(0)) == VALUE_NIL);
    cr_expect(CALL("remove", 2, xs, value_int(-2)) == value_int(8));
    cr_expect(CALL("extend", 2, xs, xs) == xs);
    expect(xs, "[0, 1, 2, 9, 0, 1, 2, 9]");
    cr_expect(CALL("clear", 1, xs) == xs);
    expect(xs, "[]");
}

Test(list, outside_the_bounds)
{
    expect(CALL("pop", 1, ints(0)), "index_error: pop from an empty list");
    expect(CALL("insert", 3, ints(1), value_int(2), VALUE_NIL),
           "index_error: index 2 outside a list of length 1");
    expect(CALL("insert", 3, ints(1), value_int(-2), VALUE_NIL),
           "index_error: index -2 outside a list of length 1");
    expect(CALL("remove", 2, ints(1), value_int(1)),
           "index_error: index 1 outside a list of length 1");
    expect(CALL("remove", 2, ints(1), VALUE_NIL),
           "type_error: expected an int as an index, got nil");
}

Test(list, frozen_and_foreign)
{
    expect(CALL("push", 2, frozen(1), VALUE_NIL),
           "frozen: the list is frozen: `copy` gives one that can change");
    expect(CALL("sort_in_place", 1, frozen(1)),
           "frozen: the list is frozen: `copy` gives one that can change");
    expect(CALL("reverse", 1, frozen(2)), "[1, 0]");
    const char *const names[] = {"pop", "clear", "sum", "sort", "sort_in_place", "reverse"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        cr_expect(CALL(names[i], 1, foreign(2)) == VALUE_ABSENT);
        char *raised = fixture_raised(vm);
        cr_expect(strncmp(raised, "moved: ", 7) == 0, "%s: %s", names[i], raised);
        free(raised);
    }
}

Test(list, new_ones)
{
    expect(CALL("reverse", 1, ints(4)), "[3, 2, 1, 0]");
    expect(CALL("reverse", 1, fixture_string(vm, "aé")), "[\"é\", \"a\"]");
    expect(CALL("concat", 3, ints(1), ints(0), ints(2)), "[0, 0, 1]");
    expect(CALL("concat", 1, value_int(1)), "type_error: expected a list, got an int");
    expect(CALL("repeat", 2, VALUE_TRUE, value_int(2)), "[true, true]");
    expect(CALL("repeat", 2, VALUE_TRUE, value_int(0)), "[]");
    expect(CALL("repeat", 2, VALUE_TRUE, value_int(-1)),
           "value_error: a list cannot be of negative length");
    expect(CALL("sum", 1, ints(101)), "5050");
    expect(CALL("product", 1, ints(0)), "1");
}

Test(list, long_ones_go_in_steps)
{
    enum { COUNT = 10000 };
    value xs = ints(COUNT);
    expect(CALL("sum", 1, xs), "49995000");
    value ys = CALL("extend", 2, ints(0), xs);
    cr_expect_eq(value_list(ys)->count, COUNT);
    value sorted = CALL("sort", 1, CALL("reverse", 1, xs));
    for (uint32_t i = 0; i < COUNT; i++)
        cr_assert(value_list(sorted)->items[i] == value_int(i));
}

Test(list, sort)
{
    value mixed[] = {value_int(3), num_float(vm, 2.5), num_float(vm, (double)__builtin_nanf("")),
                     value_int(-1)};
    expect(CALL("sort", 1, list_new(vm, fixture_process(vm), mixed, 4)), "[-1, 2.5, 3, nan]");
    expect(CALL("sort", 1, tuple_new(vm, fixture_process(vm), mixed, 2)), "[2.5, 3]");
    expect(CALL("sort", 1, fixture_string(vm, "cab")), "[\"a\", \"b\", \"c\"]");
    expect(CALL("sort", 1, value_int(5)),
           "type_error: expected something that can be iterated over, got an int");
    value wrong[] = {value_int(1), VALUE_NIL};
    cr_expect(CALL("sort", 1, list_new(vm, fixture_process(vm), wrong, 2)) == VALUE_ABSENT);
}

/* Every length around the powers of two, in orders that are easy to get wrong. */
Test(list, sort_of_any_length)
{
    for (uint32_t count = 0; count < 70; count++) {
        for (uint32_t step = 1; step < 8; step += 2) {
            value xs = list_new(vm, fixture_process(vm), NULL, 0);
            for (uint32_t i = 0; i < count; i++)
                list_push(vm, value_list(xs), value_int((i * step * 31 + i / 3) % 50));
            value ys = CALL("sort_in_place", 1, xs);
            cr_assert(ys == xs && value_list(ys)->count == count);
            for (uint32_t i = 1; i < count; i++)
                cr_assert(value_as_int(value_list(ys)->items[i - 1]) <=
                          value_as_int(value_list(ys)->items[i]));
        }
    }
}
