/* All streams of a VM together. */
#ifndef CSP_VM_OUTSIDE_STREAMS_H
#define CSP_VM_OUTSIDE_STREAMS_H

#include <stdint.h>

struct csp_vm;

/* At the end of a program: writes what is on its way, until the deadline. */
void streams_finish(struct csp_vm *vm, int64_t deadline);
/* At the VM's end. */
void streams_free(struct csp_vm *vm);

#endif
