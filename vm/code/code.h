/* Finding one's way in a code object, and facts about each opcode. */
#ifndef CSP_VM_CODE_CODE_H
#define CSP_VM_CODE_CODE_H

#include "vm/core/bytecode.h"

extern const opcode_info vm_opcodes[OPC_COUNT];

/* The nth operand of an instruction, whose opcode exists. */
uint32_t code_operand(insn i, unsigned n);
/* The same for a signed operand other than a. */
int32_t code_signed(insn i, unsigned n);
/* Where the instruction at pc jumps to, perhaps outside the code; -1: it does not jump. */
int64_t code_jump(insn i, uint32_t pc);

/* Line and column (code points), from 1, of an instruction; 0, 0 if there is no source. */
void code_place(const code *c, uint32_t pc, uint32_t *line, uint32_t *column);
/* Where a frame of c whose registers are at `base` stands, for people: the pc, but for a deferred
 * call its DEFER. */
uint32_t code_standing(const code *c, const value *base, uint32_t pc);
/* The line alone, in O(log lines): finding the column takes time in proportion to the
 * line's length. */
uint32_t code_line(const code *c, uint32_t pc);

#endif
