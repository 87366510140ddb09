/* Values: making, changing and reading them. */
#include <math.h>
#include <stdlib.h>

#include "tests/api/embed.h"

#define LIST(...) \
    csp_list(vm, sizeof(csp_value[]){__VA_ARGS__} / sizeof(csp_value), (csp_value[]){__VA_ARGS__})

static csp_value text(csp_vm *vm, const char *s) { return csp_string_z(vm, s); }

Test(values, what_the_host_makes_is_shown_as_scripts_show_it)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_scope_open(vm);
    embed_shows(vm, csp_nil(), "nil");
    embed_shows(vm, csp_bool(true), "true");
    embed_shows(vm, csp_bool(false), "false");
    embed_shows(vm, csp_int(vm, -5), "-5");
    embed_shows(vm, csp_int(vm, INT64_MAX), "9223372036854775807");
    embed_shows(vm, csp_int(vm, INT64_MIN), "-9223372036854775808");
    embed_shows(vm, csp_uint(vm, UINT64_MAX), "18446744073709551615");
    embed_shows(vm, csp_uint(vm, 7), "7");
    embed_shows(vm, csp_float(vm, 0.5), "0.5");
    embed_shows(vm, csp_float(vm, 0), "0.0");
    embed_shows(vm, csp_float(vm, 1e300), "1e300");
    embed_shows(vm, csp_float(vm, 5e-324), "5e-324");
    embed_shows(vm, csp_float(vm, -INFINITY), "-inf");
    embed_shows(vm, csp_string(vm, "a\0b", 3), "\"a\\0b\"");
    embed_shows(vm, csp_string(vm, NULL, 0), "\"\"");
    embed_shows(vm, text(vm, "Ω"), "\"Ω\"");
    embed_shows(vm, csp_bytes(vm, "\xff", 1), "b\"\\xff\"");
    embed_shows(vm, csp_bytes(vm, NULL, 0), "b\"\"");
    embed_shows(vm, csp_tuple(vm, 0, NULL), "()");
    embed_shows(vm, csp_tuple(vm, 1, (csp_value[]){csp_nil()}), "(nil,)");
    embed_shows(vm, csp_list(vm, 0, NULL), "[]");
    embed_shows(vm, LIST(csp_int(vm, 1), LIST(text(vm, "x"))), "[1, [\"x\"]]");
    embed_shows(vm, csp_map(vm), "{}");
    embed_no_error(vm);
    cr_assert_eq(e.told, 0);
    csp_free(vm);
}

Test(values, ints_of_any_size_come_from_digits)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_scope_open(vm);
    embed_shows(vm, csp_int_text(vm, "-123456789012345678901234567890"),
                "-123456789012345678901234567890");
    int64_t n;
    cr_assert_eq(csp_get_int(vm, csp_int_text(vm, "42"), &n), CSP_OK);
    cr_assert_eq(n, 42, "a small one is the same as csp_int's");
    cr_assert(csp_equal(vm, csp_int_text(vm, "+7"), csp_int(vm, 7)));
    const char *const wrong[] = {"", "x", "12x", "1.5", " 1", "--1", "0x10"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cr_assert_eq(csp_int_text(vm, wrong[i]).word, 0, "%s", wrong[i]);
        embed_error(vm, "value_error", "is no int");
    }
    static char many[40000];
    memset(many, '9', sizeof many - 1);
    cr_assert_eq(csp_int_text(vm, many).word, 0, "beyond max_int_bits");
    embed_error(vm, "out_of_memory", "");
    csp_free(vm);
}

Test(values, text_has_to_be_utf8)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_scope_open(vm);
    cr_assert_eq(csp_string(vm, "ab\xff", 3).word, 0);
    embed_error(vm, "value_error", "byte 2 ");
    cr_assert_eq(csp_string_z(vm, "\xc3").word, 0);
    embed_error(vm, "value_error", "byte 0 ");
    cr_assert_eq(csp_set_field(vm, csp_map(vm), "\xed\xa0\x80", csp_nil()).word, 0);
    embed_error(vm, "value_error", "UTF-8");
    cr_assert_eq(csp_error_value(vm, "\xff", "m", csp_nil()).word, 0);
    embed_error(vm, "value_error", "UTF-8");
    csp_free(vm);
}

Test(values, a_chain_needs_one_check)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_scope_open(vm);
    csp_value bad = csp_string(vm, "\xff", 1), m = csp_map(vm), l = csp_list(vm, 0, NULL);
    cr_assert_eq(csp_push(vm, l, bad).word, 0);
    cr_assert_eq(csp_push(vm, bad, l).word, 0);
    cr_assert_eq(csp_set(vm, m, bad, l).word, 0);
    cr_assert_eq(csp_set(vm, m, l, bad).word, 0);
    cr_assert_eq(csp_set_field(vm, m, "x", bad).word, 0);
    cr_assert_eq(csp_tuple(vm, 2, (csp_value[]){l, bad}).word, 0);
    cr_assert_eq(LIST(l, bad).word, 0);
    cr_assert_eq(csp_error_value(vm, "k", "m", bad).word, 0);
    cr_assert_eq(csp_freeze(vm, bad).word, 0);
    cr_assert_eq(csp_at(vm, bad, 0).word, 0);
    cr_assert_eq(csp_get(vm, bad, l).word, 0);
    cr_assert_eq(csp_get(vm, m, bad).word, 0);
    cr_assert_eq(csp_get_field(vm, bad, "x").word, 0);
    cr_assert_eq(csp_type_of(vm, bad), CSP_T_NONE);
    cr_assert_null(csp_show(vm, bad, 0));
    int64_t n = 1;
    cr_assert_eq(csp_get_int(vm, bad, &n), CSP_E_MISUSE);
    cr_assert_eq(n, 0);
    cr_assert_eq(csp_int_or(vm, bad, 9), 9);
    cr_assert_eq(e.told, 0, "it was the caller's to look at the first one");
    embed_error(vm, "value_error", "UTF-8");
    embed_shows(vm, m, "{}");
    embed_shows(vm, l, "[]");
    csp_free(vm);
}

Test(values, containers_are_changed)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_scope_open(vm);
    csp_value l = csp_push(vm, csp_push(vm, csp_list(vm, 0, NULL), csp_int(vm, 1)), text(vm, "b"));
    embed_shows(vm, csp_set(vm, l, csp_int(vm, 0), csp_nil()), "[nil, \"b\"]");
    embed_shows(vm, csp_set(vm, l, csp_int(vm, -1), l), "[nil, [...]]");
    csp_value m = csp_set_field(vm, csp_map(vm), "hp", csp_int(vm, 3));
    m = csp_set(vm, m, csp_tuple(vm, 1, (csp_value[]){csp_int(vm, 1)}), csp_bool(true));
    embed_shows(vm, csp_set_field(vm, m, "hp", csp_float(vm, 2)), "{hp: 2.0, [(1,)]: true}");
    cr_assert_eq(csp_set(vm, l, csp_int(vm, 2), csp_nil()).word, 0);
    embed_error(vm, "index_error", "");
    cr_assert_eq(csp_set(vm, m, l, csp_nil()).word, 0);
    embed_error(vm, "type_error", "");
    cr_assert_eq(csp_push(vm, m, l).word, 0);
    embed_error(vm, "type_error", "expected a list, got a map");
    cr_assert_eq(csp_set_field(vm, l, "x", l).word, 0);
    embed_error(vm, "type_error", "expected a map, got a list");
    cr_assert_eq(csp_set(vm, csp_int(vm, 1), l, l).word, 0);
    embed_error(vm, "type_error", "");
    embed_no_error(vm);
    csp_free(vm);
}

Test(values, frozen_ones_do_not_change)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_scope_open(vm);
    csp_value inner = csp_list(vm, 0, NULL),
              m = csp_set_field(vm, csp_map(vm), "xs", csp_push(vm, inner, csp_int(vm, 1))),
              frozen = csp_freeze(vm, m);
    cr_assert(csp_equal(vm, m, frozen));
    cr_assert_eq(csp_set_field(vm, frozen, "y", csp_nil()).word, 0);
    embed_error(vm, "frozen", "map is frozen");
    cr_assert_eq(csp_push(vm, csp_get_field(vm, frozen, "xs"), csp_nil()).word, 0);
    embed_error(vm, "frozen", "list is frozen");
    embed_shows(vm, csp_push(vm, inner, csp_int(vm, 2)), "[1, 2]");
    embed_shows(vm, frozen, "{xs: [1]}");
    cr_assert_eq(csp_freeze(vm, frozen).word != 0, true);
    cr_assert_eq(csp_freeze(vm, csp_buffer(vm, 1)).word, 0);
    embed_error(vm, "type_error", "");
    csp_free(vm);
}

Test(values, types)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_scope_open(vm);
    const struct {
        csp_value v;
        csp_type type;
    } cases[] = {{CSP_NONE, CSP_T_NONE},
                 {csp_nil(), CSP_T_NIL},
                 {csp_bool(false), CSP_T_BOOL},
                 {csp_int(vm, 1), CSP_T_INT},
                 {csp_int(vm, INT64_MAX), CSP_T_INT},
                 {csp_float(vm, 1), CSP_T_FLOAT},
                 {csp_float(vm, 1e-300), CSP_T_FLOAT},
                 {text(vm, ""), CSP_T_STRING},
                 {csp_bytes(vm, "", 0), CSP_T_BYTES},
                 {csp_tuple(vm, 0, NULL), CSP_T_TUPLE},
                 {csp_list(vm, 0, NULL), CSP_T_LIST},
                 {csp_map(vm), CSP_T_MAP},
                 {csp_buffer(vm, 4), CSP_T_BUFFER},
                 {csp_error_value(vm, "k", "m", csp_nil()), CSP_T_ERROR}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert_eq(csp_type_of(vm, cases[i].v), cases[i].type, "case %zu", i);
    csp_free(vm);
}

Test(values, numbers_are_read)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_scope_open(vm);
    int64_t n;
    uint64_t u;
    double d;
    bool b;
    const int64_t ints[] = {0,
                            1,
                            -1,
                            INT64_MAX,
                            INT64_MIN,
                            INT64_MAX / 2,
                            INT64_MAX / 2 + 1,
                            INT64_MIN / 2,
                            INT64_MIN / 2 - 1};
    for (size_t i = 0; i < sizeof ints / sizeof *ints; i++) {
        cr_assert_eq(csp_get_int(vm, csp_int(vm, ints[i]), &n), CSP_OK);
        cr_assert_eq(n, ints[i]);
        cr_assert_eq(csp_int_or(vm, csp_int(vm, ints[i]), 5), ints[i]);
        cr_assert_eq(csp_get_float(vm, csp_int(vm, ints[i]), &d), CSP_OK);
        cr_assert_eq(d, (double)ints[i]);
        csp_status expected = ints[i] < 0 ? CSP_E_TYPE : CSP_OK;
        cr_assert_eq(csp_get_uint(vm, csp_int(vm, ints[i]), &u), expected);
        cr_assert_eq(u, ints[i] < 0 ? 0 : (uint64_t)ints[i]);
    }
    cr_assert_eq(csp_get_uint(vm, csp_uint(vm, UINT64_MAX), &u), CSP_OK);
    cr_assert_eq(u, UINT64_MAX);
    csp_error_free(csp_take_error(vm));
    cr_assert_eq(csp_get_int(vm, csp_uint(vm, UINT64_MAX), &n), CSP_E_TYPE);
    embed_error(vm, "type_error", "64 bits");
    cr_assert_eq(csp_get_uint(vm, csp_int_text(vm, "18446744073709551616"), &u), CSP_E_TYPE);
    cr_assert_eq(csp_get_int(vm, csp_int_text(vm, "-9223372036854775809"), &n), CSP_E_TYPE);
    const double floats[] = {0.0, -0.0, 1.5, 1e308, 5e-324, 0x1p-254, INFINITY};
    for (size_t i = 0; i < sizeof floats / sizeof *floats; i++) {
        cr_assert_eq(csp_get_float(vm, csp_float(vm, floats[i]), &d), CSP_OK);
        cr_assert_eq(memcmp(&d, &floats[i], sizeof d), 0, "%g", floats[i]);
        cr_assert_eq(csp_float_or(vm, csp_float(vm, floats[i]), 7), floats[i]);
    }
    cr_assert_eq(csp_get_float(vm, csp_float(vm, NAN), &d), CSP_OK);
    cr_assert(isnan(d));
    cr_assert_eq(csp_float_or(vm, csp_int(vm, 2), 7), 2);
    cr_assert_eq(csp_get_bool(vm, csp_bool(true), &b), CSP_OK);
    cr_assert(b);
    csp_error_free(csp_take_error(vm));
    cr_assert_eq(csp_get_int(vm, csp_float(vm, 1), &n), CSP_E_TYPE);
    embed_error(vm, "type_error", "got a float");
    cr_assert_eq(csp_get_float(vm, text(vm, "1"), &d), CSP_E_TYPE);
    cr_assert_eq(csp_get_bool(vm, csp_nil(), &b), CSP_E_TYPE);
    cr_assert(!b);
    embed_error(vm, "type_error", "expected a bool, got nil");
    cr_assert_eq(csp_int_or(vm, csp_nil(), 3), 3);
    cr_assert_eq(csp_float_or(vm, csp_nil(), 3), 3);
    embed_no_error(vm);
    csp_free(vm);
}

Test(values, text_and_bytes_end_with_a_nul)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_scope_open(vm);
    static char long_text[600];
    memset(long_text, 'x', sizeof long_text);
    for (size_t length = 0; length <= sizeof long_text; length++) {
        size_t size = 99;
        const char *s = csp_get_text(vm, csp_string(vm, long_text, length), &size);
        cr_assert_eq(size, length);
        cr_assert_eq(s[length], 0);
        cr_assert_eq(memcmp(s, long_text, length), 0);
        s = csp_get_text(vm, csp_bytes(vm, long_text, length), &size);
        cr_assert_eq(size, length);
        cr_assert_eq(s[length], 0);
        cr_assert_eq(memcmp(s, long_text, length), 0);
    }
    size_t size = 99;
    cr_assert_null(csp_get_text(vm, csp_int(vm, 1), &size));
    cr_assert_eq(size, 0);
    embed_error(vm, "type_error", "expected a string or bytes, got an int");
    cr_assert_not_null(csp_get_text(vm, text(vm, "x"), NULL));
    csp_free(vm);
}

Test(values, buffers)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_scope_open(vm);
    for (size_t length = 0; length < 70000; length += 6999) {
        csp_value v = csp_buffer(vm, length);
        size_t size;
        unsigned char *data = csp_get_buffer(vm, v, &size);
        cr_assert_not_null(data);
        cr_assert_eq(size, length);
        for (size_t i = 0; i < length; i++)
            cr_assert_eq(data[i], 0);
        memset(data, 7, length);
        cr_assert_eq(csp_get_buffer(vm, v, NULL), data);
        cr_assert_eq(csp_length(vm, v), length);
    }
    size_t size;
    cr_assert_null(csp_get_buffer(vm, csp_bytes(vm, "x", 1), &size));
    embed_error(vm, "type_error", "expected a buffer");
    cr_assert_eq(csp_buffer(vm, SIZE_MAX / 2).word, 0);
    embed_error(vm, "out_of_memory", "");
    csp_free(vm);
}

Test(values, elements)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_scope_open(vm);
    csp_value l = LIST(csp_int(vm, 10), csp_int(vm, 20)),
              t = csp_tuple(vm, 2, (csp_value[]){l, text(vm, "Ωx")});
    cr_assert_eq(csp_length(vm, l), 2);
    cr_assert_eq(csp_length(vm, csp_at(vm, t, 1)), 2, "code points");
    cr_assert_eq(csp_int_or(vm, csp_at(vm, csp_at(vm, t, 0), 1), 0), 20);
    cr_assert_eq(csp_at(vm, l, 2).word, 0);
    embed_error(vm, "index_error", "");
    cr_assert_eq(csp_at(vm, l, SIZE_MAX).word, 0);
    embed_error(vm, "index_error", "");
    cr_assert_eq(csp_at(vm, csp_map(vm), 0).word, 0);
    embed_error(vm, "type_error", "a tuple or list");
    cr_assert_eq(csp_length(vm, csp_nil()), 0);
    embed_error(vm, "type_error", "");
    csp_free(vm);
}

Test(values, maps_are_read)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_scope_open(vm);
    csp_value m = csp_map(vm);
    for (int64_t i = 0; i < 100; i++)
        m = csp_set(vm, m, csp_int(vm, i), csp_int(vm, i * i));
    m = csp_set_field(vm, m, "name", text(vm, "x"));
    cr_assert_eq(csp_length(vm, m), 101);
    cr_assert_eq(csp_int_or(vm, csp_get(vm, m, csp_int(vm, 9)), -1), 81);
    cr_assert_eq(csp_int_or(vm, csp_get(vm, m, csp_float(vm, 9)), -1), 81, "9 == 9.0");
    cr_assert_eq(csp_type_of(vm, csp_get(vm, m, csp_int(vm, 100))), CSP_T_NIL);
    embed_shows(vm, csp_get_field(vm, m, "name"), "\"x\"");
    cr_assert_eq(csp_type_of(vm, csp_get_field(vm, m, "nam")), CSP_T_NIL);
    cr_assert_eq(csp_get(vm, m, csp_map(vm)).word, 0);
    embed_error(vm, "type_error", "");
    cr_assert_eq(csp_get(vm, csp_list(vm, 0, NULL), csp_int(vm, 0)).word, 0);
    embed_error(vm, "type_error", "expected a map");
    cr_assert_eq(csp_get_field(vm, csp_int(vm, 0), "x").word, 0);
    embed_error(vm, "type_error", "expected a map");
    size_t at = 0;
    csp_value key, item;
    for (int64_t i = 0; i < 100; i++) {
        cr_assert(csp_next(vm, m, &at, i % 2 ? &key : NULL, i % 3 ? &item : NULL));
        cr_assert(i % 2 == 0 || csp_int_or(vm, key, -1) == i);
        cr_assert(i % 3 == 0 || csp_int_or(vm, item, -1) == i * i);
    }
    cr_assert(csp_next(vm, m, &at, &key, &item));
    embed_shows(vm, key, "\"name\"");
    cr_assert(!csp_next(vm, m, &at, &key, &item));
    cr_assert_eq(key.word, 0);
    cr_assert(!csp_next(vm, m, &at, &key, &item), "and it stays so");
    embed_no_error(vm);
    csp_free(vm);
}

Test(values, a_map_that_changes_is_noticed)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_scope_open(vm);
    csp_value m = csp_set_field(vm, csp_set_field(vm, csp_map(vm), "a", csp_nil()), "b", csp_nil());
    size_t at = 0;
    csp_value key;
    cr_assert(csp_next(vm, m, &at, &key, NULL));
    csp_value same = csp_set_field(vm, m, "b", csp_int(vm, 1));
    cr_assert(csp_next(vm, same, &at, &key, NULL), "an item may change");
    at = 0;
    cr_assert(csp_next(vm, m, &at, &key, NULL));
    cr_assert_neq(csp_set_field(vm, m, "c", csp_nil()).word, 0);
    cr_assert(!csp_next(vm, m, &at, &key, NULL));
    embed_error(vm, "value_error", "the map changed");
    at = SIZE_MAX;
    cr_assert(!csp_next(vm, m, &at, &key, NULL), "a position that was never given");
    csp_free(vm);
}

Test(values, fields_of_errors_and_ranges)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_scope_open(vm);
    csp_value l = LIST(csp_int(vm, 1)), v = csp_error_value(vm, "full", "no room", l);
    embed_shows(vm, csp_get_field(vm, v, "kind"), "\"full\"");
    embed_shows(vm, csp_get_field(vm, v, "message"), "\"no room\"");
    embed_shows(vm, csp_push(vm, csp_get_field(vm, v, "data"), csp_int(vm, 2)), "[1, 2]");
    embed_shows(vm, csp_get_field(vm, v, "trace"), "()");
    embed_shows(vm, csp_get_field(vm, v, "cause"), "nil");
    embed_shows(vm, csp_get_field(vm, v, "other"), "nil");
    embed_no_error(vm);
    csp_free(vm);
}

static csp_value chain(csp_vm *vm, int64_t depth, bool as_map)
{
    csp_value v = csp_int(vm, depth);
    for (int64_t i = 0; i < depth; i++)
        v = as_map ? csp_set_field(vm, csp_map(vm), "in", v) : csp_list(vm, 1, (csp_value[]){v});
    return v;
}

Test(values, equality_goes_deep)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_scope_open(vm);
    cr_assert(csp_equal(vm, csp_int(vm, 1), csp_float(vm, 1)));
    cr_assert(!csp_equal(vm, csp_int(vm, 1), text(vm, "1")));
    cr_assert(csp_equal(vm, chain(vm, 50000, false), chain(vm, 50000, false)));
    cr_assert(!csp_equal(vm, chain(vm, 50000, false), chain(vm, 50001, false)));
    cr_assert(csp_equal(vm, chain(vm, 20000, true), chain(vm, 20000, true)));
    csp_value a = csp_list(vm, 0, NULL), b = csp_list(vm, 0, NULL);
    cr_assert_neq(csp_push(vm, a, b).word, 0);
    cr_assert_neq(csp_push(vm, b, a).word, 0);
    cr_assert(csp_equal(vm, a, b), "cycles of the same shape");
    embed_no_error(vm);
    csp_free(vm);
}

Test(values, what_is_shown_is_cut)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_scope_open(vm);
    csp_value v = text(vm, "aΩΩΩ");
    char *shown = csp_show(vm, v, 4);
    cr_assert_str_eq(shown, "\"aΩ…", "at a character");
    csp_text_free(shown);
    shown = csp_show(vm, v, 1);
    cr_assert_str_eq(shown, "\"…");
    csp_text_free(shown);
    shown = csp_show(vm, v, SIZE_MAX);
    cr_assert_str_eq(shown, "\"aΩΩΩ\"");
    csp_text_free(shown);
    csp_value deep = chain(vm, 100000, false);
    shown = csp_show(vm, deep, 0);
    cr_assert_eq(strlen(shown), 200006);
    csp_text_free(shown);
    shown = csp_show(vm, deep, 5);
    cr_assert_str_eq(shown, "[[[[[…");
    csp_text_free(shown);
    static char digits[19000];
    memset(digits, '7', sizeof digits - 1);
    embed_shows(vm, csp_int_text(vm, digits), digits);
    csp_free(vm);
}
