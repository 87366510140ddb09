/* vm/data/shape.c, and maps that have a shape, or lose it (vm/data/map.c) */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "tests/support/support.h"
#include "tests/support/vm_fixture.h"
#include "vm/core/string.h"
#include "vm/data/map.h"
#include "vm/data/shape.h"
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

TestSuite(shape, .init = setup, .fini = teardown);

/* "k<n>", as the program's text has it; they are held while the test runs. */
enum { NAMES = 64 };
static value held[NAMES];

static value name(int n)
{
    char *text = support_format("k%d", n);
    value v = str_intern(vm, text, strlen(text));
    free(text);
    held[n % NAMES] = v;
    return v;
}

/* The same text, as no program has it. */
static value other_name(int n)
{
    char *text = support_format("k%d", n);
    value v = fixture_string(vm, text);
    free(text);
    return v;
}

static map *new_map(void) { return value_map(map_new(vm, p, 0)); }

static value walk(walk_kind kind, value a)
{
    value args[8] = {a}, out = VALUE_ABSENT;
    verdict v;
    do
        v = walk_natives[kind].fn(vm, p, args, &out);
    while (v == VERDICT_YIELD);
    cr_assert_eq(v, VERDICT_DONE);
    return out;
}

/* A map with the names from `first` on. */
static map *with_names(int first, int count)
{
    map *m = new_map();
    for (int i = 0; i < count; i++)
        cr_assert(map_put(vm, m, name(first + i), value_int(i)));
    return m;
}

Test(shape, is_shared_by_the_same_names_in_the_same_order)
{
    map *a = with_names(0, 3), *b = with_names(0, 3), *c = new_map();
    map_put(vm, c, name(1), VALUE_NIL);
    map_put(vm, c, name(0), VALUE_NIL);
    map_put(vm, c, name(2), VALUE_NIL);
    cr_assert(map_has_shape(a) && map_has_shape(c));
    cr_expect_eq(a->shape, b->shape);
    cr_expect_neq(a->shape, c->shape);
    value names[] = {name(0), name(1), name(2)};
    cr_expect_eq(map_literal_shape(vm, names, 3), a->shape);
    map *d = new_map();
    for (int i = 0; i < 3; i++)
        map_put(vm, d, other_name(i), VALUE_NIL);
    cr_expect_eq(d->shape, a->shape, "equal texts are the same name");
}

Test(shape, is_lost_for_a_table)
{
    map *m = with_names(0, 3);
    uint32_t version = map_version(m);
    cr_assert(map_put(vm, m, value_int(1), VALUE_TRUE));
    cr_expect_not(map_has_shape(m));
    cr_expect_neq(map_version(m), version);
    cr_expect_eq(map_count(m), 4);
    m = with_names(0, 3);
    version = map_version(m);
    cr_assert(map_remove(vm, m, name(1)));
    cr_expect_not(map_has_shape(m));
    cr_expect_neq(map_version(m), version);
    cr_assert(map_put(vm, m, name(1), VALUE_NIL));
    cr_expect_eq(map_key(vm, m, 3), name(1), "what came again stands at the end");
    m = with_names(0, 3);
    version = map_version(m);
    cr_assert(map_clear(vm, m));
    for (int i = 0; i < 3; i++)
        map_put(vm, m, name(i), VALUE_NIL);
    cr_expect_neq(map_version(m), version, "a loop over the map notices it");
    m = new_map();
    cr_assert(map_put(vm, m, fixture_string(vm, "nowhere in the program"), VALUE_NIL));
    cr_expect_not(map_has_shape(m));
}

Test(shape, has_no_more_keys_than_it_may)
{
    map *m = with_names(0, SHAPE_KEYS);
    cr_assert(map_has_shape(m));
    cr_assert(map_put(vm, m, name(SHAPE_KEYS), VALUE_TRUE));
    cr_expect_not(map_has_shape(m));
    for (int i = 0; i < SHAPE_KEYS; i++) {
        cr_expect_eq(map_get(vm, m, name(i)), value_int(i));
        cr_expect_eq(map_key(vm, m, (uint32_t)i), name(i));
    }
    cr_expect_eq(map_get(vm, m, name(SHAPE_KEYS)), VALUE_TRUE);
    char longest[SHAPE_KEY_SIZE + 2];
    memset(longest, 'x', sizeof longest);
    value key = str_intern(vm, longest, SHAPE_KEY_SIZE + 1);
    m = new_map();
    cr_assert(map_put(vm, m, key, VALUE_TRUE));
    cr_expect_not(map_has_shape(m));
}

/* However many different maps there are, shapes are not: the others get tables. */
Test(shape, there_are_not_too_many)
{
    unsigned tables = 0;
    for (int i = 0; i < 3 * SHAPES; i++) {
        map *m = new_map();
        for (int j = 0; j < 3; j++)
            cr_assert(map_put(vm, m, name((i * 7 + j * 31) % NAMES), value_int(j)));
        tables += !map_has_shape(m);
        for (int j = 0; j < 3; j++)
            cr_assert_neq(map_get(vm, m, name((i * 7 + j * 31) % NAMES)), VALUE_ABSENT);
    }
    cr_expect_gt(tables, 0);
    cr_expect_leq(vm->shapes->added, SHAPES / 2);
    value names[3];
    for (int i = 0; i < 2 * SHAPES; i++) {
        char *text = support_format("literal %d", i);
        for (int j = 0; j < 3; j++)
            names[j] = j == 1 ? str_intern(vm, text, strlen(text)) : name(j);
        free(text);
        map_literal_shape(vm, names, 3);
    }
    cr_expect_eq(vm->shapes->count, SHAPES);
    cr_expect_eq(map_literal_shape(vm, names, 3), SHAPE_NONE);
}

Test(shape, tells_where_a_field_is)
{
    map *m = with_names(0, 12);
    field_hint hints[12] = {{0, 0}};
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 12; i++)
            cr_assert_eq(*map_field(vm, m, name(i), &hints[i]), value_int(i));
    map_put(vm, m, name(12), VALUE_TRUE);
    for (int i = 0; i < 12; i++)
        cr_assert_eq(*map_field(vm, m, name(i), &hints[i]), value_int(i), "of another shape");
    map_remove(vm, m, name(0));
    cr_expect_null(map_field(vm, m, name(0), &hints[0]));
    for (int round = 0; round < 2; round++)
        for (int i = 1; i < 12; i++)
            cr_assert_eq(*map_field(vm, m, name(i), &hints[i]), value_int(i), "of a table");
    cr_expect_eq(hints[5].shape, 0, "a table is no shape");
}

/* What is moved leaves an empty map behind, whether its contents stand inside of it or not. */
Test(shape, goes_with_a_map_that_is_moved)
{
    for (int count = 0; count < 12; count++) {
        for (int more = 0; more < 3; more++) {
            map *m = with_names(0, count);
            if (more == 1)
                map_put(vm, m, value_int(1), VALUE_NIL);
            if (more == 2)
                map_remove(vm, m, name(0));
            value before = walk(WALK_COPY, value_object(m)), v = value_object(m);
            value got = walk(WALK_ADOPT, walk(WALK_MOVE, v));
            cr_assert_neq(got, v);
            cr_expect(walk_equal_keys(vm, got, before));
            cr_expect_eq(map_count(m), 0);
            map_put(vm, value_map(got), name(20), VALUE_TRUE);
            map_put(vm, value_map(got), value_int(2), VALUE_TRUE);
            cr_expect_eq(map_get(vm, value_map(got), name(20)), VALUE_TRUE);
        }
    }
}

/* --- random operations, beside a plain model */

enum { KEYS = 40, STEPS = 4000 };

typedef struct model {
    int keys[KEYS], items[KEYS];
    int count;
} model;

static uint32_t seed;
static int any(int below)
{
    seed = seed * 1664525 + 1013904223;
    return (int)((seed >> 8) % (uint32_t)below);
}

static int find(const model *m, int key)
{
    for (int i = 0; i < m->count; i++)
        if (m->keys[i] == key)
            return i;
    return -1;
}

static void put(model *m, int key, int item)
{
    int i = find(m, key);
    if (i < 0)
        m->keys[i = m->count++] = key;
    m->items[i] = item;
}

static void take_out(model *m, int key)
{
    int i = find(m, key);
    if (i < 0)
        return;
    m->count--;
    memmove(&m->keys[i], &m->keys[i + 1], (size_t)(m->count - i) * sizeof *m->keys);
    memmove(&m->items[i], &m->items[i + 1], (size_t)(m->count - i) * sizeof *m->items);
}

/* Half are names, in either form, the others ints. */
static value key_of(int n) { return n % 2 ? value_int(n) : any(2) ? name(n) : other_name(n); }

static void check(const map *m, const model *wanted)
{
    cr_assert_eq(map_count(m), (uint32_t)wanted->count);
    uint32_t at = 0;
    map_entry e;
    for (int i = 0; i < wanted->count; i++) {
        cr_assert(map_next(vm, m, &at, &e));
        cr_assert(walk_equal_keys(vm, e.key, key_of(wanted->keys[i])));
        cr_assert_eq(e.item, value_int(wanted->items[i]));
    }
    cr_assert_not(map_next(vm, m, &at, &e));
    for (int i = 0; i < KEYS; i++) {
        int found = find(wanted, i);
        cr_assert_eq(map_get(vm, m, key_of(i)),
                     found < 0 ? VALUE_ABSENT : value_int(wanted->items[found]));
    }
}

/* A map with the same keys and items, in another order. */
static map *turned(const model *from)
{
    map *m = new_map();
    for (int i = from->count; i-- > 0;)
        map_put(vm, m, key_of(from->keys[i]), value_int(from->items[i]));
    return m;
}

static map *changed(map *m, model *wanted)
{
    int key = any(KEYS), item = any(1000);
    value v = value_object(m);
    switch (any(20)) {
    case 0: return value_map(walk(WALK_COPY, v));
    case 1: return value_map(walk(WALK_ADOPT, walk(WALK_MESSAGE, v)));
    case 2: return value_map(walk(WALK_ADOPT, walk(WALK_MOVE, v)));
    case 3: return value_map(walk(WALK_COPY, walk(WALK_FREEZE, v)));
    case 4: cr_assert(walk_equal_keys(vm, v, value_object(turned(wanted)))); return m;
    case 5:
    case 6:
    case 7:
        cr_assert_eq(map_remove(vm, m, key_of(key)), find(wanted, key) >= 0);
        take_out(wanted, key);
        return m;
    case 8:
        if (any(4) > 0)
            return m;
        cr_assert(map_clear(vm, m));
        wanted->count = 0;
        return m;
    default:
        key = any(4) > 0 ? key / 2 * 2 : key; /* mostly names */
        cr_assert(map_put(vm, m, key_of(key), value_int(item)));
        put(wanted, key, item);
        return m;
    }
}

Test(shape, random_operations_are_as_in_a_plain_model)
{
    for (uint32_t round = 0; round < 20; round++) {
        seed = round;
        map *m = new_map();
        model wanted = {.count = 0};
        for (int i = 0; i < STEPS / 20; i++) {
            if (any(60) == 0) { /* a new map, so that there are shapes all the time */
                m = new_map();
                wanted.count = 0;
            }
            m = changed(m, &wanted);
            check(m, &wanted);
        }
    }
}
