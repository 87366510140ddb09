/* Calls of C. A *quick* call, one that neither blocks nor takes functions, has no frame: its
 * arguments are converted where they lie in the caller's window, C runs on the VM's spare native
 * stack (or the process' own if it is inside C already), and the result is there. Only if C calls
 * back something that the program has let it keep does it get what all other calls have from the
 * beginning: a frame of its process, whose registers are the window, and a record (ccall). */
#ifndef CSP_VM_FOREIGN_CCALL_H
#define CSP_VM_FOREIGN_CCALL_H

#include "vm/code/frame.h"
#include "vm/foreign/cvalue.h"

/* A call of f with argc arguments from N[0] on (see call_arrange): DONE with the result in
 * (*window)[-2], CALL with *callee to be entered at *window, or FAIL. */
verdict ccall_enter(csp_vm *vm, process *p, value **window, uint32_t argc, const foreign_fn *f,
                    const code **callee);

/* Whether c is the code of frames that call C. */
bool ccall_is_frame(const code *c);
/* f, the frame of a call of C, is left by a crash (`killed`: by a kill, or what passes every
 * catch). True: C goes on with what was agreed on (`else`), and the crash, e, comes when it has
 * returned; the frame must go on. False: C's frames have been abandoned, and the frame must be
 * left. */
bool ccall_leave(csp_vm *vm, process *p, const frame *f, value e, bool killed);

#endif
