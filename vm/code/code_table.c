/* The VM's table of modules, by position. It is weak: a module that has been let go lives while
 * somebody holds one of its codes, or while it is among the newest. The collector finds out whether
 * somebody does: from time to time the table is not a root of a marking, and what is unmarked at
 * its end goes. The callbacks run while the world is stopped, whatever this thread is doing, so the
 * table changes only under the collector's lock. */
#include "vm/code/code_table.h"

#include <stdlib.h>

#include "vm/code/code.h"
#include "vm/code/origin.h"
#include "vm/core/vm.h"

enum {
    NEWEST_KEPT = 256, /* the newest modules are not judged yet */
    FIRST_ENTRIES = 16,
    JUDGE_BYTES = 256 << 10, /* of code let go since the last time, and … */
    JUDGE_SHARE = 8          /* … this part of the heap: then a marking is worth its time */
};

/* ---- completing a module ---- */

/* The offsets at which lines begin. */
static bool make_lines(csp_vm *vm, module *m)
{
    if (m->lines || !m->text)
        return true;
    uint32_t count = 1;
    for (uint32_t i = 0; i < m->length; i++)
        count += m->text[i] == '\n';
    m->lines = heap_alloc(vm_heap(vm), HEAP_BYTES, count * sizeof *m->lines);
    if (!m->lines)
        return false;
    m->line_count = 0;
    m->lines[m->line_count++] = 0;
    for (uint32_t i = 0; i < m->length; i++)
        if (m->text[i] == '\n')
            m->lines[m->line_count++] = i + 1;
    return true;
}

static bool has_hint(insn i) { return vm_opcodes[i.op].flag == OPCODE_HINT; }

static bool make_hints(csp_vm *vm, code *c)
{
    for (uint32_t pc = 0; pc < c->count && !c->hints; pc++) {
        if (!has_hint(c->insns[pc]))
            continue;
        c->hints = heap_alloc(vm_heap(vm), HEAP_BYTES, c->count * sizeof *c->hints);
        if (!c->hints)
            return false;
        c->hint_delta = (uintptr_t)c->hints - (uintptr_t)c->insns;
    }
    return true;
}

/* ---- positions ---- */

/* The first entry after the position. */
static uint32_t upper_bound(const csp_vm *vm, uint32_t position)
{
    uint32_t low = 0, high = vm->module_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (vm->modules[middle].base <= position)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint32_t end_of(const csp_vm *vm, uint32_t i)
{
    return i < vm->module_count ? vm->modules[i].base : TRACE_TAIL;
}

/* Finds `count` free positions: after the newest module's, or, when those have run out, in the
 * first gap that others have left. Returns the place in the table. False: there is none. */
static bool find_positions(csp_vm *vm, uint64_t count, uint32_t *base, uint32_t *place)
{
    *base = vm->next_position;
    *place = upper_bound(vm, *base);
    if (count <= end_of(vm, *place) - (uint64_t)*base)
        return true;
    *base = 1;
    for (*place = 0; *place <= vm->module_count; ++*place) {
        if (count <= (uint64_t)end_of(vm, *place) - *base)
            return true;
        if (*place < vm->module_count)
            *base = vm->modules[*place].base + vm->modules[*place].count;
    }
    return false;
}

/* ---- the table ---- */

typedef struct insertion {
    csp_vm *vm;
    code_entry entry;
    uint32_t place;
    code_entry *larger; /* NULL: there is room */
} insertion;

static void insert(void *data)
{
    const insertion *i = data;
    csp_vm *vm = i->vm;
    if (i->larger) {
        if (vm->module_count > 0)
            memcpy(i->larger, vm->modules, vm->module_count * sizeof *i->larger);
        vm->modules = i->larger;
    }
    memmove(&vm->modules[i->place + 1], &vm->modules[i->place],
            (vm->module_count - i->place) * sizeof *vm->modules);
    vm->modules[i->place] = i->entry;
    vm->module_count++;
}

static void drop_dead(void *data)
{
    csp_vm *vm = data;
    uint32_t count = 0;
    for (uint32_t i = 0; i < vm->module_count; i++)
        if (vm->modules[i].module)
            vm->modules[count++] = vm->modules[i];
    vm->module_count = count;
    vm->modules_dead = 0;
}

static bool reserve_codes(csp_vm *vm, insertion *i)
{
    if (vm->module_count < vm->module_capacity)
        return true;
    uint32_t capacity = vm->module_capacity ? vm->module_capacity * 2 : FIRST_ENTRIES;
    i->larger = malloc(capacity * sizeof *i->larger);
    if (i->larger)
        vm->module_capacity = capacity;
    return i->larger != NULL;
}

bool code_add_module(csp_vm *vm, module *m)
{
    uint64_t count = 0;
    if (!make_lines(vm, m))
        return false;
    for (uint32_t i = 0; i < m->code_count; i++) {
        if (!make_hints(vm, m->codes[i]))
            return false;
        count += m->codes[i]->count;
    }
    if (vm->modules_dead > vm->module_count / 2)
        heap_locked(drop_dead, vm);
    insertion new = {.vm = vm};
    uint32_t base;
    if (!find_positions(vm, count, &base, &new.place) || !reserve_codes(vm, &new))
        return false;
    new.entry = (code_entry){.module = m, .base = base, .count = (uint32_t)count, .kept = true};
    for (uint32_t i = 0; i < m->code_count; i++) {
        code *c = m->codes[i];
        c->base = base;
        base += c->count;
        if (!c->is_branch && !c->applies && value_is(c->name, OBJ_STRING))
            c->process_name = value_as_object(c->name);
    }
    vm->next_position = base;
    code_entry *old = vm->modules;
    heap_locked(insert, &new);
    if (new.larger)
        free(old);
    return true;
}

const code *code_at(csp_vm *vm, uint32_t position, uint32_t *pc)
{
    uint32_t i = upper_bound(vm, position);
    const module *m = i > 0 ? vm->modules[i - 1].module : NULL;
    if (!m || position - vm->modules[i - 1].base >= vm->modules[i - 1].count)
        return NULL;
    uint32_t low = 0, high = m->code_count; /* codes[low]->base <= position < codes[high]->base */
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (m->codes[middle]->base <= position)
            low = middle;
        else
            high = middle;
    }
    *pc = position - m->codes[low]->base;
    return m->codes[low];
}

/* ---- collecting ---- */

/* Approximately. */
static size_t bytes_of(const module *m)
{
    size_t size = sizeof *m + m->length + m->line_count * sizeof *m->lines +
                  m->constant_count * sizeof(value);
    for (uint32_t i = 0; i < m->code_count; i++)
        size += sizeof(code) + m->codes[i]->count * (sizeof(insn) + sizeof(src_place));
    return size;
}

void code_let_go(csp_vm *vm, const module *m)
{
    uint32_t i = upper_bound(vm, m->codes[0]->base);
    if (i == 0 || vm->modules[i - 1].module != m)
        return;
    vm->modules[i - 1].kept = false;
    vm->let_go_bytes += bytes_of(m);
    if (vm->let_go_bytes < JUDGE_BYTES || vm->let_go_bytes < heap_bytes(vm_heap(vm)) / JUDGE_SHARE)
        return;
    vm->let_go_bytes = 0;
    vm->judge_due = true;
    heap_collect(vm_heap(vm));
    origin_forget(vm);
}

/* Whether the ith is judged: not if it is among the newest, which stand before next_position. */
static bool is_judged(const csp_vm *vm, uint32_t i, uint32_t newest)
{
    return !vm->modules[i].kept &&
           (newest - 1 - i + vm->module_count) % vm->module_count >= NEWEST_KEPT;
}

void code_push(const csp_vm *vm, bool judging)
{
    uint32_t newest = upper_bound(vm, vm->next_position);
    for (uint32_t i = 0; i < vm->module_count; i++)
        if (!judging || !is_judged(vm, i, newest))
            heap_push_range(&vm->modules[i].module, &vm->modules[i].module + 1);
}

void code_judge(csp_vm *vm)
{
    for (uint32_t i = 0; i < vm->module_count; i++) {
        code_entry *e = &vm->modules[i];
        if (!e->module || heap_is_marked(e->module))
            continue;
        e->module = NULL;
        vm->modules_dead++;
    }
}
