/* Natives that are one errand each: they take their arguments, a worker makes calls of the system,
 * and what came of it becomes a value. */
#ifndef CSP_STDLIB_ERRAND_CALL_H
#define CSP_STDLIB_ERRAND_CALL_H

#include "vm/native.h"
#include "vm/outside/errand.h"

/* A native's frame: its parameters, and after them what it needs from step to step. */
enum { SLOT_STATE, SLOT_PINNED, SLOT_MADE, SLOT_AT, ERRAND_SLOTS };

typedef struct errand_call {
    const char *op;
    void (*work)(errand *e);
    uint64_t needs; /* MAY_… */
    uint8_t max;    /* of its entry */
    uint8_t paths;  /* the first arguments */
    int8_t data;    /* which argument is to be written; -1: none */
    /* Takes the other arguments; false: raised. NULL: there are none. */
    bool (*prepare)(csp_vm *vm, process *p, value *args, errand *e);
    /* DONE, YIELD or FAIL; CALL: another native goes on. NULL: true. */
    verdict (*give)(csp_vm *vm, process *p, errand *e, value *slots, value *result);
} errand_call;

/* A step of the native. */
verdict errand_call_run(csp_vm *vm, process *p, const errand_call *c, value *args, value *result);
/* For `give`: the data as a string, or bytes where it is no UTF-8. */
verdict errand_call_name(csp_vm *vm, process *p, errand *e, value *slots, value *result);

/* What is to be written, as a value that cannot change meanwhile, into slots[SLOT_PINNED]: a buffer
 * is copied, in steps (YIELD). */
verdict errand_call_pin(csp_vm *vm, process *p, value data, value *slots);

/* Each native is its call: ERRAND_NATIVE(name, …) makes both. */
#define ERRAND_NATIVE(name, ...)                                                     \
    static const errand_call call_##name = {__VA_ARGS__};                            \
    static verdict native_##name(csp_vm *vm, process *p, value *args, value *result) \
    {                                                                                \
        return errand_call_run(vm, p, &call_##name, args, result);                   \
    }

#endif
