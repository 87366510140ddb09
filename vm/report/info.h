/* What Process.info tells of a process. */
#ifndef CSP_VM_REPORT_INFO_H
#define CSP_VM_REPORT_INFO_H

#include "vm/core/concurrency.h"

/* The name of p as a program sees it (origin_name), or NIL. */
value info_name(csp_vm *vm, const process *p);
/* A map for `asks`, the process that runs, of what p does: its name state waits_for where
 * reductions stack parent. ABSENT: out of memory. */
value info_of(csp_vm *vm, process *asks, const process *p);

#endif
