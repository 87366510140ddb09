/* api/test.c: what a text has of tests, and running them */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "include/csp.h"
#include "tests/support/embed.h"
#include "tests/support/support.h"

static const char program[] = "print(\"a statement\")\n"
                              "const three = 3\n"
                              "test \"passes\" { print(three) }\n"
                              "fn double(x) => x * 2\n"
                              "test \"crashes\" { assert(double(three) == 7) }\n"
                              "test \"gives an error\" { error(\"gone\", \"it is gone\") }\n"
                              "test \"exits\" { Os.exit(3) }\n"
                              "test \"deadlocks\" { let c = chan(); ?c }\n"
                              "test \"leaks\" { let c = chan(); spawn { ?c }; nil }\n"
                              "test \"is slow\" { sleep(1h) }\n"
                              "test \"spins\" { loop { } }\n"
                              "test \"a\\0b\" { nil }\n";
enum { PASSES, CRASHES, ERROR, EXITS, DEADLOCKS, LEAKS, SLEEPS, SPINS, NUL, TESTS };

static csp_vm *make(void)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.write = embed_take;
    config.capabilities = CSP_MAY_EXIT;
    config.report_leaks = true;
    csp_vm *vm;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    embed_printed[0] = '\0';
    return vm;
}

static csp_tests *read_program(const char *text)
{
    csp_vm *vm = make();
    csp_tests *tests;
    cr_assert_eq(csp_tests_read(vm, "a.csp", text, strlen(text), &tests), CSP_OK);
    cr_assert_not_null(tests);
    cr_assert_str_empty(embed_printed);
    csp_free(vm);
    return tests;
}

Test(tests, are_found_in_their_order)
{
    csp_tests *tests = read_program(program);
    csp_test test;
    cr_assert_eq(csp_tests_count(tests), TESTS);
    cr_assert(csp_tests_get(tests, PASSES, &test));
    cr_assert_str_eq(test.name, "passes");
    cr_assert_eq(test.line, 3);
    cr_assert_eq(test.source_size, strlen("test \"passes\" { print(three) }"));
    cr_assert_eq(strncmp(test.source, "test \"passes\" {", 15), 0);
    cr_assert(csp_tests_get(tests, NUL, &test));
    cr_assert_eq(test.name_size, 3);
    cr_assert_eq(memcmp(test.name, "a\0b", 4), 0);
    cr_assert_not(csp_tests_get(tests, TESTS, &test));
    cr_assert_null(test.name);
    csp_tests_free(tests);
    tests = read_program("");
    cr_assert_eq(csp_tests_count(tests), 0);
    csp_tests_free(tests);
}

/* What comes of one of them, with so many ms at most; *kind (or NULL) is checked. */
static void assert_run(const csp_tests *tests, size_t index, uint32_t ms, csp_status status,
                       const char *kind)
{
    csp_vm *vm = make();
    csp_test_options options = {.struct_size = sizeof options, .milliseconds = ms};
    cr_assert_eq(csp_test_run(vm, tests, index, ms ? &options : NULL), status);
    csp_error *error = csp_take_error(vm);
    if (kind) {
        cr_assert_not_null(error);
        cr_assert_str_eq(csp_error_kind(error), kind);
    }
    csp_error_free(error);
    if (status == CSP_EXIT)
        cr_assert_eq(csp_exit_status(vm), 3);
    csp_free(vm);
}

Test(tests, each_comes_to_its_own_end)
{
    csp_tests *tests = read_program(program);
    assert_run(tests, PASSES, 0, CSP_OK, NULL);
    cr_assert_str_eq(embed_printed, "3\n");
    assert_run(tests, CRASHES, 0, CSP_E_CRASH, "assert_error");
    assert_run(tests, ERROR, 0, CSP_E_CRASH, "gone");
    assert_run(tests, EXITS, 0, CSP_EXIT, NULL);
    assert_run(tests, DEADLOCKS, 0, CSP_E_DEADLOCK, "deadlock");
    assert_run(tests, LEAKS, 0, CSP_STUCK, NULL);
    assert_run(tests, SLEEPS, 20, CSP_E_BUDGET, "timeout");
    assert_run(tests, SPINS, 20, CSP_E_BUDGET, "timeout");
    assert_run(tests, NUL, 60000, CSP_OK, NULL);
    csp_tests_free(tests);
}

/* What a test prints of its schedule, with that seed. */
static void run_seeded(const csp_tests *tests, uint64_t seed, char printed[256])
{
    csp_vm *vm = make();
    csp_test_options options = {.struct_size = sizeof options, .seeded = true, .seed = seed};
    cr_assert_eq(csp_test_run(vm, tests, 0, &options), CSP_OK);
    csp_free(vm);
    snprintf(printed, 256, "%.255s", embed_printed);
}

Test(tests, the_schedule_follows_the_seed)
{
    csp_tests *tests =
        read_program("test \"order\" {\n"
                     "    let (c, d, e) = (chan(8), chan(8), chan(8))\n"
                     "    for i in 0..8 { c ! i; d ! -i }\n"
                     "    for i in 0..8 { spawn { e ! i } }\n"
                     "    let chosen = List.map(0..8, fn(i) => alt { c ? x => x; d ? x => x })\n"
                     "    print(chosen, List.map(0..8, fn(i) => ?e), Random.int(0, 10 ** 9))\n"
                     "}");
    char first[256], other[256], again[256];
    run_seeded(tests, 1, first);
    run_seeded(tests, 2, other);
    run_seeded(tests, 1, again);
    cr_assert_str_not_empty(first);
    cr_assert_str_eq(first, again);
    cr_assert_str_neq(first, other);
    csp_tests_free(tests);
}

Test(tests, a_text_with_errors_has_none)
{
    csp_vm *vm = make();
    csp_tests *tests;
    const char *text = "test \"a\" { unknown() }";
    cr_assert_eq(csp_tests_read(vm, "a.csp", text, strlen(text), &tests), CSP_E_COMPILE);
    cr_assert_null(tests);
    embed_error(vm, "compile", "unknown");
    csp_free(vm);
}

Test(tests, misuse)
{
    csp_tests *tests;
    cr_expect_eq(csp_tests_read(NULL, "a", "", 0, &tests), CSP_E_MISUSE);
    cr_expect_eq(csp_tests_count(NULL), 0);
    cr_expect_not(csp_tests_get(NULL, 0, NULL));
    cr_expect_eq(csp_test_run(NULL, NULL, 0, NULL), CSP_E_MISUSE);
    csp_tests_free(NULL);
    csp_vm *vm = make();
    cr_expect_eq(csp_tests_read(vm, NULL, "", 0, &tests), CSP_E_MISUSE);
    cr_expect_null(tests);
    cr_expect_eq(csp_tests_read(vm, "a", NULL, 1, &tests), CSP_E_MISUSE);
    cr_expect_eq(csp_tests_read(vm, "a", "", 0, NULL), CSP_E_MISUSE);
    embed_error(vm, "misuse", "result");
    tests = read_program(program);
    cr_expect_not(csp_tests_get(tests, 0, NULL));
    cr_expect_eq(csp_test_run(vm, tests, TESTS, NULL), CSP_E_MISUSE);
    embed_error(vm, "misuse", "number");
    csp_test_options old = {.struct_size = 4};
    cr_expect_eq(csp_test_run(vm, tests, 0, &old), CSP_E_MISUSE);
    embed_error(vm, "misuse", "struct_size");
    csp_tests_free(tests);
    csp_tests_free(tests);
    cr_expect_eq(csp_tests_count(tests), 0);
    cr_expect_eq(csp_test_run(vm, tests, 0, NULL), CSP_E_MISUSE);
    csp_free(vm);
    vm = make();
    tests = read_program(program);
    cr_expect_eq(csp_test_run(vm, tests, 0, NULL), CSP_OK);
    cr_expect_eq(csp_test_run(vm, tests, 0, NULL), CSP_E_MISUSE); /* one program each */
    csp_tests_free(tests);
    csp_free(vm);
}
