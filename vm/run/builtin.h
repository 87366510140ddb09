/* Natives that the VM itself calls. */
#ifndef CSP_VM_RUN_BUILTIN_H
#define CSP_VM_RUN_BUILTIN_H

#include "vm/code/native.h"

typedef enum builtin {
    BUILTIN_START,
    BUILTIN_END,
    BUILTIN_SEND,
    BUILTIN_ASSERT,
    BUILTIN_COUNT
} builtin;
extern const native_entry vm_builtins[BUILTIN_COUNT];

#endif
