/* Values: what is no value, no VM, or comes without a scope. */
#include "tests/api/embed.h"

Test(value_misuse, null)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_scope_open(vm);
    csp_value m = csp_map(vm), l = csp_list(vm, 0, NULL);
    csp_string(vm, NULL, 1);
    embed_misused(&e, "csp_string", "NULL");
    csp_string_z(vm, NULL);
    embed_misused(&e, "csp_string_z", "NULL");
    csp_bytes(vm, NULL, 1);
    embed_misused(&e, "csp_bytes", "NULL");
    csp_int_text(vm, NULL);
    embed_misused(&e, "csp_int_text", "NULL");
    csp_tuple(vm, 1, NULL);
    embed_misused(&e, "csp_tuple", "NULL");
    csp_list(vm, 1, NULL);
    embed_misused(&e, "csp_list", "NULL");
    csp_error_value(vm, NULL, "m", l);
    embed_misused(&e, "csp_error_value", "NULL");
    csp_error_value(vm, "k", NULL, l);
    embed_misused(&e, "csp_error_value", "NULL");
    cr_assert_eq(csp_set_field(vm, m, NULL, l).word, 0);
    embed_misused(&e, "csp_set_field", "NULL");
    csp_get_field(vm, m, NULL);
    embed_misused(&e, "csp_get_field", "NULL");
    csp_next(vm, m, NULL, NULL, NULL);
    embed_misused(&e, "csp_next", "NULL");
    cr_assert_eq(csp_get_int(vm, l, NULL), CSP_E_MISUSE);
    embed_misused(&e, "csp_get_int", "result");
    cr_assert_eq(csp_get_int(vm, csp_int(vm, 1), NULL), CSP_E_MISUSE);
    embed_misused(&e, "csp_get_int", "result");
    cr_assert_eq(csp_get_uint(vm, l, NULL), CSP_E_MISUSE);
    embed_misused(&e, "csp_get_uint", "result");
    cr_assert_eq(csp_get_float(vm, l, NULL), CSP_E_MISUSE);
    embed_misused(&e, "csp_get_float", "result");
    cr_assert_eq(csp_get_bool(vm, l, NULL), CSP_E_MISUSE);
    embed_misused(&e, "csp_get_bool", "result");
    csp_free(vm);
}

/* Each function with this VM, with `v` wherever it takes a value, in a fixed order: whatever it
 * gives says that it was refused. Returns how many there were. */
static int refuse_all(csp_vm *vm, csp_value v)
{
    int64_t n;
    uint64_t u;
    double d;
    bool b;
    size_t size = 1, at = 0;
    csp_value key, item;
    cr_assert_eq(csp_push(vm, v, v).word, 0);
    cr_assert_eq(csp_set(vm, v, v, v).word, 0);
    cr_assert_eq(csp_set_field(vm, v, "x", v).word, 0);
    cr_assert_eq(csp_freeze(vm, v).word, 0);
    cr_assert_eq(csp_tuple(vm, 1, &v).word, 0);
    cr_assert_eq(csp_list(vm, 1, &v).word, 0);
    cr_assert_eq(csp_error_value(vm, "k", "m", v).word, 0);
    cr_assert_eq(csp_type_of(vm, v), CSP_T_NONE);
    cr_assert_eq(csp_get_bool(vm, v, &b), CSP_E_MISUSE);
    cr_assert_eq(csp_get_int(vm, v, &n), CSP_E_MISUSE);
    cr_assert_eq(csp_get_uint(vm, v, &u), CSP_E_MISUSE);
    cr_assert_eq(csp_get_float(vm, v, &d), CSP_E_MISUSE);
    cr_assert_null(csp_get_text(vm, v, &size));
    cr_assert_eq(size, 0);
    cr_assert_null(csp_get_buffer(vm, v, &size));
    cr_assert_eq(csp_int_or(vm, v, 4), 4);
    cr_assert_eq(csp_float_or(vm, v, 4), 4);
    cr_assert_eq(csp_length(vm, v), 0);
    cr_assert_eq(csp_at(vm, v, 0).word, 0);
    cr_assert_eq(csp_get(vm, v, v).word, 0);
    cr_assert_eq(csp_get_field(vm, v, "x").word, 0);
    cr_assert(!csp_next(vm, v, &at, &key, &item));
    cr_assert_eq(key.word, 0);
    cr_assert(!csp_equal(vm, v, v));
    cr_assert_null(csp_show(vm, v, 0));
    cr_assert_null(csp_ref_new(vm, v));
    return 24;
}

/* … and the others, which take no value. */
static int refuse_makers(csp_vm *vm)
{
    cr_assert_eq(csp_int(vm, 1).word, 0);
    cr_assert_eq(csp_int(vm, INT64_MAX).word, 0);
    cr_assert_eq(csp_uint(vm, 1).word, 0);
    cr_assert_eq(csp_float(vm, 1).word, 0);
    cr_assert_eq(csp_float(vm, 1e300).word, 0);
    cr_assert_eq(csp_int_text(vm, "1").word, 0);
    cr_assert_eq(csp_string(vm, "x", 1).word, 0);
    cr_assert_eq(csp_string_z(vm, "x").word, 0);
    cr_assert_eq(csp_bytes(vm, "x", 1).word, 0);
    cr_assert_eq(csp_buffer(vm, 1).word, 0);
    cr_assert_eq(csp_tuple(vm, 0, NULL).word, 0);
    cr_assert_eq(csp_list(vm, 0, NULL).word, 0);
    cr_assert_eq(csp_map(vm).word, 0);
    cr_assert_eq(csp_error_value(vm, "k", "m", csp_nil()).word, 0);
    return 14;
}

Test(value_misuse, misuse_of_stale_and_foreign_handles)
{
    embed e, f;
    csp_vm *vm = embed_make(&e), *other = embed_make(&f);
    csp_scope_open(vm);
    csp_scope_open(other);
    csp_scope scope = csp_scope_open(vm);
    csp_value stale = csp_map(vm);
    csp_scope_close(vm, scope);
    cr_assert_eq(refuse_all(vm, stale), e.told);
    cr_assert(strstr(e.what, "has been closed"), "%s", e.what);
    e.told = 0;
    csp_scope_open(vm);
    csp_value fresh = csp_map(vm);
    cr_assert_eq(refuse_all(vm, stale), e.told, "its slot has another value now");
    e.told = 0;
    cr_assert_eq(refuse_all(other, fresh), f.told, "it is another VM's");
    embed_error(other, "misuse", "");
    csp_free(other);
    csp_free(vm);
}

Test(value_misuse, misuse_of_words_that_were_never_values)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_scope_open(vm);
    csp_map(vm);
    uint64_t word = 0x9e3779b97f4a7c15;
    for (int i = 0; i < 2000; i++) {
        word = word * 6364136223846793005 + 1442695040888963407;
        /* the low bits of an int or a float make it one */
        csp_value v = CSP_VALUE_((i % 2 ? word : word >> 40) & ~(uint64_t)3);
        if (v.word == 0 || v.word == csp_nil().word || v.word == csp_bool(true).word ||
            v.word == csp_bool(false).word)
            continue;
        e.told = 0;
        cr_assert_eq(refuse_all(vm, v), e.told, "%llx", (unsigned long long)v.word);
    }
    csp_free(vm);
}

Test(value_misuse, misuse_without_a_vm_or_a_scope)
{
    refuse_all(NULL, csp_nil());
    refuse_makers(NULL);
    embed e;
    csp_vm *vm = embed_make(&e);
    cr_assert_eq(refuse_makers(vm), e.told);
    cr_assert(strstr(e.what, "no scope is open"), "%s", e.what);
    embed_shows(vm, csp_nil(), "nil");
    csp_free(vm);
    e.told = 0;
    refuse_all(vm, csp_nil());
    refuse_makers(vm);
    cr_assert_eq(e.told, 0, "there is nobody left to tell");
}
