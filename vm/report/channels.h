/* All channels that can be found, and who holds them: for people who look at a VM at rest.
 *
 * Looked through are the variables of the layer above, the top-level consts of modules, the
 * registers of all processes, and the messages in the channels found, with whatever is reached from
 * there through containers and closures. */
#ifndef CSP_VM_REPORT_CHANNELS_H
#define CSP_VM_REPORT_CHANNELS_H

#include "vm/core/concurrency.h"

/* What holds a channel: a process, a channel (in a message), or something with a name; if all are
 * NULL, the layer above. */
typedef struct channel_holder {
    const process *process;
    const channel *inside;
    const char *name;
    bool sends, receives;
    uint32_t next; /* of the same channel: its place in `holders` + 1 */
} channel_holder;

typedef struct channel_found {
    channel *chan;
    uint32_t first, last; /* of its holders: places + 1; 0: there is none */
    uint32_t count;       /* of them */
} channel_found;

typedef struct channels {
    csp_vm *vm;
    channel_found *found; /* by number, once channels_find has been called */
    uint32_t count, capacity;
    channel_holder *holders;
    uint32_t holder_count, holder_capacity;
    uint32_t *index; /* open addressing: place in `found` + 1 */
    uint32_t mask;
    channel_holder who; /* of what is looked at */
    struct channel_visit *visits;
    uint32_t visit; /* grows with each holder */
    int64_t left;   /* words that may still be looked at */
    bool complete;  /* everything has been looked at */
    bool failed;    /* no memory */
} channels;

/* To be called first. False: no memory; channels_free must be called all the same. */
bool channels_begin(channels *all, csp_vm *vm);
/* Then: the layer above holds v, in a variable of that name if it is not NULL. */
void channels_hold(channels *all, value v, const char *name);
/* Last: finds all the rest. False: no memory. */
bool channels_find(channels *all);
void channels_free(channels *all);

#endif
