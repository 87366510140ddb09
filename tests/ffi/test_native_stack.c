/* ffi/native_stack.h: what C may do to its stack. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fenv.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ffi/closure.h"
#include "ffi/fault.h"
#include "ffi/invoke.h"
#include "ffi/native_stack.h"
#include "ffi/sanitize.h"

enum { SMALL = 1 << 20, OWNER = 7 };

static native_stacks *pool_of(size_t size)
{
    native_stacks *p = native_stacks_new(&(native_options){.size = size});
    cr_assert_not_null(p);
    return p;
}

/* --- what runs as C */

static volatile char sink;

static void note(void *arg) { *(int *)arg += 1; }

__attribute__((noinline)) static int recurse(int depth)
{
    volatile char frame[512];
    frame[0] = (char)depth;
    int below = depth == 0 ? 0 : recurse(depth - 1);
    sink = frame[0];
    return below + 1;
}

static void overflow(void *arg)
{
    (void)arg;
    (void)recurse(1 << 30);
}

__attribute__((noinline)) static int large_frames(int depth)
{
    volatile char frame[3 << 20];
    frame[depth] = 1;
    int below = depth == 0 ? 0 : large_frames(depth - 1);
    sink = frame[depth];
    return below + 1;
}

static void overflow_large(void *arg)
{
    (void)arg;
    (void)large_frames(1 << 20);
}

static size_t resident(void)
{
    FILE *f = fopen("/proc/self/statm", "r");
    unsigned long all, here;
    cr_assert_eq(fscanf(f, "%lu %lu", &all, &here), 2);
    fclose(f);
    return here * (size_t)sysconf(_SC_PAGESIZE);
}

/* --- calls */

Test(native_stack, a_call_runs_on_the_stack_and_returns)
{
    native_stacks *p = pool_of(0);
    native_stack *s = native_claim(p, NULL);
    int count = 0;
    cr_assert_eq(native_enter(s, note, &count, NULL, 0), NATIVE_RETURNED);
    cr_assert_eq(native_enter(s, note, &count, NULL, 0), NATIVE_RETURNED);
    cr_assert_eq(count, 2);
    cr_assert_eq(s->depth, 0);
    cr_assert_null(native_current());
    cr_assert_null(native_release(s));
    cr_assert_eq(native_stacks_count(p).pooled, 1);
    native_stacks_release(p);
}

typedef struct conversation {
    int said[8];
    int count;
} conversation;

static void talk(void *arg)
{
    conversation *c = arg;
    for (int i = 0; i < 3; i++) {
        native_callback call = {.error = i};
        native_suspend(native_current(), &call);
        c->said[c->count++] = call.error;
    }
}

Test(native_stack, a_suspended_call_goes_on_where_it_was)
{
    native_stacks *p = pool_of(0);
    native_stack *s = native_claim(p, NULL);
    conversation c = {.count = 0};
    native_outcome outcome = native_enter(s, talk, &c, NULL, 0);
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(outcome, NATIVE_SUSPENDED);
        cr_assert_eq(s->callback->error, i);
        cr_assert_eq(s->depth, 1);
        cr_assert_null(native_current());
        s->callback->error = 10 + i;
        outcome = native_resume(s);
    }
    cr_assert_eq(outcome, NATIVE_RETURNED);
    cr_assert_eq(c.count, 3);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(c.said[i], 10 + i);
    cr_assert_null(native_release(s));
    native_stacks_release(p);
}

Test(native_stack, calls_nest_below_what_is_suspended)
{
    native_stacks *p = pool_of(0);
    native_stack *s = native_claim(p, NULL);
    conversation c[50] = {{.count = 0}};
    for (int i = 0; i < 50; i++)
        cr_assert_eq(native_enter(s, talk, &c[i], NULL, 0), NATIVE_SUSPENDED);
    cr_assert_eq(s->depth, 50);
    for (int i = 49; i >= 0; i--) {
        cr_assert_eq(native_resume(s), NATIVE_SUSPENDED);
        int count = 0;
        cr_assert_eq(native_enter(s, note, &count, NULL, 0), NATIVE_RETURNED);
        cr_assert_eq(count, 1);
        cr_assert_eq(native_resume(s), NATIVE_SUSPENDED);
        cr_assert_eq(native_resume(s), NATIVE_RETURNED);
        cr_assert_eq(c[i].count, 3);
    }
    cr_assert_eq(s->depth, 0);
    cr_assert_not(s->tainted);
    native_release(s);
    native_stacks_release(p);
}

Test(native_stack, an_overflow_ends_the_call_alone)
{
    native_stacks *p = pool_of(SMALL);
    native_stack *s = native_claim(p, NULL);
    cr_assert_eq(native_enter(s, overflow, NULL, NULL, 0), NATIVE_OVERFLOWED);
    cr_assert(s->tainted);
    cr_assert_eq(s->depth, 0);
    cr_assert_null(native_release(s));
    cr_assert_eq(native_stacks_count(p).retired, 1);
    native_stacks_release(p);
}

Test(native_stack, ten_thousand_overflows_leave_nothing, .timeout = 100)
{
    native_stacks *p = pool_of(NATIVE_STACK_SIZE_MIN);
    size_t before = 0;
    for (int i = 0; i < 10000; i++) {
        if (i == 1500) /* the list of retired stacks is full */
            before = resident();
        native_stack *s = native_claim(p, NULL);
        conversation c[50] = {{.count = 0}};
        int depth = i % 3 == 2 ? 50 : 0;
        for (int k = 0; k < depth; k++)
            cr_assert_eq(native_enter(s, talk, &c[k], NULL, 0), NATIVE_SUSPENDED);
        cr_assert_eq(native_enter(s, i % 3 == 1 ? overflow_large : overflow, NULL, NULL, 0),
                     NATIVE_OVERFLOWED);
        if (i % 2) /* the calls below go on, or are given up, too */
            for (int k = 0; k < depth; k++)
                native_abandon(s);
        else
            for (int k = depth - 1; k >= 0; k--)
                while (native_resume(s) != NATIVE_RETURNED)
                    ;
        cr_assert_null(native_release(s));
    }
#ifdef FFI_ASAN
    before = SIZE_MAX / 2; /* its shadow of addresses that are gone stays */
#endif
    size_t after = resident();
    cr_assert_lt(after, before + (5 << 20), "%zu, then %zu bytes", before, after);
    cr_assert_eq(native_stacks_count(p).claimed, 0);
    cr_assert_leq(native_stacks_count(p).retired, NATIVE_RETIRED);
    native_stacks_release(p);
}

Test(native_stack, what_is_tainted_is_not_used_for_the_next_call)
{
    native_stacks *p = pool_of(SMALL);
    native_stack *s = native_claim(p, NULL);
    conversation outer = {.count = 0}, inner = {.count = 0}, third = {.count = 0};
    cr_assert_eq(native_enter(s, talk, &outer, NULL, 0), NATIVE_SUSPENDED);
    cr_assert_eq(native_enter(s, talk, &inner, NULL, 0), NATIVE_SUSPENDED);
    native_abandon(s);
    cr_assert_eq(native_release(s), s, "the outer call is still there");
    native_stack *fresh = native_claim(p, s);
    cr_assert_neq(fresh, s);
    cr_assert_eq(fresh->under, s);
    cr_assert_eq(native_enter(fresh, talk, &third, NULL, 0), NATIVE_SUSPENDED);
    for (int i = 0; i < 2; i++)
        cr_assert_eq(native_resume(fresh), NATIVE_SUSPENDED);
    cr_assert_eq(native_resume(fresh), NATIVE_RETURNED);
    cr_assert_eq(native_release(fresh), s);
    for (int i = 0; i < 2; i++)
        cr_assert_eq(native_resume(s), NATIVE_SUSPENDED);
    cr_assert_eq(native_resume(s), NATIVE_RETURNED);
    cr_assert_eq(outer.count, 3);
    cr_assert_eq(inner.count, 0);
    cr_assert_null(native_release(s));
    native_count n = native_stacks_count(p);
    cr_assert_eq(n.retired, 1);
    cr_assert_eq(n.pooled, 1);
    cr_assert_eq(n.claimed, 0);
    native_stacks_release(p);
}

Test(native_stack, a_call_needs_room)
{
    native_stacks *p = pool_of(NATIVE_STACK_SIZE_MIN);
    native_stack *s = native_claim(p, NULL);
    int count = 0;
    cr_assert_eq(native_enter(s, note, &count, NULL, 300 << 10), NATIVE_NO_ROOM);
    cr_assert_eq(s->depth, 0);
    cr_assert_eq(native_enter(s, note, &count, NULL, 200 << 10), NATIVE_RETURNED);
    cr_assert_eq(count, 1);
    native_release(s);
    native_stacks_release(p);
}

__attribute__((noinline)) static void deep_callback(size_t until)
{
    volatile char frame[1024];
    frame[0] = 1;
    native_stack *s = native_current();
    if ((size_t)((char *)__builtin_frame_address(0) - s->low) > until) {
        deep_callback(until);
        sink = frame[0];
        return;
    }
    native_callback call = {.error = 0};
    native_suspend(s, &call);
}

static void callback_at_the_end(void *arg) { deep_callback(*(size_t *)arg); }

Test(native_stack, a_callback_needs_room)
{
    native_stacks *p = pool_of(NATIVE_STACK_SIZE_MIN);
    native_stack *s = native_claim(p, NULL);
    size_t enough = 2 * NATIVE_CALLBACK_ROOM, little = NATIVE_CALLBACK_ROOM / 2;
    cr_assert_eq(native_enter(s, callback_at_the_end, &enough, NULL, 0), NATIVE_SUSPENDED);
    cr_assert_eq(native_resume(s), NATIVE_RETURNED);
    cr_assert_eq(native_enter(s, callback_at_the_end, &little, NULL, 0), NATIVE_OVERFLOWED);
    native_release(s);
    native_stacks_release(p);
}

/* --- jumps */

static void jump_inside(void *arg)
{
    jmp_buf here;
    volatile int rounds = 0;
    if (setjmp(here) < 5) {
        rounds++;
        char frame[100000];
        memset(frame, rounds, sizeof frame);
        sink = frame[rounds];
        longjmp(here, rounds);
    }
    *(int *)arg = rounds;
}

Test(native_stack, jumps_over_frames_of_its_own_are_C_s_business)
{
    native_stacks *p = pool_of(0);
    native_stack *s = native_claim(p, NULL);
    int rounds = 0;
    cr_assert_eq(native_enter(s, jump_inside, &rounds, NULL, 0), NATIVE_RETURNED);
    cr_assert_eq(rounds, 5);
    cr_assert_not(s->tainted);
    native_release(s);
    native_stacks_release(p);
}

static jmp_buf outer_place;
static bool calls_again;

static void set_and_call(void *arg)
{
    native_callback call = {.error = 0};
    if (setjmp(outer_place) == 0 || calls_again)
        native_suspend(native_current(), &call);
    *(int *)arg = 1;
}

static void jump_out(void *arg)
{
    (void)arg;
    longjmp(outer_place, 1);
}

static void check_jump(void)
{
    native_stacks *p = pool_of(0);
    native_stack *s = native_claim(p, NULL);
    int first = 0;
    cr_assert_eq(native_enter(s, set_and_call, &first, NULL, 0), NATIVE_SUSPENDED);
    cr_assert_eq(native_enter(s, jump_out, NULL, NULL, 0), NATIVE_JUMPED);
    cr_assert_eq(s->depth, 1);
    cr_assert(s->tainted);
    cr_assert_eq(native_release(s), s);
    cr_assert_eq(native_resume(s), NATIVE_JUMPED, "there is nothing to go on with");
    cr_assert_eq(s->depth, 0);
    cr_assert_null(native_release(s));
    cr_assert_eq(native_stacks_count(p).retired, 1);
    native_stacks_release(p);
}

Test(native_stack, a_jump_over_a_callback_is_noticed_when_C_returns) { check_jump(); }

Test(native_stack, a_jump_over_a_callback_is_noticed_when_C_calls_back)
{
    calls_again = true;
    check_jump();
}

/* --- what C does to the processor's modes */

static void round_down(void *arg)
{
    native_callback call = {.error = 0};
    fesetround(FE_DOWNWARD);
    native_suspend(native_current(), &call);
    *(int *)arg = fegetround();
    fesetround(FE_TONEAREST);
}

Test(native_stack, rounding_is_each_side_s_own)
{
    native_stacks *p = pool_of(0);
    native_stack *s = native_claim(p, NULL);
    int there = -1;
    cr_assert_eq(native_enter(s, round_down, &there, NULL, 0), NATIVE_SUSPENDED);
    cr_assert_eq(fegetround(), FE_TONEAREST);
    cr_assert_eq(native_resume(s), NATIVE_RETURNED);
    cr_assert_eq(there, FE_DOWNWARD);
    cr_assert_eq(fegetround(), FE_TONEAREST);
    native_release(s);
    native_stacks_release(p);
}

static void overflow_in_disorder(void *arg)
{
    (void)arg;
    fesetround(FE_UPWARD);
#ifdef __x86_64__
    __asm__ volatile("fld1; fld1; fld1; fld1; fld1; fld1; fld1; fld1; std");
#endif
    overflow(arg);
}

Test(native_stack, an_overflow_leaves_no_disorder)
{
    native_stacks *p = pool_of(SMALL);
    native_stack *s = native_claim(p, NULL);
    cr_assert_eq(native_enter(s, overflow_in_disorder, NULL, NULL, 0), NATIVE_OVERFLOWED);
    cr_assert_eq(fegetround(), FE_TONEAREST);
    volatile long double third = 1;
    third /= 3;
    cr_assert_float_eq((double)third, 1.0 / 3, 1e-15);
    char text[100] = "abc", copy[100];
    memmove(copy, text, sizeof text);
    cr_assert_str_eq(copy, "abc");
    native_release(s);
    native_stacks_release(p);
}

/* --- threads */

typedef struct mover {
    native_stack *s;
    native_outcome outcome;
} mover;

static void *resume_there(void *arg)
{
    mover *m = arg;
    m->outcome = native_resume(m->s);
    return NULL;
}

static void across_threads(void *arg)
{
    native_callback call = {.error = 0};
    pid_t *seen = arg;
    seen[0] = gettid();
    native_suspend(native_current(), &call);
    seen[1] = gettid();
    native_suspend(native_current(), &call);
    (void)recurse(1 << 30);
}

Test(native_stack, a_suspended_call_may_change_threads)
{
    native_stacks *p = pool_of(SMALL);
    native_stack *s = native_claim(p, NULL);
    pid_t seen[2];
    pthread_t there;
    cr_assert_eq(native_enter(s, across_threads, seen, NULL, 0), NATIVE_SUSPENDED);
    mover m = {.s = s};
    pthread_create(&there, NULL, resume_there, &m);
    pthread_join(there, NULL);
    cr_assert_eq(m.outcome, NATIVE_SUSPENDED);
    cr_assert_neq(seen[0], seen[1]);
    pthread_create(&there, NULL, resume_there, &m);
    pthread_join(there, NULL);
    cr_assert_eq(m.outcome, NATIVE_OVERFLOWED, "on a thread that had no alternate stack");
    native_release(s);
    native_stacks_release(p);
}

static void *overflow_often(void *arg)
{
    native_stacks *p = arg;
    for (int i = 0; i < 300; i++) {
        native_stack *s = native_claim(p, NULL);
        cr_assert_eq(native_enter(s, i % 2 ? overflow : overflow_large, NULL, NULL, 0),
                     NATIVE_OVERFLOWED);
        native_release(s);
    }
    return NULL;
}

Test(native_stack, two_threads_share_a_pool)
{
    native_stacks *p = pool_of(NATIVE_STACK_SIZE_MIN);
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, overflow_often, p);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    cr_assert_eq(native_stacks_count(p).retired, 600);
    native_stacks_release(p);
}

static void *with_own_alternate(void *arg)
{
    native_stacks *p = arg;
    char *mine = malloc(64 << 10);
    stack_t alternate = {.ss_sp = mine, .ss_size = 64 << 10}, after;
    sigaltstack(&alternate, NULL);
    native_stack *s = native_claim(p, NULL);
    cr_assert_eq(native_enter(s, overflow, NULL, NULL, 0), NATIVE_OVERFLOWED);
    native_release(s);
    sigaltstack(NULL, &after);
    cr_assert_eq(after.ss_sp, mine);
    alternate.ss_flags = SS_DISABLE;
    sigaltstack(&alternate, NULL);
    free(mine);
    return NULL;
}

Test(native_stack, a_thread_keeps_its_alternate_stack)
{
    native_stacks *p = pool_of(SMALL);
    pthread_t thread;
    pthread_create(&thread, NULL, with_own_alternate, p);
    pthread_join(thread, NULL);
    native_stacks_release(p);
}

/* --- the collector's wish */

static int away, back;

static bool may_leave;

static bool leave(void)
{
    away += may_leave;
    return may_leave;
}

static void come_back(void) { back++; }

static void around(void (*fn)(void *arg), void *arg)
{
    away++;
    fn(arg);
    back++;
}

static const native_terms terms = {leave, come_back, around};

static void check_terms(bool leaves)
{
    away = back = 0;
    may_leave = leaves;
    native_stacks *p = pool_of(SMALL);
    native_stack *s = native_claim(p, NULL);
    native_stacks_terms(p, &terms);
    conversation c = {.count = 0};
    cr_assert_eq(native_enter(s, talk, &c, NULL, 0), NATIVE_SUSPENDED);
    cr_assert_eq(away, 1);
    cr_assert_eq(back, 1, "the VM runs outside of it");
    cr_assert_eq(native_enter(s, overflow, NULL, NULL, 0), NATIVE_OVERFLOWED);
    cr_assert_eq(back, 2);
    while (native_resume(s) != NATIVE_RETURNED)
        ;
    cr_assert_eq(away, 5);
    cr_assert_eq(back, 5);
    native_release(s);
    native_stacks_release(p);
}

Test(native_stack, calls_are_made_on_the_terms_that_are_wanted)
{
    check_terms(true);
    check_terms(false);
}

/* --- signals */

static volatile sig_atomic_t alarms;

static void on_alarm(int signal)
{
    (void)signal;
    alarms++;
}

static void spin(void *arg)
{
    (void)arg;
    while (alarms < 200)
        (void)recurse(100);
}

static void ring_often(int flags)
{
    struct sigaction act = {.sa_handler = on_alarm, .sa_flags = flags};
    sigaction(SIGALRM, &act, NULL);
    struct itimerval often = {{0, 500}, {0, 500}};
    setitimer(ITIMER_REAL, &often, NULL);
}

static void check_signals(int flags)
{
    native_stacks *p = pool_of(NATIVE_STACK_SIZE_MIN);
    native_stack *s = native_claim(p, NULL);
    ring_often(flags);
    cr_assert_eq(native_enter(s, spin, NULL, NULL, 0), NATIVE_RETURNED);
    /* and some that come when the stack is about to end */
    for (int i = 0; i < 500; i++) {
        cr_assert_eq(native_enter(s, overflow, NULL, NULL, 0), NATIVE_OVERFLOWED);
        native_release(s);
        s = native_claim(p, NULL);
    }
    struct itimerval never = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &never, NULL);
    native_release(s);
    native_stacks_release(p);
}

Test(native_stack, signals_come_while_C_runs) { check_signals(SA_RESTART | SA_ONSTACK); }
Test(native_stack, signals_come_on_the_native_stack_itself) { check_signals(SA_RESTART); }

static void wait_at_the_end(void *arg)
{
    volatile char frame[64];
    frame[0] = 1;
    if ((char *)__builtin_frame_address(0) - native_current()->low > 600)
        wait_at_the_end(arg);
    else
        raise(SIGALRM);
    sink = frame[0];
}

Test(native_stack, a_signal_that_finds_no_room_is_an_overflow)
{
    native_stacks *p = pool_of(NATIVE_STACK_SIZE_MIN);
    native_stack *s = native_claim(p, NULL);
    struct sigaction act = {.sa_handler = on_alarm};
    sigaction(SIGALRM, &act, NULL);
    pid_t child = fork();
    if (child == 0) /* raise is the C library's: it may hold a lock, so this is the end */
        _exit((int)native_enter(s, wait_at_the_end, NULL, NULL, 0));
    int status;
    waitpid(child, &status, 0);
    cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "status %x", (unsigned)status);
    native_release(s);
    native_stacks_release(p);
}

/* --- little memory */

Test(native_stack, addresses_may_run_out)
{
#ifdef FFI_ASAN
    cr_skip_test("its shadow is larger than any limit");
#endif
    native_stacks *p = pool_of(SMALL);
    struct rlimit limit = {(size_t)1 << 32, (size_t)1 << 32};
    cr_assert_eq(setrlimit(RLIMIT_AS, &limit), 0);
    native_stack *claimed[1000];
    int n = 0;
    while (n < 1000 && (claimed[n] = native_claim(p, NULL)) != NULL)
        n++;
    cr_assert_lt(n, 1000);
    for (int i = 0; i < n; i++)
        native_release(claimed[i]);
    /* what is retired gives its addresses back when there are no others */
    for (int i = 0; i < 1000; i++) {
        native_stack *s = native_claim(p, NULL);
        cr_assert_not_null(s);
        cr_assert_eq(native_enter(s, overflow, NULL, NULL, 0), NATIVE_OVERFLOWED);
        native_release(s);
    }
    native_stacks_release(p);
}

static void touch(void *arg)
{
    volatile char frame[20 << 20];
    for (size_t i = 0; i < sizeof frame; i += 4096)
        frame[i] = 1;
    (void)arg;
}

Test(native_stack, deep_calls_give_their_memory_back)
{
    native_stacks *p = pool_of(0);
    native_stack *s = native_claim(p, NULL);
    cr_assert_eq(native_enter(s, touch, NULL, NULL, 0), NATIVE_RETURNED);
    size_t deep = resident();
    native_trim(s);
    cr_assert_lt(resident() + (15 << 20), deep);
    cr_assert_eq(native_enter(s, touch, NULL, NULL, 0), NATIVE_RETURNED);
    native_release(s);
    cr_assert_lt(resident() + (15 << 20), deep);
    native_stacks_release(p);
}

/* --- fork */

Test(native_stack, a_child_of_fork_can_call)
{
    native_stacks *p = pool_of(SMALL);
    native_stack *s = native_claim(p, NULL);
    conversation c = {.count = 0};
    cr_assert_eq(native_enter(s, talk, &c, NULL, 0), NATIVE_SUSPENDED);
    pid_t child = fork();
    if (child == 0) {
        while (native_resume(s) != NATIVE_RETURNED)
            ;
        _exit(c.count == 3 && native_enter(s, overflow, NULL, NULL, 0) == NATIVE_OVERFLOWED ? 3
                                                                                            : 1);
    }
    int status;
    waitpid(child, &status, 0);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 3);
    while (native_resume(s) != NATIVE_RETURNED)
        ;
    native_release(s);
    native_stacks_release(p);
}
