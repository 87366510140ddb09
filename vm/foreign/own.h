/* Shared by the files of this room: what a VM keeps, and the record of a call under way. */
#ifndef CSP_VM_FOREIGN_OWN_H
#define CSP_VM_FOREIGN_OWN_H

#include <stdatomic.h>

#include "ffi/closure.h"
#include "vm/foreign/callback.h"
#include "ffi/worker.h"
#include "vm/foreign/cvalue.h"

/* What is known of how long calls take (watch.h). */
typedef struct cwatch {
    uint32_t period; /* between two polls: an odd number */
    uint32_t wary;   /* polls before which all calls are timed */
    int64_t polled;  /* when; 0: not known */
    /* when the call that is timed began: */
    int64_t cpu, waits;
    uint64_t collections;
} cwatch;

/* What a VM keeps for calling C: made with its first library. Malloc'ed. */
struct foreign {
    native_stacks *stacks;
    native_stack
        *spare;       /* for quick calls of processes that are not inside C; NULL: to be claimed */
    workers *workers; /* NULL: there has been no blocking call */
    struct release *releases;  /* changed under the collector's lock */
    bool lost;                 /* some of their pointers are gone */
    struct release *looked_at; /* where the next look for lost ones begins; NULL: at the first */
    struct release *put_off;   /* done, but a worker still uses them; by next_own */
    size_t allocated;          /* bytes of Ffi.alloc that are not freed yet */
    size_t taken;              /* bytes asked for since the last collection */
    uint32_t calls;            /* records of frames */
    uint32_t quick;            /* quick calls, for trimming the spare stack now and then */
    /* Of the quick call under way, for reports of faults: */
    process *in;
    const value *window;
    bool releasing; /* C is called for no process: there is no stack of the program to report */
    cwatch watch;
};

/* A call of C that has a frame. Owned by that frame, and where it is blocking also by the
 * worker, until C has returned (`over`), and by each request that waits for it: the last one
 * frees it, on any thread. What is not marked otherwise is the VM thread's. */
typedef struct ccall {
    const cfunction *of;
    const invoke_plan *plan;
    struct ccall *under; /* of its process, made before it; side.calls is the newest */
    process *proc;
    uint32_t frame;      /* where its registers begin, in slots from the beginning of the stack */
    native_stack *stack; /* that C is on; NULL: a worker's, or not there yet, or not any more */
    _Atomic uint32_t users;
    uint32_t buffer_count;
    buffer **buffers; /* pinned by it */
    ctarget *targets; /* its functions */
    uint32_t target_count;
    /* blocking: */
    bool submitted;
    atomic_bool over;          /* set by the worker when C has returned */
    native_callback *callback; /* or: this waits for an answer */
    worker_reply reply;
    struct cwait
        *wait; /* who is to be told of either; set before the worker goes on, taken by it */
    worker_job job;
    workers *workers;
    value *pins;           /* pinned memory: what C works on */
    struct release **used; /* held: what its pointers lead into */
    uint32_t used_count;
} ccall;

/* --- arguments.c */

/* The plan of a call with `count` arguments, in `extra`, beyond the parameters, and their words.
 * NULL: raised. To be released by invoke_release. */
const invoke_plan *ccall_plan(csp_vm *vm, process *p, const cfunction *of, const value *extra,
                              uint32_t count, uint64_t *words);
/* Converts the arguments into the block; `extra`: the words of those beyond the parameters.
 * Functions: the code of targets[0 …), in turn. False: raised. */
bool ccall_fill(csp_vm *vm, process *p, const cfunction *of, const invoke_plan *plan,
                const value *args, const uint64_t *extra, const ctarget *targets,
                uint32_t target_count, void *block);
/* --- stacks.c */

/* The stack for the next call of p, which has a side. NULL: raised. */
native_stack *ccall_stack(csp_vm *vm, process *p);
/* The VM's spare stack becomes p's, since the call on it may last. */
void ccall_own_stack(csp_vm *vm, process *p, native_stack *s);
/* A call on s has ended, or was not made. */
void ccall_leave_stack(csp_vm *vm, process *p, native_stack *s);
/* The error for an outcome that is neither RETURNED nor SUSPENDED. */
verdict ccall_raise(csp_vm *vm, const cfunction *of, native_outcome outcome);

/* --- result.c */

/* The value of what C has returned; `given` is the result of invoke_result. */
verdict ccall_result(csp_vm *vm, process *p, const cfunction *of, const void *given, value *out);

/* --- watch.c */

int64_t watch_time(csp_vm *vm, const foreign_fn *f);
void watch_judge(csp_vm *vm, const foreign_fn *f, int64_t begun);
/* Around C that runs on this thread, as it begins or goes on, and has come to something. */
static inline int64_t watch_begin(csp_vm *vm, const foreign_fn *f)
{
    return __builtin_expect(f->timed == vm->foreign->watch.period, 1) ? 0 : watch_time(vm, f);
}
static inline void watch_end(csp_vm *vm, const foreign_fn *f, int64_t begun)
{
    if (__builtin_expect(begun != 0, 0))
        watch_judge(vm, f, begun);
}

/* --- record.c */

/* A record, from now on the newest of p's calls. `args`: those of its frame, which hold what it
 * pins. NULL: raised. */
ccall *record_new(csp_vm *vm, process *p, const cfunction *of, const invoke_plan *plan,
                  const value *args, const value *extra);
void record_hold(ccall *c);
/* On any thread; the last one leaves it to record_bury_dead, which VMs call between slices. */
void record_drop(ccall *c);
void record_bury_dead(void);
/* Detaches c from its process: its frame is left, or C has returned. */
void record_end(csp_vm *vm, process *p, ccall *c);

/* --- blocking.c */

/* Lets a worker begin, or go on with `reply`, and waits for what comes of it: BLOCK, or FAIL. */
verdict blocking_begin(csp_vm *vm, process *p, ccall *c, clibrary *l, const value *args,
                       const uint64_t *extra);
verdict blocking_go_on(csp_vm *vm, process *p, ccall *c, worker_reply reply);
/* p has been woken: takes the request. */
void blocking_arrived(csp_vm *vm, process *p);
/* What C has come to, where that is not RETURNED. */
native_outcome blocking_outcome(const ccall *c);
/* C waits for the result of a callback and will not get it: from now on the VM is woken when C has
 * returned, so that what the record holds is released then. Before blocking_leave. */
void blocking_watch(csp_vm *vm, ccall *c);
/* Nobody waits for the call any more. `abandon`: C, which waits in a callback, is given up; else it
 * goes on. */
void blocking_leave(ccall *c, bool abandon);

/* --- frame.c */

/* The code of fn's frames, of module m. NULL: no memory. */
code *frame_code_new(csp_vm *vm, const foreign_fn *fn, module *m);
/* The call of a frame of such code, or NULL. */
const ccall *ccall_of_frame(const code *c, value *base);
/* Arranges the window as the registers of a frame: parameters, further arguments as a list, empty
 * slots. CALL or FAIL. */
verdict frame_arrange(csp_vm *vm, process *p, value **window, uint32_t argc, const foreign_fn *f,
                      const code **callee);
/* The same for a call in which C has called back already. FAIL: raised, and the call is given
 * up. */
verdict frame_promote(csp_vm *vm, process *p, value **window, uint32_t argc, const foreign_fn *f,
                      ccall *c, const code **callee);

#endif
