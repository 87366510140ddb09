/* A process's life: its object, its stack, its end. */
#include "vm/process.h"

#include "vm/chan.h"
#include "vm/data.h"
#include "vm/leak.h"
#include "vm/loop.h"
#include "vm/machine.h"
#include "vm/text.h"
#include "vm/trace.h"

enum { RECYCLED_MAX = 4096, TABLE_FIRST = 64, STACK_FIRST = 16, SHRINK_FROM = 2048 };

static size_t stack_bytes(size_t slots)
{
    return (slots * sizeof(value) + HEAP_GRANULE - 1) & ~(size_t)(HEAP_GRANULE - 1);
}

static bool table_reserve(csp_vm *vm)
{
    if (vm->table_count < vm->table_capacity)
        return true;
    uint32_t capacity = vm->table_capacity ? vm->table_capacity * 2 : TABLE_FIRST;
    process **table = heap_pinned_plain(capacity * sizeof *table), **old = vm->table;
    if (!table) {
        vm_raise_memory(vm);
        return false;
    }
    if (old)
        memcpy(table, old, vm->table_count * sizeof *table);
    vm->table = table;
    vm->table_capacity = capacity;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (old)
        heap_unpin(old);
    return true;
}

/* The table is read whenever some thread collects, at any instruction of this one: each process that has not ended
 * must be found at the place that it names (leak.c), at every moment. */
static void table_add(csp_vm *vm, process *p)
{
    p->index = vm->table_count;
    vm->table[vm->table_count] = p;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    vm->table_count++;
}

static void table_remove(csp_vm *vm, process *p)
{
    process *last = vm->table[vm->table_count - 1];
    vm->table[p->index] = last;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    last->index = p->index;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    vm->table_count--;
}

/* A blank process object: a recycled one (whose ticket goes on counting) or a new one. */
static process *blank(csp_vm *vm)
{
    process *p = vm->sched.recycled;
    if (p) {
        vm->sched.recycled = p->run_next;
        vm->sched.recycled_count--;
        p->run_next = NULL;
        return p;
    }
    p = heap_alloc(&vm->heap, HEAP_PROCESS, sizeof *p);
    if (!p)
        vm_raise_memory(vm);
    return p;
}

process *process_new(csp_vm *vm, const code *c, uint64_t number)
{
    if (__builtin_expect(vm->table_count == vm->table_capacity, 0) && !table_reserve(vm))
        return NULL;
    if (__builtin_expect(vm->limits.processes && vm->table_count >= vm->limits.processes, 0)) {
        vm_raise(vm, ERR_TOO_MANY_PROCESSES, "more than %u processes", vm->limits.processes);
        return NULL;
    }
    process *p = blank(vm);
    if (!p)
        return NULL;
    p->header = (number ? number : ++vm->last_number) << OWNER_SHIFT | OBJ_IMMUTABLE | OBJ_PROCESS;
    p->stack = p->slots;
    p->capacity = PROCESS_INLINE_SLOTS;
    if (c->registers > PROCESS_INLINE_SLOTS) {
        size_t slots = STACK_FIRST;
        while (slots < c->registers)
            slots *= 2;
        value *stack = heap_stack_new(&vm->heap, p, stack_bytes(slots));
        if (!stack) {
            vm_raise_memory(vm);
            return NULL;
        }
        p->stack = stack;
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
        p->capacity = (uint32_t)slots;
    }
    p->code = c;
    table_add(vm, p);
    return p;
}

/* From the object into a block of its own, which is seen before the slots are emptied. False: out of memory. */
static bool move_out(csp_vm *vm, process *p, size_t size)
{
    value *stack = heap_stack_new(&vm->heap, p, size);
    if (!stack)
        return false;
    memcpy(stack, p->slots, sizeof p->slots);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    p->stack = stack;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    memset(p->slots, 0, sizeof p->slots);
    return true;
}

value *process_reserve(csp_vm *vm, process *p, value *from, size_t slots)
{
    size_t offset = (size_t)(from - p->stack), need = offset + slots;
    if (need <= p->capacity)
        return from;
    size_t max = vm->limits.stack ? vm->limits.stack / sizeof(value) : UINT32_MAX;
    size_t capacity = p->capacity < STACK_FIRST ? STACK_FIRST : p->capacity;
    while (capacity < need)
        capacity *= 2;
    if (capacity > max)
        capacity = max & ~(size_t)1; /* the last doubling may not fit: take what is left */
    if (capacity < need || capacity > UINT32_MAX - 1) {
        vm_raise(vm, ERR_STACK_OVERFLOW, "more than %zu bytes of stack", max * sizeof(value));
        return NULL;
    }
    bool moved = p->stack == p->slots
                     ? move_out(vm, p, stack_bytes(capacity))
                     : heap_stack_resize(&vm->heap, p, &p->stack, stack_bytes(p->capacity), stack_bytes(capacity));
    if (!moved) {
        vm_raise_memory(vm);
        return NULL;
    }
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* the pointer before the larger size (heap.h) */
    p->capacity = (uint32_t)capacity;
    if (vm->sched.running == p) {
        vm->sched.bottom = p->stack;
        vm->sched.limit = p->stack + capacity;
    }
    return p->stack + offset;
}

void process_shrink(csp_vm *vm, process *p)
{
    size_t top = (size_t)p->base + p->code->registers;
    if (p->capacity < SHRINK_FROM || top * 8 > p->capacity)
        return;
    size_t capacity = p->capacity;
    while (capacity > SHRINK_FROM / 2 && top * 4 < capacity)
        capacity /= 2;
    uint32_t old = p->capacity;
    p->capacity = (uint32_t)capacity;
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* the smaller size before the pointer (heap.h) */
    if (!heap_stack_resize(&vm->heap, p, &p->stack, stack_bytes(old), stack_bytes(capacity)))
        p->capacity = old; /* the large one is as good */
}

side *process_side(csp_vm *vm, process *p)
{
    if (p->side)
        return p->side;
    side *s = heap_alloc(&vm->heap, HEAP_TRACED, sizeof *s);
    if (!s) {
        vm_raise_memory(vm);
        return NULL;
    }
    s->header = OBJ_SIDE;
    s->name = VALUE_NIL;
    p->side = s;
    return s;
}

bool process_observable(const process *p) { return (p->flags & PROCESS_ESCAPED) || (p->side && p->side->par); }

static void report_crash(csp_vm *vm, process *p, value why)
{
    if (vm->host.crash) {
        vm->host.crash(vm, p, why);
        return;
    }
    const char *name = trace_name(vm, p, why);
    text t;
    text_init(&t, vm);
    if (vm->host.style == VM_JSON)
        trace_report_json(vm, why, process_number(p), name, &t);
    else
        trace_report(vm, why, process_number(p), name, &t);
    vm_flush(vm);
    vm_write(vm, 2, t.block, t.used);
}

/* Whether something may still look at p, which has ended. */
static bool is_known(const process *p)
{
    return (p->flags & (PROCESS_ESCAPED | PROCESS_MAIN | PROCESS_SYSTEM)) ||
           (p->side && p->side->par && p->side->par->error != VALUE_ABSENT);
}

void process_recycle(csp_vm *vm, process *p)
{
    scheduler *s = &vm->sched;
    if (is_known(p) || s->recycled_count >= RECYCLED_MAX)
        return;
    uint64_t ticket = (p->ticket & ~(uint64_t)TICKET_STATE) + 4;
    memset(p, 0, sizeof *p);
    p->header = OBJ_PROCESS | OBJ_IMMUTABLE;
    p->stack = p->slots;
    p->ticket = ticket;
    p->run_next = s->recycled;
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* the list is whole whenever another thread collects */
    s->recycled = p;
    s->recycled_count++;
}

/* The collector may look at p at any moment, so the block is freed when p no longer shows it. */
static void drop_stack(csp_vm *vm, process *p)
{
    value *stack = p->stack;
    size_t size = stack_bytes(p->capacity);
    memset(p->slots, 0, sizeof p->slots);
    p->base = 0;
    p->code = NULL; /* its handle may outlive the VM that the code belongs to */
    p->capacity = PROCESS_INLINE_SLOTS;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    p->stack = p->slots;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (stack != p->slots)
        heap_stack_free(&vm->heap, stack, size);
}

void process_end(csp_vm *vm, process *p, value outcome, bool failed)
{
    vm->sched.running = NULL; /* before the stack goes: it is a root while its process runs */
    drop_stack(vm, p);
    p->value = outcome;
    p->ticket = (p->ticket & ~(uint64_t)TICKET_STATE) | TICKET_END;
    table_remove(vm, p);
    if (p->flags & (PROCESS_MAIN | PROCESS_SYSTEM))
        leak_release(vm, p);
    if (failed)
        p->flags |= PROCESS_FAILED;

    side *sd = p->side;
    bool obeyed = p->kill && value_is(outcome, OBJ_ERROR) && value_error(outcome)->kind == vm->error_names[ERR_KILLED];
    bool awaited = (p->flags & (PROCESS_AWAITED | PROCESS_MAIN | PROCESS_SYSTEM)) || obeyed;
    bool told = true;
    if (sd) {
        if (sd->links || sd->par)
            awaited = true;
        told = ending_begin(vm, p);
        if (sd->par)
            par_branch_ended(vm, p, outcome, failed);
    }
    if (failed && !awaited)
        report_crash(vm, p, outcome);
    if (told)
        process_recycle(vm, p);
}

void process_mark(heap_marker *m, void *memory)
{
    process *p = memory;
    heap_mark(m, value_object(p->next));
    heap_mark(m, value_object(p->prev));
    heap_mark(m, value_object(p->chan));
    heap_mark(m, p->value);
    heap_mark(m, value_object(p->kill));
    heap_mark(m, value_object(p->side));
    heap_mark(m, value_object(p->run_next));
    heap_mark(m, value_object(p->code));
    if (p->stack == NULL)
        return;
    if (p->stack != p->slots) {
        size_t size = stack_bytes(p->capacity);
        if (size >= HEAP_MAP_STACK)
            return; /* outside the heap: pushed as roots, process_stack_live says how much */
        heap_mark(m, value_object(p->stack));
    }
    size_t top = p->code ? (size_t)p->base + p->code->registers : 0;
    if (top > p->capacity)
        top = p->capacity;
    for (size_t i = 0; i < top; i++)
        heap_mark(m, p->stack[i]);
}

size_t process_stack_live(void *owner)
{
    process *p = owner;
    size_t top = p->code ? (size_t)p->base + p->code->registers : 0;
    return (top < p->capacity ? top : p->capacity) * sizeof(value);
}
