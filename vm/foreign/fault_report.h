/* Reports of faults in C with the program's stack. */
#ifndef CSP_VM_FOREIGN_FAULT_REPORT_H
#define CSP_VM_FOREIGN_FAULT_REPORT_H

/* For the whole program; may be called again. */
void fault_report_install(void);

#endif
