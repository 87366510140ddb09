/* Walks (vm/walk/walk.h) for the host. */
#ifndef CSP_API_HOST_WALKS_H
#define CSP_API_HOST_WALKS_H

#include "vm/walk/walk.h"

/* Runs a walk of the process p to its end, without the interpreter. DONE, or FAIL: raised. What it
 * costs is charged to the native that runs, if one does. */
verdict host_walk(csp_vm *vm, process *p, walk_kind walk, uint32_t argc, const value *argv,
                  value *result);
/* v as repr shows it, malloc'ed; limit: in bytes, 0: none; whole: with ints whose digits take long.
 * NULL: no memory. */
char *host_show(csp_vm *vm, value v, size_t limit, bool whole);

#endif
