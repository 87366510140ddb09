#include <stdlib.h>

#include "base/utf8.h"
#include "vm/vm.h"

/* Makes room for `more` entries behind `count`; false: out of memory. */
static bool grow(void *array, uint32_t *capacity, uint32_t count, uint32_t more, size_t size)
{
    if (more <= *capacity - count)
        return true;
    uint32_t wanted = *capacity ? *capacity : 16;
    while (wanted - count < more)
        wanted *= 2;
    void *old;
    memcpy(&old, array, sizeof old);
    void *grown = realloc(old, wanted * size);
    if (!grown)
        return false;
    memcpy(array, &grown, sizeof grown);
    *capacity = wanted;
    return true;
}

/* The offsets at which lines begin. */
static bool make_lines(module *m)
{
    if (m->lines || !m->text)
        return true;
    uint32_t count = 1;
    for (uint32_t i = 0; i < m->length; i++)
        count += m->text[i] == '\n';
    m->lines = malloc(count * sizeof *m->lines);
    if (!m->lines)
        return false;
    m->line_count = 0;
    m->lines[m->line_count++] = 0;
    for (uint32_t i = 0; i < m->length; i++)
        if (m->text[i] == '\n')
            m->lines[m->line_count++] = i + 1;
    return true;
}

static bool has_hint(insn i) { return i.op == OPC_GETFIELD || i.op == OPC_SETFIELD || i.op == OPC_TESTKEY; }

static bool make_hints(code *c)
{
    for (uint32_t pc = 0; pc < c->count && !c->hints; pc++) {
        if (!has_hint(c->insns[pc]))
            continue;
        c->hints = calloc(c->count, sizeof *c->hints);
        if (!c->hints)
            return false;
    }
    return true;
}

/* The number of instructions, or UINT32_MAX where they do not fit the positions that are left. */
static uint32_t count_instructions(const csp_vm *vm, const module *m)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < m->code_count; i++)
        count += m->codes[i]->count;
    return count < TRACE_TAIL - (uint64_t)vm->next_position ? (uint32_t)count : UINT32_MAX;
}

bool code_add_module(csp_vm *vm, module *m)
{
    if (vm->next_position == 0)
        vm->next_position = 1; /* position 0 means "nowhere" */
    if (count_instructions(vm, m) == UINT32_MAX || !make_lines(m))
        return false;
    for (uint32_t i = 0; i < m->code_count; i++)
        if (!make_hints(m->codes[i]))
            return false;
    if (!grow(&vm->modules, &vm->module_capacity, vm->module_count, 1, sizeof(module *)) ||
        !grow(&vm->codes, &vm->code_capacity, vm->code_count, m->code_count, sizeof(code *)))
        return false;
    for (uint32_t i = 0; i < m->code_count; i++) {
        code *c = m->codes[i];
        c->base = vm->next_position;
        vm->next_position += c->count;
        if (!c->is_branch && !c->applies && value_is(c->name, OBJ_STRING))
            c->process_name = value_as_object(c->name);
        vm->codes[vm->code_count++] = c;
    }
    vm->modules[vm->module_count++] = m;
    return true;
}

const code *code_at(csp_vm *vm, uint32_t position, uint32_t *pc)
{
    uint32_t low = 0, high = vm->code_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (vm->codes[middle]->base <= position)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;
    const code *c = vm->codes[low - 1];
    *pc = position - c->base;
    return *pc < c->count ? c : NULL;
}

uint32_t code_standing(const code *c, const value *base, uint32_t pc)
{
    bool defers = c->defer_reg != CODE_NO_REGISTER && pc + 1 == c->defer_pc && value_is_int(base[c->defer_reg + 3]);
    return defers ? (uint32_t)value_as_int(base[c->defer_reg + 3]) : pc;
}

/* Where in the source an instruction comes from, and in which entry of the table of lines that is; false: nowhere. */
static bool find_line(const code *c, uint32_t pc, uint32_t *offset, uint32_t *entry)
{
    const module *m = c->module;
    if (!m || !m->lines || pc >= c->count)
        return false;
    *offset = c->places[pc].start < m->length ? c->places[pc].start : m->length;
    uint32_t low = 0, high = m->line_count; /* lines[low] <= offset < lines[high] */
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (m->lines[middle] <= *offset)
            low = middle;
        else
            high = middle;
    }
    *entry = low;
    return true;
}

static uint32_t line_number(const module *m, uint32_t entry) { return entry + (m->first_line ? m->first_line : 1); }

uint32_t code_line(const code *c, uint32_t pc)
{
    uint32_t offset, entry;
    return find_line(c, pc, &offset, &entry) ? line_number(c->module, entry) : 0;
}

void code_place(const code *c, uint32_t pc, uint32_t *line, uint32_t *column)
{
    uint32_t offset, entry;
    *line = *column = 0;
    if (!find_line(c, pc, &offset, &entry))
        return;
    const module *m = c->module;
    *line = line_number(m, entry);
    uint32_t start = m->lines[entry];
    *column = 1 + (uint32_t)(start < offset ? utf8_count(m->text + start, offset - start) : 0);
}

static void free_code(code *c)
{
    free((void *)(uintptr_t)c->insns);
    free((void *)(uintptr_t)c->handlers);
    free((void *)(uintptr_t)c->places);
    free(c->hints);
    free(c);
}

void code_free_module(module *m)
{
    for (uint32_t i = 0; i < m->code_count; i++)
        free_code(m->codes[i]);
    free(m->codes);
    free(m->text);
    free(m->lines);
    free(m->exports);
    if (m->constants)
        heap_unpin(m->constants);
    free(m);
}
