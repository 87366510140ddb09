/* Calls of C.
 * A *quick* call, one that neither blocks nor takes functions, has no frame: its arguments are
 * converted where they lie in the caller's window, C runs on the VM's spare native stack (or the
 * process' own where it is inside C already), and the result is there. Only when C calls back
 * what the program has let it keep, it gets what all other calls have from their beginning: a
 * frame of its process, whose registers are the window, and a record (ccall). */
#ifndef CSP_VM_FOREIGN_CCALL_H
#define CSP_VM_FOREIGN_CCALL_H

#include "vm/code/frame.h"
#include "vm/foreign/cvalue.h"

/* A call of f with argc arguments from N[0] on (see call_arrange): DONE with the result in
 * (*window)[-2], CALL with *callee to be entered at *window, or FAIL. */
verdict ccall_enter(csp_vm *vm, process *p, value **window, uint32_t argc, const foreign_fn *f,
                    const code **callee);

/* Whether c is that of a call of C's frames. */
bool ccall_is_frame(const code *c);
/* f, a call of C's frame, is left by a crash (`killed`: a kill, or what passes every catch).
 * True: C goes on with what was agreed on (`else`), and the crash, e, comes when it has
 * returned: the frame is to be gone on with. False: C's frames are given up, and the frame is to
 * be left. */
bool ccall_leave(csp_vm *vm, process *p, const frame *f, value e, bool killed);

#endif
