/* Values printed for people: layout, limits, colours, what handles are. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "include/csp.h"

static csp_print_options options;
static char *printed; /* the last value */

static void on_value(void *user, csp_value v)
{
    csp_text_free(printed);
    printed = csp_print(user, v, &options);
    cr_assert_not_null(printed);
}

static csp_session *make(csp_vm **vm)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.max_memory = 0;
    cr_assert_eq(csp_new(&config, vm), CSP_OK);
    csp_session *s = csp_session_new(*vm);
    csp_session_on_value(s, on_value, *vm);
    options = (csp_print_options){.struct_size = sizeof options, .width = 40};
    return s;
}

static void finish(csp_vm *vm)
{
    csp_text_free(printed);
    printed = NULL;
    csp_free(vm);
}

static const char *print(csp_session *s, const char *text)
{
    char *result;
    csp_status status = csp_eval(s, text, strlen(text), &result);
    cr_assert_geq(status, CSP_OK, "%s", text);
    return printed;
}

#define PRINTS(s, text, expected) cr_assert_str_eq(print(s, text), expected, "%s", text)

Test(print, what_fits_stands_on_one_line)
{
    csp_vm *vm;
    csp_session *s = make(&vm);
    PRINTS(s, "5", "5");
    PRINTS(s, "[]; {}; ()", "()");
    PRINTS(s, "(1,)", "(1,)");
    PRINTS(s, "[1, 2.5, true, (nil, \"a\\n\"), {k: [1], \"a b\": 2, [3]: b\"x\"}]",
           "[\n  1, 2.5, true,\n  (nil, \"a\\n\"),\n  {k: [1], \"a b\": 2, [3]: b\"x\"}\n]");
    PRINTS(s, "error(\"kind\", \"message\", [1])", "error(\"kind\", \"message\", [1])");
    PRINTS(s, "0..5; (1..2, 3)", "(1..2, 3)");
    finish(vm);
}

/* Exactly the width fits, one more does not. */
Test(print, the_edge)
{
    csp_vm *vm;
    csp_session *s = make(&vm);
    options.width = 12;
    PRINTS(s, "[1, 23, 456]", "[1, 23, 456]");
    PRINTS(s, "[1, 23, 4567]", "[\n  1, 23,\n  4567\n]");
    PRINTS(s, "[[1, 23, 4], 5]", "[\n  [\n    1, 23,\n    4\n  ],\n  5\n]");
    PRINTS(s, "[1, 23, 45, 6]", "[\n  1, 23, 45,\n  6\n]");
    PRINTS(s, "[\"日本\", 1]", "[\"日本\", 1]");
    PRINTS(s, "[\"日本語\", 1]", "[\n  \"日本語\",\n  1\n]");
    finish(vm);
}

Test(print, maps_are_aligned)
{
    csp_vm *vm;
    csp_session *s = make(&vm);
    options.width = 30;
    PRINTS(s, "{a: \"first value\", long_name: 22, \"q r\": [1, 2]}",
           "{\n  a        : \"first value\",\n  long_name: 22,\n  \"q r\"    : [1, 2]\n}");
    PRINTS(s, "{inner: {x: \"a text of some length\", y: 1}, z: 2}",
           "{\n  inner: {\n    x: \"a text of some length\",\n    y: 1\n  },\n  z    : 2\n}");
    finish(vm);
}

Test(print, rows_are_filled_and_others_stand_alone)
{
    csp_vm *vm;
    csp_session *s = make(&vm);
    options.width = 24;
    PRINTS(s, "[100, 200, 300, 400, 500, 600, \"a long text, so a row\", 7, 8, [9], 10]",
           "[\n  100, 200, 300, 400,\n  500, 600,\n  \"a long text, so a row\",\n  7, 8,\n  [9],\n"
           "  10\n]");
    finish(vm);
}

Test(print, items_depth_and_characters_are_limited)
{
    csp_vm *vm;
    csp_session *s = make(&vm);
    options.items = 5;
    options.more = ":all";
    PRINTS(s, "List.of(0..3005)", "[0, 1, 2, 3, 4, … 3,000 more (:all)]");
    PRINTS(s, "[List.of(0..6), List.of(0..7)]",
           "[\n  [0, 1, 2, 3, 4, … 1 more (:all)],\n  [0, 1, 2, 3, 4, … 2 more]\n]");
    PRINTS(s, "let m = {}; for i in 0..6 { m[\"k${i}\"] = i }; m",
           "{\n  k0: 0,\n  k1: 1,\n  k2: 2,\n  k3: 3,\n  k4: 4,\n  … 1 more (:all)\n}");
    options.items = 0;
    options.depth = 2;
    PRINTS(s, "[[[1]], [[]], {a: {}}]", "[[[…]], [[]], {a: {}}]\n… more (:all)");
    options.depth = 0;
    options.characters = 30;
    PRINTS(s, "String.repeat(\"x\", 1000)",
           "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxx…\"\n… 972 more characters (:all)");
    finish(vm);
}

static uint32_t lines(const char *text)
{
    uint32_t count = 1;
    for (; *text; text++)
        count += *text == '\n';
    return count;
}

/* Whatever the shape: no more rows than allowed, and each within the width. */
Test(print, rows_are_limited_at_any_shape)
{
    static const char *const shapes[] = {
        "List.of(0..10000)",
        "List.map(List.of(0..1000), fn(i) => {id: i, name: \"some name of ${i}\"})",
        "List.map(List.of(0..100), fn(i) => List.map(List.of(0..100), fn(j) => [i, j]))",
        ("var deep = [1, 2, 3]; for i in 0..100 { deep = [deep, \"a text that is long\", deep] }; "
         "deep"),
        "let big = {}; for i in 0..1000 { big[\"key ${i}\"] = List.of(0..i) }; big",
        "List.map(List.of(0..100), fn(i) => String.repeat(\"ab\", 100))",
        "String.repeat(\"日本\", 10000)",
    };
    csp_vm *vm;
    csp_session *s = make(&vm);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (uint32_t rows = 5; rows < 40; rows += 7)
            for (uint32_t width = 20; width <= 100; width += 40) {
                options = (csp_print_options){
                    .struct_size = sizeof options, .width = width, .rows = rows, .depth = 2};
                const char *text = print(s, shapes[i]);
                cr_assert_leq(lines(text), rows + 1, "%s in %u x %u:\n%s", shapes[i], rows, width,
                              text);
                cr_assert_not_null(strstr(text, "…"));
            }
    finish(vm);
}

Test(print, cycles_and_depth_end)
{
    csp_vm *vm;
    csp_session *s = make(&vm);
    PRINTS(s, "let m = {a: 1}; m[\"self\"] = m; m", "{a: 1, self: {...}}");
    PRINTS(s, "let xs = [1]; List.push(xs, xs); [xs, xs]", "[[1, [...]], [1, [...]]]");
    options.width = 0;
    print(s, "var d = []; for i in 0..100000 { d = [d] }; d");
    cr_assert_eq(strlen(printed), 200002);
    finish(vm);
}

static double milliseconds(csp_session *s, const char *text)
{
    struct timespec from, to;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    print(s, text);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    return (double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6;
}

Test(print, what_is_left_out_costs_nothing)
{
    csp_vm *vm;
    csp_session *s = make(&vm);
    options = (csp_print_options){.struct_size = sizeof options,
                                  .width = 80,
                                  .rows = 19,
                                  .items = 50,
                                  .depth = 5,
                                  .characters = 2000};
    print(s, "let few = List.of(0..100); few");
    print(s, "let many = List.map(List.of(0..300000), fn(i) => [i, \"text\"]); many[0]");
    print(s, "let long = String.repeat(\"text \", 10000000); 1");
    double base = milliseconds(s, "few");
    cr_assert_lt(milliseconds(s, "many"), base + 20);
    cr_assert_lt(milliseconds(s, "long"), base + 20);
    finish(vm);
}

Test(print, colours)
{
    csp_vm *vm;
    csp_session *s = make(&vm);
    options.colour = true;
    PRINTS(s, "{a: 1, b: \"t\", c: nil}",
           "{\033[34ma\033[0m: \033[36m1\033[0m, \033[34mb\033[0m: \033[32m\"t\"\033[0m, "
           "\033[34mc\033[0m: \033[35mnil\033[0m}");
    finish(vm);
}

Test(print, handles_say_what_they_are)
{
    csp_vm *vm;
    csp_session *s = make(&vm);
    options.width = 0;
    options.describe = true;
    PRINTS(s, "let c = chan(3); c ! 1; c ! 2; c", "<chan 1, 2 of 3 full>");
    PRINTS(s, "fn worker(c) { c ! 7 }; c ! 3; let w = spawn worker(c); sleep(1ms); c",
           "<chan 1, 3 of 3 full, 1 waits to send>");
    print(s, "w");
    cr_assert(strstr(printed, " worker, waits on <chan 1>>"), "%s", printed);
    print(s, "?c; wait(w); w");
    cr_assert(strstr(printed, " worker, has ended>"), "%s", printed);
    PRINTS(s, "close(c); c", "<chan 1, 3 of 3 full, closed>");
    PRINTS(s, "let d = chan(); let r = spawn { ?d }; sleep(1ms); d",
           "<chan 2, unbuffered, 1 waits to receive>");
    print(s, "let k = spawn { fail(\"no\") }; let o = catch wait(k); k");
    cr_assert(strstr(printed, ", crashed: fail>"), "%s", printed);
    print(s, "kill(r); let p = catch wait(r); r");
    cr_assert(strstr(printed, ", was killed>"), "%s", printed);
    PRINTS(s, "fn area(w, h = w) => w * h; area", "<fn area(w, h = w)>");
    PRINTS(s, "fn plain(a, ..rest) => a; plain", "<fn plain(a, ..rest)>");
    PRINTS(s, "fn(x, _) => x", "<fn(x, _)>");
    PRINTS(s, "(fn() { fn inner(a, b = [1]) => a; inner })()", "<fn inner(a, b = …)>");
    PRINTS(s, "List.push", "<fn push(xs, x)>");
    options.describe = false;
    PRINTS(s, "[c, area]", "[<chan 1>, <fn area>]");
    finish(vm);
}

Test(print, misuse)
{
    csp_vm *vm;
    csp_session *s = make(&vm);
    csp_print_options none = {0};
    cr_assert_null(csp_print(NULL, csp_nil(), NULL));
    cr_assert_null(csp_print(vm, csp_nil(), &none));
    cr_assert_null(csp_print(vm, CSP_NONE, NULL));
    char *text = csp_print(vm, csp_bool(true), NULL);
    cr_assert_str_eq(text, "true");
    csp_text_free(text);
    (void)s;
    finish(vm);
}
