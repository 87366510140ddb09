/* Timers: a binary heap ordered by (deadline, sequence). Each timer knows its place, so a cancelled
 * one is removed at once. */
#include "vm/process/timer.h"

#include <assert.h>

#include "vm/core/scheduler.h"
#include "vm/core/stack.h"
#include "vm/core/vm.h"
#include "vm/number/num.h"
#include "vm/outside/loop.h"
#include "vm/process/telling.h"
#include "vm/process/ticker.h"

enum { TIMERS_FIRST = 64 };

static bool before(const timer *a, const timer *b)
{
    return a->deadline != b->deadline ? a->deadline < b->deadline : a->sequence < b->sequence;
}

static void timer_place(scheduler *s, uint32_t i, timer *t)
{
    s->timers[i] = t;
    t->index = (int32_t)i;
}

static void sift_up(scheduler *s, uint32_t i, timer *t)
{
    while (i > 0 && before(t, s->timers[(i - 1) / 2])) {
        timer_place(s, i, s->timers[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    timer_place(s, i, t);
}

static void sift_down(scheduler *s, uint32_t i, timer *t)
{
    for (;;) {
        uint32_t child = 2 * i + 1;
        if (child >= s->timer_count)
            break;
        if (child + 1 < s->timer_count && before(s->timers[child + 1], s->timers[child]))
            child++;
        if (!before(s->timers[child], t))
            break;
        timer_place(s, i, s->timers[child]);
        i = child;
    }
    timer_place(s, i, t);
}

bool timer_reserve(csp_vm *vm)
{
    scheduler *s = &vm->sched;
    if (s->timer_count < s->timer_capacity)
        return true;
    timer **old = s->timers,
          **timers = heap_grow_pinned(old, &s->timer_capacity, TIMERS_FIRST, sizeof *old);
    if (!timers) {
        vm_raise_memory(vm);
        return false;
    }
    s->timers = timers;
    heap_unpin(old);
    return true;
}

void timer_insert(scheduler *s, timer *t)
{
    t->sequence = ++s->timer_sequence;
    sift_up(s, s->timer_count++, t);
}

void timer_remove(scheduler *s, timer *t)
{
    uint32_t i = (uint32_t)t->index;
    timer *last = s->timers[--s->timer_count];
    s->timers[s->timer_count] = NULL;
    t->index = -1;
    if (last == t)
        return;
    if (i > 0 && before(last, s->timers[(i - 1) / 2]))
        sift_up(s, i, last);
    else
        sift_down(s, i, last);
}

timer *timer_of(csp_vm *vm, process *p)
{
    side *sd = process_side(vm, p);
    if (!sd || !timer_reserve(vm))
        return NULL;
    if (!sd->timer) {
        sd->timer = heap_alloc(&vm->heap, HEAP_TRACED, sizeof *sd->timer);
        if (!sd->timer) {
            vm_raise_memory(vm);
            return NULL;
        }
        sd->timer->index = -1;
        sd->timer->proc = p;
    }
    return sd->timer;
}

bool timer_duration(csp_vm *vm, process *p, value duration, int64_t *ns)
{
    if (!value_is_integer(duration)) {
        vm_raise_type(vm, p, duration, "a duration such as 30ms (an int, in ns)");
        return false;
    }
    if (value_is_int(duration))
        *ns = value_as_int(duration);
    else
        *ns = num_compare(duration, value_int(0)) < 0 ? 0 : INT64_MAX;
    return true;
}

int64_t timer_after(const csp_vm *vm, int64_t ns)
{
    int64_t now = vm_now(vm);
    if (ns <= 0)
        return now;
    return ns > LOOP_NEVER - 1 - now ? LOOP_NEVER - 1 : now + ns;
}

verdict timer_sleep(csp_vm *vm, process *p, int64_t deadline)
{
    if (!timer_of(vm, p))
        return VERDICT_FAIL;
    sched_park(p);
    timer_beside(vm, p, deadline);
    return VERDICT_BLOCK;
}

void timer_beside(csp_vm *vm, process *p, int64_t deadline)
{
    timer *t = side_of(p)->timer;
    if (deadline == LOOP_NEVER)
        return;
    t->deadline = deadline;
    t->ticket = p->ticket;
    timer_insert(&vm->sched, t);
}

int64_t timer_next(const scheduler *s)
{
    return s->timer_count ? s->timers[0]->deadline : LOOP_NEVER;
}

static void fire(csp_vm *vm, timer *t)
{
    scheduler *s = &vm->sched;
    timer_remove(s, t);
    if (t->ticker) {
        chan_serve_tick(vm, t->ticker);
    } else if (process_win(t->proc, t->ticket)) {
        assert(!t->proc->chan); /* a deadline goes with an alt or a request: see process_wake */
        t->proc->wake = WAKE_TIMER;
        sched_ready(s, t->proc, READY_TAIL);
    }
}

int64_t timer_fire(csp_vm *vm, int64_t now)
{
    scheduler *s = &vm->sched;
    int64_t most = told_per_step(s), fired = 0;
    for (; fired < most && timer_next(s) <= now; fired++)
        fire(vm, s->timers[0]);
    return fired * REDUCTIONS_PER_TOLD;
}
