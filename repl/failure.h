/* What went wrong in a VM, on standard error. */
#ifndef CSP_REPL_FAILURE_H
#define CSP_REPL_FAILURE_H

#include "repl/options.h"

/* How the options want errors to be shown there. */
csp_style failure_style(const options *o);
/* Takes the VM's error and writes it. */
void failure_print(csp_vm *vm, const options *o);

#endif
