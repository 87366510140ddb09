/* What C calls when it calls a closure whose arguments are all scalars (closure.c). */
#ifdef __x86_64__
#include "ffi/keep_x86_64.inc"

    .text

/* r10: the closure's stub. Puts the registers that may hold arguments into the form of a block
 * (invoke_block.h), whose words for the stack lie behind the address to return to. */
    function closure_enter
    subq $120, %rsp
    .cfi_adjust_cfa_offset 120
    movq %rdi, 8(%rsp)
    movq %rsi, 16(%rsp)
    movq %rdx, 24(%rsp)
    movq %rcx, 32(%rsp)
    movq %r8, 40(%rsp)
    movq %r9, 48(%rsp)
    movq %xmm0, 56(%rsp)
    movq %xmm1, 64(%rsp)
    movq %xmm2, 72(%rsp)
    movq %xmm3, 80(%rsp)
    movq %xmm4, 88(%rsp)
    movq %xmm5, 96(%rsp)
    movq %xmm6, 104(%rsp)
    movq %xmm7, 112(%rsp)
    movq %r10, %rdi
    leaq 8(%rsp), %rsi
    callq cclosure_entered
    movq %rax, %xmm0
    addq $120, %rsp
    .cfi_adjust_cfa_offset -120
    retq
    end closure_enter
#endif

    .section .note.GNU-stack, "", @progbits
