/* Calling a function with the arguments of a block (invoke_block.h): 6 words for the general registers,
 * 8 for those of the vector unit, and then those of the stack. The result: rax, rdx, xmm0, xmm1. */
#ifdef __x86_64__
#include "ffi/keep_x86_64.inc"

    .text

/* r11: the function, r10: the block, rcx: words for the stack, eax: vector registers */
    .macro call_with_block
    testq %rcx, %rcx
    jz 1f
    leaq 1(%rcx), %rdx
    andq $-2, %rdx
    shlq $3, %rdx
    subq %rdx, %rsp
    leaq 112(%r10), %rsi
    movq %rsp, %rdi
    rep movsq
1:  testl %eax, %eax
    jz 2f
    movq 48(%r10), %xmm0
    movq 56(%r10), %xmm1
    movq 64(%r10), %xmm2
    movq 72(%r10), %xmm3
    movq 80(%r10), %xmm4
    movq 88(%r10), %xmm5
    movq 96(%r10), %xmm6
    movq 104(%r10), %xmm7
2:  movq (%r10), %rdi
    movq 8(%r10), %rsi
    movq 16(%r10), %rdx
    movq 24(%r10), %rcx
    movq 32(%r10), %r8
    movq 40(%r10), %r9
    callq *%r11
    .endm

    .macro store_result to
    movq %rax, (\to)
    movq %rdx, 8(\to)
    movq %xmm0, 16(\to)
    movq %xmm1, 24(\to)
    .endm

/* void invoke_direct(invoke_fn *fn, const void *block, unsigned vectors, size_t words,
 *                    uint64_t result[4]) */
    function invoke_direct
    pushq %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    movq %rsp, %rbp
    .cfi_def_cfa_register %rbp
    pushq %rbx
    .cfi_offset %rbx, -24
    subq $8, %rsp
    movq %r8, %rbx
    movq %rdi, %r11
    movq %rsi, %r10
    movl %edx, %eax
    call_with_block
    store_result %rbx
    movq -8(%rbp), %rbx
    leaveq
    .cfi_def_cfa %rsp, 8
    retq
    end invoke_direct

/* native_outcome native_switch_call(native_stack *s, invoke_fn *fn, const void *block, size_t words,
 *                                   unsigned vectors)
 * As native_switch_in; the result goes to s->raw. */
    function native_switch_call
    keep
    movq %rsp, NATIVE_HOME(%rdi)
    movq %rdi, %rbx
    movq NATIVE_BASE(%rdi), %rsp
    .cfi_undefined %rip
    movq %rsp, %rbp
    movq %rsi, %r11
    movq %rdx, %r10
    movl %r8d, %eax
    call_with_block
    leaq NATIVE_RAW(%rbx), %rcx
    store_result %rcx
    xorl %eax, %eax
    movl $NATIVE_JUMPED_N, %ecx
    cmpq %rbp, NATIVE_BASE(%rbx)
    cmovne %ecx, %eax
    movq NATIVE_HOME(%rbx), %rsp
    give_back
    retq
    end native_switch_call
#endif

    .section .note.GNU-stack, "", @progbits
