#include <criterion/criterion.h>

#include "tests/support/vm_fixture.h"
#include "vm/code/origin.h"
#include "vm/core/string.h"

static csp_vm *vm;

static void open_vm(void) { vm = fixture_vm(); }
static void close_vm(void) { fixture_close(vm); }

TestSuite(origin, .init = open_vm, .fini = close_vm);

/* The places from `number` up to the host. */
static uint32_t places(uint32_t number, uint32_t *out)
{
    uint32_t n = 0;
    for (; origin_at(vm, number).position; number = origin_at(vm, number).parent)
        out[n++] = origin_at(vm, number).position;
    return n;
}

Test(origin, one_for_each_history)
{
    cr_expect_eq(origin_at(vm, ORIGIN_HOST).position, 0);
    uint32_t a = origin_of_spawn(vm, ORIGIN_HOST, 10, NULL), b = origin_of_spawn(vm, a, 20, NULL);
    uint32_t other = origin_of_spawn(vm, ORIGIN_HOST, 20, NULL);
    cr_expect_neq(b, other, "the same place, by others");
    cr_expect_eq(origin_of_spawn(vm, ORIGIN_HOST, 10, NULL), a);
    cr_expect_eq(origin_of_spawn(vm, a, 20, NULL), b);
    uint32_t found[8];
    cr_assert_eq(places(b, found), 2);
    cr_expect_eq(found[0], 20);
    cr_expect_eq(found[1], 10);
    cr_expect(!origin_at(vm, a).recurs);
}

Test(origin, one_for_each_function)
{
    const string *f = value_string(str_intern(vm, "f", 1)),
                 *g = value_string(str_intern(vm, "g", 1));
    uint32_t a = origin_of_spawn(vm, ORIGIN_HOST, 10, f),
             b = origin_of_spawn(vm, ORIGIN_HOST, 10, g);
    cr_expect_neq(a, b);
    cr_expect_eq(origin_of_spawn(vm, ORIGIN_HOST, 10, f), a);
    cr_expect_eq(origin_at(vm, a).name, f);
    cr_expect_eq(origin_at(vm, b).name, g);
    uint32_t inner = origin_of_spawn(vm, a, 20, NULL);
    cr_expect_eq(origin_at(vm, inner).name, NULL);
    cr_expect_eq(origin_of_spawn(vm, inner, 10, f), a, "it spawns its own kind");
    cr_expect_neq(origin_of_spawn(vm, inner, 10, g), b, "that is another");
}

Test(origin, a_place_that_recurs_is_one)
{
    uint32_t a = origin_of_spawn(vm, ORIGIN_HOST, 10, NULL), b = origin_of_spawn(vm, a, 20, NULL),
             at = b;
    for (int i = 0; i < 1000; i++) { /* two kinds that spawn each other */
        at = origin_of_spawn(vm, at, 10, NULL);
        cr_assert_eq(at, a);
        at = origin_of_spawn(vm, at, 20, NULL);
        cr_assert_eq(at, b);
    }
    cr_expect(origin_at(vm, a).recurs);
    cr_expect(!origin_at(vm, b).recurs,
              "b comes from a, which is where a recurring one comes from");
}

Test(origin, many)
{
    enum { MANY = 20000 };
    static uint32_t numbers[MANY];
    for (uint32_t i = 0; i < MANY; i++)
        numbers[i] = origin_of_spawn(vm, i % 3 ? numbers[i / 2] : ORIGIN_HOST, i + 1, NULL);
    for (uint32_t i = 0; i < MANY; i++) {
        cr_assert_eq(origin_of_spawn(vm, i % 3 ? numbers[i / 2] : ORIGIN_HOST, i + 1, NULL),
                     numbers[i]);
        cr_assert_eq(origin_at(vm, numbers[i]).position, i + 1);
    }
}

/* When there are too many, it is not known where the others come from, and what was known stays. */
Test(origin, too_many)
{
    uint32_t first = origin_of_spawn(vm, ORIGIN_HOST, 1, NULL), last = first;
    for (uint32_t i = 2; i < (1 << 21) + 10; i++)
        last = origin_of_spawn(vm, ORIGIN_HOST, i, NULL);
    cr_expect_eq(origin_at(vm, last).position, 0);
    cr_expect_neq(last, ORIGIN_HOST);
    cr_expect_eq(origin_of_spawn(vm, ORIGIN_HOST, 1, NULL), first);
    cr_expect_eq(origin_at(vm, origin_of_spawn(vm, last, 7, NULL)).position, 0);
}

/* The code of none of these places exists: all but what a living process comes from are forgotten,
 * and come anew. */
Test(origin, of_code_that_was_given_back)
{
    enum { MANY = 5000 };
    static uint32_t numbers[MANY];
    for (uint32_t i = 0; i < MANY; i++)
        numbers[i] =
            origin_of_spawn(vm, i % 5 ? numbers[i - 1] : ORIGIN_HOST, (1u << 30) + i, NULL);
    process *alive = fixture_process(vm);
    alive->origin = numbers[102] & PROCESS_ORIGIN_MOST;
    vm->table = (process * *[]){&alive};
    vm->table_count = 1;
    origin_forget(vm);
    vm->table = NULL;
    vm->table_count = 0;
    uint32_t found[8];
    cr_assert_eq(places(numbers[102], found), 3);
    cr_expect_eq(found[2], (1u << 30) + 100);
    cr_expect_eq(origin_at(vm, numbers[103]).position, 0);
    cr_expect_eq(origin_at(vm, numbers[4999]).position, 0);
    cr_expect_eq(origin_of_spawn(vm, numbers[100], (1u << 30) + 101, NULL), numbers[101]);
    uint32_t anew = origin_of_spawn(vm, numbers[102], (1u << 30) + 103, NULL);
    cr_expect_gt(anew, numbers[4999], "no number is given twice");
    cr_assert_eq(places(anew, found), 4);
}
