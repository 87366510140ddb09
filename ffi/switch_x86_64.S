/* Changing stacks on x86-64 (System V). Each side keeps the registers that a function must
 * preserve, and the modes of both floating-point units, on its own stack. There is no property note
 * for shadow stacks in this file on purpose: a program that has it linked in runs without them. */
#if !defined(__x86_64__) && !defined(__aarch64__)
#error "calls of C need a switch_*.S, and in fault.c the registers of a signal's frame"
#endif

#ifdef __x86_64__
#include "ffi/native_layout.h"

    .text

    .macro keep
    pushq %rbp
    .cfi_adjust_cfa_offset 8
    pushq %rbx
    .cfi_adjust_cfa_offset 8
    pushq %r12
    .cfi_adjust_cfa_offset 8
    pushq %r13
    .cfi_adjust_cfa_offset 8
    pushq %r14
    .cfi_adjust_cfa_offset 8
    pushq %r15
    .cfi_adjust_cfa_offset 8
    subq $8, %rsp
    .cfi_adjust_cfa_offset 8
    stmxcsr (%rsp)
    fnstcw 4(%rsp)
    .endm

    .macro give_back
    addq $8, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    .endm

/* native_outcome native_switch_in(native_stack *s, void (*fn)(void *), void *arg) Balanced: the
 * processor predicts each return. The function begins below s->base, and must come back with the
 * stack pointer there. */
    .globl native_switch_in
    .hidden native_switch_in
    .type native_switch_in, @function
native_switch_in:
    .cfi_startproc
    keep
    movq %rsp, NATIVE_HOME(%rdi)
    movq %rdi, %rbx
    movq NATIVE_BASE(%rdi), %rsp
    .cfi_undefined %rip
    movq %rdx, %rdi
    xorl %ebp, %ebp
    callq *%rsi
    xorl %eax, %eax
    cmpq %rsp, NATIVE_BASE(%rbx)
    jne 1f
    movq NATIVE_HOME(%rbx), %rsp
    give_back
    retq
1:  movl $NATIVE_JUMPED_N, %esi
    movq %rbx, %rdi
    jmp native_landing
    .cfi_endproc
    .size native_switch_in, .-native_switch_in

/* native_outcome native_switch_back(native_stack *s): goes on behind native_switch_out */
    .globl native_switch_back
    .hidden native_switch_back
    .type native_switch_back, @function
native_switch_back:
    .cfi_startproc
    keep
    movq %rsp, NATIVE_HOME(%rdi)
    movq NATIVE_SP(%rdi), %rsp
    jmp .Lother_side
    .cfi_endproc
    .size native_switch_back, .-native_switch_back

/* void native_switch_out(native_stack *s, native_outcome outcome): ends native_switch_in or
 * _back */
    .globl native_switch_out
    .hidden native_switch_out
    .type native_switch_out, @function
native_switch_out:
    .cfi_startproc
    keep
    movq %rsp, NATIVE_SP(%rdi)
    movq NATIVE_HOME(%rdi), %rsp
    movl %esi, %eax
.Lother_side:
    ldmxcsr (%rsp)
    fldcw 4(%rsp)
    give_back
    retq
    .cfi_endproc
    .size native_switch_out, .-native_switch_out

/* void native_landing(native_stack *s, native_outcome outcome): the same without a way back,
 * whatever state C was in */
    .globl native_landing
    .hidden native_landing
    .type native_landing, @function
native_landing:
    .cfi_startproc
    .cfi_undefined %rip
    movq NATIVE_HOME(%rdi), %rsp
    movl %esi, %eax
    cld
    fninit
    jmp .Lother_side
    .cfi_endproc
    .size native_landing, .-native_landing
#endif

    .section .note.GNU-stack, "", @progbits
