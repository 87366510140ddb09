/* Descriptions of processes in words, for reports of deadlocks and leaks and for anybody who asks.
 * No program sees them. All processes must be at rest. */
#ifndef CSP_VM_REPORT_REPORT_H
#define CSP_VM_REPORT_REPORT_H

#include "vm/core/concurrency.h"
#include "vm/core/text.h"

enum { REPORT_ARMS = 8 }; /* arms of an alt to show */

/* What a process waits for. */
typedef enum report_kind {
    REPORT_RUNS,
    REPORT_SEND,
    REPORT_RECEIVE,
    REPORT_OUTCOME, /* of another process */
    REPORT_TICK,
    REPORT_ALT,
    REPORT_PAR,
    REPORT_SLEEP,
    REPORT_OUTPUT,  /* a descriptor that takes nothing now */
    REPORT_REQUEST, /* work done elsewhere */
    REPORT_NATIVE
} report_kind;
report_kind report_kind_of(const csp_vm *vm, const process *p);

/* Colours, where the host wants them on stream 2. */
typedef enum report_colour { REPORT_PLAIN, REPORT_HEAD, REPORT_DIM, REPORT_CARET } report_colour;
void report_style(const csp_vm *vm, text *t, report_colour colour);

/* "main", "process 7 (worker)". */
void report_process(csp_vm *vm, text *t, const process *p);
/* "<chan 3> (made at jobs.csp:3:9)". */
void report_channel(csp_vm *vm, text *t, const channel *c);
/* "waits to receive from <chan 3> (made at jobs.csp:3:9)", "sleeps for 1.5s". */
void report_wait(csp_vm *vm, text *t, const process *p);
/* The code of the innermost C function that p is in, as far as that is not too deep. NULL: it is
 * in none. */
const code *report_foreign(const process *p);
/* "C function usleep (libc.so.6) to return"; what any other request is for. */
void report_request(text *t, const process *p);
/* " in a callback of C function qsort (libc.so.6)", if that is where p waits. */
void report_callback(text *t, const process *p);
/* Where p stands; natives have no place of their own, so for these it is where they were called. 0:
 * no place. */
uint32_t report_position(const process *p);
/* `before` and the place; nothing if the position is 0. */
void report_at(csp_vm *vm, text *t, const char *before, uint32_t position);

/* As JSON: the text, or null for NULL; a key with the place, an object, or null for no place. */
void report_json_string(json *j, const string *s);
void report_json_place(csp_vm *vm, json *j, const char *key, uint32_t position);

/* Writes a warning of this kind to stream 2, in the host's style. */
void report_warning(csp_vm *vm, const char *kind, const char *message);

#endif
