/* Places in sources, as csp.h has them. */
#ifndef CSP_API_PLACE_H
#define CSP_API_PLACE_H

#include "include/csp.h"
#include "vm/core/bytecode.h"

/* The place of a position; file and function are NULL where they are not known. Its texts belong to
 * the code. */
csp_place place_at(csp_vm *vm, uint32_t position);

#endif
