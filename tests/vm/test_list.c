/* vm/data/list.c, vm/data/tuple.c, vm/data/iterate.c, and the natives of stdlib/list.c */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "stdlib/natives.h"
#include "tests/support/support.h"
#include "tests/support/vm_fixture.h"
#include "vm/core/string.h"
#include "vm/data/iterate.h"
#include "vm/data/list.h"
#include "vm/data/map.h"
#include "vm/data/tuple.h"
#include "vm/number/num.h"
#include "vm/number/num_text.h"

static csp_vm *vm;
static process *p;

static void setup(void)
{
    vm = fixture_vm();
    p = fixture_process(vm);
}

static void teardown(void) { fixture_close(vm); }

TestSuite(list, .init = setup, .fini = teardown);

static value ints(int count, ...)
{
    value out = list_new(vm, p, NULL, 0);
    va_list rest;
    va_start(rest, count);
    for (int i = 0; i < count; i++)
        list_push(vm, value_list(out), value_int(va_arg(rest, int)));
    va_end(rest);
    return out;
}

static void check_shown(value v, const char *wanted)
{
    char *got = fixture_show(vm, v);
    cr_expect_str_eq(got, wanted);
    free(got);
}

static void check_raised(value v, const char *wanted)
{
    cr_expect_eq(v, VALUE_ABSENT);
    char *got = fixture_raised(vm);
    cr_expect_str_eq(got, wanted);
    free(got);
}

#define LIST(name, count, ...) fixture_call(vm, list_natives, name, count, __VA_ARGS__)

Test(list, grows)
{
    value v = list_new(vm, p, NULL, 0);
    for (int i = 0; i < 100000; i++)
        cr_assert(list_push(vm, value_list(v), value_int(i)));
    cr_expect_eq(value_list(v)->count, 100000);
    for (int i = 0; i < 100000; i++)
        cr_assert_eq(value_list(v)->items[i], value_int(i));
    cr_expect_eq(obj_header(v), process_owner(p) | OBJ_LIST);
}

Test(list, tuples_know_whether_they_can_change)
{
    value xs = ints(1, 1);
    value plain = tuple_new(vm, p, (value[]){value_int(1), vm->empty_string}, 2);
    value holding = tuple_new(vm, p, (value[]){plain, xs}, 2);
    cr_expect(value_is_immutable(plain));
    cr_expect_not(value_is_immutable(holding));
    cr_expect_eq(obj_header(holding) & OWNER_MASK, process_owner(p));
}

Test(list, in_place)
{
    value xs = ints(3, 1, 2, 3);
    cr_expect_eq(LIST("push", 2, xs, value_int(4)), xs);
    cr_expect_eq(LIST("pop", 1, xs), value_int(4));
    cr_expect_eq(LIST("insert", 3, xs, value_int(0), value_int(9)), xs);
    LIST("insert", 3, xs, value_int(4), value_int(8));
    LIST("insert", 3, xs, value_int(-1), value_int(7));
    check_shown(xs, "[9, 1, 2, 3, 7, 8]");
    cr_expect_eq(LIST("remove", 2, xs, value_int(-2)), value_int(7));
    cr_expect_eq(LIST("remove", 2, xs, value_int(0)), value_int(9));
    check_shown(xs, "[1, 2, 3, 8]");
    cr_expect_eq(LIST("extend", 2, xs, xs), xs);
    check_shown(xs, "[1, 2, 3, 8, 1, 2, 3, 8]");
    LIST("extend", 2, xs, range_new(vm, value_int(0), value_int(2), true));
    LIST("extend", 2, xs, fixture_string(vm, "h\xc3\xa9"));
    check_shown(xs, "[1, 2, 3, 8, 1, 2, 3, 8, 0, 1, 2, \"h\", \"\xc3\xa9\"]");
    LIST("clear", 1, xs);
    check_shown(xs, "[]");
    check_raised(LIST("pop", 1, xs), "index_error: pop from an empty list");
    check_raised(LIST("insert", 3, xs, value_int(1), VALUE_NIL),
                 "index_error: index 1 outside a list of length 0");
    check_raised(LIST("remove", 2, xs, value_int(0)),
                 "index_error: index 0 outside a list of length 0");
    check_raised(LIST("extend", 2, xs, value_int(0)),
                 "type_error: expected something that can be iterated over, got an int");
    check_raised(LIST("extend", 2, xs, range_new(vm, value_int(0), VALUE_NIL, false)),
                 "value_error: an open range has no length");
}

Test(list, of_others_and_frozen_ones_are_refused)
{
    value xs = ints(1, 1);
    ((object *)value_as_object(xs))->header = OBJ_LIST | OWNER_TRANSIT;
    check_raised(LIST("push", 2, xs, VALUE_NIL), "moved: this list was handed to another process");
    check_raised(LIST("sum", 1, xs), "moved: this list was handed to another process");
    ((object *)value_as_object(xs))->header = OBJ_LIST | OBJ_FROZEN | OBJ_IMMUTABLE;
    check_raised(LIST("push", 2, xs, VALUE_NIL),
                 "frozen: the list is frozen: `copy` gives one that can change");
    check_raised(LIST("sort_in_place", 1, xs),
                 "frozen: the list is frozen: `copy` gives one that can change");
    cr_expect_eq(LIST("sum", 1, xs), value_int(1));
    check_raised(LIST("push", 2, value_int(1), VALUE_NIL),
                 "type_error: expected a list, got an int");
}

Test(list, new_ones)
{
    value xs = ints(3, 3, 1, 2);
    check_shown(LIST("reverse", 1, xs), "[2, 1, 3]");
    check_shown(LIST("concat", 3, xs, ints(0), ints(1, 5)), "[3, 1, 2, 5]");
    check_shown(LIST("repeat", 2, value_int(7), value_int(3)), "[7, 7, 7]");
    check_shown(LIST("sum", 1, xs), "6");
    check_shown(LIST("product", 1, range_new(vm, value_int(1), value_int(25), true)),
                "15511210043330985984000000");
    LIST("push", 2, xs, num_float(vm, 0.5));
    check_shown(LIST("sum", 1, xs), "6.5");
    value big = ints(0);
    for (int i = 0; i < 4; i++)
        LIST("push", 2, big, value_int(INT_SMALL_MAX));
    check_shown(LIST("sum", 1, big), "18446744073709551612");
    check_raised(LIST("repeat", 2, VALUE_NIL, value_int(-1)),
                 "value_error: a list cannot be of negative length");
}

Test(list, sorts_any_length)
{
    uint64_t seed = 1;
    for (uint32_t count = 0; count < 300; count++) {
        value xs = list_new(vm, p, NULL, 0);
        for (uint32_t i = 0; i < count; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            list_push(vm, value_list(xs), value_int((int64_t)(seed >> 33) % 50));
        }
        value sorted = LIST("sort", 1, xs);
        cr_assert_eq(value_list(sorted)->count, count);
        for (uint32_t i = 1; i < count; i++)
            cr_assert_leq(value_as_int(value_list(sorted)->items[i - 1]),
                          value_as_int(value_list(sorted)->items[i]));
        cr_assert_eq(LIST("sum", 1, sorted), LIST("sum", 1, xs));
    }
}

Test(list, sorts_stably_and_by_any_order)
{
    value xs = ints(0);
    for (int i = 0; i < 100; i++)
        list_push(vm, value_list(xs), i % 2 ? num_float(vm, i / 10) : value_int(i / 10));
    /* equal numbers of different form keep their order */
    value sorted = LIST("sort", 1, LIST("reverse", 1, xs));
    for (uint32_t i = 0; i < 100; i++) {
        cr_assert_eq(num_as_double(value_list(sorted)->items[i]), i / 10);
        cr_assert_eq(value_is_float(value_list(sorted)->items[i]), i % 2 == 0);
    }
    value mixed = list_new(vm, p, (value[]){fixture_string(vm, "b"), fixture_string(vm, "a")}, 2);
    check_shown(LIST("sort", 1, mixed), "[\"a\", \"b\"]");
    list_push(vm, value_list(mixed), value_int(1));
    check_raised(LIST("sort", 1, mixed), "type_error: an int and a string have no order");
    value same = ints(3, 2, 1, 3);
    cr_expect_eq(LIST("sort_in_place", 1, same), same);
    check_shown(same, "[1, 2, 3]");
}

static char *iterated(value v, bool two)
{
    value state[2], out = list_new(vm, p, NULL, 0);
    if (data_iterate(vm, p, v, state) != VERDICT_DONE)
        return fixture_raised(vm);
    for (;;) {
        value pair[2];
        bool more;
        verdict done = two ? data_next2(vm, p, state, &pair[0], &pair[1], &more)
                           : data_next(vm, p, state, &pair[0], &more);
        if (done != VERDICT_DONE)
            return fixture_raised(vm);
        if (!more)
            return fixture_show(vm, out);
        list_push(vm, value_list(out), two ? tuple_new(vm, p, pair, 2) : pair[0]);
    }
}

static void check_iterated(value v, const char *one, const char *two)
{
    char *got = iterated(v, false);
    cr_expect_str_eq(got, one);
    free(got);
    got = iterated(v, true);
    cr_expect_str_eq(got, two);
    free(got);
}

Test(list, iteration)
{
    check_iterated(ints(2, 5, 6), "[5, 6]", "[(0, 5), (1, 6)]");
    check_iterated(fixture_string(vm, "a\xc3\xa9z"), "[\"a\", \"\xc3\xa9\", \"z\"]",
                   "[(0, \"a\"), (1, \"\xc3\xa9\"), (2, \"z\")]");
    check_iterated(bytes_new(vm, "\x01\xff", 2), "[1, 255]", "[(0, 1), (1, 255)]");
    check_iterated(range_new(vm, value_int(-1), value_int(1), true), "[-1, 0, 1]",
                   "[(0, -1), (1, 0), (2, 1)]");
    check_iterated(range_new(vm, value_int(-3), value_int(-2), true), "[-3, -2]",
                   "[(0, -3), (1, -2)]");
    check_iterated(range_new(vm, value_int(5), value_int(2), false), "[]", "[]");
    value big = num_from_digits(vm, "4611686018427387905", 19, 10, false);
    check_iterated(range_new(vm, value_int(INT_SMALL_MAX), big, false),
                   "[4611686018427387903, 4611686018427387904]",
                   "[(0, 4611686018427387903), (1, 4611686018427387904)]");
    value m = map_new(vm, p, 0);
    map_put(vm, value_map(m), fixture_string(vm, "k"), value_int(1));
    map_put(vm, value_map(m), value_int(2), VALUE_NIL);
    check_iterated(m, "[(\"k\", 1), (2, nil)]", "[(\"k\", 1), (2, nil)]");
    check_iterated(VALUE_NIL, "type_error: expected something that can be iterated over, got nil",
                   "type_error: expected something that can be iterated over, got nil");
}

Test(list, a_list_may_grow_under_iteration_a_map_may_not)
{
    value xs = ints(1, 0), state[2], item, second;
    bool more = true;
    data_iterate(vm, p, xs, state);
    for (int i = 0; more; i++) {
        data_next(vm, p, state, &item, &more);
        if (i < 5)
            list_push(vm, value_list(xs), value_int(i));
    }
    cr_expect_eq(value_list(xs)->count, 6);
    cr_expect_eq(item, value_int(4));
    value m = map_new(vm, p, 0);
    map_put(vm, value_map(m), value_int(1), VALUE_NIL);
    map_put(vm, value_map(m), value_int(2), VALUE_NIL);
    data_iterate(vm, p, m, state);
    cr_expect_eq(data_next2(vm, p, state, &item, &second, &more), VERDICT_DONE);
    map_put(vm, value_map(m), value_int(1), VALUE_TRUE);
    cr_expect_eq(data_next2(vm, p, state, &item, &second, &more), VERDICT_DONE);
    map_put(vm, value_map(m), value_int(3), VALUE_NIL);
    cr_expect_eq(data_next2(vm, p, state, &item, &second, &more), VERDICT_FAIL);
    check_raised(VALUE_ABSENT,
                 "value_error: keys were added to the map or removed from it during the loop");
}

/* Any order of insertions and removals, beside a plain array. */
Test(list, is_the_same_whatever_end_it_is_used_at)
{
    enum { STEPS = 200000, MOST = 5000 };
    static value plain[MOST];
    uint32_t count = 0;
    value v = list_new(vm, p, NULL, 0);
    list *l = value_list(v);
    srand(17);
    for (int i = 0; i < STEPS; i++) {
        bool grows = i / 10000 % 2 == 0 ? rand() % 3 != 0 : rand() % 3 == 0;
        uint32_t end = (uint32_t)rand() % 5; /* mostly at one of the ends */
        if (grows && count < MOST) {
            uint32_t at = end < 2 ? 0 : end < 4 ? count : (uint32_t)rand() % (count + 1);
            cr_assert(end == 3 ? list_push(vm, l, value_int(i))
                               : list_insert(vm, l, at, value_int(i)));
            memmove(plain + at + 1, plain + at, (count++ - at) * sizeof *plain);
            plain[at] = value_int(i);
        } else if (count > 0) {
            uint32_t at = end < 2 ? 0 : end < 4 ? count - 1 : (uint32_t)rand() % count;
            cr_assert_eq(list_remove(vm, l, at), plain[at]);
            memmove(plain + at, plain + at + 1, (--count - at) * sizeof *plain);
        }
        cr_assert_eq(l->count, count);
        cr_assert(count == 0 || memcmp(l->items, plain, count * sizeof *plain) == 0);
        cr_assert_geq(l->capacity, count);
        for (value *free = l->block; free < l->items; free++)
            cr_assert_eq(*free, VALUE_ABSENT);
        for (uint32_t j = count; j < l->capacity; j++)
            cr_assert_eq(l->items[j], VALUE_ABSENT);
    }
}

Test(list, gives_its_memory_back)
{
    enum { COUNT = 1000000 };
    for (int front = 0; front < 2; front++) {
        value v = list_new(vm, p, NULL, 0);
        list *l = value_list(v);
        for (int i = 0; i < COUNT; i++)
            cr_assert(list_push(vm, l, value_int(i)));
        while (l->count > 10)
            list_remove(vm, l, front ? 0 : l->count - 1);
        cr_expect_lt((size_t)(l->items - l->block) + l->capacity, 2000);
        cr_expect_eq(l->items[0], value_int(front ? COUNT - 10 : 0));
    }
}
