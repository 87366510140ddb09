/* Running one process for the host, within a budget. */
#ifndef CSP_API_HOST_BUDGET_H
#define CSP_API_HOST_BUDGET_H

#include "include/csp.h"
#include "vm/core/concurrency.h"
#include "vm/drive.h"

struct host;

/* Runs p by `run` (vm_run, vm_run_own) until it is over: CSP_OK. Else the host's error says what
 * came between: the budget, an interrupt, a deadlock; then p has been killed, may have run its
 * deferred calls for as much as the budget was, or for VM_GRACE, and has ended. CSP_EXIT: Os.exit
 * was called. */
csp_status budget_run(struct host *h, process *p, csp_budget budget,
                      vm_status (*run)(csp_vm *vm, process *p, int64_t deadline));
/* What it does after `run`, which gave `why`. */
csp_status budget_settle(struct host *h, process *p, csp_budget budget, vm_status why);

#endif
