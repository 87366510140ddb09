/* Finding who holds a channel. */
#ifndef CSP_VM_REPORT_HOLDERS_H
#define CSP_VM_REPORT_HOLDERS_H

#include "vm/core/concurrency.h"

/* A process that holds a channel directly: in a variable, a captured value, or a
 * container there. */
enum { HOLDERS_SHOWN = 4 };
typedef struct holders {
    const channel *chan;
    uint32_t count;
    const process *first[HOLDERS_SHOWN];
    const process *last; /* the last one looked at */
    uint32_t name_count; /* names of sessions, which are valid until something is evaluated */
    const char *names[HOLDERS_SHOWN];
} holders;
/* Fills in who holds each of `n` distinct channels: processes, except those that wait on it, and
 * the names of sessions. Looks at a bounded number of words; false: that was not enough to see
 * everything. */
bool report_holders(csp_vm *vm, holders *of, uint32_t n);

#endif
