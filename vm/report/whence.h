/* Where a nil came from. */
#ifndef CSP_VM_REPORT_WHENCE_H
#define CSP_VM_REPORT_WHENCE_H

#include "vm/code/frame.h"

/* The frame's instruction has raised: where it could not take a nil, the error says which
 * expression gave it. */
void insn_explain_nil(csp_vm *vm, const frame *f);

#endif
