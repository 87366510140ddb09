/* Several VMs on several threads, moved between threads: a VM belongs to no thread, and is used by
 * one at a time. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "include/csp.h"

/* Does it on a thread of its own, which has ended afterwards. */
static void on_a_thread(void *(*work)(void *), void *user)
{
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, work, user), 0);
    void *wrong;
    pthread_join(thread, &wrong);
    cr_assert_null(wrong, "%s", (const char *)wrong);
}

#define NEED(condition)                \
    do {                               \
        if (!(condition))              \
            return (void *)#condition; \
    } while (0)

static csp_vm *make(const csp_config *config, const char *text)
{
    csp_vm *vm;
    cr_assert_eq(csp_new(config, &vm), CSP_OK);
    cr_assert_eq(csp_module_add(vm, "m", text, strlen(text)), CSP_OK);
    return vm;
}

static csp_value find(csp_vm *vm, const char *name)
{
    csp_value fn;
    cr_assert_eq(csp_find(vm, "m", name, NULL, &fn), CSP_OK);
    return fn;
}

/* ---- Each call by another thread ---- */

typedef struct life {
    csp_vm *vm;
    csp_scope scope;
    csp_value fn, list, result;
    csp_ref *ref;
    csp_task *task;
} life;

static void *life_new(void *user)
{
    life *l = user;
    const char text[] = "fn sum(xs) { List.push(xs, 1); List.sum(xs) }\n"
                        "fn slow(n) { sleep(1ms); n * 2 }\n";
    NEED(csp_new(NULL, &l->vm) == CSP_OK);
    NEED(csp_module_add(l->vm, "m", text, sizeof text - 1) == CSP_OK);
    l->scope = csp_scope_open(l->vm);
    return NULL;
}

static void *life_make(void *user)
{
    life *l = user;
    NEED(csp_find(l->vm, "m", "sum", NULL, &l->fn) == CSP_OK);
    l->list = csp_list(l->vm, 0, NULL);
    for (int i = 0; i < 1000; i++)
        l->list = csp_push(l->vm, l->list, csp_int(l->vm, INT64_MAX)); /* no immediate one */
    NEED(csp_length(l->vm, l->list) == 1000);
    l->ref = csp_ref_new(l->vm, l->list);
    NEED(l->ref);
    return NULL;
}

static void *life_collect(void *user)
{
    csp_collect(((life *)user)->vm);
    return NULL;
}

static void *life_call(void *user)
{
    life *l = user;
    NEED(csp_call(l->vm, l->fn, 1, &l->list, NULL, &l->result) == CSP_OK);
    NEED(csp_length(l->vm, l->list) == 1001); /* changed in place: it is the host's own */
    return NULL;
}

static void *life_read(void *user)
{
    life *l = user;
    int64_t n;
    NEED(csp_get_int(l->vm, l->result, &n) == CSP_E_TYPE); /* beyond 64 bits */
    char *text = csp_show(l->vm, l->result, 0);
    NEED(text && strcmp(text, "9223372036854775807001") == 0);
    csp_text_free(text);
    NEED(csp_equal(l->vm, l->list, csp_ref_get(l->vm, l->ref)));
    return NULL;
}

static void *life_spawn(void *user)
{
    life *l = user;
    csp_value slow, n = csp_int(l->vm, 21);
    NEED(csp_find(l->vm, "m", "slow", NULL, &slow) == CSP_OK);
    NEED(csp_spawn(l->vm, slow, 1, &n, &l->task) == CSP_OK);
    return NULL;
}

static void *life_run(void *user)
{
    life *l = user;
    NEED(csp_run(l->vm, -1) == CSP_DONE);
    return NULL;
}

static void *life_result(void *user)
{
    life *l = user;
    csp_value result;
    NEED(csp_task_result(l->task, &result) == CSP_OK);
    NEED(csp_int_or(l->vm, result, 0) == 42);
    return NULL;
}

static void *life_close(void *user)
{
    life *l = user;
    csp_scope_close(l->vm, l->scope);
    return NULL;
}

static void *life_free(void *user)
{
    life *l = user;
    csp_free(l->vm);
    return NULL;
}

static void *life_after(void *user)
{
    life *l = user;
    NEED(csp_task_result(l->task, NULL) == CSP_E_CLOSED);
    csp_task_free(l->task);
    csp_ref_free(l->ref);
    return NULL;
}

Test(moved, each_call_by_another_thread)
{
    void *(*const steps[])(void *) = {
        life_new, life_make,    life_collect, life_call,  life_read, life_collect, life_spawn,
        life_run, life_collect, life_result,  life_close, life_free, life_after};
    life l = {0};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        on_a_thread(steps[i], &l);
}

/* ---- A pool of threads, and more VMs than threads ---- */

enum { VMS = 12, THREADS = 4 };

typedef struct piece {
    csp_vm *vm;
    csp_task *task;
    unsigned turns;
    unsigned threads; /* a bit for each that had it */
} piece;

typedef struct pool {
    pthread_mutex_t lock;
    piece pieces[VMS];
    piece *queue[VMS];
    unsigned count, left, seed;
    atomic_int thread;
} pool;

/* Takes one out of the queue, at random, but leaves the second turn of each to another thread.
 * NULL: there is none for this one. */
static piece *pool_take(pool *p, unsigned me)
{
    for (unsigned i = 0; i < p->count; i++) {
        unsigned which = ((p->seed >> 16) + i) % p->count;
        piece *taken = p->queue[which];
        if (taken->turns == 1 && taken->threads == me)
            continue;
        p->queue[which] = p->queue[--p->count];
        return taken;
    }
    return NULL;
}

static void *pool_work(void *user)
{
    pool *p = user;
    unsigned me = 1u << atomic_fetch_add(&p->thread, 1);
    for (;;) {
        pthread_mutex_lock(&p->lock);
        if (p->left == 0) {
            pthread_mutex_unlock(&p->lock);
            return NULL;
        }
        p->seed = p->seed * 1103515245 + 12345;
        piece *mine = pool_take(p, me);
        unsigned budget = 1 + (p->seed >> 8) % 3000;
        pthread_mutex_unlock(&p->lock);
        if (!mine) {
            sched_yield();
            continue;
        }
        mine->turns++;
        mine->threads |= me;
        csp_status status = csp_step(mine->vm, budget, NULL);
        if (budget % 16 == 0)
            csp_collect(mine->vm);
        pthread_mutex_lock(&p->lock);
        if (status == CSP_MORE || status == CSP_IDLE || status == CSP_OK)
            p->queue[p->count++] = mine;
        else if (--p->left, status != CSP_DONE) {
            p->left = 0;
            pthread_mutex_unlock(&p->lock);
            return (void *)"a step failed";
        }
        pthread_mutex_unlock(&p->lock);
    }
}

Test(moved, more_vms_than_threads)
{
    static pool p = {.lock = PTHREAD_MUTEX_INITIALIZER, .left = VMS, .seed = 7};
    const char text[] = "fn count(n, out) { for i in 0..n { out ! \"${i}\" }; close(out) }\n"
                        "fn run(n) {\n"
                        "    let c = chan()\n"
                        "    spawn count(n, c)\n"
                        "    var sum = 0\n"
                        "    for s in c { sum += int(s); if sum % 100 == 0 { sleep(1us) } }\n"
                        "    sum\n"
                        "}\n";
    for (unsigned i = 0; i < VMS; i++) {
        piece *one = &p.pieces[i];
        one->vm = make(NULL, text);
        csp_scope scope = csp_scope_open(one->vm);
        csp_value n = csp_int(one->vm, 2000 + i);
        cr_assert_eq(csp_spawn(one->vm, find(one->vm, "run"), 1, &n, &one->task), CSP_OK);
        csp_scope_close(one->vm, scope);
        p.queue[p.count++] = one;
    }
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, pool_work, &p);
    for (int i = 0; i < THREADS; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        cr_expect_null(wrong, "%s", (const char *)wrong);
    }
    unsigned moved = 0;
    for (unsigned i = 0; i < VMS; i++) {
        piece *one = &p.pieces[i];
        csp_scope scope = csp_scope_open(one->vm);
        csp_value result;
        cr_expect_eq(csp_task_result(one->task, &result), CSP_OK);
        int64_t n = 2000 + i;
        cr_expect_eq(csp_int_or(one->vm, result, 0), n * (n - 1) / 2);
        cr_expect_gt(one->turns, 10);
        moved += (one->threads & (one->threads - 1)) != 0;
        csp_scope_close(one->vm, scope);
        csp_task_free(one->task);
        csp_free(one->vm);
    }
    cr_expect_eq(moved, VMS);
}

/* ---- Many threads talk to one VM ---- */

enum { SENDERS = 4, EACH = 500 };

static void *send_all(void *user)
{
    csp_port *port = user;
    for (int i = 1; i <= EACH; i++) {
        csp_msg *m = csp_msg_int(i);
        csp_status status;
        while ((status = csp_port_send(port, m)) == CSP_FULL)
            NEED(csp_port_wait(port, -1) == CSP_OK);
        NEED(status == CSP_OK);
    }
    return NULL;
}

Test(moved, many_threads_send_to_one_vm)
{
    csp_vm *vm = make(NULL, "fn run(c, wanted) {\n"
                            "    var sum = 0\n"
                            "    var count = 0\n"
                            "    while count < wanted { c ? n; sum += n; count += 1 }\n"
                            "    sum\n"
                            "}\n");
    csp_scope scope = csp_scope_open(vm);
    csp_port *port;
    csp_task *task;
    csp_value args[2] = {CSP_NONE, csp_int(vm, SENDERS * EACH)}, result;
    cr_assert_eq(csp_port_open(vm, CSP_TO_SCRIPT, 8, &port, &args[0]), CSP_OK);
    cr_assert_eq(csp_spawn(vm, find(vm, "run"), 2, args, &task), CSP_OK);
    pthread_t threads[SENDERS];
    for (int i = 0; i < SENDERS; i++)
        pthread_create(&threads[i], NULL, send_all, port);
    cr_assert_eq(csp_run(vm, 30000), CSP_DONE);
    for (int i = 0; i < SENDERS; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        cr_expect_null(wrong, "%s", (const char *)wrong);
    }
    cr_assert_eq(csp_task_result(task, &result), CSP_OK);
    cr_expect_eq(csp_int_or(vm, result, 0), SENDERS * EACH * (EACH + 1) / 2);
    csp_scope_close(vm, scope);
    csp_task_free(task);
    csp_port_free(port);
    csp_free(vm);
}

/* ---- Waking: a thread that sleeps until its VM has something to do ---- */

typedef struct sleeper {
    pthread_mutex_t lock;
    pthread_cond_t woken;
    bool awake;
    csp_vm *vm;
    csp_status last;
} sleeper;

static void sleeper_wake(void *user)
{
    sleeper *s = user;
    pthread_mutex_lock(&s->lock);
    s->awake = true;
    pthread_cond_signal(&s->woken);
    pthread_mutex_unlock(&s->lock);
}

static void *sleeper_run(void *user)
{
    sleeper *s = user;
    while ((s->last = csp_step(s->vm, 1000, NULL)) != CSP_DONE) {
        if (s->last == CSP_MORE)
            continue;
        if (s->last != CSP_IDLE)
            break;
        pthread_mutex_lock(&s->lock);
        while (!s->awake)
            pthread_cond_wait(&s->woken, &s->lock);
        s->awake = false;
        pthread_mutex_unlock(&s->lock);
    }
    return NULL;
}

/* Nobody looks at a descriptor, nothing is sent twice: a wake-up that is lost is lost for good. */
static void ping_pong(bool no_loop, int rounds)
{
    sleeper s = {.lock = PTHREAD_MUTEX_INITIALIZER, .woken = PTHREAD_COND_INITIALIZER};
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.user = &s;
    config.wake = sleeper_wake;
    config.no_loop = no_loop;
    s.vm = make(&config, "fn run(pings, pongs) { for n in pings { pongs ! n + 1 }; close(pongs) }");
    csp_port *pings, *pongs;
    csp_scope scope = csp_scope_open(s.vm);
    csp_value ends[2];
    cr_assert_eq(csp_port_open(s.vm, CSP_TO_SCRIPT, 1, &pings, &ends[0]), CSP_OK);
    cr_assert_eq(csp_port_open(s.vm, CSP_FROM_SCRIPT, 1, &pongs, &ends[1]), CSP_OK);
    cr_assert_eq(csp_spawn(s.vm, find(s.vm, "run"), 2, ends, NULL), CSP_OK);
    csp_scope_close(s.vm, scope);
    pthread_t thread;
    pthread_create(&thread, NULL, sleeper_run, &s);
    for (int i = 0; i < rounds; i++) {
        csp_msg *m = csp_msg_int(i);
        cr_assert_eq(csp_port_send(pings, m), CSP_OK, "round %d", i);
        cr_assert_eq(csp_port_wait(pongs, 10000), CSP_OK, "round %d", i);
        cr_assert_eq(csp_port_receive(pongs, &m), CSP_OK);
        int64_t n = 0;
        cr_expect(csp_msg_as_int(m, &n) && n == i + 1);
        csp_msg_free(m);
        for (volatile int pause = 0; pause < i % 700; pause++) {
        }
    }
    csp_port_close(pings);
    pthread_join(thread, NULL);
    cr_expect_eq(s.last, CSP_DONE);
    csp_port_free(pings);
    csp_port_free(pongs);
    csp_free(s.vm);
}

Test(moved, wake) { ping_pong(false, 3000); }

Test(moved, wake_without_a_loop) { ping_pong(true, 3000); }

/* ---- Two at once ---- */

typedef struct runner {
    csp_vm *vm;
    csp_status status;
} runner;

static void *run_for_ever(void *user)
{
    runner *r = user;
    do { /* the other one may be in it */
        r->status = csp_run(r->vm, -1);
    } while (r->status == CSP_E_MISUSE);
    return NULL;
}

Test(moved, misuse_by_two_at_once)
{
    csp_vm *vm = make(NULL, "fn run() { loop {} }");
    csp_scope scope = csp_scope_open(vm);
    csp_value fn = find(vm, "run"), result;
    cr_assert_eq(csp_spawn(vm, fn, 0, NULL, NULL), CSP_OK);
    runner other = {.vm = vm};
    pthread_t thread;
    pthread_create(&thread, NULL, run_for_ever, &other);
    while (csp_step(vm, 1, NULL) != CSP_E_MISUSE)
        usleep(100);
    cr_expect_eq(csp_call(vm, fn, 0, NULL, NULL, &result), CSP_E_MISUSE);
    cr_expect_eq(result.word, CSP_NONE.word);
    cr_expect_eq(csp_spawn(vm, fn, 0, NULL, NULL), CSP_E_MISUSE);
    cr_expect_eq(csp_string_z(vm, "text").word, CSP_NONE.word);
    cr_expect_eq(csp_run(vm, 0), CSP_E_MISUSE);
    csp_scope_close(vm, scope); /* nothing happens */
    csp_collect(vm);
    csp_free(vm);
    do { /* but this is allowed; it is lost while the other one is on its way in */
        csp_interrupt(vm);
        usleep(1000);
    } while (pthread_tryjoin_np(thread, NULL) != 0);
    cr_expect_eq(other.status, CSP_E_INTERRUPTED);
    cr_expect_eq(csp_step(vm, 1000, NULL), CSP_MORE);
    csp_scope_close(vm, scope);
    csp_discard(vm);
}
