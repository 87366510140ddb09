/* A process's life: its object, its stack, its end. */
#include "vm/process/process.h"

#include "base/random.h"
#include "vm/code/origin.h"
#include "vm/core/kind.h"
#include "vm/core/stack.h"
#include "vm/core/vm.h"
#include "vm/data/list.h"
#include "vm/process/ending.h"
#include "vm/process/event.h"
#include "vm/process/par.h"
#include "vm/process/table.h"

enum { RECYCLED_MAX = 4096, HOSTED_FIRST = 8 };

bool hosted_reserve(csp_vm *vm)
{
    if (vm->hosted_count < vm->hosted_capacity)
        return true;
    process **old = vm->hosted,
            **hosted = heap_grow_pinned(old, &vm->hosted_capacity, HOSTED_FIRST, sizeof *old);
    if (!hosted) {
        vm_raise_memory(vm);
        return false;
    }
    vm->hosted = hosted;
    heap_unpin(old);
    return true;
}

void hosted_add(csp_vm *vm, process *p) { vm->hosted[vm->hosted_count++] = p; }

static void hosted_remove(csp_vm *vm, const process *p)
{
    for (uint32_t i = 0; i < vm->hosted_count; i++) {
        if (vm->hosted[i] != p)
            continue;
        vm->hosted[i] = vm->hosted[--vm->hosted_count];
        vm->hosted[vm->hosted_count] = NULL;
        return;
    }
}

void process_free_tables(csp_vm *vm)
{
    table_free(vm);
    if (vm->hosted)
        heap_unpin(vm->hosted);
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

static inline process *make_process(csp_vm *vm, const code *c, uint64_t number)
{
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
    return p;
}

/* The host's own is not counted. */
static bool is_full(const csp_vm *vm)
{
    bool own = vm->own.process && vm->own.process->index != PROCESS_APART;
    return vm->table_count - own >= vm->limits.processes;
}

process *process_new(csp_vm *vm, const code *c, uint64_t number)
{
    if (!table_reserve(vm))
        return NULL;
    if (__builtin_expect(vm->limits.processes && vm->table_count >= vm->limits.processes, 0) &&
        is_full(vm)) {
        vm_raise(vm, ERR_TOO_MANY_PROCESSES, "more than %u processes", vm->limits.processes);
        return NULL;
    }
    process *p = make_process(vm, c, number);
    if (p)
        table_add(vm, p);
    return p;
}

process *process_new_apart(csp_vm *vm, const code *c, uint64_t number)
{
    process *p = make_process(vm, c, number);
    if (p)
        p->index = PROCESS_APART;
    return p;
}

bool process_join(csp_vm *vm, process *p)
{
    if (!table_reserve(vm))
        return false;
    table_add(vm, p);
    return true;
}

void process_part(csp_vm *vm, process *p)
{
    table_remove(vm, p);
    p->index = PROCESS_APART;
}

bool process_observable(const process *p)
{
    return (p->flags & PROCESS_ESCAPED) || (p->side && p->side->par);
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
    /* the list is complete whenever another thread collects */
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    s->recycled = p;
    s->recycled_count++;
}

/* The collector may look at p at any moment, so the block is freed only after p no longer
 * shows it. */
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

static void tell_end(csp_vm *vm, const process *p, bool failed, bool obeyed)
{
    event_kind how = obeyed ? EVENT_KILLED : failed ? EVENT_CRASH : EVENT_END;
    event_tell(vm, how, p, NULL, NULL, obeyed ? p->kill->reason : p->value, 0);
}

void process_end(csp_vm *vm, process *p, value outcome, bool failed)
{
    vm->sched.running = NULL; /* before the stack goes: it is a root while its process runs */
    drop_stack(vm, p);
    p->value = outcome;
    p->ticket = (p->ticket & ~(uint64_t)TICKET_STATE) | TICKET_END;
    if (p->index != PROCESS_APART)
        table_remove(vm, p);
    bool own = p == vm->own.process;
    if (own) {
        vm->own.process = NULL;
        vm->own.called = false;
    }
    if (p->flags & (PROCESS_MAIN | PROCESS_SYSTEM))
        hosted_remove(vm, p);
    if (failed)
        p->flags |= PROCESS_FAILED;

    side *sd = p->side;
    bool obeyed = p->kill && value_is(outcome, OBJ_ERROR) &&
                  value_error(outcome)->kind == vm->error_names[ERR_KILLED];
    bool awaited = (p->flags & (PROCESS_AWAITED | PROCESS_MAIN | PROCESS_SYSTEM)) || obeyed;
    bool told = true;
    vm->counts.crashed += failed && !obeyed;
    if (event_wanted(vm) && !own)
        tell_end(vm, p, failed, obeyed);
    if (sd) {
        if (sd->links || sd->par)
            awaited = true;
        told = ending_begin(vm, p);
        if (sd->par)
            par_branch_ended(vm, p, outcome, failed);
    }
    if (failed && !awaited)
        vm->crashed(vm, p, outcome);
    if (told)
        process_recycle(vm, p);
}

static bool show_process(text *t, value v)
{
    const process *p = value_as_object(v);
    text_printf(t, "<process %llu", (unsigned long long)process_number(p));
    const string *name = origin_name(t->vm, p);
    if (name) {
        text_put(t, ' ');
        text_add(t, name->text, name->size);
    }
    return text_put(t, '>');
}

const kind_traits kind_process = {.show = show_process};

bool process_quiet(csp_vm *vm, process *p)
{
    side *sd = process_side(vm, p);
    if (sd)
        sd->quiet = true;
    return sd != NULL;
}

value process_handle(process *p)
{
    p->flags |= PROCESS_ESCAPED;
    return value_object(p);
}

process *process_live(const csp_vm *vm, uint64_t number, uint32_t *left)
{
    for (uint32_t i = 0; number && *left > 0 && i < vm->table_count; i++, --*left)
        if (process_number(process_at(vm, i)) == number)
            return process_at(vm, i);
    return NULL;
}

value process_all(csp_vm *vm, process *p)
{
    process *own = vm->own.process;
    if (vm->own.called && own->index == PROCESS_APART && !process_join(vm, own))
        return VALUE_ABSENT;
    value all = list_new(vm, p, NULL, 0);
    if (all == VALUE_ABSENT || !list_reserve(vm, value_list(all), vm->table_count))
        return VALUE_ABSENT;
    for (uint32_t i = 0; i < vm->table_count; i++)
        list_push(vm, value_list(all), process_handle(process_at(vm, i)));
    vm_charge(vm, vm->table_count / PROCESSES_PER_REDUCTION);
    return all;
}

bool process_set_name(csp_vm *vm, process *p, value name)
{
    side *sd = process_side(vm, p);
    if (sd)
        sd->name = name;
    return sd != NULL;
}

value process_control(const process *p) { return p->side ? p->side->control : VALUE_ABSENT; }

bool process_set_control(csp_vm *vm, process *p, value asked)
{
    side *sd = process_side(vm, p);
    if (sd)
        sd->control = asked;
    return sd != NULL;
}

bool process_set_restarts(csp_vm *vm, process *p, uint32_t restarts, value last_end)
{
    side *sd = process_side(vm, p);
    if (sd) {
        sd->restarts = restarts;
        sd->last_end = last_end;
    }
    return sd != NULL;
}

uint64_t *process_random(csp_vm *vm, process *p)
{
    side *sd = process_side(vm, p);
    if (!sd)
        return NULL;
    uint64_t *state = sd->random;
    if ((state[0] | state[1] | state[2] | state[3]) == 0)
        xoshiro_seed(state, xoshiro_next(vm->sched.random) ^ process_number(p));
    return state;
}
