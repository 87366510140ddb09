/* Bytecode as text, for people. Constants are shown as `repr` shows them. */
#ifndef CSP_VM_REPORT_DISASM_H
#define CSP_VM_REPORT_DISASM_H

#include "vm/core/bytecode.h"

void code_disassemble(csp_vm *vm, const code *c, FILE *out);
void code_disassemble_module(csp_vm *vm, const module *m, FILE *out);

#endif
