/* What C calls when it calls a closure whose arguments are all scalars (closure.c). */
#ifdef __x86_64__
#include "ffi/keep_x86_64.inc"

/* The frame: a native_callback, the result, and right below the address to return to the registers that
 * may hold arguments, in the form of a block (invoke_block.h), whose words for the stack lie above. */
#define RESULT CALLBACK_SIZE
#define BLOCK  56
#define FRAME  (BLOCK + 112)

    .macro begin_frame vectors
    subq $FRAME, %rsp
    .cfi_adjust_cfa_offset FRAME
    movq %rdi, BLOCK(%rsp)
    movq %rsi, BLOCK+8(%rsp)
    movq %rdx, BLOCK+16(%rsp)
    movq %rcx, BLOCK+24(%rsp)
    movq %r8, BLOCK+32(%rsp)
    movq %r9, BLOCK+40(%rsp)
    .if \vectors
    movq %xmm0, BLOCK+48(%rsp)
    movq %xmm1, BLOCK+56(%rsp)
    movq %xmm2, BLOCK+64(%rsp)
    movq %xmm3, BLOCK+72(%rsp)
    movq %xmm4, BLOCK+80(%rsp)
    movq %xmm5, BLOCK+88(%rsp)
    movq %xmm6, BLOCK+96(%rsp)
    movq %xmm7, BLOCK+104(%rsp)
    .endif
    movq STUB_USER(%r10), %r11
    .endm

    .macro return_result
    movq %rax, %xmm0
    addq $FRAME, %rsp
    .cfi_adjust_cfa_offset -FRAME
    retq
    .endm

    .text

/* r10: the closure's stub. */
    function closure_enter_by_c
    begin_frame 1
closure_to_c:
    movq %r11, %rdi
    leaq BLOCK(%rsp), %rsi
    callq cclosure_entered
    return_result
    end closure_enter_by_c

/* In one go, without calls: the processor predicts where a return leads to by the calls before it, and
 * each one on this stack would make one of the home go wrong. */
    .macro enter_home vectors
    begin_frame \vectors
    movq ffi_here@GOTTPOFF(%rip), %rax
    movq %fs:THREAD_CURRENT(%rax), %rdi
    testq %rdi, %rdi
    jz closure_to_c
    cmpb $0, CLOSURE_DEAD(%r11)
    jne closure_to_c
    movq CLOSURE_OWNER(%r11), %rcx
    cmpq NATIVE_OWNER(%rdi), %rcx
    jne closure_to_c
    cmpq NATIVE_BASE(%rdi), %rsp
    jae closure_to_c
    cmpq NATIVE_FLOOR(%rdi), %rsp
    jb closure_to_c
    leaq BLOCK(%rsp), %rcx
    leaq RESULT(%rsp), %rdx
    movq %r11, CALLBACK_CLOSURE(%rsp)
    movq $0, CALLBACK_ARGS(%rsp)
    movq %rcx, CALLBACK_BLOCK(%rsp)
    movq %rdx, CALLBACK_RESULT(%rsp)
    movq $0, RESULT(%rsp)
    movq %fs:THREAD_ERROR(%rax), %rcx
    movl (%rcx), %ecx
    movl %ecx, CALLBACK_ERROR(%rsp)
    movq %rsp, NATIVE_CALLBACK(%rdi)
    movq %fs:0, %rdx
    leaq THREAD_MODES(%rax, %rdx), %rdx
    leaq 3f(%rip), %rcx
    pushq %rcx
    .cfi_adjust_cfa_offset 8
    .cfi_remember_state
    go_home $NATIVE_SUSPENDED_N
    .cfi_restore_state
    .cfi_adjust_cfa_offset -8
3:  movq ffi_here@GOTTPOFF(%rip), %rax /* perhaps another thread's */
    movq %fs:THREAD_ERROR(%rax), %rcx
    movl CALLBACK_ERROR(%rsp), %edx
    movl %edx, (%rcx)
    movq RESULT(%rsp), %rax
    return_result
    .endm

/* r10: the closure's stub. */
    function closure_enter
    enter_home 1
    end closure_enter

/* The same where no argument is in a vector register. */
    function closure_enter_words
    enter_home 0
    end closure_enter_words
#endif

    .section .note.GNU-stack, "", @progbits
