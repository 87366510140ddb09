/* Running one process for the host, within a budget. */
#ifndef CSP_API_HOST_BUDGET_H
#define CSP_API_HOST_BUDGET_H

#include "include/csp.h"
#include "vm/core/concurrency.h"
#include "vm/drive.h"

struct host;

/* Runs p by `run` (vm_run or vm_run_own) until it is over: CSP_OK. Otherwise the host's error says
 * what stopped it: the budget, an interrupt, a deadlock. Then p has been killed, its deferred calls
 * had as much as the budget again, or VM_GRACE, and it has ended. CSP_EXIT: Os.exit was called. */
csp_status budget_run(struct host *h, process *p, csp_budget budget,
                      vm_status (*run)(csp_vm *vm, process *p, int64_t deadline));
/* What budget_run does after `run` has returned `why`. */
csp_status budget_settle(struct host *h, process *p, csp_budget budget, vm_status why);

#endif
