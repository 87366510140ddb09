/* Hashes of keys. */
#ifndef CSP_VM_DATA_MAP_HASH_H
#define CSP_VM_DATA_MAP_HASH_H

#include "vm/core/bytecode.h"

/* The hash of a valid key. Equal keys have equal hashes. Looks at a bounded number of elements. */
uint64_t map_hash(csp_vm *vm, value key);

#endif
