/* What all processes are doing, in words: the reports of a deadlock and of SIGQUIT. */
#ifndef CSP_VM_REPORT_REPORT_ALL_H
#define CSP_VM_REPORT_REPORT_ALL_H

#include "vm/core/bytecode.h"

struct text;

/* The report of a deadlock, for people: each process that waits, what for, where, and who else
 * holds the channel; processes that are alike share a line. */
void vm_report_deadlock(csp_vm *vm, struct text *out);
/* The same as data: a JSON array of objects. */
void vm_report_json(csp_vm *vm, struct text *out);
/* What every process is doing, waiting or not. */
void vm_report_processes(csp_vm *vm, struct text *out);

#endif
