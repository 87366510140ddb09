/* Finding one's way in a code object, and what each opcode is. */
#ifndef CSP_VM_CODE_CODE_H
#define CSP_VM_CODE_CODE_H

#include "vm/core/bytecode.h"

extern const opcode_info vm_opcodes[OPC_COUNT];

/* The nth operand of an instruction whose opcode exists. */
uint32_t code_operand(insn i, unsigned n);
/* The same of one that is signed, beyond a. */
int32_t code_signed(insn i, unsigned n);
/* Where the instruction at pc jumps to, perhaps out of the code; -1: it does not jump. */
int64_t code_jump(insn i, uint32_t pc);

/* Line and column (code points), from 1, of an instruction; 0, 0 where there is no source. */
void code_place(const code *c, uint32_t pc, uint32_t *line, uint32_t *column);
/* Where a frame of c whose registers are at `base` stands, for people: pc, but for a call of a
 * defer its DEFER. */
uint32_t code_standing(const code *c, const value *base, uint32_t pc);
/* The line alone, O(log lines): the column takes time in proportion to the line's length. */
uint32_t code_line(const code *c, uint32_t pc);

#endif
