/* Native functions as values, and the frames of resumable ones. */
#include "vm/code/native.h"

#include <assert.h>
#include <stdlib.h>

#include "vm/core/kind.h"
#include "vm/core/stack.h"
#include "vm/core/string.h"
#include "vm/core/vm.h"

/* A resumable native's frame runs these two instructions for ever: one step, and back (a safe
 * point, and where a call that it made returns to). */
static const insn native_insns[] = {{OPC_NATIVE, 0, 0, 0}, {OPC_LOOP, 0, 0xfffe, 0xffff}};
enum { INSNS_MOST = 3 };
static const src_place native_places[INSNS_MOST];

/* The handler of one that catches lies behind its code. */
typedef struct native_frame {
    code code;
    handler handler;
} native_frame;

static code *make_code(csp_vm *vm, const native_entry *entry, bool is_operator)
{
    native_frame *made = aligned_alloc(16, (sizeof *made + 15) & ~(size_t)15);
    if (!made)
        return NULL;
    memset(made, 0, sizeof *made);
    code *c = &made->code;
    assert(entry->insn_count <= INSNS_MOST);
    c->insns = entry->insns ? entry->insns : native_insns;
    c->count = entry->insns ? entry->insn_count : 2;
    c->places = native_places;
    c->params = entry->max == NATIVE_VARIADIC ? 1 : entry->max;
    c->required = entry->min;
    /* the last instruction gets the result of a call that it makes */
    c->registers = (uint16_t)(c->params + entry->slots + 1);
    c->self_capture = c->defer_reg = CODE_NO_REGISTER;
    c->is_operator = is_operator;
    c->native = entry;
    if (entry->catches) {
        /* a call that it makes stands at the step; what the step itself raises, behind it */
        made->handler =
            (handler){.end = 1, .reg = (uint16_t)(c->registers - 2), .kind = HANDLER_CATCH};
        c->handlers = &made->handler;
        c->handler_count = 1;
    }
    c->name = str_intern(vm, entry->name, strlen(entry->name));
    return c;
}

/* One per entry: the function object, and the codes of its frames, made when first needed. */
typedef struct native_slot {
    const native_entry *entry;
    code *frame, *operator_frame;
} native_slot;

struct native_index {
    native_slot *slots;
    uint32_t count, mask;
};

static uint32_t place_of(const struct native_index *x, const native_entry *entry)
{
    uint32_t i = (uint32_t)(((uintptr_t)entry >> 4) * 0x9e3779b1u) & x->mask;
    while (x->slots[i].entry && x->slots[i].entry != entry)
        i = (i + 1) & x->mask;
    return i;
}

/* A script of a few lines names a few; clearing room for hundreds would be 2 % of its start. */
enum { FIRST_SLOTS = 16 };

static bool index_grow(csp_vm *vm, struct native_index *x)
{
    uint32_t size = x->mask ? (x->mask + 1) * 2 : FIRST_SLOTS;
    struct native_index bigger = {calloc(size, sizeof(native_slot)), x->count, size - 1};
    value *values = heap_pinned(size * sizeof *values);
    if (!bigger.slots || !values) {
        free(bigger.slots);
        if (values)
            heap_unpin(values);
        return false;
    }
    for (uint32_t i = 0; x->mask && i <= x->mask; i++) {
        if (!x->slots[i].entry)
            continue;
        uint32_t to = place_of(&bigger, x->slots[i].entry);
        bigger.slots[to] = x->slots[i];
        values[to] = vm->native_values[i];
    }
    free(x->slots);
    if (vm->native_values)
        heap_unpin(vm->native_values);
    *x = bigger;
    vm->native_values = values;
    return true;
}

/* The place of the entry, made if need be; UINT32_MAX: out of memory. */
static uint32_t native_place(csp_vm *vm, const native_entry *entry)
{
    if (!vm->native_index) {
        vm->native_index = calloc(1, sizeof *vm->native_index);
        if (!vm->native_index)
            return UINT32_MAX;
    }
    struct native_index *x = vm->native_index;
    if ((!x->mask || x->count * 2 > x->mask) && !index_grow(vm, x))
        return UINT32_MAX;
    uint32_t i = place_of(x, entry);
    if (x->slots[i].entry)
        return i;
    code *step = NULL;
    if (entry->slots && !(step = make_code(vm, entry, false)))
        return UINT32_MAX;
    native *n = heap_alloc(&vm->heap, HEAP_TRACED, sizeof *n);
    if (!n) {
        free(step);
        return UINT32_MAX;
    }
    n->header = OBJ_NATIVE | OBJ_IMMUTABLE;
    n->entry = entry;
    n->code = step;
    x->slots[i] = (native_slot){entry, step, NULL};
    x->count++;
    vm->native_values[i] = value_object(n);
    return i;
}

static bool show_native(text *t, value v)
{
    return text_printf(t, "<fn %s>", ((native *)value_as_object(v))->entry->name);
}

static uint64_t native_identity(value v)
{
    return (uint64_t)(uintptr_t)((native *)value_as_object(v))->entry;
}

const kind_traits kind_native = {.show = show_native, .identity = native_identity};

value native_value(csp_vm *vm, const native_entry *entry)
{
    uint32_t i = native_place(vm, entry);
    return i == UINT32_MAX ? VALUE_ABSENT : vm->native_values[i];
}

const code *native_code(csp_vm *vm, const native_entry *entry, bool is_operator)
{
    uint32_t i = native_place(vm, entry);
    if (i == UINT32_MAX)
        return NULL;
    native_slot *slot = &vm->native_index->slots[i];
    if (!is_operator)
        return slot->frame;
    if (!slot->operator_frame)
        slot->operator_frame = make_code(vm, entry, true);
    return slot->operator_frame;
}

void native_free(csp_vm *vm)
{
    struct native_index *x = vm->native_index;
    if (x) {
        for (uint32_t i = 0; x->mask && i <= x->mask; i++) {
            free(x->slots[i].frame);
            free(x->slots[i].operator_frame);
        }
        free(x->slots);
        free(x);
    }
    if (vm->native_values)
        heap_unpin(vm->native_values);
    free(vm->natives);
}

bool vm_add_natives(csp_vm *vm, const char *of, const native_entry *entries)
{
    native_module *grown = realloc(vm->natives, (vm->native_module_count + 1) * sizeof *grown);
    if (!grown)
        return false;
    vm->natives = grown;
    vm->natives[vm->native_module_count++] = (native_module){of, entries};
    return true;
}

value vm_native(csp_vm *vm, const char *of, const char *name)
{
    for (uint32_t i = 0; i < vm->native_module_count; i++) {
        if (strcmp(vm->natives[i].name, of) != 0)
            continue;
        for (const native_entry *e = vm->natives[i].entries; e->name; e++) {
            if (strcmp(e->name, name) == 0)
                return native_value(vm, e);
        }
    }
    return VALUE_NIL;
}

verdict native_call(csp_vm *vm, process *p, value fn, uint32_t argc, const value *argv)
{
    value copied[8];
    value *args = copied;
    if (argc > 8) { /* argv may lie in the stack that is about to move */
        args = heap_alloc(&vm->heap, HEAP_TRACED, argc * sizeof *args);
        if (!args)
            return vm_raise_memory(vm);
    }
    if (argc > 0)
        memcpy(args, argv, argc * sizeof *args);
    value *window = native_call_window(vm, p, fn, argc);
    if (!window)
        return VERDICT_FAIL;
    memcpy(window, args, argc * sizeof *args);
    return VERDICT_CALL;
}

verdict native_become(csp_vm *vm, const native_entry *entry)
{
    vm->sched.become = entry;
    vm->sched.become_in_place = true;
    return VERDICT_CALL;
}

verdict native_become_with(csp_vm *vm, const native_entry *entry, uint32_t argc, const value *argv)
{
    scheduler *s = &vm->sched;
    s->become = entry;
    s->become_in_place = false;
    s->become_argc = argc;
    memcpy(s->become_args, argv, argc * sizeof *argv);
    return VERDICT_CALL;
}

uint32_t native_call_position(const csp_vm *vm)
{
    const scheduler *s = &vm->sched;
    return s->call_code->base + (uint32_t)(s->call_pc - s->call_code->insns);
}
