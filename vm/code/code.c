#include "vm/code/code.h"

#include "base/utf8.h"

const opcode_info vm_opcodes[OPC_COUNT] = {
#define OPCODE(enumerator, name, a, b, c, flag, meaning) \
    [OPC_##enumerator] = {name, {OPERAND_##a, OPERAND_##b, OPERAND_##c}, OPCODE_##flag, meaning},
#include "vm/core/opcode.def"
#undef OPCODE
};

uint32_t code_operand(insn i, unsigned n)
{
    if (n == 0)
        return i.a;
    if (n == 2)
        return i.c;
    return vm_opcodes[i.op].operands[2] == OPERAND_WIDE ? insn_wide(i) : i.b;
}

int32_t code_signed(insn i, unsigned n)
{
    bool is_wide = vm_opcodes[i.op].operands[2] == OPERAND_WIDE;
    return is_wide ? (int32_t)code_operand(i, n) : (int16_t)code_operand(i, n);
}

int64_t code_jump(insn i, uint32_t pc)
{
    for (unsigned n = 1; n < 3; n++) {
        unsigned kind = vm_opcodes[i.op].operands[n];
        if (kind == OPERAND_JUMP || kind == OPERAND_BACK)
            return (int64_t)pc + 1 + code_signed(i, n);
    }
    return -1;
}

uint32_t code_standing(const code *c, const value *base, uint32_t pc)
{
    bool defers = c->defer_reg != CODE_NO_REGISTER && pc + 1 == c->defer_pc &&
                  value_is_int(base[c->defer_reg + 3]);
    return defers ? (uint32_t)value_as_int(base[c->defer_reg + 3]) : pc;
}

/* The place in the source that an instruction comes from, and its entry in the table of lines;
 * false: nowhere. */
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

static uint32_t line_number(const module *m, uint32_t entry)
{
    return entry + (m->first_line ? m->first_line : 1);
}

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
