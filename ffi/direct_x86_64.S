/* void invoke_direct(invoke_fn *fn, const void *block, size_t words, unsigned vectors,
 *                    uint64_t result[4])
 *
 * Calls a function with the arguments of a block: 6 words for the general registers, 8 for those of
 * the vector unit, and then those of the stack. The result: rax, rdx, xmm0, xmm1. */
#ifdef __x86_64__
    .text
    .globl invoke_direct
    .hidden invoke_direct
    .type invoke_direct, @function
    .p2align 4
invoke_direct:
    .cfi_startproc
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
    movl %ecx, %eax
    testq %rdx, %rdx
    jnz 3f
1:  testl %eax, %eax
    jnz 4f
2:  movq (%r10), %rdi
    movq 8(%r10), %rsi
    movq 16(%r10), %rdx
    movq 24(%r10), %rcx
    movq 32(%r10), %r8
    movq 40(%r10), %r9
    callq *%r11
    movq %rax, (%rbx)
    movq %rdx, 8(%rbx)
    movq %xmm0, 16(%rbx)
    movq %xmm1, 24(%rbx)
    movq -8(%rbp), %rbx
    leaveq
    .cfi_remember_state
    .cfi_def_cfa %rsp, 8
    retq
    .cfi_restore_state

3:  leaq 1(%rdx), %rcx
    andq $-2, %rcx
    shlq $3, %rcx
    subq %rcx, %rsp
    leaq 112(%r10), %rsi
    movq %rsp, %rdi
    movq %rdx, %rcx
    rep movsq
    jmp 1b

4:  movq 48(%r10), %xmm0
    movq 56(%r10), %xmm1
    movq 64(%r10), %xmm2
    movq 72(%r10), %xmm3
    movq 80(%r10), %xmm4
    movq 88(%r10), %xmm5
    movq 96(%r10), %xmm6
    movq 104(%r10), %xmm7
    jmp 2b
    .cfi_endproc
    .size invoke_direct, .-invoke_direct
#endif

    .section .note.GNU-stack, "", @progbits
