/* vm/walk/walk_*.c */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "tests/support/support.h"
#include "tests/support/vm_fixture.h"
#include "vm/core/string.h"
#include "vm/core/text.h"
#include "vm/data/list.h"
#include "vm/data/map.h"
#include "vm/data/tuple.h"
#include "vm/number/num.h"
#include "vm/walk/walk.h"
#include "vm/walk/walk_adopt.h"
#include "vm/walk/walk_copy.h"
#include "vm/walk/walk_equal.h"
#include "vm/walk/walk_own.h"
#include "vm/walk/walk_show.h"

static csp_vm *vm;
static process *p;

static void setup(void)
{
    vm = fixture_vm();
    p = fixture_process(vm);
}

static void teardown(void) { fixture_close(vm); }

TestSuite(walk, .init = setup, .fini = teardown);

enum { DEEP = 1000000, MAX_SLOTS = 8 };

static unsigned steps; /* of the last walk */

static value run(walk_kind kind, value a, value b)
{
    value args[MAX_SLOTS] = {a, b};
    value out = VALUE_ABSENT;
    verdict v;
    steps = 0;
    do {
        steps++;
        v = walk_natives[kind].fn(vm, p, args, &out);
    } while (v == VERDICT_YIELD);
    return v == VERDICT_DONE ? out : VALUE_ABSENT;
}

static value walk1(walk_kind kind, value a) { return run(kind, a, VALUE_ABSENT); }

static value str(const char *s) { return fixture_string(vm, s); }

static value list_of(int count, const value *items)
{
    return list_new(vm, p, items, (size_t)count);
}
#define LIST(...) list_of(sizeof((value[]){__VA_ARGS__}) / sizeof(value), (value[]){__VA_ARGS__})
#define TUPLE(...) \
    tuple_new(vm, p, (value[]){__VA_ARGS__}, sizeof((value[]){__VA_ARGS__}) / sizeof(value))
#define INT(n) value_int(n)

static value map_of(int count, const value *pairs)
{
    value m = map_new(vm, p, 0);
    for (int i = 0; i < count; i += 2)
        map_put(vm, value_map(m), pairs[i], pairs[i + 1]);
    return m;
}
#define MAP(...) map_of(sizeof((value[]){__VA_ARGS__}) / sizeof(value), (value[]){__VA_ARGS__})

static value deep(int depth, value bottom)
{
    value v = LIST(bottom);
    for (int i = 0; i < depth; i++)
        v = LIST(v);
    return v;
}

/* xs = [first, xs] */
static value ring(value first)
{
    value xs = LIST(first, VALUE_NIL);
    value_list(xs)->items[1] = xs;
    return xs;
}

static uint64_t owner(value v) { return obj_header(v) & OWNER_MASK; }

static value at(value v, int i)
{
    return value_is(v, OBJ_TUPLE) ? value_tuple(v)->items[i] : value_list(v)->items[i];
}

static void check_text(value v, const char *wanted)
{
    cr_assert_neq(v, VALUE_ABSENT);
    cr_expect_str_eq(fixture_text(v), wanted);
}

static void check_raised(value v, const char *wanted)
{
    cr_expect_eq(v, VALUE_ABSENT);
    char *got = fixture_raised(vm);
    cr_expect_str_eq(got, wanted);
    free(got);
}

/* --- equality */

static void check_equal(value a, value b, bool wanted)
{
    cr_expect_eq(run(WALK_EQUAL, a, b), value_bool(wanted));
    cr_expect_eq(run(WALK_EQUAL, b, a), value_bool(wanted));
    int quick = walk_equal_quick(vm, a, b);
    cr_expect(quick == -1 || quick == wanted);
}

Test(walk, equality_of_plain_values)
{
    check_equal(INT(1), num_float(vm, 1.0), true);
    check_equal(INT(1), VALUE_TRUE, false);
    check_equal(VALUE_NIL, VALUE_FALSE, false);
    check_equal(str("a"), str("a"), true);
    check_equal(str("a"), bytes_new(vm, "a", 1), false);
    check_equal(num_float(vm, NAN), num_float(vm, NAN), false);
    check_equal(range_new(vm, INT(0), INT(10), false), range_new(vm, INT(0), INT(9), true), true);
    check_equal(range_new(vm, INT(-9), INT(-2), true), range_new(vm, INT(-9), INT(-1), false),
                true);
    check_equal(range_new(vm, INT(0), VALUE_NIL, false), range_new(vm, INT(0), INT(9), true),
                false);
}

Test(walk, equality_by_structure)
{
    check_equal(LIST(INT(1), LIST(INT(2), str("x"))),
                LIST(num_float(vm, 1.0), LIST(INT(2), str("x"))), true);
    check_equal(LIST(INT(1), LIST(INT(2), str("x"))), LIST(INT(1), LIST(INT(2), str("y"))), false);
    check_equal(LIST(INT(1)), TUPLE(INT(1)), false);
    check_equal(LIST(INT(1)), LIST(INT(1), INT(1)), false);
    check_equal(MAP(str("a"), LIST(INT(1)), INT(2), VALUE_NIL),
                MAP(INT(2), VALUE_NIL, str("a"), LIST(INT(1))), true);
    check_equal(MAP(str("a"), INT(1)), MAP(str("b"), INT(1)), false);
    check_equal(MAP(str("a"), INT(1)), MAP(str("a"), INT(2)), false);
    check_equal(walk1(WALK_FREEZE, LIST(INT(1))), LIST(INT(1)), true);
    check_equal(error_new(vm, str("k"), str("m"), LIST(INT(1))),
                error_new(vm, str("k"), str("m"), LIST(INT(1))), true);
    check_equal(error_new(vm, str("k"), str("m"), LIST(INT(1))),
                error_new(vm, str("k"), str("m"), LIST(INT(2))), false);
    value nan = LIST(num_float(vm, NAN));
    check_equal(nan, nan, false);
    check_equal(LIST(nan, nan), LIST(nan, nan), false);
}

Test(walk, equality_of_cycles_and_shared_parts)
{
    check_equal(ring(INT(1)), ring(INT(1)), true);
    check_equal(ring(INT(1)), ring(INT(2)), false);
    value a = ring(INT(1));
    check_equal(a, a, true);
    check_equal(a, LIST(INT(1), ring(INT(1))), true);
    value m = MAP(str("v"), INT(1)), n = MAP(str("v"), INT(1));
    map_put(vm, value_map(m), str("me"), m);
    map_put(vm, value_map(n), str("me"), n);
    check_equal(m, n, true);
    map_put(vm, value_map(n), str("v"), INT(2));
    check_equal(m, n, false);
    /* 2^60 paths, 60 lists */
    value x = LIST(INT(1)), y = LIST(INT(1));
    for (int i = 0; i < 60; i++) {
        x = LIST(x, x);
        y = LIST(y, y);
    }
    check_equal(x, y, true);
}

/* Rings of lengths without a common factor: all pairs of places are met, but not each pair is
 * looked into. */
Test(walk, equality_of_long_cycles_is_linear)
{
    enum { LONG = 10007, OTHER = 10009 };
    value rings[2];
    for (int k = 0; k < 2; k++) {
        int length = k ? OTHER : LONG;
        value last = LIST(INT(1), VALUE_NIL), v = last;
        for (int i = 1; i < length; i++)
            v = LIST(INT(1), v);
        value_list(last)->items[1] = v;
        rings[k] = v;
    }
    check_equal(rings[0], rings[1], true);
    cr_expect_lt(steps, 2000);
}

Test(walk, equality_of_deep_lists)
{
    check_equal(deep(DEEP, INT(1)), deep(DEEP, INT(1)), true);
    cr_expect_gt(steps, 1000, "in slices");
    check_equal(deep(DEEP, INT(1)), deep(DEEP, INT(2)), false);
}

/* --- order */

static void check_order(value a, value b, value wanted)
{
    cr_expect_eq(run(WALK_COMPARE, a, b), wanted);
}

Test(walk, order)
{
    check_order(INT(1), num_float(vm, 1.5), INT(-1));
    check_order(str("b"), str("a"), INT(1));
    check_order(TUPLE(INT(1), INT(2)), TUPLE(INT(1), INT(3)), INT(-1));
    check_order(TUPLE(INT(1)), TUPLE(INT(1), INT(0)), INT(-1));
    check_order(LIST(LIST(INT(1)), INT(2)), LIST(LIST(INT(1)), INT(1)), INT(1));
    check_order(LIST(LIST(INT(1)), INT(2)), LIST(LIST(INT(1)), INT(2)), INT(0));
    check_order(LIST(VALUE_NIL, INT(1)), LIST(VALUE_NIL, INT(2)), INT(-1));
    check_order(LIST(num_float(vm, NAN)), LIST(INT(1)), VALUE_NIL);
    check_order(ring(INT(1)), ring(INT(1)), INT(0));
    check_order(ring(INT(1)), ring(INT(2)), INT(-1));
    check_order(deep(DEEP, INT(2)), deep(DEEP, INT(1)), INT(1));
    check_raised(run(WALK_COMPARE, INT(1), str("a")),
                 "type_error: an int and a string have no order");
    check_raised(run(WALK_COMPARE, LIST(VALUE_NIL), LIST(VALUE_TRUE)),
                 "type_error: nil and a bool have no order");
    check_raised(
        run(WALK_COMPARE, LIST(LIST(MAP(INT(1), INT(1)))), LIST(LIST(MAP(INT(1), INT(1))))),
        "type_error: values of type map have no order");
}

/* --- in */

Test(walk, contains)
{
    value xs = LIST(INT(1), str("a"), LIST(INT(2), LIST(INT(3))));
    cr_expect_eq(run(WALK_CONTAINS, num_float(vm, 1.0), xs), VALUE_TRUE);
    cr_expect_eq(run(WALK_CONTAINS, LIST(INT(2), LIST(INT(3))), xs), VALUE_TRUE);
    cr_expect_eq(run(WALK_CONTAINS, LIST(INT(2), LIST(INT(4))), xs), VALUE_FALSE);
    cr_expect_eq(run(WALK_CONTAINS, str("ell"), str("hello")), VALUE_TRUE);
    cr_expect_eq(run(WALK_CONTAINS, INT(3), range_new(vm, INT(0), INT(3), false)), VALUE_FALSE);
    cr_expect_eq(run(WALK_CONTAINS, num_float(vm, 2.0), range_new(vm, INT(0), VALUE_NIL, false)),
                 VALUE_TRUE);
    cr_expect_eq(run(WALK_CONTAINS, num_float(vm, 2.5), range_new(vm, INT(0), VALUE_NIL, false)),
                 VALUE_FALSE);
    cr_expect_eq(run(WALK_CONTAINS, str("k"), MAP(str("k"), VALUE_NIL)), VALUE_TRUE);
    cr_expect_eq(run(WALK_CONTAINS, INT(98), bytes_new(vm, "abc", 3)), VALUE_TRUE);
    cr_expect_eq(run(WALK_CONTAINS, bytes_new(vm, "bc", 2), bytes_new(vm, "abc", 3)), VALUE_TRUE);
    check_raised(run(WALK_CONTAINS, INT(1), str("1")),
                 "type_error: expected a string to search for, got an int");
    check_raised(run(WALK_CONTAINS, INT(1), INT(1)),
                 "type_error: expected something to search with `in`, got an int");
    value many = LIST(INT(0));
    for (int i = 0; i < 100000; i++)
        list_push(vm, value_list(many), deep(3, INT(i)));
    cr_expect_eq(run(WALK_CONTAINS, deep(3, INT(99999)), many), VALUE_TRUE);
    cr_expect_gt(steps, 100, "in slices");
}

/* --- text */

Test(walk, text)
{
    check_text(walk1(WALK_STR, str("a\"b")), "a\"b");
    check_text(walk1(WALK_REPR, str("a\"b\n")), "\"a\\\"b\\n\"");
    check_text(walk1(WALK_STR, LIST(INT(1), num_float(vm, 2), str("x"), VALUE_NIL, VALUE_TRUE)),
               "[1, 2.0, \"x\", nil, true]");
    check_text(walk1(WALK_STR, TUPLE(INT(1))), "(1,)");
    check_text(walk1(WALK_STR, TUPLE(INT(1), LIST(INT(2)))), "(1, [2])");
    check_text(walk1(WALK_STR, vm->empty_tuple), "()");
    check_text(walk1(WALK_STR, MAP(INT(1), VALUE_NIL)), "{[1]: nil}");
    check_text(walk1(WALK_STR, MAP(str("if"), INT(1), str("b c"), INT(2), TUPLE(INT(1), INT(2)),
                                   INT(3), VALUE_TRUE, LIST(INT(1)))),
               "{if: 1, \"b c\": 2, [(1, 2)]: 3, [true]: [1]}");
    check_text(walk1(WALK_STR, MAP(str("\xc3\xa9t\xc3\xa9"), INT(1), str("_"), INT(2), str("9a"),
                                   INT(3), str(""), INT(4))),
               "{\xc3\xa9t\xc3\xa9: 1, \"_\": 2, \"9a\": 3, \"\": 4}");
    check_text(walk1(WALK_STR, map_of(0, NULL)), "{}");
    check_text(walk1(WALK_STR, error_new(vm, str("k"), str("m\""), VALUE_NIL)),
               "error(\"k\", \"m\\\"\")");
    check_text(walk1(WALK_STR, error_new(vm, str("k"), str("m"), LIST(str("d")))),
               "error(\"k\", \"m\", [\"d\"])");
    check_text(walk1(WALK_STR, LIST(range_new(vm, INT(0), INT(9), true),
                                    range_new(vm, INT(2), VALUE_NIL, false))),
               "[0..10, 2..]");
    check_text(walk1(WALK_STR, LIST(bytes_new(vm,
                                              "\x00"
                                              "a",
                                              2))),
               "[b\"\\0a\"]");
    check_text(walk1(WALK_STR, value_object(p)), "<process 1>");
    check_text(walk1(WALK_STR, walk1(WALK_FREEZE, LIST(INT(1)))), "[1]");
    check_text(walk1(WALK_JOIN, TUPLE(str("a"), INT(1), LIST(str("b")))), "a1[\"b\"]");
    check_text(walk1(WALK_JOIN, vm->empty_tuple), "");
}

Test(walk, text_of_cycles)
{
    check_text(walk1(WALK_STR, ring(INT(1))), "[1, [...]]");
    value inner = LIST(INT(2));
    check_text(walk1(WALK_STR, LIST(inner, inner)), "[[2], [2]]");
    value m = map_of(0, NULL);
    map_put(vm, value_map(m), str("me"), TUPLE(m));
    check_text(walk1(WALK_STR, m), "{me: ({...},)}");
}

Test(walk, text_of_deep_lists)
{
    value v = walk1(WALK_STR, deep(DEEP, INT(1)));
    cr_assert_neq(v, VALUE_ABSENT);
    cr_expect_eq(value_string(v)->size, 2 * (DEEP + 1) + 1);
    cr_expect_gt(steps, 1000, "in slices");
    text t;
    text_init(&t, vm);
    cr_assert(walk_show(vm, &t, deep(DEEP, INT(1)), 10));
    cr_expect(t.used == 13 && memcmp(t.block, "[[[[[[[[[[\xe2\x80\xa6", 13) == 0);
}

/* --- copies */

Test(walk, messages_keep_structure_sharing_and_cycles)
{
    value inner = LIST(INT(1)), frozen = walk1(WALK_FREEZE, LIST(INT(5)));
    value plain = TUPLE(INT(1), INT(2)), m = MAP(str("k"), inner, INT(2), plain);
    value source = LIST(inner, inner, m, TUPLE(inner, plain), frozen, ring(INT(7)));
    value copy = walk1(WALK_MESSAGE, source);
    check_equal(source, source, true);
    char *shown = fixture_show(vm, copy);
    cr_expect_str_eq(shown, "[[1], [1], {k: [1], [2]: (1, 2)}, ([1], (1, 2)), [5], [7, [...]]]");
    free(shown);
    cr_expect_eq(owner(copy), OWNER_TRANSIT);
    cr_expect_eq(owner(source), process_owner(p));
    cr_expect_neq(at(copy, 0), inner);
    cr_expect_eq(at(copy, 0), at(copy, 1));
    cr_expect_eq(map_get(vm, value_map(at(copy, 2)), str("k")), at(copy, 0));
    cr_expect_eq(at(at(copy, 3), 0), at(copy, 0));
    cr_expect_eq(owner(at(copy, 3)), OWNER_TRANSIT);
    cr_expect_eq(at(at(copy, 3), 1), plain, "what cannot change is shared");
    cr_expect_eq(at(copy, 4), frozen);
    cr_expect_eq(at(at(copy, 5), 1), at(copy, 5));
    cr_expect_eq(walk1(WALK_MESSAGE, frozen), frozen);
}

Test(walk, copies_can_be_changed)
{
    value frozen = walk1(WALK_FREEZE, LIST(INT(5), LIST(INT(6)), TUPLE(LIST(INT(7)))));
    value copy = walk1(WALK_COPY, frozen);
    cr_expect_eq(obj_header(copy), process_owner(p) | OBJ_LIST);
    cr_expect_eq(obj_header(at(copy, 1)), process_owner(p) | OBJ_LIST);
    cr_expect_eq(obj_header(at(copy, 2)), process_owner(p) | OBJ_TUPLE);
    cr_expect_eq(obj_header(at(at(copy, 2), 0)), process_owner(p) | OBJ_LIST);
    cr_expect_eq(obj_header(frozen), OBJ_LIST | OBJ_FROZEN | OBJ_IMMUTABLE);
    value nested = TUPLE(INT(1), TUPLE(INT(2), TUPLE(INT(3), TUPLE(INT(4)))));
    cr_expect(value_is_immutable(walk1(WALK_COPY, nested)), "nothing inside can change");
}

Test(walk, a_message_crashes_on_what_belongs_to_others)
{
    value foreign = LIST(INT(1));
    ((object *)value_as_object(foreign))->header = OBJ_LIST | (uint64_t)99 << OWNER_SHIFT;
    check_raised(walk1(WALK_MESSAGE, LIST(LIST(foreign))),
                 "moved: this list was handed to another process");
    check_raised(walk1(WALK_STR, LIST(foreign)), "moved: this list was handed to another process");
    check_raised(run(WALK_EQUAL, LIST(foreign), LIST(LIST(INT(1)))),
                 "moved: this list was handed to another process");
    check_raised(run(WALK_EQUAL, foreign, foreign),
                 "moved: this list was handed to another process");
    check_raised(run(WALK_CONTAINS, INT(1), foreign),
                 "moved: this list was handed to another process");
    cr_expect_eq(walk_copy_quick(vm, p, foreign), VALUE_ABSENT);
}

Test(walk, deep_and_wide_copies)
{
    value source = deep(DEEP, INT(1));
    value copy = walk1(WALK_MESSAGE, source);
    cr_expect_gt(steps, 1000, "in slices");
    for (int i = 0; i < DEEP; i++) {
        copy = at(copy, 0);
        source = at(source, 0);
        cr_assert_neq(copy, source);
    }
    value wide = list_of(0, NULL);
    enum { WIDE = 200000 };
    for (int i = 0; i < WIDE; i++)
        list_push(vm, value_list(wide), LIST(INT(i)));
    copy = walk1(WALK_COPY, wide);
    for (int i = 0; i < WIDE; i++)
        cr_assert_eq(at(at(copy, i), 0), INT(i));
}

Test(walk, quick_copies_and_adoption)
{
    value xs = LIST(INT(1), str("a")), m = MAP(str("k"), INT(1));
    value copy = walk_copy_quick(vm, p, xs);
    cr_expect_eq(owner(copy), OWNER_TRANSIT);
    check_equal(walk_copy_quick(vm, p, INT(1)), INT(1), true);
    cr_expect(walk_adopt_quick(p, copy));
    cr_expect_eq(obj_header(copy), process_owner(p) | OBJ_LIST, "like any other list of p's");
    check_equal(copy, xs, true);
    copy = walk_copy_quick(vm, p, m);
    cr_expect(walk_adopt_quick(p, copy));
    check_equal(copy, m, true);
    cr_expect_eq(walk_copy_quick(vm, p, LIST(xs)), VALUE_ABSENT);
    copy = walk1(WALK_MESSAGE, LIST(xs, m, TUPLE(xs)));
    cr_expect_not(walk_adopt_quick(p, copy));
    cr_expect_eq(walk1(WALK_ADOPT, copy), copy);
    cr_expect_eq(owner(copy), process_owner(p));
    cr_expect_eq(owner(at(copy, 0)), process_owner(p));
    cr_expect_eq(owner(at(copy, 1)), process_owner(p));
    cr_expect_eq(owner(at(copy, 2)), process_owner(p));
    check_equal(copy, LIST(xs, m, TUPLE(xs)), true);
}

/* --- freezing */

Test(walk, freezing_copies)
{
    value source = LIST(INT(1), LIST(INT(2)), MAP(str("k"), LIST(INT(3))), TUPLE(LIST(INT(4))));
    value frozen = walk1(WALK_FREEZE, source);
    cr_expect_neq(frozen, source);
    check_equal(frozen, source, true);
    cr_expect(value_is_immutable(frozen));
    cr_expect_eq(obj_header(at(frozen, 1)), OBJ_LIST | OBJ_FROZEN | OBJ_IMMUTABLE);
    cr_expect_eq(obj_header(at(frozen, 2)), OBJ_MAP | OBJ_FROZEN | OBJ_IMMUTABLE);
    cr_expect_eq(obj_header(at(frozen, 3)), OBJ_TUPLE | OBJ_IMMUTABLE);
    cr_expect_eq(obj_header(source), process_owner(p) | OBJ_LIST);
    value cycle = walk1(WALK_FREEZE, ring(INT(1)));
    cr_expect_eq(at(cycle, 1), cycle);
    cr_expect_eq(walk1(WALK_FREEZE, frozen), frozen);
}

Test(walk, freezing_in_place)
{
    value inner = LIST(INT(2)), t = TUPLE(inner), source = LIST(INT(1), inner, MAP(str("k"), t));
    cr_expect_eq(walk1(WALK_FREEZE_MOVE, source), source);
    cr_expect_eq(obj_header(source), OBJ_LIST | OBJ_FROZEN | OBJ_IMMUTABLE);
    cr_expect_eq(obj_header(inner), OBJ_LIST | OBJ_FROZEN | OBJ_IMMUTABLE);
    cr_expect_eq(obj_header(t), OBJ_TUPLE | OBJ_IMMUTABLE);
    value deepest = deep(DEEP, INT(1));
    walk1(WALK_FREEZE_MOVE, deepest);
    cr_expect_gt(steps, 1000, "in slices");
    for (value v = deepest; value_is(v, OBJ_LIST); v = at(v, 0))
        cr_assert(value_is_immutable(v));
}

/* --- handing over */

static void set_owner(value v, uint64_t to)
{
    object *o = value_as_object(v);
    o->header = (o->header & ~OWNER_MASK) | to;
}

Test(walk, moving_there_and_back)
{
    value inner = LIST(INT(2)), t = TUPLE(inner, INT(1)), cycle = ring(INT(3));
    value source = LIST(inner, inner, MAP(str("k"), t), cycle);
    cr_expect_eq(walk1(WALK_MOVE, source), source);
    value all[] = {source, inner, t, cycle, at(source, 2)};
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++)
        cr_expect_eq(owner(all[i]), OWNER_TRANSIT);
    check_raised(walk1(WALK_MOVE, source), "moved: this list was handed to another process");
    cr_expect_eq(walk1(WALK_UNMOVE, source), source);
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++)
        cr_expect_eq(owner(all[i]), process_owner(p));
    cr_expect_eq(walk1(WALK_MOVE, INT(1)), INT(1));
}

/* Whoever takes it over, the names that are left for it are of no use: even within the same
 * process. */
Test(walk, what_was_moved_stays_gone_for_its_old_names)
{
    value inner = LIST(INT(2)), t = TUPLE(inner, INT(1)), cycle = ring(INT(3)),
          m = MAP(str("k"), t, str("l"), inner);
    value source = LIST(inner, inner, m, cycle);
    walk1(WALK_MOVE, source);
    cr_expect_not(walk_adopt_quick(p, source));
    value got = walk1(WALK_ADOPT, source);
    char *shown = fixture_show(vm, got);
    cr_expect_str_eq(shown, "[[2], [2], {k: ([2], 1), l: [2]}, [3, [...]]]");
    free(shown);
    value there = at(got, 0);
    cr_expect_eq(obj_header(got), process_owner(p) | OBJ_LIST);
    cr_expect_eq(obj_header(there), process_owner(p) | OBJ_LIST);
    cr_expect_eq(at(got, 1), there);
    cr_expect_eq(at(map_get(vm, value_map(at(got, 2)), str("k")), 0), there);
    cr_expect_eq(at(at(got, 3), 1), at(got, 3));
    value old[] = {source, inner, t, cycle, m};
    for (unsigned i = 0; i < sizeof old / sizeof *old; i++)
        check_raised(walk1(WALK_STR, old[i]),
                     i == 2   ? "moved: this tuple was handed to another process"
                     : i == 4 ? "moved: this map was handed to another process"
                              : "moved: this list was handed to another process");
    cr_expect_eq(value_list(source)->count, 0, "and it keeps nothing alive");
    value deepest = deep(DEEP, INT(1)), want = deep(DEEP, INT(1));
    walk1(WALK_MOVE, deepest);
    got = walk1(WALK_ADOPT, deepest);
    cr_expect_gt(steps, 1000, "in slices");
    check_equal(got, want, true);
}

Test(walk, a_move_that_crashes_moves_nothing)
{
    value gone = LIST(INT(1));
    set_owner(gone, OWNER_TRANSIT);
    value source = deep(5000, INT(1));
    value holder = LIST(source, gone);
    check_raised(walk1(WALK_MOVE, holder), "moved: this list was handed to another process");
    check_raised(walk1(WALK_FREEZE_MOVE, holder), "moved: this list was handed to another process");
    cr_expect_eq(owner(holder), process_owner(p));
    for (value v = source; value_is(v, OBJ_LIST); v = at(v, 0))
        cr_assert_eq(owner(v), process_owner(p));
    cr_expect_eq(owner(gone), OWNER_TRANSIT);
}

/* Killed after each possible number of steps: a move is undone, a freezing in place either undone
 * or done. */
Test(walk, an_abandoned_move_leaves_nothing_half_done)
{
    enum { DEPTH = 400 };
    for (int freezes = 0; freezes < 2; freezes++) {
        walk_kind kind = freezes ? WALK_FREEZE_MOVE : WALK_MOVE;
        for (unsigned killed = 1;; killed++) {
            value source = deep(DEPTH, INT(1)), args[MAX_SLOTS] = {source}, out;
            verdict v = VERDICT_YIELD;
            for (unsigned i = 0; i < killed && v == VERDICT_YIELD; i++)
                v = walk_natives[kind].fn(vm, p, args, &out);
            if (v == VERDICT_DONE) {
                cr_expect_gt(killed, 2);
                break;
            }
            walk_abandon(vm, p, kind, args);
            bool frozen = value_is_immutable(source);
            for (value l = source; value_is(l, OBJ_LIST); l = at(l, 0)) {
                cr_assert_eq(value_is_immutable(l), frozen);
                cr_assert_eq(owner(l), frozen ? 0 : process_owner(p));
            }
        }
    }
}
