/* Signals that C causes: SEGV, BUS, FPE, ILL, ABRT.
 *
 * When a native stack overflows, the handler, which runs on an alternate stack, leaves it: the
 * thread goes on at the end of native_enter or native_resume, and the call ends with
 * NATIVE_OVERFLOWED. This costs a call nothing. If the C library or the dynamic linker was
 * running, which may hold locks, the fault is reported and the program ends with SIGABRT instead.
 * Any other fault on a native stack is reported and takes the signal's default. Faults elsewhere
 * are not ours and go to the handlers that were there before. */
#ifndef CSP_FFI_FAULT_H
#define CSP_FFI_FAULT_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct fault_info {
    int signal;
    bool overflow;           /* of the native stack, inside of the C library */
    const void *address;     /* that was touched; NULL where the signal has none */
    const void *instruction; /* that did it */
    const void *function;    /* what had been called: native_function */
    uint64_t owner;          /* native_stack.owner, .data */
    void *data;              /* NULL: a worker's; the VM may be gone, or run */
} fault_info;

/* Installs the handlers. Calls are counted; the last fault_close puts back what was there before,
 * where ours are still in place. native_stacks_new and _release call these. False: the system does
 * not allow it. */
bool fault_open(void);
void fault_close(void);

/* Sets what is called, inside the signal handler, for a fault that will end the program. It has
 * 100 KiB of stack and may write to stderr, but neither allocate nor wait. NULL: fault_line is
 * written. One for the whole program. */
void fault_reporter(void (*report)(const fault_info *info));
/* One line for people, with a newline: what happened, in which function of which library. Gives
 * its length, cut to `size`. */
size_t fault_line(const fault_info *info, char *out, size_t size);

/* Lets this thread run C: an alternate signal stack, unless it has one; it goes with the thread.
 * False: no memory. native_enter and native_resume do that by themselves. */
bool fault_thread(void);

/* The signals that are never blocked on a thread of ours: SEGV BUS FPE ILL ABRT are taken out. */
void fault_unblock(sigset_t *set);

#endif
