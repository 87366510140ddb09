/* Channels that give ticks. */
#ifndef CSP_VM_PROCESS_TICKER_H
#define CSP_VM_PROCESS_TICKER_H

#include "vm/core/concurrency.h"

channel *chan_tick(csp_vm *vm, int64_t period); /* ns; NULL: raised */
/* Before queueing on a ticker: starts its timer; false: raised. */
bool chan_arm_ticker(csp_vm *vm, channel *c);
bool chan_tick_due(const ticker *t);
/* Takes the tick that is due. The next one lies in the future, so a slow receiver misses ticks. */
value chan_take_tick(csp_vm *vm, ticker *t);
/* A tick is due: the first in the queue gets it. */
void chan_serve_tick(csp_vm *vm, channel *c);

#endif
