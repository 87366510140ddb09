/* Changing stacks on AArch64: see switch_x86_64.S. */
#ifdef __aarch64__
#include "ffi/native_layout.h"

#define FRAME 176

    .text

    .macro keep
    sub sp, sp, #FRAME
    stp x29, x30, [sp]
    stp x19, x20, [sp, #16]
    stp x21, x22, [sp, #32]
    stp x23, x24, [sp, #48]
    stp x25, x26, [sp, #64]
    stp x27, x28, [sp, #80]
    stp d8, d9, [sp, #96]
    stp d10, d11, [sp, #112]
    stp d12, d13, [sp, #128]
    stp d14, d15, [sp, #144]
    .endm

    .macro give_back
    ldp x29, x30, [sp]
    ldp x19, x20, [sp, #16]
    ldp x21, x22, [sp, #32]
    ldp x23, x24, [sp, #48]
    ldp x25, x26, [sp, #64]
    ldp x27, x28, [sp, #80]
    ldp d8, d9, [sp, #96]
    ldp d10, d11, [sp, #112]
    ldp d12, d13, [sp, #128]
    ldp d14, d15, [sp, #144]
    add sp, sp, #FRAME
    .endm

    .macro function name
    .globl \name
    .hidden \name
    .type \name, %function
    .balign 16
\name:
    .cfi_startproc
    .endm

    .macro end name
    .cfi_endproc
    .size \name, .-\name
    .endm

    function native_switch_in
    keep
    mov x9, sp
    str x9, [x0, #NATIVE_HOME]
    mov x19, x0
    ldr x9, [x0, #NATIVE_BASE]
    mov sp, x9
    .cfi_undefined x30
    mov x0, x2
    mov x29, xzr
    mov x30, xzr
    blr x1
    mov x9, sp
    ldr x10, [x19, #NATIVE_BASE]
    mov w11, #NATIVE_JUMPED_N
    cmp x9, x10
    csel w0, wzr, w11, eq
    ldr x9, [x19, #NATIVE_HOME]
    mov sp, x9
    give_back
    ret
    end native_switch_in

    function native_switch_back
    keep
    mov x9, sp
    str x9, [x0, #NATIVE_HOME]
    ldr x9, [x0, #NATIVE_SP]
    mov sp, x9
    ldr x9, [sp, #160]
    msr fpcr, x9
    give_back
    ret
    end native_switch_back

    function native_switch_out
    keep
    mrs x9, fpcr
    str x9, [sp, #160]
    mov x9, sp
    str x9, [x0, #NATIVE_SP]
    ldr x9, [x0, #NATIVE_HOME]
    mov sp, x9
    ldr x9, [x2]
    msr fpcr, x9
    mov w0, w1
    give_back
    ret
    end native_switch_out

    function native_landing
    .cfi_undefined x30
    ldr x9, [x0, #NATIVE_HOME]
    mov sp, x9
    ldr x9, [x2]
    msr fpcr, x9
    mov w0, w1
    give_back
    ret
    end native_landing

    function native_modes
    mrs x0, fpcr
    ret
    end native_modes
#endif

    .section .note.GNU-stack, "", %progbits
