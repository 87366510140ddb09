/* Changing stacks on x86-64 (System V). Each side keeps the registers that a function must preserve on
 * its own stack; C also the modes of the floating-point units, which it may have changed, and the home
 * finds its thread's. There is no property note for shadow stacks in this file on purpose: a program
 * that has it linked in runs without them. */
#if !defined(__x86_64__) && !defined(__aarch64__)
#error "calls of C need a switch_*.S, and in fault.c the registers of a signal's frame"
#endif

#ifdef __x86_64__
#include "ffi/keep_x86_64.inc"

    .text

/* native_outcome native_switch_in(native_stack *s, void (*fn)(void *), void *arg)
 * Balanced: the processor predicts each return. The function begins below s->base, and must come back
 * with the stack pointer there. */
    function native_switch_in
    keep
    movq %rsp, NATIVE_HOME(%rdi)
    movq %rdi, %rbx
    movq NATIVE_BASE(%rdi), %rsp
    .cfi_undefined %rip
    movq %rdx, %rdi
    xorl %ebp, %ebp
    callq *%rsi
    xorl %eax, %eax
    movl $NATIVE_JUMPED_N, %ecx
    cmpq %rsp, NATIVE_BASE(%rbx)
    cmovne %ecx, %eax
    movq NATIVE_HOME(%rbx), %rsp
    give_back
    retq
    end native_switch_in

/* native_outcome native_switch_back(native_stack *s, const ffi_modes *home)
 * Goes on behind go_home. Not by a return: where the processor expects one to lead to is of use to the
 * closure, which returns into C, and then to the home, which returns as often as it has called. */
    function native_switch_back
    keep
    movq %rsp, NATIVE_HOME(%rdi)
    movq NATIVE_SP(%rdi), %rsp
    change_modes %rsp %rsi
    addq $8, %rsp
    give_back
    popq %rcx
    jmpq *%rcx
    end native_switch_back

/* void native_switch_out(native_stack *s, native_outcome outcome, const ffi_modes *home)
 * Ends native_switch_in, _call or _back. */
    function native_switch_out
    go_home %esi
    end native_switch_out

/* void native_landing(native_stack *s, native_outcome outcome, const ffi_modes *home)
 * The same without a way back, whatever state C was in. */
    function native_landing
    .cfi_undefined %rip
    movq NATIVE_HOME(%rdi), %rsp
    movl %esi, %eax
    cld
    fninit
    ldmxcsr (%rdx)
    fldcw 4(%rdx)
    give_back
    retq
    end native_landing

/* uint64_t native_modes(void): as a word of memory, the flags left out */
    function native_modes
    movq $0, -8(%rsp)
    stmxcsr -8(%rsp)
    fnstcw -4(%rsp)
    andl $~FLAGS, -8(%rsp)
    movq -8(%rsp), %rax
    retq
    end native_modes
#endif

    .section .note.GNU-stack, "", @progbits
