/* Frames of the host's natives: those that go on later. A frame has a context of its own, from its
 * first step to its end; what it waits for comes back as a further step. */
#ifndef CSP_API_HOST_SUSPEND_H
#define CSP_API_HOST_SUSPEND_H

#include "api/host/context.h"
#include "vm/code/native.h"

/* The entry of the frames of a native whose calls begin as `front`. */
void suspend_entry(const native_entry *front, native_entry *frame);

/* Ends all frames, when no process runs any more: destroys what they hold, and cancels what they
 * wait for. */
void suspend_end_all(struct host *h);
/* Gives back the memory of contexts. */
void suspend_free(struct host *h);

#endif
