/* csp_spawn and tasks: outcomes, kills from anywhere, ends in any order, leaks. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "include/csp.h"
#include "tests/support/embed.h"

static csp_vm *vm;
static unsigned crashes;
static csp_scope scope;

static void crash(void *user, const csp_error *error)
{
    (void)user, (void)error;
    crashes++;
}

static const char module[] = "fn sum(xs) { var s = 0; for x in xs { s += x }; s }\n"
                             "fn change(xs) { List.push(xs, 9); xs }\n"
                             "fn fails() => [][1]\n"
                             "fn sleeps() { defer print(\"left\"); sleep(1h) }\n"
                             "fn spins() { loop {} }\n"
                             "fn waits(c) => ?c\n"
                             "fn alone() => ?chan()\n"
                             "fn one() => 1\n"
                             "fn make() => chan()\n"
                             "fn tell(c, x) { c ! x }\n"
                             "fn ends(p) => wait(p)\n"
                             "fn leaves() { Os.exit(2) }\n";

static void open_vm(void)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.write = embed_take;
    config.crash = crash;
    config.capabilities = CSP_MAY_EXIT;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    cr_assert_eq(csp_module_add(vm, "m", module, sizeof module - 1), CSP_OK);
    embed_printed[0] = '\0';
    crashes = 0;
    scope = csp_scope_open(vm);
}

static void close_vm(void) { csp_free(vm); }

TestSuite(task, .init = open_vm, .fini = close_vm, .timeout = 60);

static csp_value function(const char *name)
{
    csp_value f;
    cr_assert_eq(csp_find(vm, "m", name, NULL, &f), CSP_OK, "%s", name);
    return f;
}

static csp_task *start(const char *name, uint32_t argc, const csp_value *argv)
{
    csp_task *t;
    cr_assert_eq(csp_spawn(vm, function(name), argc, argv, &t), CSP_OK);
    return t;
}

static int64_t int_of(csp_value v)
{
    int64_t n;
    cr_assert_eq(csp_get_int(vm, v, &n), CSP_OK);
    return n;
}

static csp_value numbers(size_t count)
{
    csp_value xs = csp_list(vm, 0, NULL);
    for (size_t i = 0; i < count; i++)
        xs = csp_push(vm, xs, csp_int(vm, 1));
    return xs;
}

Test(task, outcomes_are_copies)
{
    csp_value v, w, xs = numbers(3);
    csp_task *t = start("change", 1, &xs);
    cr_assert_eq(csp_task_result(t, &v), CSP_EMPTY);
    cr_assert_eq(v.word, 0);
    cr_assert_eq(csp_task_wait(t, -1), CSP_OK);
    cr_assert_eq(csp_task_result(t, &v), CSP_OK);
    cr_assert_eq(csp_task_result(t, &w), CSP_OK);
    cr_assert_eq(csp_length(vm, xs), 3, "it was given a copy");
    v = csp_push(vm, v, csp_int(vm, 5));
    cr_assert_eq(csp_length(vm, v), 5, "which is the host's");
    cr_assert_eq(csp_length(vm, w), 4);
    cr_assert_eq(csp_task_result(t, NULL), CSP_OK);
    csp_task_free(t);
    xs = numbers(100000);
    t = start("sum", 1, &xs);
    cr_assert_eq(csp_task_wait(t, -1), CSP_OK);
    cr_assert_eq(csp_task_result(t, &v), CSP_OK);
    cr_assert_eq(int_of(v), 100000);
    csp_task_free(t);
}

Test(task, crashes_and_kills)
{
    csp_value v;
    csp_task *t = start("fails", 0, NULL);
    cr_assert_eq(csp_run(vm, -1), CSP_DONE);
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(csp_task_result(t, &v), CSP_E_CRASH);
        embed_error(vm, "index_error", "");
    }
    csp_task_free(t);
    csp_step(vm, 1, NULL);
    cr_assert_eq(crashes, 0, "the host has seen it");
    t = start("sleeps", 0, NULL);
    cr_assert_eq(csp_step(vm, 1000, NULL), CSP_IDLE);
    csp_task_kill(t, "enough");
    csp_task_kill(t, "twice");
    cr_assert_eq(csp_task_wait(t, -1), CSP_OK);
    cr_assert_eq(csp_task_result(t, &v), CSP_E_CRASH);
    embed_error(vm, "killed", "enough");
    cr_assert_str_eq(embed_printed, "left\n");
    csp_task_free(t);
    t = start("spins", 0, NULL);
    uint64_t number = csp_task_number(t);
    cr_assert_gt(number, 0);
    cr_assert_eq(csp_kill(vm, number, NULL), CSP_OK);
    cr_assert_eq(csp_run(vm, -1), CSP_DONE);
    cr_assert_eq(csp_kill(vm, number, NULL), CSP_E_NOT_FOUND);
    embed_error(vm, "not_found", "no process");
    csp_task_free(t);
}

Test(task, freed_before_during_and_after)
{
    csp_task *t = start("fails", 0, NULL);
    csp_task_free(t);
    cr_assert_eq(csp_run(vm, -1), CSP_DONE);
    cr_assert_eq(crashes, 1, "nobody else would tell of it");
    t = start("fails", 0, NULL);
    cr_assert_eq(csp_run(vm, -1), CSP_DONE);
    cr_assert_eq(crashes, 1);
    csp_task_free(t);
    cr_assert_eq(csp_run(vm, -1), CSP_DONE);
    cr_assert_eq(crashes, 2);
    cr_assert_eq(csp_spawn(vm, function("fails"), 0, NULL, NULL), CSP_OK);
    cr_assert_eq(csp_run(vm, -1), CSP_DONE);
    cr_assert_eq(crashes, 3);
    t = start("sleeps", 0, NULL);
    cr_assert_eq(csp_step(vm, 1000, NULL), CSP_IDLE);
    csp_task_free(t);
    cr_assert_eq(csp_step(vm, 1000, NULL), CSP_IDLE, "the process goes on");
    cr_assert_eq(csp_kill(vm, 2, NULL), CSP_E_NOT_FOUND);
}

Test(task, when_the_vm_is_gone)
{
    csp_task *t = start("sleeps", 0, NULL), *u = start("one", 0, NULL),
             *w = start("spins", 0, NULL);
    csp_value v;
    csp_task_kill(w, "later");
    csp_task_free(w);
    csp_free(vm);
    cr_assert_eq(csp_task_result(t, &v), CSP_E_CLOSED);
    cr_assert_eq(csp_task_wait(t, 5), CSP_E_CLOSED);
    cr_assert_eq(csp_task_process(t).word, 0);
    cr_assert_gt(csp_task_number(t), 0);
    csp_task_kill(t, "gone");
    csp_task_free(t);
    csp_task_free(u);
    cr_assert_eq(csp_task_result(t, &v), CSP_E_MISUSE);
    cr_assert_eq(csp_new(NULL, &vm), CSP_OK);
}

Test(task, waiting)
{
    csp_task *t = start("alone", 0, NULL);
    cr_assert_eq(csp_task_wait(t, -1), CSP_STUCK);
    csp_task *u = start("sleeps", 0, NULL);
    cr_assert_eq(csp_task_wait(u, 5), CSP_IDLE);
    csp_task *s = start("spins", 0, NULL);
    cr_assert_eq(csp_task_wait(u, 5), CSP_MORE);
    csp_task_kill(s, NULL);
    cr_assert_eq(csp_task_wait(s, -1), CSP_OK);
    csp_value p = csp_task_process(s), v;
    cr_assert_eq(csp_type_of(vm, p), CSP_T_PROCESS);
    cr_assert_eq(csp_call(vm, function("ends"), 1, &p, NULL, &v), CSP_OK);
    cr_assert_eq(csp_type_of(vm, v), CSP_T_ERROR);
    csp_task_free(t), csp_task_free(u), csp_task_free(s);
    u = start("leaves", 0, NULL);
    cr_assert_eq(csp_task_wait(u, -1), CSP_EXIT);
    cr_assert_eq(csp_spawn(vm, CSP_NONE, 0, NULL, NULL), CSP_E_MISUSE);
    csp_task_free(u);
}

/* What a task reaches is no leak; what nothing reaches is one, and is told of. */
Test(task, leaks)
{
    csp_task *t = start("alone", 0, NULL);
    cr_assert_eq(csp_run(vm, -1), CSP_STUCK);
    for (int i = 0; i < 3; i++) {
        csp_collect(vm);
        csp_step(vm, 1000, NULL);
    }
    cr_assert_eq(csp_task_result(t, NULL), CSP_EMPTY);
    cr_assert_str_eq(embed_printed, "");
    csp_value c;
    cr_assert_eq(csp_call(vm, function("make"), 0, NULL, NULL, &c), CSP_OK);
    csp_ref *ref = csp_ref_new(vm, c);
    cr_assert_eq(csp_spawn(vm, function("waits"), 1, &c, NULL), CSP_OK);
    csp_scope_close(vm, scope);
    scope = csp_scope_open(vm);
    for (int i = 0; i < 3; i++) {
        csp_step(vm, 1000, NULL);
        csp_collect(vm);
    }
    cr_assert_str_eq(embed_printed, "", "a ref holds the channel");
    csp_ref_free(ref);
    csp_task_free(t);
    for (int i = 0; i < 50 && !strstr(embed_printed, "leaked"); i++) {
        csp_collect(vm);
        csp_step(vm, 1000, NULL);
    }
    cr_assert(strstr(embed_printed, "leaked"), "%s", embed_printed);
}

Test(task, many)
{
    enum { MANY = 100000 };
    csp_task **all = malloc(MANY * sizeof(csp_task *));
    csp_value f = function("one"), v;
    for (int i = 0; i < MANY; i++)
        cr_assert_eq(csp_spawn(vm, f, 0, NULL, &all[i]), CSP_OK);
    csp_stats stats = {.struct_size = sizeof stats};
    csp_get_stats(vm, &stats);
    cr_assert_eq(stats.tasks, MANY);
    cr_assert_eq(csp_run(vm, -1), CSP_DONE);
    for (int i = 0; i < MANY; i++) {
        if (i % 1000 == 0)
            cr_assert_eq(csp_task_result(all[i], &v), CSP_OK);
        csp_task_free(all[i]);
    }
    csp_step(vm, 1, NULL);
    csp_get_stats(vm, &stats);
    cr_assert_eq(stats.tasks, 0);
    free(all);
}

/* Threads kill and free tasks while the VM runs. */
typedef struct victims {
    pthread_mutex_t lock;
    csp_task *task;
    bool over;
} victims;

static void *hunt(void *arg)
{
    victims *v = arg;
    for (bool over = false; !over;) {
        pthread_mutex_lock(&v->lock);
        if (v->task) {
            csp_task_kill(v->task, "hunted");
            csp_task_free(v->task);
            v->task = NULL;
        }
        over = v->over;
        pthread_mutex_unlock(&v->lock);
    }
    return NULL;
}

Test(task, killed_by_threads)
{
    victims v = {.lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, hunt, &v), 0);
    csp_value f = function("spins");
    for (int i = 0; i < 300; i++) {
        csp_task *t;
        cr_assert_eq(csp_spawn(vm, f, 0, NULL, &t), CSP_OK);
        pthread_mutex_lock(&v.lock);
        csp_task *left = v.task;
        v.task = t;
        pthread_mutex_unlock(&v.lock);
        if (left) {
            csp_task_kill(left, NULL);
            csp_task_free(left);
        }
        csp_step(vm, 5000, NULL);
    }
    pthread_mutex_lock(&v.lock);
    v.over = true;
    pthread_mutex_unlock(&v.lock);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    if (v.task) {
        csp_task_kill(v.task, NULL);
        csp_task_free(v.task);
    }
    cr_assert_eq(csp_run(vm, 10000), CSP_DONE);
}

static void *kill_soon(void *arg)
{
    usleep(20000);
    csp_task_kill(arg, "from afar");
    return NULL;
}

Test(task, a_kill_wakes_the_vm)
{
    csp_task *t = start("sleeps", 0, NULL);
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, kill_soon, t), 0);
    cr_assert_eq(csp_task_wait(t, -1), CSP_OK);
    pthread_join(thread, NULL);
    cr_assert_eq(csp_task_result(t, NULL), CSP_E_CRASH);
    embed_error(vm, "killed", "from afar");
    csp_task_free(t);
}

Test(task, misuse)
{
    csp_value f = function("one"), v;
    csp_task *t = (csp_task *)&v;
    cr_assert_eq(csp_spawn(NULL, f, 0, NULL, &t), CSP_E_MISUSE);
    cr_assert_null(t);
    cr_assert_eq(csp_spawn(vm, f, 1, NULL, &t), CSP_E_MISUSE);
    cr_assert_eq(csp_spawn(vm, CSP_NONE, 0, NULL, &t), CSP_E_MISUSE);
    cr_assert_eq(csp_task_result(NULL, &v), CSP_E_MISUSE);
    cr_assert_eq(csp_task_wait(NULL, 0), CSP_E_MISUSE);
    cr_assert_eq(csp_task_process(NULL).word, 0);
    cr_assert_eq(csp_task_number(NULL), 0);
    csp_task_kill(NULL, "x");
    csp_task_free(NULL);
    cr_assert_eq(csp_kill(NULL, 1, NULL), CSP_E_MISUSE);
    t = start("one", 0, NULL);
    csp_task_free(t);
    cr_assert_eq(csp_task_result(t, &v), CSP_E_MISUSE);
    cr_assert_eq(csp_task_wait(t, 0), CSP_E_MISUSE);
    cr_assert_eq(csp_task_number(t), 0);
    csp_task_free(t);
    csp_task *u;
    cr_assert_eq(csp_spawn(vm, csp_int(vm, 3), 0, NULL, &u), CSP_OK, "a crash of the process");
    cr_assert_eq(csp_task_wait(u, -1), CSP_OK);
    cr_assert_eq(csp_task_result(u, &v), CSP_E_CRASH);
    embed_error(vm, "type_error", "function");
    csp_task_free(u);
}
