/* stdlib/map.c. What calls functions is tested by scripts. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "stdlib/natives.h"
#include "tests/support/vm_fixture.h"
#include "vm/data/list.h"
#include "vm/data/map.h"
#include "vm/number/num.h"

static csp_vm *vm;

static void setup(void) { vm = fixture_vm(); }

static void teardown(void) { fixture_close(vm); }

TestSuite(map, .init = setup, .fini = teardown);

#define CALL(name, count, ...) fixture_call(vm, map_natives, name, count, __VA_ARGS__)

static void expect(value result, const char *wanted)
{
    char *got = result != VALUE_ABSENT ? fixture_show(vm, result) : fixture_raised(vm);
    cr_expect_str_eq(got, wanted, "%s, not %s", got, wanted);
    free(got);
}

static value str(const char *utf8) { return fixture_string(vm, utf8); }

/* {a: 0, b: 1, …} */
static value letters(int count)
{
    value m = map_new(vm, fixture_process(vm), 0);
    for (int i = 0; i < count; i++)
        cr_assert(map_put(vm, value_map(m), str((char[]){(char)('a' + i), '\0'}), value_int(i)));
    return m;
}

Test(map, lists_in_order_of_insertion)
{
    value m = letters(3);
    expect(CALL("keys", 1, m), "[\"a\", \"b\", \"c\"]");
    expect(CALL("values", 1, m), "[0, 1, 2]");
    expect(CALL("items", 1, m), "[(\"a\", 0), (\"b\", 1), (\"c\", 2)]");
    expect(CALL("keys", 1, letters(0)), "[]");
    CALL("remove", 2, m, str("a"));
    map_put(vm, value_map(m), str("a"), value_int(9));
    expect(CALL("items", 1, m), "[(\"b\", 1), (\"c\", 2), (\"a\", 9)]");
}

Test(map, looking_for_a_key)
{
    value m = letters(2);
    cr_expect(CALL("has", 2, m, str("b")) == VALUE_TRUE);
    cr_expect(CALL("has", 2, m, str("z")) == VALUE_FALSE);
    cr_expect(CALL("get", 2, m, str("b")) == value_int(1));
    cr_expect(CALL("get", 2, m, str("z")) == VALUE_NIL);
    cr_expect(CALL("get", 3, m, str("z"), value_int(7)) == value_int(7));
    cr_expect(CALL("get", 3, m, str("a"), value_int(7)) == value_int(0));
    map_put(vm, value_map(m), value_int(1), VALUE_TRUE);
    cr_expect(CALL("get", 2, m, num_float(vm, 1.0)) == VALUE_TRUE);
}

Test(map, in_place)
{
    value m = letters(3);
    cr_expect(CALL("remove", 2, m, str("b")) == value_int(1));
    cr_expect(CALL("remove", 2, m, str("b")) == VALUE_NIL);
    expect(m, "{a: 0, c: 2}");
    cr_expect(CALL("clear", 1, m) == m);
    expect(m, "{}");
    map_put(vm, value_map(m), str("x"), VALUE_NIL);
    expect(m, "{x: nil}");
}

Test(map, merge)
{
    value other = letters(1);
    map_put(vm, value_map(other), str("b"), VALUE_TRUE);
    expect(CALL("merge", 2, letters(3), other), "{a: 0, b: true, c: 2}");
    expect(CALL("merge", 1, letters(1)), "{a: 0}");
    value large = map_new(vm, fixture_process(vm), 0);
    for (int i = 0; i < 5000; i++)
        map_put(vm, value_map(large), value_int(i), value_int(i));
    value all = CALL("merge", 2, large, large);
    cr_expect(all != large);
    cr_expect_eq(map_count(value_map(all)), 5000);
}

Test(map, errors)
{
    value key = list_new(vm, fixture_process(vm), NULL, 0);
    expect(CALL("get", 2, letters(1), key),
           "type_error: expected a map key that cannot change (freeze it), got a list");
    expect(CALL("has", 2, letters(1), key),
           "type_error: expected a map key that cannot change (freeze it), got a list");
    expect(CALL("keys", 1, key), "type_error: expected a map, got a list");
    expect(CALL("merge", 2, letters(1), VALUE_NIL), "type_error: expected a map, got nil");
    value frozen = letters(1);
    value_map(frozen)->header = OBJ_MAP | OBJ_FROZEN | OBJ_IMMUTABLE;
    expect(CALL("remove", 2, frozen, str("a")),
           "frozen: the map is frozen: `copy` gives one that can change");
    expect(CALL("clear", 1, frozen), "frozen: the map is frozen: `copy` gives one that can change");
    expect(CALL("keys", 1, frozen), "[\"a\"]");
    value foreign = letters(1);
    value_map(foreign)->header = OBJ_MAP | (uint64_t)99 << OWNER_SHIFT;
    cr_expect(CALL("keys", 1, foreign) == VALUE_ABSENT);
    char *raised = fixture_raised(vm);
    cr_expect(strncmp(raised, "moved: ", 7) == 0, "%s", raised);
    free(raised);
}
