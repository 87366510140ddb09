/* Any text at all, tried on the library: it must end in a program or in diagnostics, on which all
 * who look at it agree. What does not hold aborts. */
#ifndef CSP_TESTS_SUPPORT_FUZZ_H
#define CSP_TESTS_SUPPORT_FUZZ_H

#include <stdio.h>
#include <stdlib.h>

#include "csp.h"

/* A VM whose output is dropped, with small limits of memory, stack, processes and reductions. */
csp_vm *fuzz_begin(void);
void fuzz_end(csp_vm *vm);

/* What `csp check` does. True: no errors, so that it can be run. */
bool fuzz_check(csp_vm *vm, const char *text, size_t size);

/* Runs the text in a VM of its own; false: it has errors. After a while it is interrupted, as an
 * evaluation is. */
bool fuzz_run(const char *text, size_t size);

/* Evaluates it in the session; true: it compiled, and was not interrupted. */
bool fuzz_eval(csp_vm *vm, csp_session *session, const char *text, size_t size);

#define FUZZ_CHECK(condition)                                                       \
    do {                                                                            \
        if (!(condition)) {                                                         \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                                \
        }                                                                           \
    } while (0)

#endif
