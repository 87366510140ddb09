/* What programs print and the VM reports, on its way to the host or to the descriptors 1 and 2.
 *
 * Standard output is buffered: the buffer goes out when it is full, when the VM idles or ends,
 * before anything goes to standard error, and after each line if it is a terminal. A descriptor
 * that takes nothing now holds up only those who print. Prints are taken one after the other, each
 * as a whole, so none is torn. A process that cannot be served at once stands as a sender in
 * `turn`, with its text as the message, and may be killed there. What has been taken is written,
 * whatever becomes of its process. */
#ifndef CSP_VM_PROCESS_OUTPUT_H
#define CSP_VM_PROCESS_OUTPUT_H

#include "vm/core/vm.h"
#include "vm/outside/descriptor.h"

/* For a host: whose output it is being given. The branches of a par count as the process that runs
 * the par. */
typedef struct output_writer {
    uint64_t process; /* the number of the one that printed last; 0: a report of the VM itself */
    uint64_t number;  /* the number of the one it counts as */
    value name;       /* ABSENT: it has none */
} output_writer;

typedef struct output {
    out_descriptor at;
    bool opened;
    bool busy;     /* there is output that could not be written yet */
    int error;     /* an errno: nothing can be written any more */
    uint64_t lost; /* bytes that were accepted but could not be written */
    channel *turn; /* internal: made when first needed */
    /* the process whose text is `whole` waits here until it is written: true, or false if that
     * failed */
    channel *done;
    /* the text (a walk) that is being written without the buffer; ABSENT: none */
    value whole;
    size_t written;              /* how much of it */
    char *buffer;                /* malloc'ed */
    size_t from, used, capacity; /* what is in it: from … used */
    output_writer writer;        /* of the first output: whose text the host is given */
} output;

/* A native step: prints what `walk` (walk_state.h) has made, all or nothing. `state` is a slot,
 * ABSENT at the start. DONE, BLOCK (call it again), or FAIL: io_error. */
verdict output_print(csp_vm *vm, process *p, int stream, value walk, value *state);

/* Output of the VM itself: never waits and never fails. What cannot be kept until it can be written
 * is lost, and counted. */
void vm_write(csp_vm *vm, int stream, const char *from, size_t size);
/* Passes what is buffered to the host, or to the descriptor as far as that takes it now. */
void output_flush(csp_vm *vm);
static inline void vm_flush(csp_vm *vm)
{
    if (vm->outputs->opened) /* by the first that was printed */
        output_flush(vm);
}
/* The same, and waits until all is written; at most a second once somebody has asked the VM
 * to stop. */
void output_finish(csp_vm *vm);
const output_writer *output_writer_of(const csp_vm *vm);
/* Whether processes wait for their turn on this channel, or for the end of their text. */
bool output_owns(const csp_vm *vm, const channel *c);
bool output_init(csp_vm *vm); /* false: out of memory */
void output_free(csp_vm *vm);

/* Whether something remains to be written when the descriptors are ready. */
bool output_busy(const csp_vm *vm);
/* Whether a process waits for that. */
bool output_waited(const csp_vm *vm);
void output_poll(csp_vm *vm); /* writes more of it, one step's worth */
/* The descriptors that are waited for; -1: none. */
void output_waits(const csp_vm *vm, int fds[2]);
bool output_waits_for(const csp_vm *vm, const process *p); /* whether p waits for output */

/* For a VM without a loop: waits a moment for one of them to be ready. False: there is none to wait
 * for. */
bool output_wait(csp_vm *vm);

/* Why output could not be written: an errno; 0: everything was written. *lost: the number of bytes
 * that programs believe to be written. */
int output_failure(const csp_vm *vm, int stream, uint64_t *lost);
/* "standard output: No space left on device" */
const char *output_stream_name(int stream);

#endif
