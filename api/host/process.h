/* The host as one process of its VM: it owns what the host makes and is given, and runs what the
 * host calls. Between two calls it waits in the first step of a native of its own, in no table:
 * nobody finds it among the processes, and no limit counts it. A kill ends it, with the call
 * that it runs; the next one has its number, and so all that it owned. */
#ifndef CSP_API_HOST_PROCESS_H
#define CSP_API_HOST_PROCESS_H

#include "vm/core/vm.h"

/* Made when first needed, and again after a kill. NULL: no memory; nothing is left raised. */
process *host_process(csp_vm *vm);

#endif
