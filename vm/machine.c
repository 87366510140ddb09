/* Making and freeing a VM, and running programs on it from outside. */
#include "vm/machine.h"

#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/random.h"
#include "ffi/invoke.h"
#include "vm/code/code_table.h"
#include "vm/code/native.h"
#include "vm/code/origin.h"
#include "vm/core/kind.h"
#include "vm/core/scheduler.h"
#include "vm/core/stack.h"
#include "vm/core/steps.h"
#include "vm/core/string.h"
#include "vm/data/hosted.h"
#include "vm/data/tuple.h"
#include "vm/drive.h"
#include "vm/foreign/foreign.h"
#include "vm/outside/bell.h"
#include "vm/outside/child.h"
#include "vm/outside/confine.h"
#include "vm/outside/environment.h"
#include "vm/outside/loop.h"
#include "vm/outside/request.h"
#include "vm/outside/streams.h"
#include "vm/process/event.h"
#include "vm/process/kill.h"
#include "vm/process/output.h"
#include "vm/process/port_end.h"
#include "vm/process/process.h"
#include "vm/process/table.h"
#include "vm/report/flood.h"
#include "vm/report/leak.h"
#include "vm/report/trace.h"

enum { SLICE = 4000, INT_BITS = 1 << 26, LONG_CALL = 100, NS_OF_MS = 1000000 };

/* Called while the world is stopped. The stack of the running process is scanned to its full
 * capacity, since any instruction may be under way. */
static void push_roots(heap *h, void *user)
{
    csp_vm *vm = user;
    const process *p = vm->sched.running;
    if (p)
        heap_push_range(process_stack(p), process_stack(p) + process_capacity(p));
    ports_push(vm);
    /* A marking judges either processes or code and names: a leaked process is brought back with
     * all that it holds. */
    vm->judging = heap_watches(h) && vm->judge_due;
    if (!heap_watches(h))
        hosted_keep(vm);
    if (!heap_watches(h) || vm->judging)
        table_push(vm);
    code_push(vm, vm->judging);
    if (!vm->judging)
        str_push_interned(vm);
}

static uint64_t seed(void)
{
    uint64_t s = 0;
    if (getrandom(&s, sizeof s, GRND_NONBLOCK) != (ssize_t)sizeof s)
        s = (uint64_t)loop_now() ^ (uint64_t)getpid() << 32;
    return s;
}

static int64_t environment(const char *name, int64_t otherwise)
{
    const char *set = getenv(name);
    char *end;
    if (!set || !*set)
        return otherwise;
    long long n = strtoll(set, &end, 10);
    return *end || n < 1 ? otherwise : n;
}

static bool make_constants(csp_vm *vm)
{
    vm->empty_string = str_new(vm, "", 0);
    vm->empty_tuple = tuple_new(vm, NULL, NULL, 0);
    if (vm->empty_string == VALUE_ABSENT || vm->empty_tuple == VALUE_ABSENT)
        return false;
    return error_init(vm);
}

csp_vm *vm_create(const vm_limits *limits, const vm_host *host)
{
    csp_vm *vm = heap_pinned(sizeof *vm);
    if (!vm)
        return NULL;
    vm->bell = bell_new();
    if (!vm->bell || !output_init(vm)) {
        bell_free(vm->bell);
        heap_unpin(vm);
        return NULL;
    }
    vm->limits = *limits;
    vm->kinds = kind_table;
    if (!vm->limits.int_bits)
        vm->limits.int_bits = INT_BITS;
    vm->limits.step_bytes = steps_limit(limits->step_bytes);
    vm->limits.long_call = environment("CSP_LONG_CALL", LONG_CALL) * NS_OF_MS;
    vm->host = *host;
    if (!vm->host.crash)
        vm->host.crash = trace_tell_crash;
    if (!vm->host.dropped)
        vm->host.dropped = flood_tell_stream;
    vm->crashed = flood_crash;
    event_watch(vm, NULL);
    vm->exit_status = -1;
    vm->sched.vm = vm;
    vm->sched.slice = vm->sched.pace = environment("CSP_SLICE", SLICE);
    if (environment("CSP_LIBFFI", 0))
        (void)invoke_set_direct(false);
    sched_set_limited(vm);
    vm->hash_seed = seed();
    vm->next_position = 1;
    vm->started = loop_now();
    xoshiro_seed(vm->sched.random, seed());
    if (!heap_init(&vm->heap, limits->memory, process_mark, push_roots, process_stack_live, vm)) {
        output_free(vm);
        bell_free(vm->bell);
        heap_unpin(vm);
        return NULL;
    }
    vm->heap.stress = (uint32_t)environment("CSP_GC_STRESS", 0);
    if (!make_constants(vm) || !leak_init(vm)) {
        vm_destroy(vm);
        return NULL;
    }
    return vm;
}

static void drop_process(csp_vm *vm, process *p)
{
    p->code = NULL; /* the collector may come across p when the code is gone */
    if (p->away)
        heap_stack_free(&vm->heap, process_stack(p), stack_bytes(process_capacity(p)));
}

/* The collector's callbacks read them until the heap is closed. */
static void drop_tables(void *data)
{
    csp_vm *vm = data;
    vm->module_count = 0;
    vm->interned = NULL;
}

void vm_destroy(csp_vm *vm)
{
    output_finish(vm);
    bell_close(vm->bell);
    ports_close(vm);
    request_close(vm);
    foreign_close(vm);
    if (vm->own.process && vm->own.process->index == PROCESS_APART)
        drop_process(vm, vm->own.process);
    hosted_free(vm);
    streams_free(vm);
    children_free(vm);
    environment_free(vm);
    confine_drop(vm->confine);
    while (vm->table_count) { /* what has not ended by itself is dropped here, silently */
        drop_process(vm, process_at(vm, vm->table_count - 1));
        vm->table_count--;
    }
    if (vm->loop)
        loop_free(vm->loop);
    string **interned = vm->interned;
    heap_locked(drop_tables, vm);
    heap_unpin(interned);
    free(vm->modules);
    vm->modules = NULL;
    output_free(vm);
    native_free(vm);
    process_free_tables(vm);
    leak_free(vm);
    origin_free(vm);
    if (vm->sched.timers)
        heap_unpin(vm->sched.timers);
    heap_close(&vm->heap);
    bell_free(vm->bell);
    heap_unpin(vm);
}

void vm_interrupt(csp_vm *vm)
{
    int active = VM_ACTIVE;
    if (atomic_compare_exchange_strong(&vm->activity, &active, VM_TO_BE_INTERRUPTED))
        vm_wake(vm);
}

void vm_set_aside(csp_vm *vm, vm_aside *others)
{
    scheduler *s = &vm->sched;
    *others = (vm_aside){s->next, s->queue, s->queue_length, vm->limits};
    s->next = NULL;
    s->queue = (process_list){0};
    s->queue_length = 0;
    s->alone = true;
    vm->limits.processes = 0;
    vm->limits.reductions = 0;
    sched_set_limited(vm);
}

void vm_put_back(csp_vm *vm, const vm_aside *others)
{
    scheduler *s = &vm->sched;
    s->next = others->next;
    s->queue = others->queue;
    s->queue_length = others->queue_length;
    s->alone = false;
    vm->limits = others->limits;
    sched_set_limited(vm);
}

process *vm_start(csp_vm *vm, const code *body, uint64_t number, unsigned flags)
{
    if (!hosted_reserve(vm))
        return NULL;
    /* What the host starts is not refused because scripts have used up what they may have. */
    process *p = process_new_apart(vm, body, number);
    if (!p || !process_join(vm, p))
        return NULL;
    if (flags & (PROCESS_MAIN | PROCESS_SYSTEM))
        hosted_add(vm, p);
    process_set(p, flags | PROCESS_ESCAPED);
    if (flags & PROCESS_MAIN)
        vm->main = p;
    if (event_wanted(vm))
        event_tell(vm, EVENT_SPAWN, NULL, p, NULL, VALUE_ABSENT, 0);
    sched_ready(&vm->sched, p, READY_TAIL);
    return p;
}

void vm_shutdown(csp_vm *vm)
{
    vm->exiting = true;
    /* the earlier interrupt has been handled: a new one ends the wait for the others' defers */
    vm_enter(vm);
    value reason = str_new(vm, "exit", 4);
    struct cause *why = reason == VALUE_ABSENT ? NULL : kill_cause(vm, reason, 0);
    for (uint32_t i = vm->table_count; i > 0; i--)
        kill_process(vm, NULL, process_at(vm, i - 1), why);
    vm_run(vm, NULL, vm->grace_until ? vm->grace_until : loop_now() + VM_GRACE);
    flood_tell(vm, true);
    output_finish(vm);
}
