/* What a host that traces is told of the concurrency core, as it happens. An event is told at the
 * instruction that commits it, before anybody whom it concerns goes on. Nothing of the VM may
 * change while it is being told.
 *
 * Each message that is sent over a channel is told as sent once, by MESSAGE or SEND, and each that
 * is received as received once, by MESSAGE or RECEIVE, whichever way it takes:
 *
 *   MESSAGE  a sender and a receiver meet, one of whom has waited: chan_send finds a receiver,
 *            chan_receive a sender; so in `!`, `?`, `for`, alt (which commits by these two),
 *            deferred sends and natives. From the host (process NULL): chan_offer finds a receiver.
 *            A process that has ended is told to a watcher who waits.
 *   SEND     the message lies in the buffer, or with the host: chan_send finds room; chan_receive
 *            takes a message and moves the first waiting sender up; a port takes one, at once or
 *            when the host has made room; chan_offer; a watched end that is buffered
 *   RECEIVE  a message is taken out of the buffer. So is an outcome, which nobody sends (`other` is
 *            the process whose it is; it may be received by any number), and a tick.
 *   CLOSE    the channel was open (chan_close). process NULL: by the host
 *   SPAWN    `other` begins (spawn_launch). process NULL: the host begins it (vm_start)
 *   END CRASH KILLED  the process has ended for good (process_end), before anybody is told of that;
 *            value: the outcome, the error, or the reason of the kill
 *   KILL     `other` is killed for the first time (kill_process): by a kill, a link, or a `par`.
 *            process NULL: by the host. value: the reason
 *
 * Buffered messages of a channel that is forgotten are never received, nor is a message whose
 * receiver obeys a kill before it goes on: MESSAGE has told that it was handed over.
 *
 * Messages on the channels by which output waits for its turn (output_owns) are told too, but do
 * not concern a host. The birth and end of the process in which a host calls functions (vm/own.h)
 * are not told. */
#ifndef CSP_VM_PROCESS_EVENT_H
#define CSP_VM_PROCESS_EVENT_H

#include "vm/core/vm.h"

typedef enum event_kind {
    EVENT_MESSAGE,
    EVENT_SEND,
    EVENT_RECEIVE,
    EVENT_CLOSE,
    EVENT_SPAWN,
    EVENT_END,
    EVENT_CRASH,
    EVENT_KILL,
    EVENT_KILLED
} event_kind;

typedef struct event {
    event_kind kind;
    const process *process, *other; /* NULL: the host, or nobody */
    channel *chan;                  /* NULL: none */
    value value;                    /* ABSENT: none */
    /* For SPAWN and CLOSE: where the process stands; 0: not known. For the others a running process
     * has been saved */
    uint32_t position;
} event;

/* Tells the host. The caller has seen that vm->tell is set. */
__attribute__((cold)) void event_tell(csp_vm *vm, event_kind kind, const process *p,
                                      const process *other, channel *c, value v, uint32_t position);

/* Whether somebody is to be told: one test that is almost always false. */
static inline bool event_wanted(const csp_vm *vm) { return __builtin_expect(vm->tell != NULL, 0); }

/* From now on `tell` is told; NULL: nobody. */
static inline void event_watch(csp_vm *vm, void (*tell)(csp_vm *vm, const event *e))
{
    vm->tell = tell;
    vm->chan_unusual = CHANNEL_CLOSED | CHANNEL_SPECIAL | (tell != NULL);
}

/* Whether the other side of c is processes, and nobody is to be told. That is one test, since the
 * lowest bit of each header is set: while somebody is to be told, no channel is usual. */
static inline bool event_usual(const csp_vm *vm, const channel *c)
{
    return !(c->header & vm->chan_unusual);
}

/* A message has been sent, to `to` or, NULL, to the buffer. */
static inline void event_sent(csp_vm *vm, const process *from, const process *to, channel *c,
                              value m)
{
    vm->counts.messages++;
    if (event_wanted(vm))
        event_tell(vm, to ? EVENT_MESSAGE : EVENT_SEND, from, to, c, m, 0);
}
/* A message has been taken that is already counted, or that nobody sends. */
static inline void event_received(csp_vm *vm, const process *to, const process *of, channel *c,
                                  value m)
{
    if (event_wanted(vm))
        event_tell(vm, EVENT_RECEIVE, to, of, c, m, 0);
}

#endif
