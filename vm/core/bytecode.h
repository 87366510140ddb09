/* Bytecode: instructions, code objects, modules, positions.
 *
 * A code object is one function. It is read-only once it has been verified; what changes (the hints
 * of field caches) lies beside it. Code objects, modules and all that they point to are objects of
 * the heap: a closure or a frame holds its code, a code its module, and a module all of its codes.
 * The VM's table of modules holds them weakly (code_table.c).
 *
 * The registers of a frame, from R[0] on:
 *
 *     parameters | rest parameter (a list) | captures | locals and temporaries
 *
 * An argument that was not given is VALUE_ABSENT. The code of its default begins with JPRESENT.
 *
 * A call: the callee is in R[A], the arguments start at R[A+2], and the callee's R[0] is the
 * caller's R[A+2]. The words R[A] and R[A+1] become the frame's link (frame.h). The result goes to
 * R[A]. The bottom frame of a process has no link.
 *
 * Handlers are a table of pc ranges, innermost first. HANDLER_CATCH: the error goes to R[reg] and
 * the pc to `target`; kills skip it. HANDLER_CLEANUP (a par under way) takes both crashes and
 * kills: R[reg] is the error or VALUE_KILLED, and the code there ends with RERAISE or PARCANCEL.
 *
 * Defers: a function with `defer` has four registers from defer_reg on.
 *
 *     D    the list of what was deferred; the function's first instruction sets it to nil
 *     D+1  the outcome
 *     D+2  the mode: nil to return; true to raise D+1 again (VALUE_KILLED: to go on with the kill);
 *          an int: as nil (0) or true (1), and kills are put off until this frame's defers have run
 *     D+3  the instruction that deferred what is running
 *
 * Its `return e` is: MOVE D+1, e; LOADP D+2, nil; JMP epilogue. The epilogue at defer_pc is
 * RUNDEFERS; RET D+1. The NOP before it is where the frame stands while a deferred call or send is
 * under way (code_standing). When a crash or kill unwinds the frame and D is not empty, the VM sets
 * D+1 and D+2 and goes to defer_pc. RUNDEFERS pops one entry at a time and comes back to itself.
 * When none is left it goes on, or back to the unwinding. */
#ifndef CSP_VM_CORE_BYTECODE_H
#define CSP_VM_CORE_BYTECODE_H

#include <stdio.h>

#include "vm/core/value.h"

typedef struct csp_vm csp_vm;

typedef enum opcode {
#define OPCODE(enumerator, name, a, b, c, flag, meaning) OPC_##enumerator,
#include "vm/core/opcode.def"
#undef OPCODE
    OPC_COUNT
} opcode;

typedef enum operand_kind {
#define OPERAND(enumerator, meaning) OPERAND_##enumerator,
#include "vm/core/operand.def"
#undef OPERAND
} operand_kind;

/* What opcode.def says about an opcode beyond its operands. */
typedef enum opcode_flag {
    OPCODE_NONE,
    OPCODE_ENDS,
    OPCODE_SKIPS,
    OPCODE_HINT,
    OPCODE_FUSES,
    OPCODE_DEFERS
} opcode_flag;

typedef struct opcode_info {
    const char *name;
    uint8_t operands[3]; /* operand_kind of a, b, c */
    uint8_t flag;
    const char *meaning;
} opcode_info;

/* The piece of source that an instruction was made from: byte offsets into its module's text. */
typedef struct src_place {
    uint32_t start, end;
} src_place;

/* What an instruction that names a field remembers: the shape of the last map it met (0: none), and
 * the place of the field in it. */
typedef struct field_hint {
    uint32_t shape, place;
} field_hint;

typedef struct insn {
    uint16_t op, a, b, c;
} insn;
_Static_assert(sizeof(insn) == sizeof(field_hint), "the hint of an instruction is at a distance");

/* b and c as one number */
static inline uint32_t insn_wide(insn i) { return (uint32_t)i.b | (uint32_t)i.c << 16; }
static inline insn insn_abc(opcode op, unsigned a, unsigned b, unsigned c)
{
    return (insn){(uint16_t)op, (uint16_t)a, (uint16_t)b, (uint16_t)c};
}
static inline insn insn_aw(opcode op, unsigned a, uint32_t wide)
{
    return (insn){(uint16_t)op, (uint16_t)a, (uint16_t)wide, (uint16_t)(wide >> 16)};
}

/* in R[-2]: frames between this one and its caller were replaced by tail calls */
enum { CODE_MAX_REGISTERS = 60000, CODE_NO_REGISTER = 0xffff };

typedef enum { HANDLER_CATCH, HANDLER_CLEANUP } handler_kind;
typedef struct handler {
    uint32_t start, end /* excluded */, target;
    uint16_t reg;
    uint8_t kind;
} handler;

/* Arms of an alt, and their registers from `b` on. If the channel or duration is VALUE_ABSENT, the
 * arm does not exist (its guard was false).
 *   RECEIVE      b: channel; gets the value when chosen
 *   SEND         b: channel, b+1: value
 *   SEND_MOVE    the same, the value is moved if the arm is chosen
 *   EACH_*       b: a list of four values for each element: channel, value (nil for receive),
 *                index or key, element. When chosen, b gets the value received, b+1 the index,
 *                b+2 the element
 *   DRAINED      b: channel, b+1: nil, or in a repeated alt the set of the channels that the arm
 *                was taken for
 *   EACH_DRAINED b: the list, b+3: as b+1 above
 *   AFTER        b: duration;   CLOSED, ELSE: none */
typedef enum alt_arm_kind {
    ALT_ARM_RECEIVE,
    ALT_ARM_SEND,
    ALT_ARM_SEND_MOVE,
    ALT_ARM_EACH_RECEIVE,
    ALT_ARM_EACH_SEND,
    ALT_ARM_EACH_SEND_MOVE,
    ALT_ARM_DRAINED,
    ALT_ARM_EACH_DRAINED,
    ALT_ARM_AFTER,
    ALT_ARM_CLOSED,
    ALT_ARM_ELSE,
    ALT_ARM_KINDS
} alt_arm_kind;
/* When no arm of a repeated alt is enabled any more, the VM goes on after the arms. */
enum { ALT_PRIORITISED = 1, ALT_REPEATED = 2 };

typedef struct module module;

typedef struct code {
    const insn *insns;
    /* may include raw pointers to other code objects (16-byte aligned, outside the
     * collected heap) */
    const value *constants;
    uint16_t registers; /* size of a frame, parameters included */
    uint16_t params;    /* positional parameters, without the rest */
    uint16_t required;  /* this many come first and have no default */
    uint16_t captures;
    /* the capture that is the closure itself (a named local fn), or CODE_NO_REGISTER */
    uint16_t self_capture;
    uint16_t defer_reg; /* D, or CODE_NO_REGISTER */
    bool has_rest;
    /* no defaults, no rest: a call with exactly `params` arguments needs no arranging */
    bool plain;
    /* a native frame that stands for an instruction: its result finishes that
     * instruction (run.c) */
    bool is_operator;
    bool is_branch; /* of a par or a spawn block: shown as such in traces */
    bool applies;   /* calls its first argument: spawned for a call with `..` or named arguments */
    uint32_t defer_pc;
    uint32_t count; /* instructions */
    uint32_t constant_count;
    uint32_t handler_count;
    const handler *handlers;
    const src_place *places; /* one for each instruction */
    field_hint *hints;       /* one for each instruction; NULL where none needs it */
    uintptr_t hint_delta;    /* bytes from an instruction to its hint, modulo 2**64 */
    uint32_t base;           /* position of the first instruction, unique in the VM */
    value name;              /* a string */
    /* the name of a process that is spawned with this code; NULL: it has none, or what it applies
     * may have one */
    const struct string *process_name;
    /* strings (VALUE_NIL for `_`), `params` of them, then that of the rest parameter */
    const value *param_names;
    module *module;
    const struct native_entry *native; /* of a resumable native frame, else NULL */
    /* what the room above keeps while the code lives: an object of the heap, or NULL */
    void *beside;
} code;

/* A position is code->base + pc: one 32-bit number for any instruction of the VM. */

/* What a module offers to others: a top-level fn (item: its closure) or const (item: its OBJ_CELL)
 * whose name does not start with `_`. */
typedef struct module_export {
    value name; /* string */
    value item;
} module_export;

struct module {
    value name; /* string: the source's name as shown to people */
    char *text;
    uint32_t length; /* a copy of the source, for carets in traces */
    uint32_t *lines;
    uint32_t line_count;
    uint32_t first_line;
    code **codes;
    uint32_t code_count; /* codes[0] is the module's body, a function without parameters */
    value *constants;
    uint32_t constant_count; /* all constants of all its codes, and the names */
    module_export *exports;
    uint32_t export_count;
};

#endif
