/* ffi/invoke.h: plans and calls; every kind of signature: test_conformance.c. */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ffi/invoke.h"
#include "ffi/native_stack.h"

static ffi_block *block;
static ffi_refusal why;

static void set_up(void) { block = ffi_block_new(); }
static void tear_down(void) { ffi_block_release(block); }

TestSuite(invoke, .init = set_up, .fini = tear_down);

static csignature *signature(ctype_kind result, uint32_t count, const ctype_kind *params)
{
    csignature *s = csignature_new(block, count);
    for (uint32_t i = 0; i < count; i++)
        s->params[i] = ctype_scalar(params[i]);
    s->result = ctype_scalar(result);
    return s;
}

static const invoke_plan *plan_of(csignature *s)
{
    cr_assert(csignature_finish(s, &why), "%s", why.text);
    const invoke_plan *p = invoke_prepare(s, &why);
    cr_assert_not_null(p, "%s", why.text);
    return p;
}

#define SIGNATURE(result, ...)                                                          \
    signature(CTYPE_##result, sizeof((ctype_kind[]){__VA_ARGS__}) / sizeof(ctype_kind), \
              (ctype_kind[]){__VA_ARGS__})

Test(invoke, a_call_on_the_stack_that_we_are_on)
{
    const invoke_plan *p = plan_of(SIGNATURE(F64, CTYPE_F64));
    _Alignas(16) char args[256];
    _Alignas(16) uint64_t result[2];
    cr_assert_leq(p->block_size, sizeof args);
    invoke_word(p, 0, args, ctype_word_f64(0.5));
    invoke_call(p, (invoke_fn *)cos, args, result);
    cr_assert_eq(ctype_f64(result[0]), cos(0.5));
    cr_assert_eq(p, invoke_prepare((csignature *)p->signature, &why), "it is made once");
    invoke_release(p);
}

static csignature *printing(void)
{
    csignature *s = SIGNATURE(I32, CTYPE_POINTER, CTYPE_USIZE, CTYPE_CSTRING);
    s->variadic = true;
    cr_assert(csignature_finish(s, &why));
    return s;
}

static const char *print(csignature *s, const char *format, uint32_t extra, const ctype_kind *kinds,
                         const uint64_t *words)
{
    static char out[200];
    _Alignas(16) char args[4096];
    _Alignas(16) uint64_t result[2];
    const invoke_plan *p = invoke_variadic(s, kinds, extra, &why);
    cr_assert_not_null(p, "%s", why.text);
    cr_assert_leq(p->block_size, sizeof args);
    invoke_word(p, 0, args, (uintptr_t)out);
    invoke_word(p, 1, args, sizeof out);
    invoke_word(p, 2, args, (uintptr_t)format);
    for (uint32_t i = 0; i < extra; i++)
        invoke_word(p, 3 + i, args, words[i]);
    invoke_call(p, (invoke_fn *)snprintf, args, result);
    cr_assert_eq(result[0], strlen(out));
    invoke_release(p);
    return out;
}

static void check_printing(void)
{
    csignature *s = printing();
    cr_assert_str_eq(print(s, "plain", 0, NULL, NULL), "plain");
    cr_assert_str_eq(print(s, "%d %s %.2f %lld", 4,
                           (ctype_kind[]){CTYPE_I32, CTYPE_CSTRING, CTYPE_F64, CTYPE_I64},
                           (uint64_t[]){(uint64_t)-7, (uintptr_t) "text", ctype_word_f64(1.5),
                                        (uint64_t)INT64_MIN}),
                     "-7 text 1.50 -9223372036854775808");
    ctype_kind kinds[20];
    uint64_t words[20];
    for (int i = 0; i < 20; i++) { /* more than there are registers */
        kinds[i] = CTYPE_F64;
        words[i] = ctype_word_f64(i);
    }
    cr_assert_str_eq(print(s,
                           "%.0f %.0f %.0f %.0f %.0f %.0f %.0f %.0f %.0f %.0f %.0f %.0f %.0f %.0f "
                           "%.0f %.0f %.0f %.0f %.0f %.0f",
                           20, kinds, words),
                     "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19");
}

Test(invoke, variadic_directly) { check_printing(); }

Test(invoke, variadic_by_libffi)
{
    cr_assert(invoke_set_direct(false) || true);
    check_printing();
}

Test(invoke, plans_of_variadic_calls_are_remembered_within_bounds)
{
    csignature *s = printing();
    ctype_kind kinds[8], all[] = {CTYPE_I64, CTYPE_F64, CTYPE_POINTER, CTYPE_U64};
    uint64_t words[8] = {0};
    for (uint32_t n = 0; n < 20000; n++) {
        for (uint32_t i = 0, k = n; i < 8; i++, k /= 4)
            kinds[i] = all[k % 4];
        cr_assert_str_eq(print(s, "x", 8, kinds, words), "x");
    }
    unsigned remembered = 0;
    for (const invoke_plan *p = s->variadic_plans; p; p = p->next)
        remembered++;
    cr_assert_leq(remembered, 20);
    /* one that somebody holds outlives being forgotten */
    const invoke_plan *held = invoke_variadic(s, kinds, 8, &why);
    for (uint32_t n = 0; n < 100; n++) {
        for (uint32_t i = 0, k = n; i < 8; i++, k /= 4)
            kinds[i] = all[k % 4];
        (void)print(s, "x", 8, kinds, words);
    }
    cr_assert_eq(held->count, 11);
    invoke_release(held);
}

Test(invoke, what_no_variadic_call_passes)
{
    csignature *s = printing();
    ctype_kind kinds[300] = {CTYPE_F32};
    cr_assert_null(invoke_variadic(s, kinds, 1, &why));
    kinds[0] = CTYPE_I8;
    cr_assert_null(invoke_variadic(s, kinds, 1, &why));
    for (int i = 0; i < 300; i++)
        kinds[i] = CTYPE_I64;
    cr_assert_null(invoke_variadic(s, kinds, 300, &why));
    cr_assert(strstr(why.text, "255"), "%s", why.text);
    csignature *fixed = SIGNATURE(I32, CTYPE_I32);
    cr_assert(csignature_finish(fixed, &why));
    cr_assert_null(invoke_variadic(fixed, kinds, 1, &why));
}

/* --- on a native stack */

static int set_errno(int n)
{
    int before = errno;
    errno = n;
    return before;
}

typedef struct large {
    int64_t a[1000];
} large;

static large give_large(large from, int64_t add)
{
    for (int i = 0; i < 1000; i++)
        from.a[i] += add;
    return from;
}

Test(invoke, errno_goes_in_and_comes_out)
{
    native_stacks *stacks = native_stacks_new(&(native_options){.size = 0});
    native_stack *s = native_claim(stacks, NULL);
    const invoke_plan *p = plan_of(SIGNATURE(I32, CTYPE_I32));
    _Alignas(16) char args[256];
    invoke_word(p, 0, args, 99);
    errno = 1;
    cr_assert_eq(invoke_enter(s, p, (invoke_fn *)set_errno, args, 7), NATIVE_RETURNED);
    cr_assert_eq(*(const int64_t *)invoke_result(s), 7);
    cr_assert_eq(s->error, 99);
    native_release(s);
    native_stacks_release(stacks);
}

static void check_large(void)
{
    native_stacks *stacks = native_stacks_new(&(native_options){.size = 0});
    native_stack *s = native_claim(stacks, NULL);
    cstruct *of = cstruct_new(block, "large", 5);
    cr_assert(cstruct_add(block, of, "a", 1, ctype_scalar(CTYPE_I64), 1000, &why));
    cr_assert(cstruct_finish(block, of, &why));
    csignature *f = csignature_new(block, 2);
    f->params[0] = f->result = (ctype){.kind = CTYPE_STRUCT, .of = of};
    f->params[1] = ctype_scalar(CTYPE_I64);
    const invoke_plan *p = plan_of(f);
    void *args = aligned_alloc(16, p->block_size);
    static large from;
    for (int i = 0; i < 1000; i++)
        from.a[i] = i;
    invoke_put(p, 0, args, &from);
    invoke_word(p, 1, args, 5);
    cr_assert_eq(invoke_enter(s, p, (invoke_fn *)give_large, args, 0), NATIVE_RETURNED);
    const large *to = invoke_result(s);
    for (int i = 0; i < 1000; i++)
        cr_assert_eq(to->a[i], i + 5);
    free(args);
    native_release(s);
    native_stacks_release(stacks);
}

Test(invoke, large_structs_directly) { check_large(); }

Test(invoke, large_structs_by_libffi)
{
    (void)invoke_set_direct(false);
    check_large();
}
