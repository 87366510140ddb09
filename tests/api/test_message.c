/* Messages of values, and values of messages. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "include/csp.h"

static csp_vm *vm, *other;
static csp_scope scope;

static void open_vm(void)
{
    cr_assert_eq(csp_new(NULL, &vm), CSP_OK);
    cr_assert_eq(csp_new(NULL, &other), CSP_OK);
    scope = csp_scope_open(vm);
}

static void close_vm(void)
{
    csp_free(vm);
    csp_free(other);
}

TestSuite(message_value, .init = open_vm, .fini = close_vm);

static csp_msg *packed(csp_value v)
{
    csp_msg *m;
    cr_assert_eq(csp_msg_of(vm, v, &m), CSP_OK);
    size_t size;
    const void *bytes = csp_msg_packed(m, &size);
    csp_msg *checked = csp_msg_unpack(bytes, size);
    cr_assert_not_null(checked);
    csp_msg_free(m);
    return checked;
}

/* There and back, shown. */
static void returns(csp_value v, const char *expected)
{
    csp_msg *m = packed(v);
    csp_value again = csp_msg_value(vm, m);
    cr_assert(csp_equal(vm, v, again));
    char *text = csp_show(vm, again, 0);
    cr_assert_str_eq(text, expected);
    csp_text_free(text);
    cr_assert_eq(csp_type_of(vm, again), csp_msg_type(m));
    csp_scope far = csp_scope_open(other); /* and into another VM */
    text = csp_show(other, csp_msg_value(other, m), 0);
    cr_assert_str_eq(text, expected);
    csp_text_free(text);
    csp_scope_close(other, far);
    csp_msg_free(m);
}

static csp_value pair(csp_value a, csp_value b)
{
    csp_value both[] = {a, b};
    return csp_tuple(vm, 2, both);
}

static csp_value list_of(csp_value item, size_t count)
{
    csp_value l = csp_list(vm, 0, NULL);
    for (size_t i = 0; i < count; i++)
        l = csp_push(vm, l, item);
    return l;
}

Test(message_value, what_goes_out_comes_back)
{
    returns(csp_nil(), "nil");
    returns(csp_bool(true), "true");
    returns(csp_int(vm, -5), "-5");
    returns(csp_int(vm, INT64_MIN), "-9223372036854775808");
    returns(csp_int_text(vm, "123456789012345678901234567890"), "123456789012345678901234567890");
    returns(csp_float(vm, 1e300), "1e300");
    returns(csp_string_z(vm, "gr\xc3\xbc\xc3\x9f"), "\"gr\xc3\xbc\xc3\x9f\"");
    returns(csp_bytes(vm, "a\0b", 3), "b\"a\\0b\"");
    returns(csp_tuple(vm, 0, NULL), "()");
    returns(csp_list(vm, 0, NULL), "[]");
    returns(csp_map(vm), "{}");
    csp_value m = csp_set_field(vm, csp_map(vm), "a", list_of(csp_int(vm, 3), 2));
    m = csp_set(vm, m, pair(csp_int(vm, 1), csp_string_z(vm, "k")), csp_float(vm, 0.5));
    returns(m, "{a: [3, 3], [(1, \"k\")]: 0.5}");
    returns(csp_freeze(vm, m), "{a: [3, 3], [(1, \"k\")]: 0.5}");
    returns(csp_error_value(vm, "bad", "so", csp_nil()), "error(\"bad\", \"so\")");
}

Test(message_value, buffers_are_copied)
{
    csp_value b = csp_buffer(vm, 300000);
    size_t size;
    unsigned char *data = csp_get_buffer(vm, b, &size);
    for (size_t i = 0; i < size; i++)
        data[i] = (unsigned char)(i * 7);
    csp_msg *m = packed(b);
    cr_assert_eq(csp_msg_type(m), CSP_T_BUFFER);
    unsigned char *copy = csp_get_buffer(vm, csp_msg_value(vm, m), &size);
    cr_assert(size == 300000 && copy != data && memcmp(copy, data, size) == 0);
    csp_msg_free(m);
}

Test(message_value, sharing_and_cycles_are_kept)
{
    csp_value inner = csp_list(vm, 0, NULL), outer = list_of(inner, 2);
    outer = csp_push(vm, outer, outer);
    csp_msg *m = packed(outer);
    csp_value again = csp_msg_value(vm, m);
    (void)!csp_push(vm, csp_at(vm, again, 0), csp_int(vm, 1)).word;
    cr_assert_eq(csp_length(vm, csp_at(vm, again, 1)), 1);
    cr_assert_eq(csp_length(vm, csp_at(vm, csp_at(vm, again, 2), 0)), 1);
    cr_assert_eq(csp_length(vm, inner), 0);
    csp_msg_free(m);
    char *text = malloc(100000);
    memset(text, 'x', 100000);
    m = packed(list_of(csp_string(vm, text, 100000), 1000));
    size_t size;
    csp_msg_packed(m, &size);
    cr_assert_lt(size, 110000);
    cr_assert_eq(csp_length(vm, csp_at(vm, csp_msg_value(vm, m), 999)), 100000);
    csp_msg_free(m);
    free(text);
}

Test(message_value, what_is_frozen_stays_so)
{
    csp_msg *m = packed(csp_freeze(vm, list_of(csp_list(vm, 0, NULL), 1)));
    csp_value again = csp_msg_value(vm, m);
    cr_assert_eq(csp_push(vm, again, csp_nil()).word, 0);
    cr_assert_eq(csp_push(vm, csp_at(vm, again, 0), csp_nil()).word, 0);
    csp_msg_free(m);
    m = packed(list_of(csp_nil(), 1));
    cr_assert_neq(csp_push(vm, csp_msg_value(vm, m), csp_nil()).word, 0);
    csp_msg_free(m);
}

Test(message_value, large_and_deep_ones_come_back)
{
    enum { MANY = 100000 };
    csp_value v = csp_map(vm);
    for (int i = 0; i < MANY; i++)
        v = csp_set(vm, v, csp_int(vm, i), csp_float(vm, i));
    csp_msg *m = packed(v);
    csp_value again = csp_msg_value(vm, m);
    cr_assert(csp_equal(vm, v, again));
    cr_assert(csp_float_or(vm, csp_get(vm, again, csp_int(vm, MANY - 1)), 0) == MANY - 1);
    csp_msg_free(m);
    v = csp_nil();
    for (int i = 0; i < MANY; i++)
        v = csp_list(vm, 1, &v);
    m = packed(v);
    cr_assert(csp_equal(vm, v, csp_msg_value(vm, m)));
    csp_msg_free(m);
    size_t size = 1000000;
    char *text = malloc(size);
    for (size_t i = 0; i + 2 < size; i += 3)
        memcpy(text + i, "x\xc3\xbc", 3);
    text[size - 1] = 'y';
    v = csp_string(vm, text, size);
    m = packed(v);
    again = csp_msg_value(vm, m);
    cr_assert(csp_equal(vm, v, again) && csp_length(vm, again) == csp_length(vm, v));
    csp_msg_free(m);
    free(text);
}

Test(message_value, makers_give_values)
{
    char *data = malloc(200000);
    memset(data, 'z', 200000);
    csp_msg *m = csp_msg_adopt(data, 200000, free);
    csp_value v = csp_msg_value(vm, m);
    cr_assert_eq(csp_type_of(vm, v), CSP_T_BYTES);
    cr_assert_eq(csp_length(vm, v), 200000);
    csp_msg_free(m);
    m = csp_msg_json("{\"a\": [1, 2.5, \"x\", null]}", 26);
    char *text = csp_show(vm, csp_get_field(vm, csp_msg_value(vm, m), "a"), 0);
    cr_assert_str_eq(text, "[1, 2.5, \"x\", nil]");
    csp_text_free(text);
    text = csp_show(vm, csp_msg_value(vm, csp_msg_field(m, "a")), 0);
    cr_assert_str_eq(text, "[1, 2.5, \"x\", nil]");
    csp_text_free(text);
    csp_msg_free(m);
}

Test(message_value, equal_keys_become_one)
{
    const unsigned char bytes[] = {
        'c', 's', 'p', 1, 0, 0x0e, 2,    0x81, 0x85, 6,
        0,   0,   0,   0, 0, 0,    0xf0, 0x3f, 0x86}; /* {1: 5, 1.0: 6} */
    csp_msg *m = csp_msg_unpack(bytes, sizeof bytes);
    cr_assert_not_null(m);
    char *text = csp_show(vm, csp_msg_value(vm, m), 0);
    cr_assert_str_eq(text, "{[1]: 6}");
    csp_text_free(text);
    csp_msg_free(m);
}

static void misuse(csp_status status) { cr_assert_eq(status, CSP_E_MISUSE); }

Test(message_value, misuse)
{
    csp_msg *m = csp_msg_int(1), *out = m;
    csp_value v = csp_list(vm, 0, NULL);
    misuse(csp_msg_of(NULL, v, &out));
    cr_assert_null(out);
    misuse(csp_msg_of(vm, v, NULL));
    misuse(csp_msg_of(other, v, &out));
    cr_assert_lt(csp_msg_of(vm, CSP_NONE, &out), 0);
    cr_assert_eq(csp_msg_value(NULL, m).word, 0);
    cr_assert_eq(csp_msg_value(vm, NULL).word, 0);
    csp_error *e = csp_take_error(vm);
    cr_assert_str_eq(csp_error_kind(e), "misuse");
    csp_error_free(e);
    csp_msg *text = csp_msg_text("x", 1);
    cr_assert_eq(csp_msg_value(other, text).word, 0); /* no scope is open there */
    csp_scope_close(vm, scope);
    misuse(csp_msg_of(vm, v, &out)); /* stale */
    csp_msg_free(text);
    csp_msg_free(m);
}
