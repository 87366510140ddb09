/* ffi/closure.h, and calls of ffi/invoke.h that call back. */
#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "ffi/closure.h"
#include "ffi/invoke.h"
#include "ffi/sanitize.h"

enum { OWNER = 5 };

static ffi_block *block;
static native_stacks *stacks;
static native_stack *stack;
static csignature *comparison, *sorting;
static ffi_refusal why;

static void set_up(void)
{
    block = ffi_block_new();
    stacks = native_stacks_new(&(native_options){.size = 4 << 20});
    stack = native_claim(stacks, NULL);
    stack->owner = OWNER;
    comparison = csignature_new(block, 2);
    comparison->params[0] = comparison->params[1] = ctype_scalar(CTYPE_POINTER);
    comparison->result = ctype_scalar(CTYPE_I32);
    cr_assert(csignature_finish(comparison, &why));
    sorting = csignature_new(block, 4);
    sorting->params[0] = ctype_scalar(CTYPE_BUFFER);
    sorting->params[1] = sorting->params[2] = ctype_scalar(CTYPE_USIZE);
    sorting->params[3] = (ctype){.kind = CTYPE_FUNCTION, .signature = comparison};
    cr_assert(csignature_finish(sorting, &why));
    cr_assert_not_null(invoke_prepare(sorting, &why));
}

static void tear_down(void)
{
    native_release(stack);
    native_stacks_release(stacks);
    ffi_block_release(block);
}

static cclosure *make(uint64_t owner, uint64_t otherwise)
{
    cclosure *c = cclosure_new(
        comparison,
        &(cclosure_options){.owner = owner, .otherwise = otherwise, .where = "sort.csp:3:7"}, &why);
    cr_assert_not_null(c, "%s", why.text);
    return c;
}

typedef int compare_fn(const void *, const void *);

static compare_fn *function_of(const cclosure *c)
{
    void *code = cclosure_code(c);
    compare_fn *f;
    memcpy(&f, &code, sizeof f);
    return f;
}

static native_outcome sort(native_stack *on, int *numbers, size_t n, const cclosure *c)
{
    const invoke_plan *p = sorting->plan;
    _Alignas(16) char args[256];
    invoke_word(p, 0, args, (uintptr_t)numbers);
    invoke_word(p, 1, args, n);
    invoke_word(p, 2, args, sizeof *numbers);
    invoke_word(p, 3, args, (uintptr_t)cclosure_code(c));
    return invoke_enter(on, p, (invoke_fn *)qsort, args, 0);
}

static unsigned answer_all(native_stack *on, native_outcome outcome)
{
    unsigned calls = 0;
    for (; outcome == NATIVE_SUSPENDED; calls++) {
        native_callback *c = on->callback;
        int a = (int)ctype_load(CTYPE_I32, (void *)(uintptr_t)cclosure_word(c, 0));
        int b = (int)ctype_load(CTYPE_I32, (void *)(uintptr_t)cclosure_word(c, 1));
        cclosure_answer(c, (uint64_t)(int64_t)((a > b) - (a < b)));
        outcome = native_resume(on);
    }
    cr_assert_eq(outcome, NATIVE_RETURNED);
    return calls;
}

TestSuite(closure, .init = set_up, .fini = tear_down);

Test(closure, C_sorts_by_the_program_s_comparison)
{
    int numbers[1000];
    for (int i = 0; i < 1000; i++)
        numbers[i] = i * 7919 % 1000 - 500;
    cclosure *c = make(OWNER, 0);
    cr_assert_eq(cclosure_signature(c), comparison);
    cr_assert_gt(answer_all(stack, sort(stack, numbers, 1000, c)), 1000);
    for (int i = 0; i < 1000; i++)
        cr_assert_eq(numbers[i], i - 500);
    cclosure_free(c);
}

Test(closure, sorts_nest)
{
    cclosure *c = make(OWNER, 0);
    int numbers[50][3];
    for (uint32_t i = 0; i < 50; i++) {
        memcpy(numbers[i], (int[]){3, 1, 2}, sizeof numbers[i]);
        cr_assert_eq(sort(stack, numbers[i], 3, c), NATIVE_SUSPENDED);
        cr_assert_eq(stack->depth, i + 1);
    }
    for (uint32_t i = 50; i-- > 0;) {
        (void)answer_all(stack, NATIVE_SUSPENDED);
        cr_assert_eq(stack->depth, i);
        cr_assert(numbers[i][0] == 1 && numbers[i][1] == 2 && numbers[i][2] == 3);
    }
    cclosure_free(c);
}

/* --- strays */

static unsigned strays;
static char stray_where[64];
static bool stray_dead;

static void tell(const char *where, bool dead)
{
    __atomic_add_fetch(&strays, 1, __ATOMIC_RELAXED);
    strncpy(stray_where, where, sizeof stray_where - 1);
    stray_dead = dead;
}

static void *call_there(void *arg)
{
    int zero = 0;
    errno = 42;
    intptr_t result = function_of(arg)(&zero, &zero);
    cr_assert_eq(errno, 42);
    return (void *)result;
}

Test(closure, on_another_thread_it_is_a_stray)
{
    cclosure_stray(tell);
    cclosure *c = make(OWNER, (uint64_t)-3);
    pthread_t thread;
    void *result;
    pthread_create(&thread, NULL, call_there, c);
    pthread_join(thread, &result);
    cr_assert_eq((intptr_t)result, -3, "what was agreed on");
    cr_assert_eq(strays, 1);
    cr_assert_str_eq(stray_where, "sort.csp:3:7");
    cr_assert_not(stray_dead);
    cclosure_free(c);
}

Test(closure, at_another_time_it_is_a_stray)
{
    cclosure_stray(tell);
    cclosure *c = make(OWNER, 0);
    cr_assert_eq((intptr_t)call_there(c), 0);
    cr_assert_eq(strays, 1);
    cclosure_free(c);
}

Test(closure, while_another_process_is_in_C_it_is_a_stray)
{
    cclosure_stray(tell);
    cclosure *c = make(OWNER + 1, 0);
    int numbers[3] = {3, 1, 2};
    cr_assert_eq(sort(stack, numbers, 3, c), NATIVE_RETURNED);
    cr_assert_gt(strays, 1);
    cr_assert_not(stray_dead);
    cclosure_free(c);
}

Test(closure, the_dead_may_be_called)
{
    cclosure_stray(tell);
    cclosure *c = make(OWNER, 8);
    compare_fn *f = function_of(c);
    cclosure_bury(c);
    cr_assert_eq(f(NULL, NULL), 8);
    cr_assert(stray_dead);
    int numbers[3] = {3, 1, 2};
    cr_assert_eq(sort(stack, numbers, 3, c), NATIVE_RETURNED);
    for (int i = 0; i < CCLOSURE_TOMBS - 1; i++)
        cclosure_bury(make(OWNER, 0));
    cr_assert_eq(f(NULL, NULL), 8, "as many have been buried after it");
    for (int i = 0; i < 20000; i++) /* and their memory does not grow */
        cclosure_bury(make(OWNER, 0));
}

Test(closure, one_may_be_used_again)
{
    cclosure_stray(tell);
    cclosure *c = make(OWNER + 1, 0);
    int a = 1, b = 2;
    cclosure_reuse(c, OWNER, 4, &b);
    cr_assert_eq(cclosure_user(c), &b);
    int numbers[3] = {3, 1, 2};
    cr_assert_gt(answer_all(stack, sort(stack, numbers, 3, c)), 1);
    cr_assert_eq(numbers[2], 3);
    cr_assert_eq(strays, 0);
    cr_assert_eq(function_of(c)(&a, &b), 4);
    cclosure_free(c);
}

Test(closure, it_holds_its_block)
{
    cclosure_stray(tell);
    ffi_block *b = ffi_block_new();
    csignature *s = csignature_new(b, 0);
    s->result = ctype_scalar(CTYPE_F64);
    cr_assert(csignature_finish(s, &why));
    cclosure *c = cclosure_new(
        s, &(cclosure_options){.owner = OWNER, .otherwise = ctype_word_f64(0.5)}, &why);
    ffi_block_release(b);
    void *code = cclosure_code(c);
    double (*f)(void);
    memcpy(&f, &code, sizeof f);
    cr_assert_eq(f(), 0.5);
    cclosure_free(c);
}

Test(closure, it_works_where_no_memory_may_be_written_and_executed)
{
#if defined(PR_SET_MDWE)
    enum { DENY = PR_SET_MDWE };
#else
    enum { DENY = 65 };
#endif
#ifdef RUNNING_ON_VALGRIND
    if (RUNNING_ON_VALGRIND)
        cr_skip_test("valgrind needs such memory itself");
#endif
    if (prctl(DENY, 1L, 0L, 0L, 0L) != 0)
        cr_skip_test("this kernel cannot refuse it");
    int numbers[4] = {3, 1, 2, 0};
    cclosure *c = make(OWNER, 0);
    (void)answer_all(stack, sort(stack, numbers, 4, c));
    for (int i = 0; i < 4; i++)
        cr_assert_eq(numbers[i], i);
    cclosure_free(c);
}

/* --- errno */

static compare_fn *inner;

static int sets_errno(const void *a, const void *b)
{
    int before = errno;
    errno = 100;
    int result = inner(a, b);
    errno += 1000; /* what the program has stored in between */
    return before + result;
}

Test(closure, errno_is_the_call_s_own)
{
    cclosure *c = make(OWNER, 0);
    inner = function_of(c);
    csignature *s = csignature_new(block, 2);
    s->params[0] = s->params[1] = ctype_scalar(CTYPE_POINTER);
    s->result = ctype_scalar(CTYPE_I32);
    cr_assert(csignature_finish(s, &why));
    const invoke_plan *p = invoke_prepare(s, &why);
    _Alignas(16) char args[256];
    invoke_word(p, 0, args, 0);
    invoke_word(p, 1, args, 0);
    cr_assert_eq(invoke_enter(stack, p, (invoke_fn *)sets_errno, args, 7), NATIVE_SUSPENDED);
    cr_assert_eq(stack->callback->error, 100);
    errno = 55; /* the VM's */
    stack->callback->error = 200;
    cclosure_answer(stack->callback, (uint64_t)-1);
    cr_assert_eq(native_resume(stack), NATIVE_RETURNED);
    cr_assert_eq(stack->error, 1200);
    cr_assert_eq(*(const int64_t *)invoke_result(stack), 6);
    cclosure_free(c);
}
