/* ffi/fault.h: what becomes of signals that C causes. Each program dies in a child. */
#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ffi/fault.h"
#include "ffi/invoke.h"
#include "ffi/native_stack.h"
#include "ffi/sanitize.h"

typedef struct ended {
    int status;
    char err[2000];
} ended;

/* The child's end, and what it wrote to stderr. */
static ended run(void (*body)(void))
{
    int out[2];
    cr_assert_eq(pipe(out), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        dup2(out[1], STDERR_FILENO);
        body();
        _exit(0);
    }
    close(out[1]);
    ended e = {0};
    size_t n = 0;
    for (ssize_t more; (more = read(out[0], e.err + n, sizeof e.err - 1 - n)) > 0;)
        n += (size_t)more;
    close(out[0]);
    waitpid(child, &e.status, 0);
    return e;
}

static bool died_by(const ended *e, int signal)
{
    return WIFSIGNALED(e->status) && WTERMSIG(e->status) == signal;
}

static int pool_s_data;

static void in_C(void (*fn)(void *), const void *function)
{
    native_stacks *p = native_stacks_new(&(native_options){.size = 1 << 20, .data = &pool_s_data});
    native_stack *s = native_claim(p, NULL);
    s->owner = 9;
    (void)native_enter(s, fn, NULL, function, 0);
}

static volatile int *volatile nowhere = (volatile int *)16;

static void write_nowhere(void *arg)
{
    (void)arg;
    *nowhere = 1;
}

static void die_of_null(void) { in_C(write_nowhere, (const void *)(uintptr_t)strlen); }

Test(fault, a_crash_in_C_is_reported_and_ends_the_program)
{
    ended e = run(die_of_null);
    cr_assert(died_by(&e, SIGSEGV), "%x %s", (unsigned)e.status, e.err);
    cr_assert(strstr(e.err, "C crashed: SIGSEGV"), "%s", e.err);
}

static volatile int zero;

static void divide(void *arg)
{
    (void)arg;
#ifdef __x86_64__
    __asm__ volatile("xorl %%edx, %%edx; movl $1, %%eax; divl %0" : : "m"(zero) : "eax", "edx");
#else
    raise(SIGFPE);
#endif
}

static void die_of_division(void) { in_C(divide, NULL); }

Test(fault, a_division_by_zero)
{
    ended e = run(die_of_division);
    cr_assert(died_by(&e, SIGFPE), "%x %s", (unsigned)e.status, e.err);
    cr_assert(strstr(e.err, "SIGFPE"), "%s", e.err);
}

static void call_abort(void *arg)
{
    (void)arg;
    abort();
}

static void die_of_abort(void) { in_C(call_abort, (const void *)(uintptr_t)abort); }

Test(fault, abort_in_C)
{
    ended e = run(die_of_abort);
    cr_assert(died_by(&e, SIGABRT), "%x %s", (unsigned)e.status, e.err);
    cr_assert(strstr(e.err, "SIGABRT"), "%s", e.err);
    cr_assert(strstr(e.err, "`abort` (lib"), "%s", e.err);
}

static void raise_fault(void *arg)
{
    (void)arg;
    raise(SIGFPE);
}

static void die_of_raise(void) { in_C(raise_fault, NULL); }

Test(fault, a_signal_that_C_raises_is_told_too)
{
    ended e = run(die_of_raise);
    cr_assert(died_by(&e, SIGFPE), "%x %s", (unsigned)e.status, e.err);
    cr_assert(strstr(e.err, "C crashed: SIGFPE"), "%s", e.err);
}

static void say(const fault_info *i)
{
    char line[200];
    int n = snprintf(line, sizeof line, "told: signal %d owner %d data %d overflow %d\n", i->signal,
                     (int)i->owner, i->data == &pool_s_data, i->overflow);
    cr_assert_eq(write(STDERR_FILENO, line, (size_t)n), n);
}

static void die_told(void)
{
    fault_reporter(say);
    in_C(write_nowhere, NULL);
}

Test(fault, somebody_else_may_report_it)
{
    ended e = run(die_told);
    cr_assert(died_by(&e, SIGSEGV));
    cr_assert_str_eq(e.err, "told: signal 11 owner 9 data 1 overflow 0\n");
}

/* --- overflows that cannot be survived */

static char printed[64];

static void print_at_the_end(void *arg)
{
    volatile char frame[64];
    frame[0] = 1;
    if ((char *)__builtin_frame_address(0) - native_current()->low > 800)
        print_at_the_end(arg);
    else
        (void)snprintf(printed, sizeof printed, "%d %f", 1, 0.5);
    printed[0] = frame[0];
}

static void overflow_printing(void)
{
    fault_reporter(say);
    in_C(print_at_the_end, NULL);
}

Test(fault, an_overflow_in_the_C_library_is_the_end)
{
    ended e = run(overflow_printing);
#ifdef FFI_ASAN
    cr_skip_test("the frames of ASan's own functions are larger");
#endif
    cr_assert(died_by(&e, SIGABRT), "%x %s", (unsigned)e.status, e.err);
    cr_assert_str_eq(e.err, "told: signal 11 owner 9 data 1 overflow 1\n");
}

/* --- what is not ours */

static void die_outside(void)
{
    native_stacks *p = native_stacks_new(&(native_options){.size = 1 << 20});
    (void)p;
    *nowhere = 1;
}

Test(fault, a_crash_outside_of_C_is_the_signal_s)
{
#ifdef FFI_ASAN
    cr_skip_test("ASan reports it");
#endif
    ended e = run(die_outside);
    cr_assert(died_by(&e, SIGSEGV));
    cr_assert_str_eq(e.err, "");
}

static void before_us(int signal, siginfo_t *info, void *context)
{
    (void)context;
    dprintf(STDERR_FILENO, "before %d %p\n", signal, info->si_addr);
    _exit(3);
}

static void die_with_handler(void)
{
    struct sigaction act = {.sa_sigaction = before_us, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &act, NULL);
    die_outside();
}

Test(fault, the_handlers_from_before_get_what_is_theirs)
{
    ended e = run(die_with_handler);
    cr_assert(WIFEXITED(e.status) && WEXITSTATUS(e.status) == 3);
    cr_assert_str_eq(e.err, "before 11 0x10\n");
}

static void be_sent_a_signal(void *arg)
{
    (void)arg;
    kill(getpid(), SIGSEGV);
}

static void sent_from_outside(void)
{
    struct sigaction act = {.sa_sigaction = before_us, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &act, NULL);
    in_C(be_sent_a_signal, NULL);
}

Test(fault, a_signal_that_was_sent_is_no_fault_of_C)
{
    ended e = run(sent_from_outside);
    cr_assert(WIFEXITED(e.status) && WEXITSTATUS(e.status) == 3, "%x", (unsigned)e.status);
}

static void raise_abort_ignored(void)
{
    signal(SIGABRT, SIG_IGN);
    native_stacks *p = native_stacks_new(&(native_options){.size = 1 << 20});
    raise(SIGABRT);
    native_stacks_release(p);
    _exit(4);
}

Test(fault, what_was_ignored_stays_so)
{
    ended e = run(raise_abort_ignored);
    cr_assert(WIFEXITED(e.status) && WEXITSTATUS(e.status) == 4, "%x", (unsigned)e.status);
}

Test(fault, what_was_there_is_put_back)
{
    struct sigaction act = {.sa_sigaction = before_us, .sa_flags = SA_SIGINFO}, now;
    sigaction(SIGILL, &act, NULL);
    native_stacks *a = native_stacks_new(&(native_options){.size = 1 << 20});
    native_stacks *b = native_stacks_new(&(native_options){.size = 1 << 20});
    native_stacks_release(a);
    sigaction(SIGILL, NULL, &now);
    cr_assert_neq(now.sa_sigaction, before_us);
    native_stacks_release(b);
    sigaction(SIGILL, NULL, &now);
    cr_assert_eq(now.sa_sigaction, before_us);
}

/* A write that hits the guard while the stack has room is no overflow. */
static char *in_guard;

static void write_guard(void *arg)
{
    (void)arg;
    *(volatile char *)in_guard = 1;
}

static void hit_guard(void)
{
    native_stacks *p = native_stacks_new(&(native_options){.size = 1 << 20});
    native_stack *s = native_claim(p, NULL);
    in_guard = s->low - 4096;
    if (native_enter(s, write_guard, NULL, NULL, 0) == NATIVE_OVERFLOWED)
        _exit(5);
}

Test(fault, a_stray_write_into_a_guard_is_a_crash)
{
    ended e = run(hit_guard);
    cr_assert(died_by(&e, SIGSEGV), "%x", (unsigned)e.status);
}

Test(fault, a_line_is_cut_to_its_room)
{
    char line[600];
    fault_info i = {.signal = SIGBUS,
                    .address = (void *)16,
                    .instruction = (void *)(uintptr_t)strlen,
                    .function = (void *)(uintptr_t)qsort};
    size_t whole = fault_line(&i, line, sizeof line);
    cr_assert_eq(line[whole - 1], '\n');
    for (size_t size = 2; size < whole + 2; size++) {
        memset(line, 'x', sizeof line);
        size_t n = fault_line(&i, line, size);
        cr_assert_leq(n, size);
        cr_assert_eq(line[n - 1], '\n');
        for (size_t k = size; k < sizeof line; k++)
            cr_assert_eq(line[k], 'x');
    }
}
