/* Where a process stood when it crashed, and how that is shown. */
#ifndef CSP_VM_REPORT_TRACE_H
#define CSP_VM_REPORT_TRACE_H

#include "vm/code/frame.h"
#include "vm/core/concurrency.h"
#include "vm/core/text.h"

/* An OBJ_TRACE of the frames of p, innermost first: its registers are at `base`, and it stands at
 * instruction `pc` of `c`. It has the first 48 frames and the last 16. Frames without source
 * (natives) are left out. VALUE_ABSENT: out of memory. */
value trace_take(csp_vm *vm, process *p, value *base, const code *c, uint32_t pc);

/* The same in pieces, since a stack may have millions of frames. Between two pieces it stands in
 * the heap, as an OBJ_WALK. */
enum { TRACE_FIRST = 48, TRACE_LAST = 16, TRACE_FRAMES_PER_REDUCTION = 4 };
typedef struct trace_search {
    uint64_t header;
    value error; /* the caller's */
    /* the next frame: its registers, counted from the stack's beginning */
    const code *code;
    uint32_t base, pc;
    uint32_t count; /* found so far: the first in order, the last in a ring */
    uint32_t positions[TRACE_FIRST + TRACE_LAST];
    module *modules[TRACE_FIRST + TRACE_LAST];
} trace_search;
void trace_begin(trace_search *s, const process *p, const frame *f);
/* Looks at the next frames, and takes what that costs from *reductions, while there are any left.
 * True: it has come to the bottom. */
bool trace_go_on(trace_search *s, const process *p, int64_t *reductions);
/* The OBJ_TRACE. VALUE_ABSENT: out of memory. */
value trace_found(csp_vm *vm, const process *p, trace_search *s);

/* The report of a crash as complete lines: who crashed with which error, the source line, the
 * frames, the spawns that led to the process, and the errors that caused it. `number` and `name`
 * (NULL: none) are the crashed process's. */
void trace_report(csp_vm *vm, value crash, uint64_t number, const char *name, text *out);
/* The same as JSON: one object on a line. */
void trace_report_json(csp_vm *vm, value crash, uint64_t number, const char *name, text *out);
/* Writes the report to stream 2 in the host's style: the default of vm_host.crash. */
void trace_tell_crash(csp_vm *vm, const process *p, value crash);
/* The report without the process. */
void trace_report_error(csp_vm *vm, value crash, text *out);

/* The name of p, which has ended with this error: origin_name, or for a host's evaluation that of
 * its outermost function. NULL: it has none. */
const char *trace_name(csp_vm *vm, const process *p, value crash);

/* Where the process was spawned, where the spawning process was spawned, and so on up to main:
 * positions, at most `most`. Returns how many. */
uint32_t trace_spawns(csp_vm *vm, const trace *t, uint32_t *positions, uint32_t most);

/* What a program sees as `.trace`: a tuple of texts such as "worker (jobs.csp:12:9)", innermost
 * first; empty for VALUE_NIL. VALUE_ABSENT: out of memory. */
value trace_value(csp_vm *vm, value from);

/* Whether it is a call of C: its module is the library. "C function qsort (libc.so.6)". */
bool trace_is_foreign(const code *c);
void trace_foreign(const code *c, text *out);

/* "jobs.csp:12:9", or "?" for a position without source. */
void trace_place(csp_vm *vm, uint32_t position, text *out);

#endif
