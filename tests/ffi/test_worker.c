/* ffi/worker.h */
#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ffi/closure.h"
#include "ffi/fault.h"
#include "ffi/invoke.h"
#include "ffi/worker.h"

enum { OWNER = 5 };

static ffi_block *block;
static native_stacks *stacks;
static workers *pool;
static csignature *nothing, *number, *calling, *called;
static ffi_refusal why;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static unsigned over_count, called_count, held_count;
static bool released;

typedef struct test_job {
    worker_job job;
    _Alignas(16) char block[128];
    _Alignas(16) uint64_t result[2];
    native_callback *callback;
    worker_reply reply; /* to be given at once; with `later`: not */
    bool later, over;
} test_job;

static csignature *signature(uint32_t count, ctype_kind result)
{
    csignature *s = csignature_new(block, count);
    for (uint32_t i = 0; i < count; i++)
        s->params[i] = ctype_scalar(CTYPE_I64);
    s->result = ctype_scalar(result);
    cr_assert(csignature_finish(s, &why));
    cr_assert_not_null(invoke_prepare(s, &why));
    return s;
}

static void set_up(void)
{
    block = ffi_block_new();
    stacks = native_stacks_new(&(native_options){.size = 1 << 20});
    sigset_t all;
    sigfillset(&all);
    pool = workers_new(stacks, &all);
    cr_assert_not_null(pool);
    nothing = signature(0, CTYPE_VOID);
    number = signature(1, CTYPE_I64);
    called = signature(1, CTYPE_I64);
    calling = signature(2, CTYPE_I64);
}

static void tear_down(void)
{
    workers_close(pool);
    native_stacks_release(stacks);
    ffi_block_release(block);
}

TestSuite(worker, .init = set_up, .fini = tear_down, .timeout = 300);

static void on_over(worker_job *j)
{
    pthread_mutex_lock(&lock);
    ((test_job *)j)->over = true;
    over_count++;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static void on_called(worker_job *j, native_callback *c)
{
    test_job *t = (test_job *)j;
    pthread_mutex_lock(&lock);
    t->callback = c;
    called_count++;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    if (t->later)
        return;
    if (t->reply == WORKER_ANSWERED)
        cclosure_answer(c, cclosure_word(c, 0) * 2);
    worker_answer(pool, j, t->reply);
}

static void wait_until(const unsigned *count, unsigned n)
{
    pthread_mutex_lock(&lock);
    while (*count < n)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

static test_job *job_of(const csignature *s, void *fn, uint64_t a, uint64_t b)
{
    test_job *t = aligned_alloc(16, (sizeof *t + 15) / 16 * 16);
    memset(t, 0, sizeof *t);
    t->job = (worker_job){.plan = s->plan,
                          .block = t->block,
                          .result = t->result,
                          .owner = OWNER,
                          .called = on_called,
                          .over = on_over};
    memcpy(&t->job.fn, &fn, sizeof fn);
    if (s->count > 0)
        invoke_word(s->plan, 0, t->block, a);
    if (s->count > 1)
        invoke_word(s->plan, 1, t->block, b);
    return t;
}

#define JOB(signature, fn, a, b) job_of(signature, (void *)(uintptr_t)(fn), a, b)

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* --- what runs as C */

static int64_t twice(int64_t n)
{
    errno += 10;
    return 2 * n;
}

static int64_t nap(int64_t ms)
{
    usleep((useconds_t)ms * 1000);
    return ms;
}

/* Stays in C until the test lets it go. */
static int64_t hold(int64_t n)
{
    pthread_mutex_lock(&lock);
    held_count++;
    pthread_cond_broadcast(&changed);
    while (!released)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
    return n;
}

static void release(void)
{
    pthread_mutex_lock(&lock);
    released = true;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

typedef int64_t call_fn(int64_t);

static int64_t call_often(int64_t code, int64_t times)
{
    call_fn *f;
    memcpy(&f, &code, sizeof f);
    int64_t sum = 0;
    for (int64_t i = 0; i < times; i++)
        sum += f(i);
    return sum;
}

static volatile char sink;

__attribute__((noinline)) static int64_t recurse(int64_t depth)
{
    volatile char frame[512];
    frame[0] = (char)depth;
    int64_t below = depth == 0 ? 0 : recurse(depth - 1);
    sink = frame[0];
    return below + 1;
}

static int64_t thread_id(int64_t unused) { return unused + gettid(); }

static cclosure *make_callback(uint64_t otherwise)
{
    cclosure *c =
        cclosure_new(called, &(cclosure_options){.owner = OWNER, .otherwise = otherwise}, &why);
    cr_assert_not_null(c);
    return c;
}

/* --- jobs */

Test(worker, a_job_is_done)
{
    test_job *t = JOB(number, twice, 21, 0);
    t->job.error = 5;
    worker_submit(pool, &t->job);
    wait_until(&over_count, 1);
    cr_assert_eq(t->job.outcome, WORKER_RETURNED);
    cr_assert_eq(t->result[0], 42);
    cr_assert_eq(t->job.error, 15);
    free(t);
}

Test(worker, a_hundred_wait_at_once)
{
    test_job *all[100];
    for (int i = 0; i < 100; i++) {
        all[i] = JOB(number, hold, 0, 0);
        worker_submit(pool, &all[i]->job);
    }
    wait_until(&held_count, 100);
    release();
    wait_until(&over_count, 100);
    for (int i = 0; i < 100; i++) {
        cr_assert_eq(all[i]->job.outcome, WORKER_RETURNED);
        free(all[i]);
    }
    cr_assert_leq(workers_count(pool).threads, 100);
}

Test(worker, there_are_never_more_threads_than_allowed)
{
    enum { JOBS = 1500 };
    static test_job *all[JOBS];
    for (int i = 0; i < JOBS; i++) {
        all[i] = JOB(number, nap, 50, 0);
        worker_submit(pool, &all[i]->job);
    }
    cr_assert_leq(workers_count(pool).threads, WORKER_THREADS);
    wait_until(&over_count, JOBS);
    cr_assert_leq(workers_count(pool).threads, WORKER_THREADS);
    for (int i = 0; i < JOBS; i++) {
        cr_assert_eq(all[i]->job.outcome, WORKER_RETURNED);
        free(all[i]);
    }
}

Test(worker, idle_threads_end)
{
    test_job *t = JOB(number, twice, 1, 0);
    worker_submit(pool, &t->job);
    wait_until(&over_count, 1);
    cr_assert_eq(workers_count(pool).threads, 1);
    for (int i = 0; i < 150 && workers_count(pool).threads > 0; i++)
        usleep(100000);
    cr_assert_eq(workers_count(pool).threads, 0);
    worker_submit(pool, &t->job);
    wait_until(&over_count, 2);
    free(t);
}

Test(worker, overflows_are_the_job_s)
{
    for (unsigned i = 1; i <= 300; i++) {
        test_job *t = JOB(number, recurse, 1 << 30, 0);
        worker_submit(pool, &t->job);
        wait_until(&over_count, i);
        cr_assert_eq(t->job.outcome, WORKER_OVERFLOWED);
        free(t);
    }
    cr_assert_eq(native_stacks_count(stacks).retired, 300);
}

/* --- callbacks */

Test(worker, C_calls_back)
{
    cclosure *c = make_callback(0);
    test_job *t = JOB(calling, call_often, (uintptr_t)cclosure_code(c), 100);
    worker_submit(pool, &t->job);
    wait_until(&over_count, 1);
    cr_assert_eq(t->job.outcome, WORKER_RETURNED);
    cr_assert_eq(t->result[0], 9900);
    cr_assert_eq(called_count, 100);
    cclosure_free(c);
    free(t);
}

Test(worker, an_answer_may_come_later)
{
    cclosure *c = make_callback(0);
    test_job *t = JOB(calling, call_often, (uintptr_t)cclosure_code(c), 3);
    t->later = true;
    worker_submit(pool, &t->job);
    for (unsigned i = 1; i <= 3; i++) {
        wait_until(&called_count, i);
        usleep(2000);
        cr_assert_not(t->over);
        cr_assert_not(worker_withdraw(pool, &t->job));
        cclosure_answer(t->callback, 5);
        worker_answer(pool, &t->job, WORKER_ANSWERED);
    }
    wait_until(&over_count, 1);
    cr_assert_eq(t->result[0], 15);
    cclosure_free(c);
    free(t);
}

Test(worker, C_can_be_left_in_a_callback)
{
    cclosure *c = make_callback(0);
    test_job *t = JOB(calling, call_often, (uintptr_t)cclosure_code(c), 3);
    t->reply = WORKER_ABANDON;
    worker_submit(pool, &t->job);
    wait_until(&over_count, 1);
    cr_assert_eq(t->job.outcome, WORKER_ABANDONED);
    cr_assert_eq(called_count, 1);
    cr_assert_eq(native_stacks_count(stacks).retired, 1);
    cclosure_free(c);
    free(t);
}

Test(worker, C_can_be_told_what_was_agreed_on)
{
    cclosure *c = make_callback(7);
    test_job *t = JOB(calling, call_often, (uintptr_t)cclosure_code(c), 3);
    t->reply = WORKER_OTHERWISE;
    worker_submit(pool, &t->job);
    wait_until(&over_count, 1);
    cr_assert_eq(t->result[0], 21);
    cclosure_free(c);
    free(t);
}

Test(worker, who_is_let_go_calls_nobody)
{
    cclosure *c = make_callback(7);
    test_job *t = JOB(calling, call_often, (uintptr_t)cclosure_code(c), 1000);
    t->later = true;
    worker_submit(pool, &t->job);
    wait_until(&called_count, 1);
    worker_let_go(pool, &t->job);
    wait_until(&over_count, 1);
    cr_assert_eq(called_count, 1);
    cr_assert_eq(t->result[0], 7000);
    cclosure_free(c);
    free(t);
}

Test(worker, what_has_not_begun_can_be_taken_back)
{
    worker_line *line = workers_line(pool);
    test_job *first = JOB(number, hold, 0, 0), *second = JOB(number, twice, 1, 0),
             *third = JOB(number, twice, 1, 0);
    test_job *all[] = {first, second, third};
    for (int i = 0; i < 3; i++) {
        all[i]->job.line = line;
        worker_submit(pool, &all[i]->job);
    }
    cr_assert(worker_withdraw(pool, &second->job));
    worker_let_go(pool, &third->job);
    cr_assert(third->over);
    cr_assert_eq(third->job.outcome, WORKER_DROPPED);
    cr_assert_not(first->over);
    release();
    wait_until(&over_count, 2);
    cr_assert(first->over);
    for (int i = 0; i < 3; i++)
        free(all[i]);
}

/* Whatever the maker does, and whenever: each job that was not taken back is over once. */
typedef struct wild {
    test_job *t;
    bool submitted, taken_back;
} wild;

static void over_once(worker_job *j)
{
    cr_assert_not(((test_job *)j)->over, "once");
    on_over(j);
}

static void act(wild *w, unsigned what, cclosure *c, worker_line *line)
{
    static const worker_reply replies[] = {WORKER_ANSWERED, WORKER_OTHERWISE, WORKER_ABANDON};
    if (!w->submitted) {
        w->t = JOB(calling, call_often, (uintptr_t)cclosure_code(c), what % 5);
        w->t->job.over = over_once;
        w->t->job.line = what % 7 == 0 ? line : NULL;
        w->t->later = what % 3 != 0;
        w->submitted = true;
        worker_submit(pool, &w->t->job);
    } else if (!w->taken_back && what % 8 == 0) {
        w->taken_back = worker_withdraw(pool, &w->t->job);
    } else if (!w->taken_back && what % 8 == 1) {
        worker_let_go(pool, &w->t->job);
    } else if (!w->taken_back && w->t->later) {
        worker_answer(pool, &w->t->job, replies[what % 3]);
    }
}

Test(worker, made_given_up_and_answered_at_random)
{
    enum { JOBS = 400 };
    static wild all[JOBS];
    cclosure *c = make_callback(7);
    worker_line *line = workers_line(pool);
    unsigned seed = 12345, taken_back = 0;
    for (int i = 0; i < 20000; i++) {
        seed = seed * 1103515245 + 12345;
        act(&all[(seed >> 8) % JOBS], seed >> 20, c, line);
    }
    for (int i = 0; i < JOBS; i++)
        if (all[i].submitted && !all[i].taken_back)
            worker_let_go(pool, &all[i].t->job);
        else
            taken_back++;
    wait_until(&over_count, JOBS - taken_back);
    usleep(20000);
    cr_assert_eq(over_count, JOBS - taken_back);
    cr_assert_eq(native_stacks_count(stacks).claimed, 0);
    for (int i = 0; i < JOBS; i++)
        free(all[i].t);
    cclosure_free(c);
}

/* --- on one thread */

Test(worker, a_line_is_one_thread)
{
    worker_line *lines[2] = {workers_line(pool), workers_line(pool)};
    test_job *all[100];
    for (int i = 0; i < 100; i++) {
        all[i] = JOB(number, thread_id, 0, 0);
        all[i]->job.line = lines[i % 2];
        worker_submit(pool, &all[i]->job);
    }
    wait_until(&over_count, 100);
    cr_assert_neq(all[0]->result[0], all[1]->result[0]);
    for (int i = 0; i < 100; i++)
        cr_assert_eq(all[i]->result[0], all[i % 2]->result[0]);
    cr_assert_eq(workers_count(pool).threads, 0, "not of those that are shared");
    for (int i = 0; i < 100; i++)
        free(all[i]);
}

Test(worker, a_line_runs_calls_of_its_callbacks)
{
    worker_line *line = workers_line(pool);
    cclosure *c = make_callback(0);
    test_job *outer = JOB(calling, call_often, (uintptr_t)cclosure_code(c), 2),
             *other = JOB(number, thread_id, 0, 0), *inner = JOB(number, thread_id, 0, 0),
             *innermost = JOB(number, recurse, 1 << 30, 0);
    test_job *all[] = {outer, other, inner, innermost};
    for (int i = 0; i < 4; i++)
        all[i]->job.line = line;
    outer->later = true;
    worker_submit(pool, &outer->job);
    wait_until(&called_count, 1);
    worker_submit(pool, &other->job); /* another process' */
    inner->job.under = &outer->job;
    worker_submit(pool, &inner->job);
    wait_until(&over_count, 1);
    cr_assert(inner->over);
    cr_assert_not(other->over);
    innermost->job.under = &outer->job;
    worker_submit(pool, &innermost->job);
    wait_until(&over_count, 2);
    cr_assert_eq(innermost->job.outcome, WORKER_OVERFLOWED);
    inner->over = false; /* and again, on a fresh stack above the one that is tainted */
    worker_submit(pool, &inner->job);
    wait_until(&over_count, 3);
    cr_assert(inner->over);
    for (unsigned i = 1; i <= 2; i++) {
        wait_until(&called_count, i);
        cclosure_answer(outer->callback, 4);
        worker_answer(pool, &outer->job, WORKER_ANSWERED);
    }
    wait_until(&over_count, 5);
    cr_assert_eq(outer->result[0], 8);
    cr_assert_eq(inner->result[0], other->result[0], "the same thread");
    cclosure_free(c);
    for (int i = 0; i < 4; i++)
        free(all[i]);
}

static volatile int *volatile nowhere = (volatile int *)16;

static int64_t crash(int64_t unused)
{
    *nowhere = 1;
    return unused;
}

static void say(const fault_info *i)
{
    _exit(i->data == NULL && i->owner == OWNER && i->signal == SIGSEGV ? 8 : 9);
}

Test(worker, a_crash_there_is_reported)
{
    pid_t child = fork();
    if (child == 0) {
        fault_reporter(say);
        test_job *t = JOB(number, crash, 0, 0);
        worker_submit(pool, &t->job);
        wait_until(&over_count, 1);
        _exit(7);
    }
    int status;
    waitpid(child, &status, 0);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 8, "%x", (unsigned)status);
}

/* --- the end */

Test(worker, nobody_waits_for_what_is_in_C)
{
    test_job *t = JOB(number, hold, 0, 0);
    worker_submit(pool, &t->job);
    worker_line *line = workers_line(pool);
    test_job *queued[2];
    for (int i = 0; i < 2; i++) {
        queued[i] = JOB(number, hold, 0, 0);
        queued[i]->job.line = line;
        worker_submit(pool, &queued[i]->job);
    }
    wait_until(&held_count, 2);
    workers_close(pool);
    pool = NULL;
    cr_assert(queued[1]->over, "dropped");
    cr_assert_eq(queued[1]->job.outcome, WORKER_DROPPED);
    cr_assert_eq(over_count, 1, "C is still there");
    release();
    wait_until(&over_count, 3);
    cr_assert_eq(t->job.outcome, WORKER_RETURNED);
    usleep(20000);
    free(t);
    free(queued[0]);
    free(queued[1]);
}

Test(worker, a_callback_at_the_end_gets_what_was_agreed_on)
{
    cclosure *c = make_callback(7);
    test_job *t = JOB(calling, call_often, (uintptr_t)cclosure_code(c), 10);
    t->later = true;
    worker_submit(pool, &t->job);
    wait_until(&called_count, 1);
    workers_close(pool);
    pool = NULL;
    wait_until(&over_count, 1);
    cr_assert_eq(t->result[0], 70);
    usleep(20000);
    cclosure_free(c);
    free(t);
}

Test(worker, the_program_ends_while_C_runs)
{
    pid_t child = fork();
    if (child == 0) {
        for (int i = 0; i < 20; i++) {
            test_job *t = JOB(number, nap, 30000, 0);
            worker_submit(pool, &t->job);
        }
        usleep(20000);
        exit(6);
    }
    int status;
    double begin = now();
    waitpid(child, &status, 0);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 6);
    cr_assert_lt(now() - begin, 10);
}

Test(worker, a_child_of_fork_gets_its_own_threads)
{
    test_job *t = JOB(number, twice, 4, 0);
    worker_submit(pool, &t->job);
    wait_until(&over_count, 1);
    pid_t child = fork();
    if (child == 0) {
        test_job *u = JOB(number, twice, 5, 0);
        over_count = 0;
        worker_submit(pool, &u->job);
        wait_until(&over_count, 1);
        _exit((int)u->result[0]);
    }
    int status;
    waitpid(child, &status, 0);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 10);
    free(t);
}

static volatile sig_atomic_t alarms;

static void on_alarm(int signal)
{
    (void)signal;
    alarms++;
}

/* 0: a whole nap; -1: a signal has cut it short. */
static int64_t undisturbed_nap(int64_t ms)
{
    pthread_mutex_lock(&lock);
    held_count++;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    return usleep((useconds_t)ms * 1000);
}

Test(worker, signals_are_not_theirs)
{
    sigaction(SIGALRM, &(struct sigaction){.sa_handler = on_alarm}, NULL);
    test_job *t = JOB(number, undisturbed_nap, 300, 0);
    worker_submit(pool, &t->job);
    wait_until(&held_count, 1);
    /* There is nobody else to take them. */
    sigset_t blocked, before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    for (int i = 0; i < 100; i++)
        kill(getpid(), SIGALRM);
    wait_until(&over_count, 1);
    cr_assert_eq(t->result[0], 0, "its sleep was not cut short");
    cr_assert_eq(alarms, 0);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    cr_assert_eq(alarms, 1, "it is ours");
    free(t);
}
