/* How an alt waits: its nodes, and where they are queued. */
#ifndef CSP_VM_PROCESS_ALT_WAIT_H
#define CSP_VM_PROCESS_ALT_WAIT_H

#include "vm/core/bytecode.h"
#include "vm/process/rendezvous.h"

/* Not possible while a case waits for the channel to be drained. */
static inline bool alt_is_disabled(const alt_case *c)
{
    return !c->sends && (c->chan->header & CHANNEL_CLOSED) && !chan_can_receive(c->chan);
}

/* p waits at all cases, whose messages have been made, and for the deadline. False: raised, and it
 * does not wait. */
bool alt_wait(csp_vm *vm, process *p, alt *a);
/* The same, of an alt that has no cases yet, where all arms of the ALT instruction pc receive from
 * open channels between processes. */
bool alt_wait_plain(csp_vm *vm, process *p, alt *a, const value *base, const insn *pc);

#endif
