/* Scopes: how long handles live. */
#include <stdlib.h>

#include "tests/api/embed.h"

enum { MOST = 1 << 20, DEEPEST = 1 << 16 };

Test(scope, values_live_as_long_as_their_scope)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_scope outer = csp_scope_open(vm);
    csp_value first = csp_string_z(vm, "first");
    csp_scope inner = csp_scope_open(vm);
    csp_value second = csp_string_z(vm, "second");
    embed_shows(vm, first, "\"first\"");
    embed_shows(vm, second, "\"second\"");
    csp_scope_close(vm, inner);
    embed_shows(vm, first, "\"first\"");
    cr_assert_null(csp_show(vm, second, 0));
    embed_misused(&e, "csp_show", "has been closed");
    csp_value third = csp_string_z(vm, "third");
    cr_assert_null(csp_show(vm, second, 0), "its slot has been used again");
    embed_misused(&e, "csp_show", "has been closed");
    embed_shows(vm, third, "\"third\"");
    csp_scope_close(vm, outer);
    cr_assert_null(csp_show(vm, first, 0));
    embed_misused(&e, "csp_show", "has been closed");
    embed_shows(vm, csp_bool(true), "true");
    csp_free(vm);
}

Test(scope, an_outer_one_closes_those_inside)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_scope outer = csp_scope_open(vm);
    csp_scope inner = csp_scope_open(vm);
    csp_value v = csp_map(vm);
    csp_scope_close(vm, outer);
    cr_assert_eq(csp_type_of(vm, v), CSP_T_NONE);
    embed_misused(&e, "csp_type_of", "has been closed");
    cr_assert_eq(csp_map(vm).word, 0);
    embed_misused(&e, "csp_map", "no scope is open");
    csp_scope_close(vm, inner);
    embed_misused(&e, "csp_scope_close", "has been closed");
    csp_free(vm);
}

Test(scope, one_value_may_live_on)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_scope_open(vm);
    csp_scope inner = csp_scope_open(vm);
    csp_value v = csp_list(vm, 0, NULL), gone = csp_map(vm),
              kept = csp_scope_return(vm, inner, csp_push(vm, v, csp_int(vm, 1)));
    embed_shows(vm, kept, "[1]");
    cr_assert_null(csp_show(vm, v, 0), "only the new handle is good");
    embed_misused(&e, "csp_show", "has been closed");
    cr_assert_null(csp_show(vm, gone, 0));
    embed_misused(&e, "csp_show", "has been closed");
    inner = csp_scope_open(vm);
    cr_assert_eq(csp_int_or(vm, csp_scope_return(vm, inner, csp_int(vm, 5)), 0), 5);
    inner = csp_scope_open(vm);
    cr_assert_eq(csp_scope_return(vm, inner, CSP_NONE).word, 0);
    cr_assert_eq(e.told, 0);
    csp_scope_close(vm, inner);
    embed_misused(&e, "csp_scope_close", "has been closed");
    csp_free(vm);
}

Test(scope, a_value_of_the_outermost_cannot_live_on)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_scope only = csp_scope_open(vm);
    cr_assert_eq(csp_scope_return(vm, only, csp_map(vm)).word, 0);
    embed_misused(&e, "csp_scope_return", "no scope is open");
    csp_free(vm);
}

Test(scope, holds_as_many_values_as_it_says)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_scope outer = csp_scope_open(vm);
    csp_value last = CSP_NONE;
    for (int i = 0; i < MOST; i++) {
        last = csp_int(vm, INT64_MIN + i);
        cr_assert_neq(last.word, 0);
    }
    int64_t n;
    cr_assert_eq(csp_get_int(vm, last, &n), CSP_OK);
    cr_assert_eq(n, INT64_MIN + MOST - 1);
    cr_assert_eq(csp_map(vm).word, 0);
    embed_misused(&e, "csp_map", "open one of its own");
    cr_assert_neq(csp_int(vm, 1).word, 0, "needs no place");
    csp_scope inner = csp_scope_open(vm);
    cr_assert_neq(csp_map(vm).word, 0, "another scope has its own");
    csp_scope_close(vm, inner);
    csp_scope_close(vm, outer);
    csp_scope_open(vm);
    embed_shows(vm, csp_map(vm), "{}");
    cr_assert_eq(csp_get_int(vm, last, &n), CSP_E_MISUSE);
    embed_misused(&e, "csp_get_int", "has been closed");
    csp_free(vm);
}

Test(scope, many_rounds_take_no_more_memory)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_value stale = CSP_NONE;
    for (int round = 0; round < 20000; round++) {
        csp_scope scope = csp_scope_open(vm);
        csp_value l = csp_list(vm, 0, NULL);
        for (int i = 0; i < 40; i++)
            l = csp_push(vm, l, csp_string_z(vm, "some text that takes some memory"));
        cr_assert_eq(csp_length(vm, l), 40);
        cr_assert_eq(csp_length(vm, stale), 0);
        stale = l;
        csp_scope_close(vm, scope);
    }
    cr_assert_eq(e.told, 20000 - 1);
    csp_free(vm);
}

Test(scope, misuse_by_opening_too_many)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_scope first = csp_scope_open(vm), last = first;
    for (int i = 1; i < DEEPEST; i++)
        last = csp_scope_open(vm);
    cr_assert_eq(e.told, 0);
    csp_scope none = csp_scope_open(vm);
    embed_misused(&e, "csp_scope_open", "65,536");
    cr_assert_eq(none.serial, 0);
    csp_scope_close(vm, none);
    embed_misused(&e, "csp_scope_close", "has been closed");
    csp_scope_close(vm, last);
    csp_scope_close(vm, first);
    cr_assert_eq(e.told, 0);
    csp_free(vm);
}

Test(scope, misuse_in_the_wrong_order)
{
    embed e, f;
    csp_vm *vm = embed_make(&e), *other = embed_make(&f);
    csp_scope a = csp_scope_open(vm), b = csp_scope_open(vm), c = csp_scope_open(vm);
    csp_scope_close(vm, b);
    csp_scope_close(vm, c);
    embed_misused(&e, "csp_scope_close", "has been closed");
    csp_scope_close(vm, b);
    embed_misused(&e, "csp_scope_close", "has been closed");
    csp_scope again = csp_scope_open(vm);
    csp_scope_close(vm, b);
    embed_misused(&e, "csp_scope_close", "has been closed");
    cr_assert_neq(csp_map(vm).word, 0, "that of the same depth is still open");
    cr_assert_eq(csp_scope_return(vm, b, csp_int(vm, 1)).word, 0);
    embed_misused(&e, "csp_scope_return", "has been closed");
    csp_scope_open(other);
    csp_scope_close(other, again);
    embed_misused(&f, "csp_scope_close", "not of this VM");
    csp_scope_close(vm, (csp_scope){0, 0});
    embed_misused(&e, "csp_scope_close", "has been closed");
    csp_scope_close(vm, (csp_scope){UINT32_MAX, a.serial});
    embed_misused(&e, "csp_scope_close", "has been closed");
    csp_scope_close(vm, a);
    cr_assert_eq(e.told, 0);
    csp_free(other);
    csp_free(vm);
    csp_scope_open(NULL);
    csp_scope_close(NULL, a);
    cr_assert_eq(csp_scope_return(NULL, a, csp_nil()).word, 0);
    csp_scope_open(vm);
    csp_scope_close(vm, a);
}
