/* stdlib/random.c: what is drawn lies in its bounds, all of it comes up, and alike often. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "stdlib/natives.h"
#include "tests/support/vm_fixture.h"
#include "vm/data/list.h"
#include "vm/data/tuple.h"
#include "vm/number/arith.h"
#include "vm/number/num.h"

static csp_vm *vm;

static void setup(void)
{
    vm = fixture_vm();
    vm->sched.random[0] = 1;
}

static void teardown(void) { fixture_close(vm); }

TestSuite(random, .init = setup, .fini = teardown);

#define CALL(name, count, ...) fixture_call(vm, random_natives, name, count, __VA_ARGS__)

static value draw(int64_t low, int64_t high)
{
    return CALL("int", 2, num_int(vm, low), num_int(vm, high));
}

static value power(int64_t base, int64_t exponent)
{
    value v = VALUE_ABSENT;
    cr_assert(num_binary(vm, fixture_process(vm), OPC_POW, value_int(base), value_int(exponent),
                         &v) == VERDICT_DONE);
    return v;
}

static void expect_error(value result, const char *wanted)
{
    cr_expect(result == VALUE_ABSENT);
    char *got = fixture_raised(vm);
    cr_expect_str_eq(got, wanted);
    free(got);
}

Test(random, int_gives_each_number_alike_often)
{
    enum { FACES = 6, THROWS = 60000 };
    int count[FACES] = {0};
    for (int i = 0; i < THROWS; i++) {
        int64_t face = value_as_int(draw(1, FACES));
        cr_assert(face >= 1 && face <= FACES);
        count[face - 1]++;
    }
    /* The standard deviation is 91: ten times that does not happen. */
    for (int i = 0; i < FACES; i++)
        cr_expect(abs(count[i] - THROWS / FACES) < 910, "%d came %d times", i + 1, count[i]);
}

/* Of 3 * 2**61 numbers a modulus of 64 bits would give those of the first third too often: half
 * instead of a third. */
Test(random, int_has_no_bias)
{
    enum { THROWS = 30000 };
    value low = value_int(0);
    value high = num_uint(vm, ((uint64_t)3 << 61) - 1);
    value third = num_uint(vm, (uint64_t)1 << 61);
    int below = 0;
    for (int i = 0; i < THROWS; i++)
        below += num_compare(CALL("int", 2, low, high), third) < 0;
    cr_expect(abs(below - THROWS / 3) < 820, "%d of %d", below, THROWS);
}

Test(random, int_takes_any_bounds)
{
    cr_expect(draw(5, 5) == value_int(5));
    for (int i = 0; i < 1000; i++) {
        value n = draw(INT_SMALL_MIN, INT_SMALL_MAX);
        cr_assert(value_is_int(n));
        n = draw(INT64_MIN, INT64_MAX);
        cr_assert(num_compare(n, num_int(vm, INT64_MIN)) >= 0 &&
                  num_compare(n, num_int(vm, INT64_MAX)) <= 0);
        n = draw(-1, 0);
        cr_assert(n == value_int(-1) || n == value_int(0));
    }
}

Test(random, int_of_many_bits)
{
    value high = power(10, 50);
    value middle = power(10, 49);
    int far = 0;
    for (int i = 0; i < 300; i++) {
        value n = CALL("int", 2, value_int(0), high);
        cr_assert(num_compare(n, value_int(0)) >= 0 && num_compare(n, high) <= 0);
        far += num_compare(n, middle) > 0;
        cr_assert(num_compare(CALL("int", 2, high, high), high) == 0);
    }
    cr_expect(far > 230, "nine tenths of the numbers are above a tenth: %d of 300", far);
}

Test(random, float_is_below_1)
{
    double sum = 0;
    for (int i = 0; i < 10000; i++) {
        double d = num_as_double(CALL("float", 0, VALUE_ABSENT));
        cr_assert(d >= 0 && d < 1);
        sum += d;
    }
    cr_expect_float_eq(sum / 10000, 0.5, 0.03);
}

Test(random, the_same_seed_gives_the_same_numbers)
{
    value seeds[] = {value_int(0), value_int(-1), value_int(42), power(2, 200)};
    value first[4];
    for (int i = 0; i < 4; i++) {
        cr_expect(CALL("seed", 1, seeds[i]) == VALUE_NIL);
        first[i] = draw(0, INT_SMALL_MAX);
        cr_expect(draw(0, INT_SMALL_MAX) != first[i]);
        CALL("seed", 1, seeds[i]);
        cr_expect(draw(0, INT_SMALL_MAX) == first[i]);
        for (int j = 0; j < i; j++)
            cr_expect(first[j] != first[i]);
    }
}

Test(random, bytes)
{
    for (int64_t size = 0; size < 20; size++)
        cr_expect_eq(value_bytes(CALL("bytes", 1, value_int(size)))->size, size);
    enum { MANY = 200000 };
    const bytes *many = value_bytes(CALL("bytes", 1, value_int(MANY)));
    int count[256] = {0};
    for (int i = 0; i < MANY; i++)
        count[many->data[i]]++;
    for (int i = 0; i < 256; i++)
        cr_expect(abs(count[i] - MANY / 256) < 280, "byte %d came %d times", i, count[i]);
}

Test(random, shuffle_gives_each_order_alike_often)
{
    enum { TIMES = 6000 };
    value items[3] = {value_int(0), value_int(1), value_int(2)};
    value xs = list_new(vm, fixture_process(vm), items, 3);
    int count[27] = {0};
    for (int i = 0; i < TIMES; i++) {
        const list *l = value_list(CALL("shuffle", 1, xs));
        cr_assert_eq(l->count, 3);
        int64_t order = 0;
        for (int j = 0; j < 3; j++)
            order = order * 3 + value_as_int(l->items[j]);
        count[order]++;
    }
    int orders[6] = {5, 7, 11, 15, 19, 21};
    for (int i = 0; i < 6; i++)
        cr_expect(abs(count[orders[i]] - TIMES / 6) < 290, "order %d came %d times", orders[i],
                  count[orders[i]]);
    char *same = fixture_show(vm, xs);
    cr_expect_str_eq(same, "[0, 1, 2]");
    free(same);
}

Test(random, errors)
{
    expect_error(draw(2, 1), "value_error: the lower bound is above the upper one");
    expect_error(CALL("int", 2, num_float(vm, 1.5), value_int(2)),
                 "type_error: expected an int, got a float");
    expect_error(CALL("int", 2, value_int(1), VALUE_NIL), "type_error: expected an int, got nil");
    expect_error(CALL("bytes", 1, value_int(-1)), "value_error: a negative number of bytes");
    expect_error(CALL("bytes", 1, power(2, 40)), "out_of_memory: more than 2147483647 bytes");
    expect_error(CALL("seed", 1, VALUE_TRUE), "type_error: expected an int, got a bool");
    expect_error(CALL("shuffle", 1, value_int(1)),
                 "type_error: expected something that can be iterated over, got an int");
    expect_error(CALL("shuffle", 1, range_new(vm, value_int(0), VALUE_NIL, false)),
                 "value_error: an open range has no length");
}
