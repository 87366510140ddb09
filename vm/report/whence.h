/* Where a nil came from. */
#ifndef CSP_VM_REPORT_WHENCE_H
#define CSP_VM_REPORT_WHENCE_H

#include "vm/code/frame.h"

/* The frame's instruction has raised an error: if it rejected a nil, adds to the message which
 * expression yielded the nil. */
void insn_explain_nil(csp_vm *vm, const frame *f);

#endif
