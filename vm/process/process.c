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

/* The slots that the object needs for a frame of so many registers; where they are too many it has
 * a block. */
static inline uint32_t room_for(uint32_t registers)
{
    if (registers <= PROCESS_ROOM_LEAST || registers > PROCESS_ROOM_MOST)
        return PROCESS_ROOM_LEAST;
    return registers | 1;
}

static inline process **recycled_of(scheduler *s, uint32_t room) { return &s->recycled[room]; }

/* A blank process object: a recycled one (whose ticket goes on counting) or a new one. */
static inline process *blank(csp_vm *vm, uint32_t room)
{
    process **recycled = recycled_of(&vm->sched, room), *p = *recycled;
    if (p) {
        *recycled = p->next;
        vm->sched.recycled_count--;
        p->next = NULL;
        return p;
    }
    p = heap_alloc(&vm->heap, HEAP_PROCESS, process_size(room));
    if (p)
        p->room = room & 0xf;
    else
        vm_raise_memory(vm);
    return p;
}

static __attribute__((noinline)) bool make_block(csp_vm *vm, process *p, uint32_t registers)
{
    size_t slots = STACK_FIRST;
    while (slots < registers)
        slots *= 2;
    bool made = process_move_out(vm, p, stack_bytes(slots));
    if (!made)
        vm_raise_memory(vm);
    return made;
}

static inline process *make_process(csp_vm *vm, const code *c, uint64_t number)
{
    process *p = blank(vm, room_for(c->registers));
    if (!p)
        return NULL;
    p->header = (number ? number : ++vm->last_number) << OWNER_SHIFT | OBJ_IMMUTABLE | OBJ_PROCESS;
    if (c->registers > PROCESS_ROOM_MOST && !make_block(vm, p, c->registers))
        return NULL;
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

void process_detach(csp_vm *vm, process *p)
{
    table_remove(vm, p);
    p->index = PROCESS_APART;
}

bool process_observable(const process *p)
{
    return (p->flags & PROCESS_ESCAPED) || (side_of(p) && side_of(p)->par);
}

/* Whether something may still look at p, which has ended. */
static bool is_known(const process *p)
{
    return (p->flags & (PROCESS_ESCAPED | PROCESS_MAIN | PROCESS_SYSTEM)) ||
           (side_of(p) && side_of(p)->par && side_of(p)->par->error != VALUE_ABSENT);
}

/* All but header, ticket and room. Word by word: gcc would call memset, or worse. Its stack is in
 * the object again (drop_stack). */
static inline void clear(process *p)
{
    p->prev = NULL;
    p->chan = NULL;
    p->value = VALUE_ABSENT;
    p->more = 0;
    p->code = NULL;
    p->wake = 0;
    p->flags = 0;
    p->reductions = 0;
    p->pc = 0; /* `index` is given when it is used again */
    p->origin = 0;
    p->near_base = 0;
    p->away = 0;
    p->parent_distance = 0;
    value *slots = process_slots(p);
    slots[0] = slots[1] = slots[2] = VALUE_ABSENT;
    if (p->room > PROCESS_ROOM_LEAST)
        memset(slots + PROCESS_ROOM_LEAST, 0, (p->room - PROCESS_ROOM_LEAST) * sizeof *slots);
}

void process_recycle(csp_vm *vm, process *p)
{
    scheduler *s = &vm->sched;
    if (is_known(p) || s->recycled_count >= RECYCLED_MAX)
        return;
    clear(p);
    p->header = OBJ_PROCESS | OBJ_IMMUTABLE;
    p->ticket = (p->ticket & ~(uint64_t)TICKET_STATE) + 4;
    process **recycled = recycled_of(s, p->room);
    p->next = *recycled;
    /* the list is complete whenever another thread collects */
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    *recycled = p;
    s->recycled_count++;
}

/* The collector may look at p at any moment, so the block is freed only after p no longer
 * shows it. */
static void drop_stack(csp_vm *vm, process *p)
{
    p->code = NULL; /* its handle may outlive the VM that the code belongs to */
    p->near_base = 0;
    if (!p->away)
        return;
    value *stack = p->block.stack;
    size_t size = stack_bytes(p->block.capacity);
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* without code no slot is looked at any more */
    p->away = 0;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    heap_stack_free(&vm->heap, stack, size);
}

static void tell_end(csp_vm *vm, const process *p, bool failed, bool obeyed)
{
    event_kind how = obeyed ? EVENT_KILLED : failed ? EVENT_CRASH : EVENT_END;
    event_tell(vm, how, p, NULL, NULL, obeyed ? process_cause(p)->reason : p->value, 0);
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

    side *sd = side_of(p);
    bool obeyed = process_cause(p) && value_is(outcome, OBJ_ERROR) &&
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

value process_control(const process *p) { return side_of(p) ? side_of(p)->control : VALUE_ABSENT; }

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
