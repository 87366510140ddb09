/* The directives of String.format: %[flags][width][.precision]conversion */
#ifndef CSP_STDLIB_FORMAT_DIRECTIVE_H
#define CSP_STDLIB_FORMAT_DIRECTIVE_H

#include "vm/native.h"

typedef struct directive {
    bool left, zero, plus, space, alternate;
    uint32_t width;
    int32_t precision; /* -1: none */
    char conversion;
} directive;

/* Reads the one whose `%` is at byte *at of the format, and moves *at past it. False: it is
 * wrong. */
bool format_read(const string *format, uint32_t *at, directive *d);
/* Raises what is wrong with the one at that byte. */
verdict format_refuse(csp_vm *vm, const string *format, uint32_t at);

#endif
