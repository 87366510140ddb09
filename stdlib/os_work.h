/* What workers find out about the machine, the user and programs. They know nothing of the VM. */
#ifndef CSP_STDLIB_OS_WORK_H
#define CSP_STDLIB_OS_WORK_H

#include "vm/outside/errand.h"

void os_nothing(errand *e);
void os_chdir(errand *e);  /* paths[0] */
void os_cpus(errand *e);   /* numbers[0] */
void os_memory(errand *e); /* numbers[0], bytes */
void os_user(errand *e);   /* the data */
void os_home(errand *e);
/* paths: the name, the folders. The data: where it is; empty: nowhere. */
void os_which(errand *e);

#endif
