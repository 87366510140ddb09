/* vm/data/map.c, and the hashes and equality of keys (vm/data/map_hash.c, vm/walk/walk_equal.c) */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "tests/support/support.h"
#include "tests/support/vm_fixture.h"
#include "vm/core/string.h"
#include "vm/data/list.h"
#include "vm/data/map.h"
#include "vm/data/tuple.h"
#include "vm/number/num.h"
#include "vm/walk/walk.h"
#include "vm/walk/walk_equal.h"

static csp_vm *vm;
static process *p;

static void setup(void)
{
    vm = fixture_vm();
    p = fixture_process(vm);
}

static void teardown(void) { fixture_close(vm); }

TestSuite(map, .init = setup, .fini = teardown);

static value text_key(int n)
{
    char *name = support_format("key %d", n);
    value v = fixture_string(vm, name);
    free(name);
    return v;
}

/* The next entry; its key is ABSENT at the end. */
static map_entry next_of(const map *m, uint32_t *at)
{
    map_entry e;
    return map_next(vm, m, at, &e) ? e : (map_entry){VALUE_ABSENT, VALUE_ABSENT, 0};
}

static value pair(value a, value b) { return tuple_new(vm, p, (value[]){a, b}, 2); }

static value frozen(value v)
{
    value args[4] = {v};
    value out = VALUE_ABSENT;
    while (walk_natives[WALK_FREEZE].fn(vm, p, args, &out) == VERDICT_YIELD)
        ;
    return out;
}

Test(map, finds_what_was_put_in_the_order_it_came)
{
    map *m = value_map(map_new(vm, p, 0));
    enum { MANY = 5000 };
    for (int i = 0; i < MANY; i++) {
        cr_assert(map_put(vm, m, text_key(i), value_int(i)));
        cr_assert(map_put(vm, m, value_int(i), value_int(-i)));
    }
    cr_expect_eq(map_count(m), 2 * MANY);
    for (int i = 0; i < MANY; i++) {
        cr_assert_eq(map_get(vm, m, text_key(i)), value_int(i));
        cr_assert_eq(map_get(vm, m, value_int(i)), value_int(-i));
    }
    cr_expect_eq(map_get(vm, m, value_int(MANY)), VALUE_ABSENT);
    uint32_t at = 0;
    for (int i = 0; i < MANY; i++) {
        cr_assert_eq(next_of(m, &at).item, value_int(i));
        cr_assert_eq(next_of(m, &at).key, value_int(i));
    }
    cr_expect_eq(next_of(m, &at).key, VALUE_ABSENT);
}

Test(map, numbers_that_are_equal_are_one_key)
{
    map *m = value_map(map_new(vm, p, 0));
    for (int i = 0; i < 20; i++)
        map_put(vm, m, value_int(i), value_int(0));
    map_put(vm, m, num_float(vm, 7.0), value_int(1));
    map_put(vm, m, num_float(vm, -0.0), value_int(2));
    cr_expect_eq(map_count(m), 20);
    cr_expect_eq(map_get(vm, m, value_int(7)), value_int(1));
    cr_expect_eq(map_get(vm, m, value_int(0)), value_int(2));
    cr_expect_eq(map_key(vm, m, 7), value_int(7), "the first form stays");
    map_put(vm, m, VALUE_TRUE, value_int(3));
    cr_expect_eq(map_count(m), 21, "true is not 1");
    value nan = num_float(vm, NAN);
    map_put(vm, m, nan, value_int(4));
    cr_expect_eq(map_get(vm, m, nan), VALUE_ABSENT, "nan equals nothing");
}

Test(map, keys_of_every_kind)
{
    map *m = value_map(map_new(vm, p, 0));
    value keys[] = {
        VALUE_NIL,
        VALUE_TRUE,
        VALUE_FALSE,
        value_int(5),
        num_float(vm, 2.5),
        fixture_string(vm, "text"),
        bytes_new(vm, "text", 4),
        pair(value_int(1), pair(fixture_string(vm, "a"), VALUE_NIL)),
        range_new(vm, value_int(0), value_int(10), false),
        frozen(list_new(vm, p, (value[]){value_int(1), value_int(2)}, 2)),
        frozen(map_new(vm, p, 0)),
        vm->empty_tuple,
        error_new(vm, fixture_string(vm, "k"), fixture_string(vm, "m"), value_int(1)),
        value_object(p),
    };
    enum { COUNT = sizeof keys / sizeof *keys };
    for (int i = 0; i < COUNT; i++) {
        cr_assert_eq(map_key_check(vm, p, keys[i]), VERDICT_DONE, "%d", i);
        cr_assert(map_put(vm, m, keys[i], value_int(i)));
    }
    cr_expect_eq(map_count(m), COUNT);
    for (int i = 0; i < COUNT; i++)
        cr_expect_eq(map_get(vm, m, keys[i]), value_int(i), "%d", i);
    cr_expect_eq(map_get(vm, m, pair(num_float(vm, 1.0), pair(fixture_string(vm, "a"), VALUE_NIL))),
                 value_int(7));
    cr_expect_eq(map_get(vm, m, range_new(vm, value_int(0), value_int(9), true)), value_int(8));
    cr_expect_eq(
        map_get(vm, m, frozen(list_new(vm, p, (value[]){num_float(vm, 1.0), value_int(2)}, 2))),
        value_int(9));
    cr_expect_eq(map_get(vm, m, pair(value_int(1), value_int(2))), VALUE_ABSENT);
}

Test(map, a_key_must_not_change)
{
    value xs = list_new(vm, p, NULL, 0);
    cr_expect_eq(map_key_check(vm, p, xs), VERDICT_FAIL);
    char *raised = fixture_raised(vm);
    cr_expect(strncmp(raised, "type_error:", 11) == 0, "%s", raised);
    free(raised);
    cr_expect_eq(map_key_check(vm, p, pair(value_int(1), xs)), VERDICT_FAIL);
}

Test(map, removing_closes_gaps_and_changes_the_version)
{
    map *m = value_map(map_new(vm, p, 0));
    enum { MANY = 1000 };
    for (int i = 0; i < MANY; i++)
        map_put(vm, m, value_int(i), value_int(i));
    uint32_t version = map_version(m);
    map_put(vm, m, value_int(3), value_int(30));
    cr_expect_eq(map_version(m), version, "a new value is no new key");
    for (int i = 0; i < MANY; i += 2)
        cr_assert(map_remove(vm, m, value_int(i)));
    cr_expect_neq(map_version(m), version);
    cr_expect_not(map_remove(vm, m, value_int(0)));
    cr_expect_eq(map_count(m), MANY / 2);
    for (int i = 0; i < MANY; i++)
        cr_assert_eq(map_get(vm, m, value_int(i)) != VALUE_ABSENT, i % 2 == 1);
    for (int i = 0; i < MANY; i += 2)
        map_put(vm, m, value_int(i), value_int(i));
    uint32_t at = 0;
    cr_expect_eq(next_of(m, &at).key, value_int(1), "what came again stands at the end");
    for (int i = 0; i < MANY; i++)
        cr_assert(map_remove(vm, m, value_int(i)));
    cr_expect_eq(map_count(m), 0);
    cr_expect_lt(map_used(m), 16);
}

/* A map as a queue: the first key is found and removed again and again. */
Test(map, as_a_queue_is_not_quadratic)
{
    map *m = value_map(map_new(vm, p, 0));
    enum { MANY = 200000 };
    for (int i = 0; i < MANY; i++)
        map_put(vm, m, value_int(i), VALUE_NIL);
    uint64_t steps = 0;
    for (int i = 0; i < MANY; i++) {
        uint32_t at = 0;
        cr_assert_eq(next_of(m, &at).key, value_int(i));
        steps += at;
        map_remove(vm, m, value_int(i));
        map_put(vm, m, value_int(MANY + i), VALUE_NIL);
    }
    cr_expect_eq(map_count(m), MANY);
    (void)steps;
}

Test(map, the_hint_of_a_field_finds_it)
{
    map *m = value_map(map_new(vm, p, 0));
    value name = str_intern(vm, "name", 4), age = str_intern(vm, "age", 3);
    map_put(vm, m, name, value_int(1));
    map_put(vm, m, fixture_string(vm, "age"), value_int(2));
    field_hint hint = {0, 900};
    cr_expect_eq(*map_field(vm, m, name, &hint), value_int(1));
    cr_expect_eq(hint.place, 0);
    hint = (field_hint){0, 900};
    cr_expect_eq(*map_field(vm, m, age, &hint), value_int(2), "an equal text that is not interned");
    cr_expect_eq(hint.place, 1);
    hint = (field_hint){0, 0};
    cr_expect_null(map_field(vm, m, str_intern(vm, "nobody", 6), &hint));
}

/* A frozen map as the key of a frozen map, many times over: comparing them must not recurse. */
Test(map, keys_nested_deep)
{
    enum { DEPTH = 100000 };
    value keys[2];
    for (int k = 0; k < 2; k++) {
        value v = value_int(1);
        for (int i = 0; i < DEPTH; i++) {
            value m = map_new(vm, p, 1);
            cr_assert(map_put(vm, value_map(m), v, value_int(2)));
            v = frozen(m);
        }
        keys[k] = v;
    }
    map *m = value_map(map_new(vm, p, 0));
    map_put(vm, m, keys[0], value_int(7));
    cr_expect_eq(map_get(vm, m, keys[1]), value_int(7));
}

/* Equal hashes (a bounded number of elements counts) with different keys inside maps: wrong guesses
 * are undone. */
Test(map, maps_as_keys_are_matched_by_trying)
{
    enum { LENGTH = 100, COUNT = 6 };
    value maps[2];
    for (int k = 0; k < 2; k++) {
        maps[k] = map_new(vm, p, 0);
        for (int i = 0; i < COUNT; i++) {
            value items[LENGTH];
            for (int j = 0; j < LENGTH; j++)
                items[j] = value_int(j == LENGTH - 1 ? (k ? COUNT - 1 - i : i) : 0);
            value key =
                tuple_new(vm, p, (value[]){tuple_new(vm, p, items, LENGTH), vm->empty_tuple}, 2);
            map_put(vm, value_map(maps[k]), key, value_int(k ? COUNT - 1 - i : i));
        }
        maps[k] = frozen(maps[k]);
    }
    cr_expect_eq(map_count(value_map(maps[0])), COUNT);
    cr_expect(walk_equal_keys(vm, maps[0], maps[1]));
    map *different = value_map(map_new(vm, p, 0));
    uint32_t at = 0;
    map_entry e;
    while (map_next(vm, value_map(maps[0]), &at, &e))
        map_put(vm, different, e.key, at == 3 ? value_int(99) : e.item);
    cr_expect_not(walk_equal_keys(vm, maps[0], frozen(value_object(different))));
}
