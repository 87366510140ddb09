#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "tests/support/vm_fixture.h"
#include "vm/data/list.h"
#include "vm/outside/bell.h"
#include "vm/outside/loop.h"
#include "vm/outside/pool.h"
#include "vm/outside/request.h"
#include "vm/process/kill.h"
#include "vm/process/settle.h"

static csp_vm *vm;
static atomic_int worked, cancelled, dropped, running, most_running;
static atomic_int hold; /* workers wait while this is above their request's number */
static int order[200];

static void nap(void) { nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL); }

/* Waits for what other threads do. */
#define UNTIL(condition)                                \
    do {                                                \
        for (int i = 0; !(condition) && i < 20000; i++) \
            nap();                                      \
        cr_assert(condition);                           \
    } while (0)

typedef struct sample {
    request base;
    int number;
} sample;

static void work(request *r)
{
    int now = atomic_fetch_add(&running, 1) + 1, most = atomic_load(&most_running);
    while (now > most && !atomic_compare_exchange_weak(&most_running, &most, now)) {
    }
    int number = ((sample *)r)->number;
    while (number < atomic_load(&hold))
        nap();
    order[atomic_fetch_add(&worked, 1)] = number;
    atomic_fetch_sub(&running, 1);
}

static void begin(request *r) { (void)r; }
static void cancel(request *r)
{
    (void)r;
    atomic_fetch_add(&cancelled, 1);
}
static void drop(request *r)
{
    free(r);
    atomic_fetch_add(&dropped, 1);
}
static const request_kind worker_kind = {.what = "a sample", .work = work, .drop = drop};
static const request_kind patient_kind = {
    .what = "a name", .work = work, .patient = true, .drop = drop};
static const request_kind outside_kind = {
    .what = "the world", .begin = begin, .cancel = cancel, .drop = drop};

static void open_vm(void)
{
    vm = fixture_vm();
    vm->loop = loop_new();
    bell_set_loop(vm->bell, vm->loop);
    cr_assert(vm->loop);
}

static void close_vm(void)
{
    request_close(vm);
    loop_free(vm->loop);
    fixture_close(vm);
}

TestSuite(request, .init = open_vm, .fini = close_vm);

static process *new_process(void)
{
    process *p = heap_pinned(sizeof *p);
    p->header = OBJ_PROCESS | OBJ_IMMUTABLE | (uint64_t)(++vm->last_number + 1) << OWNER_SHIFT;
    p->room = PROCESS_ROOM_LEAST;
    return p;
}

static request *start(process *p, const request_kind *kind, int number)
{
    sample *s = calloc(1, sizeof *s);
    s->base.kind = kind;
    s->number = number;
    cr_assert_eq(request_start(vm, p, &s->base, NULL, 0, 0), VERDICT_BLOCK);
    cr_assert(request_waits(p));
    cr_assert(request_counted(vm));
    return &s->base;
}

static void deliver_all(int count)
{
    UNTIL(atomic_load(&worked) >= count);
    while (request_pending(vm)) {
        nap();
        if (request_arrived(vm))
            request_deliver(vm, INT64_MAX);
    }
}

Test(request, a_result_wakes_its_process_once)
{
    process *p = new_process();
    uint64_t before = p->ticket;
    request *r = start(p, &worker_kind, 7);
    cr_assert(request_pending(vm));
    deliver_all(1);
    cr_assert_eq(p->wake, WAKE_REQUEST);
    cr_assert_eq(p->ticket, before + TICKET_WAIT + TICKET_WIN);
    cr_assert_eq(vm->sched.queue.first, p);
    cr_assert_eq(vm->sched.queue_length, 1);
    sched_settle(vm, p);
    cr_assert_eq(request_take(vm, p), r);
    cr_assert_null(request_take(vm, p));
    cr_assert_eq(atomic_load(&dropped), 0);
    request_dispose(vm, r);
    cr_assert_eq(atomic_load(&dropped), 1);
    cr_assert_null(vm->requests);
}

Test(request, it_wakes_the_loop)
{
    request *r = start(new_process(), &outside_kind, 0);
    cr_assert(!request_arrived(vm));
    loop_poll(vm->loop);
    request_complete(r);
    int64_t from = loop_now();
    loop_wait(vm->loop, from + 5000000000);
    cr_assert_lt(loop_now() - from, 4000000000);
    cr_assert(request_arrived(vm));
}

Test(request, no_more_than_the_pools_number_run_and_the_others_wait_their_turn)
{
    enum { COUNT = 40 };
    atomic_store(&hold, COUNT);
    for (int i = 0; i < COUNT; i++)
        start(new_process(), &worker_kind, i);
    UNTIL(atomic_load(&running) == POOL_THREADS);
    nap();
    cr_assert_eq(atomic_load(&running), POOL_THREADS);
    atomic_store(&hold, POOL_THREADS - 1); /* one of them does all the rest */
    UNTIL(atomic_load(&worked) == COUNT - (POOL_THREADS - 1));
    for (int i = 0; i < COUNT - (POOL_THREADS - 1); i++)
        cr_assert_eq(order[i], i + POOL_THREADS - 1);
    atomic_store(&hold, 0);
    deliver_all(COUNT);
    cr_assert_eq(atomic_load(&most_running), POOL_THREADS);
    cr_assert_eq(vm->sched.queue_length, COUNT);
}

Test(request, what_may_take_for_ever_keeps_nobody_else_waiting)
{
    enum { MORE = POOL_THREADS + 20 };
    atomic_store(&hold, 100);
    for (int i = 0; i < MORE; i++)
        start(new_process(), &patient_kind, i);
    UNTIL(atomic_load(&running) == MORE);
    start(new_process(), &worker_kind, 100);
    UNTIL(atomic_load(&worked) == 1);
    cr_assert_eq(order[0], 100);
    atomic_store(&hold, 0);
    deliver_all(MORE + 1);
    for (int i = 0; i < POOL_PATIENT + 1; i++)
        start(new_process(), &patient_kind, 100 + i);
    deliver_all(MORE + POOL_PATIENT + 2);
    cr_assert_leq(atomic_load(&most_running), POOL_PATIENT + POOL_THREADS);
}

Test(request, killed_before_its_turn_it_is_never_worked_on)
{
    process *busy[POOL_THREADS];
    atomic_store(&hold, 100);
    for (int i = 0; i < POOL_THREADS; i++)
        start(busy[i] = new_process(), &worker_kind, i);
    UNTIL(atomic_load(&running) == POOL_THREADS);
    process *p = new_process();
    start(p, &worker_kind, 9);
    kill_process(vm, NULL, p, NULL);
    cr_assert_eq(p->wake, WAKE_KILL);
    sched_settle(vm, p);
    cr_assert_eq(atomic_load(&dropped), 1);
    cr_assert(request_counted(vm));
    atomic_store(&hold, 0);
    deliver_all(POOL_THREADS);
    cr_assert_eq(atomic_load(&worked), POOL_THREADS);
}

Test(request, killed_while_it_is_worked_on_its_result_is_dropped)
{
    atomic_store(&hold, 100);
    process *p = new_process();
    start(p, &worker_kind, 0);
    UNTIL(atomic_load(&running) == 1);
    kill_process(vm, NULL, p, NULL);
    sched_settle(vm, p);
    cr_assert(!request_pending(vm), "nobody waits for it, so nothing is alive");
    cr_assert_null(side_of(p)->request);
    cr_assert_eq(atomic_load(&dropped), 0);
    uint64_t ticket = p->ticket;
    atomic_store(&hold, 0);
    UNTIL(request_arrived(vm));
    request_deliver(vm, INT64_MAX);
    cr_assert_eq(atomic_load(&dropped), 1);
    cr_assert_eq(p->ticket, ticket);
    cr_assert_eq(vm->sched.queue_length, 1, "woken by the kill, and by nothing else");
}

Test(request, completed_and_killed_before_it_settles)
{
    process *p = new_process();
    request *r = start(p, &outside_kind, 0);
    kill_process(vm, NULL, p, NULL);
    request_complete(r);
    request_deliver(vm, INT64_MAX); /* finds the ticket stale */
    cr_assert_eq(vm->sched.queue_length, 1);
    cr_assert_eq(atomic_load(&dropped), 0);
    sched_settle(vm, p);
    cr_assert_eq(atomic_load(&dropped), 1);
    cr_assert_eq(atomic_load(&cancelled), 0, "it was over already");
}

Test(request, served_and_then_killed_it_is_dropped_when_frames_are_left)
{
    process *p = new_process();
    request *r = start(p, &outside_kind, 0);
    request_complete(r);
    request_deliver(vm, INT64_MAX);
    kill_process(vm, NULL, p, NULL);
    cr_assert_eq(p->wake, WAKE_REQUEST);
    sched_settle(vm, p);
    cr_assert_eq(atomic_load(&dropped), 0);
    request_leave(vm, p);
    cr_assert_eq(atomic_load(&dropped), 1);
}

Test(request, cancelled_once_where_that_is_possible)
{
    process *p = new_process();
    request *r = start(p, &outside_kind, 0);
    kill_process(vm, NULL, p, NULL);
    sched_settle(vm, p);
    request_leave(vm, p);
    cr_assert_eq(atomic_load(&cancelled), 1);
    cr_assert_eq(atomic_load(&dropped), 0);
    request_complete(r);
    request_deliver(vm, INT64_MAX);
    cr_assert_eq(atomic_load(&dropped), 1);
}

static void *complete_later(void *r)
{
    nap();
    request_complete(r);
    return NULL;
}

Test(request, the_vm_may_end_while_they_are_under_way)
{
    enum { COUNT = 20 };
    atomic_store(&hold, 100);
    for (int i = 0; i < COUNT; i++)
        start(new_process(), &worker_kind, i);
    request *outside = start(new_process(), &outside_kind, 0);
    UNTIL(atomic_load(&running) == POOL_THREADS);
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, complete_later, outside), 0);
    int64_t from = loop_now();
    request_close(vm);
    cr_assert_lt(loop_now() - from, 1000000000, "it waits for no worker");
    cr_assert_eq(atomic_load(&cancelled), 1);
    cr_assert_geq(atomic_load(&dropped), COUNT - POOL_THREADS);
    pthread_join(thread, NULL);
    atomic_store(&hold, 0);
    UNTIL(atomic_load(&dropped) == COUNT + 1);
    cr_assert_eq(atomic_load(&worked), POOL_THREADS);
}

Test(request, pins_are_held)
{
    enum { COUNT = 200 };
    process *p = new_process();
    value held = list_new(vm, vm->sched.running, NULL, 0);
    for (int i = 0; i < COUNT; i++)
        list_push(vm, value_list(held),
                  fixture_string(vm, "pinned and long enough to be an object of its own"));
    sample *s = calloc(1, sizeof *s);
    s->base.kind = &outside_kind;
    cr_assert_eq(request_start(vm, p, &s->base, &held, 1, 0), VERDICT_BLOCK);
    value hidden = ~held;
    held = VALUE_NIL;
    heap_clear_stack();
    heap_collect(&vm->heap);
    for (int i = 0; i < 20 * COUNT; i++)
        fixture_string(vm, "something else that would take the place of what is gone");
    for (int i = 0; i < COUNT; i++)
        cr_assert_str_eq(fixture_text(value_list(~hidden)->items[i]),
                         "pinned and long enough to be an object of its own");
}

Test(request, memory_outside_counts_for_the_limit)
{
    close_vm();
    open_vm();
    vm->heap.max_bytes = 64 << 20;
    vm->memory_error = fixture_string(vm, "no memory");
    process *p = new_process();
    sample *s = calloc(1, sizeof *s);
    s->base.kind = &outside_kind;
    cr_assert_eq(request_start(vm, p, &s->base, NULL, 0, 100 << 20), VERDICT_FAIL);
    cr_assert_eq(atomic_load(&dropped), 1);
    cr_assert_eq(vm->heap.mapped_bytes, 0);
    s = calloc(1, sizeof *s);
    s->base.kind = &outside_kind;
    cr_assert_eq(request_start(vm, p, &s->base, NULL, 0, 30 << 20), VERDICT_BLOCK);
    cr_assert_eq(vm->heap.mapped_bytes, 30 << 20);
    request_complete(&s->base);
    request_deliver(vm, INT64_MAX);
    request_dispose(vm, request_take(vm, p));
    cr_assert_eq(vm->heap.mapped_bytes, 0);
}
