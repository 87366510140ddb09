/* Crashes that nobody awaits, of which at most vm_limits.reports a second are told. */
#ifndef CSP_VM_REPORT_FLOOD_H
#define CSP_VM_REPORT_FLOOD_H

#include "vm/core/concurrency.h"

/* p has just ended with this error: tells the host, or only counts. */
void flood_crash(csp_vm *vm, const process *p, value why);
/* Tells how many crashes were only counted, once their second is over, or `now`. */
void flood_tell(csp_vm *vm, bool now);
/* Writes such a message to stream 2: the default of vm_host.dropped. */
void flood_tell_stream(csp_vm *vm, const char *message);
/* When flood_tell has something to say, on the clock of loop_now; LOOP_NEVER: never. */
int64_t flood_due(const csp_vm *vm);

#endif
