/* Calls that leave the thread's stack: no other thread may collect while one is made directly. */
#include "gc/heap.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <time.h>

static bool back, back_when_known;

static void mark_nothing(heap_marker *m, void *object) { (void)m, (void)object; }
static size_t none_live(void *object) { return (void)object, 0U; }

static void collect_in_a_heap_of_its_own(void)
{
    heap *h = heap_pinned(sizeof *h);
    cr_assert(h);
    cr_assert(heap_init(h, 0, mark_nothing, NULL, none_live, NULL));
    heap_collect(h);
    heap_close(h);
}

static void *become_known(void *data)
{
    (void)data;
    cr_assert(heap_enter_thread());
    back_when_known = __atomic_load_n(&back, __ATOMIC_ACQUIRE);
    collect_in_a_heap_of_its_own();
    return NULL;
}

static void call_outside(void (*fn)(void *), void *data)
{
    if (!heap_leave()) {
        heap_do_blocking(fn, data);
        return;
    }
    fn(data);
    heap_come_back();
}

static void start_another(void *thread)
{
    const struct timespec while_it_waits = {.tv_nsec = 20000000};
    cr_assert_eq(pthread_create(thread, NULL, become_known, NULL), 0);
    nanosleep(&while_it_waits, NULL);
    __atomic_store_n(&back, true, __ATOMIC_RELEASE);
}

Test(outside, a_thread_becomes_known_when_the_call_has_come_back)
{
    cr_assert(heap_enter_thread());
    pthread_t thread;
    call_outside(start_another, &thread);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    cr_assert(back_when_known);
}

static void count(void *calls) { ++*(int *)calls; }

static void *call_from_here(void *calls)
{
    call_outside(count, calls);
    return NULL;
}

Test(outside, threads_that_the_collector_does_not_know_may_call)
{
    cr_assert(heap_enter_thread());
    pthread_t thread;
    int calls = 0;
    cr_assert_eq(pthread_create(&thread, NULL, call_from_here, &calls), 0);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    cr_assert_eq(calls, 1);
}
