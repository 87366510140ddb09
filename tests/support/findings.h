/* What the compiler says of a program, for tests of its hints. */
#ifndef CSP_TESTS_SUPPORT_FINDINGS_H
#define CSP_TESTS_SUPPORT_FINDINGS_H

#include "include/csp.h"

typedef struct findings {
    uint32_t errors, warnings;
    /* of the first error, or where there is none of the first warning; cut */
    char message[400], hint[400];
    char *report; /* everything; findings_free */
} findings;

/* Checks the text, without running any of it. */
findings findings_of(csp_vm *vm, const char *text);
void findings_free(findings *f);

#endif
