/* A host's own event loop: csp_fd, csp_timeout, config.wake, no_loop; csp_step and csp_run. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "include/csp.h"

static csp_vm *vm;
static csp_scope scope;
static atomic_uint woken;

static void wake(void *user)
{
    (void)user;
    atomic_fetch_add(&woken, 1);
}

static const char module[] = "fn spins() { loop {} }\n"
                             "fn naps() { sleep(20ms); 1 }\n"
                             "fn sleeps() { sleep(1h) }\n"
                             "fn alone() => ?chan()\n"
                             "fn tens(n) { for _ in 0..n {}; n }\n";

static void make(bool no_loop)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.wake = wake;
    config.no_loop = no_loop;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    cr_assert_eq(csp_module_add(vm, "m", module, sizeof module - 1), CSP_OK);
    scope = csp_scope_open(vm);
    woken = 0;
}

static void open_vm(void) { make(false); }
static void close_vm(void) { csp_free(vm); }

TestSuite(host_loop, .init = open_vm, .fini = close_vm, .timeout = 60);

static csp_task *start(const char *name)
{
    csp_value f;
    csp_task *t;
    cr_assert_eq(csp_find(vm, "m", name, NULL, &f), CSP_OK, "%s", name);
    cr_assert_eq(csp_spawn(vm, f, 0, NULL, &t), CSP_OK);
    return t;
}

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static unsigned descriptors(void)
{
    unsigned count = 0;
    DIR *d = opendir("/proc/self/fd");
    while (readdir(d))
        count++;
    closedir(d);
    return count;
}

Test(host_loop, statuses_of_a_step)
{
    uint64_t used;
    cr_assert_eq(csp_step(vm, 1000, &used), CSP_DONE);
    cr_assert_eq(used, 0);
    csp_task *t = start("alone");
    cr_assert_eq(csp_step(vm, 1000, NULL), CSP_STUCK);
    csp_task *u = start("sleeps");
    cr_assert_eq(csp_step(vm, 1000, NULL), CSP_IDLE);
    cr_assert_eq(csp_run(vm, 1), CSP_IDLE);
    csp_task *w = start("spins");
    cr_assert_eq(csp_step(vm, 1000, &used), CSP_MORE);
    cr_assert_geq(used, 1000);
    cr_assert_eq(csp_run(vm, 1), CSP_MORE);
    csp_task_kill(t, NULL), csp_task_kill(u, NULL), csp_task_kill(w, NULL);
    cr_assert_eq(csp_run(vm, -1), CSP_DONE);
    csp_task_free(t), csp_task_free(u), csp_task_free(w);
}

/* Each step takes no more than it is told, and over many the mean holds; one of more than a slice
 * may be ended by its time. */
Test(host_loop, budgets_of_steps)
{
    csp_task *tasks[3];
    for (int i = 0; i < 3; i++)
        tasks[i] = start("spins");
    enum { SLICE = 4000 };
    static const uint64_t budgets[] = {1, 2, 7, 100, 3999, 4000, 4001, 12345, 20000};
    for (size_t i = 0; i < sizeof budgets / sizeof *budgets; i++) {
        uint64_t total = 0, most = 0, used;
        for (int k = 0; k < 200; k++) {
            cr_assert_eq(csp_step(vm, budgets[i], &used), CSP_MORE);
            total += used;
            most = used > most ? used : most;
        }
        cr_assert_leq(most, budgets[i] + 30);
        uint64_t all = budgets[i] * 200, least = budgets[i] > SLICE ? all / 2 : all;
        cr_assert(total + 30 >= least && total <= all + 30, "%lu of %lu", (unsigned long)total,
                  (unsigned long)all);
    }
    for (int i = 0; i < 3; i++)
        csp_task_kill(tasks[i], NULL), csp_task_free(tasks[i]);
    cr_assert_eq(csp_run(vm, -1), CSP_DONE);
}

static int burnt;

/* Takes a fifth of a millisecond, and is charged for as any call. */
static csp_verdict burn(csp_context *ctx)
{
    enum { TIME = 200000 };
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    int64_t from = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec, at = from;
    while (at < from + TIME) {
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
        at = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
    }
    burnt++;
    return csp_return(ctx, csp_nil());
}

/* A slice of what takes long is shorter in a step: else it would do more than a thousand of
 * them. */
Test(host_loop, slices_of_a_step_go_by_time)
{
    enum { STEPS = 4, MOST = 600 };
    static const csp_native table[] = {{"burn()", NULL, burn, false, NULL}};
    cr_assert_eq(csp_natives_add(vm, "slow", table, 1, sizeof *table), CSP_OK);
    static const char text[] = "import \"slow\"\nfn burns() { while true { slow.burn() } }";
    cr_assert_eq(csp_module_add(vm, "burning", text, sizeof text - 1), CSP_OK);
    csp_scope s = csp_scope_open(vm);
    csp_value f;
    cr_assert_eq(csp_find(vm, "burning", "burns", NULL, &f), CSP_OK);
    csp_task *t;
    cr_assert_eq(csp_spawn(vm, f, 0, NULL, &t), CSP_OK);
    csp_scope_close(vm, s);
    for (int i = 0; i < STEPS; i++) {
        burnt = 0;
        cr_assert_eq(csp_step(vm, 100000, NULL), CSP_MORE);
    }
    cr_expect_gt(burnt, 0);
    cr_expect_lt(burnt, MOST, "%d", burnt);
    csp_task_kill(t, NULL), csp_task_free(t);
    cr_assert_eq(csp_run(vm, -1), CSP_DONE);
}

Test(host_loop, a_due_timer_makes_it_readable)
{
    int fd = csp_fd(vm);
    cr_assert_geq(fd, 0);
    cr_assert_eq(csp_fd(vm), fd);
    csp_task *t = start("naps");
    cr_assert_eq(csp_timeout(vm), 0);
    cr_assert_eq(csp_step(vm, 1000, NULL), CSP_IDLE);
    struct pollfd polled = {.fd = fd, .events = POLLIN};
    int64_t from = now();
    cr_assert_eq(poll(&polled, 1, 5000), 1, "without csp_timeout");
    cr_assert_geq(now() - from, 10000000);
    cr_assert_eq(csp_step(vm, 1000, NULL), CSP_DONE);
    cr_assert_eq(csp_task_result(t, NULL), CSP_OK);
    cr_assert_eq(csp_timeout(vm), -1);
    cr_assert_eq(poll(&polled, 1, 0), 0, "nothing is left to do");
    csp_task_free(t);
}

static void *kill_soon(void *arg)
{
    usleep(10000);
    csp_task_kill(arg, "from afar");
    return NULL;
}

Test(host_loop, another_thread_makes_it_readable_and_wakes)
{
    csp_task *t = start("sleeps");
    struct pollfd polled = {.fd = csp_fd(vm), .events = POLLIN};
    cr_assert_eq(csp_step(vm, 1000, NULL), CSP_IDLE);
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, kill_soon, t), 0);
    cr_assert_eq(poll(&polled, 1, 5000), 1);
    pthread_join(thread, NULL);
    cr_assert_eq(woken, 1);
    csp_task_kill(t, "again");
    cr_assert_eq(woken, 1, "once until the next step");
    cr_assert_eq(csp_timeout(vm), 0);
    cr_assert_eq(csp_step(vm, 1000, NULL), CSP_DONE);
    csp_task_free(t);
    cr_assert_eq(woken, 2);
    cr_assert_eq(csp_step(vm, 1000, NULL), CSP_DONE);
}

Test(host_loop, without_a_loop)
{
    csp_free(vm);
    unsigned before = descriptors();
    make(true);
    cr_assert_eq(csp_fd(vm), -1);
    csp_task *t = start("naps"), *u = start("sleeps");
    cr_assert_eq(csp_step(vm, 1000, NULL), CSP_IDLE);
    int timeout = csp_timeout(vm);
    cr_assert(timeout > 0 && timeout <= 20, "%d", timeout);
    int64_t from = now();
    cr_assert_eq(csp_task_wait(t, 5000), CSP_OK);
    cr_assert_geq(now() - from, 5000000);
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, kill_soon, u), 0);
    cr_assert_eq(csp_run(vm, 5000), CSP_DONE, "the kill ended the wait");
    pthread_join(thread, NULL);
    cr_assert_eq(descriptors(), before);
    csp_task_free(t), csp_task_free(u);
}

Test(host_loop, out_of_descriptors)
{
    struct rlimit limit, none;
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = limit;
    none.rlim_cur = 0;
    csp_task *t = start("naps");
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    int fd = csp_fd(vm);
    csp_status waited = csp_task_wait(t, 5000);
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    cr_assert_eq(fd, -1);
    cr_assert_eq(waited, CSP_OK, "it waits without");
    cr_assert_geq(csp_fd(vm), 0);
    csp_task_free(t);
}

Test(host_loop, many_without_a_loop)
{
    enum { MANY = 300 };
    static csp_vm *all[MANY];
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.no_loop = true;
    unsigned before = descriptors();
    for (int i = 0; i < MANY; i++)
        cr_assert_eq(csp_new(&config, &all[i]), CSP_OK);
    cr_assert_eq(descriptors(), before);
    for (int i = 0; i < MANY; i++)
        csp_free(all[i]);
}

Test(host_loop, misuse)
{
    uint64_t used = 7;
    cr_assert_eq(csp_step(NULL, 1, &used), CSP_E_MISUSE);
    cr_assert_eq(used, 0);
    cr_assert_eq(csp_run(NULL, 0), CSP_E_MISUSE);
    cr_assert_eq(csp_fd(NULL), -1);
    cr_assert_eq(csp_timeout(NULL), -1);
    csp_interrupt(NULL);
    csp_vm *other;
    cr_assert_eq(csp_new(NULL, &other), CSP_OK);
    csp_free(other);
    cr_assert_eq(csp_step(other, 1, NULL), CSP_E_MISUSE);
    cr_assert_eq(csp_run(other, 0), CSP_E_MISUSE);
    cr_assert_eq(csp_fd(other), -1);
    cr_assert_eq(csp_timeout(other), -1);
    csp_interrupt(other);
}

static int from_hook[4];
static void step_from_hook(void *user, int stream, const char *text, size_t size)
{
    (void)user, (void)stream, (void)text, (void)size;
    from_hook[0] = csp_step(vm, 1, NULL);
    from_hook[1] = csp_run(vm, 0);
    from_hook[2] = csp_fd(vm);
    from_hook[3] = csp_timeout(vm);
}

Test(host_loop, not_from_hooks)
{
    csp_free(vm);
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.write = step_from_hook;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    cr_assert_eq(csp_module_add(vm, "m", "print(1)\nfn f() => 1", 20), CSP_OK);
    scope = csp_scope_open(vm);
    csp_value f;
    cr_assert_eq(csp_find(vm, "m", "f", NULL, &f), CSP_OK);
    cr_assert_eq(from_hook[0], CSP_E_MISUSE);
    cr_assert_eq(from_hook[1], CSP_E_MISUSE);
    cr_assert_eq(from_hook[2], -1);
    cr_assert_eq(from_hook[3], -1);
}
