/* The one program that a VM runs, from its beginning to its end. */
#ifndef CSP_API_PROGRAM_H
#define CSP_API_PROGRAM_H

#include "api/host/host.h"
#include "api/world.h"

/* Enters the VM for a function of csp.h that takes a program's text, and settles what earlier
 * modules left. Returns the host, to be left by host_end. NULL: misuse, which has been told. */
host *program_enter(csp_vm *vm, const char *function, const char *name, const char *text,
                    size_t size);

/* Runs the module's body as the main process until the deadline, on the clock of loop_now; then
 * whatever it has left running is killed, and all output is written. m NULL: it did not compile. As
 * csp_run_text, and CSP_E_BUDGET when the time is up. */
csp_status program_execute(world *w, const module *m, int64_t deadline);
/* The argument of Os.exit, 0: nobody has called it. */
int program_exit_status(const csp_vm *vm);

#endif
