/* How an alt waits: its nodes, and where they are queued. */
#ifndef CSP_VM_PROCESS_ALT_WAIT_H
#define CSP_VM_PROCESS_ALT_WAIT_H

#include "vm/core/bytecode.h"
#include "vm/process/rendezvous.h"

/* Whether c can never become ready: it receives from a channel that is closed and empty. */
static inline bool alt_is_disabled(const alt_case *c)
{
    return !c->sends && (c->chan->header & CHANNEL_CLOSED) && !chan_can_receive(c->chan);
}

/* Parks p at all cases of a, whose messages have been made, and until a's deadline. False: raised,
 * and p is not parked. */
bool alt_wait(csp_vm *vm, process *p, alt *a);
/* The same for an alt that has no cases yet and whose arms, those of the ALT instruction at pc, all
 * receive from open channels between processes. */
bool alt_wait_plain(csp_vm *vm, process *p, alt *a, const value *base, const insn *pc);

#endif
