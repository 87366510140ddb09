/* What an instruction's operands may be. */
#include "vm/code/verify_insn.h"

#include "vm/code/code.h"
#include "vm/code/native.h"
#include "vm/code/verify.h"
#include "vm/core/type.h"

/* --- constants; each gives NULL, or what is wrong */

static const char *check_constant(const checker *k, uint32_t index)
{
    return index < k->c->constant_count ? NULL : "no such constant";
}

static const char *check_value(const checker *k, uint32_t index)
{
    const char *wrong = check_constant(k, index);
    if (wrong)
        return wrong;
    value v = k->c->constants[index];
    if (!value_is_object(v))
        return v == VALUE_ABSENT ? "a constant without a value" : NULL;
    return !verify_find_code(k->codes, v) && obj_is_visible(value_kind(v))
               ? NULL
               : "the constant is no value";
}

static const char *check_kind(const checker *k, uint32_t index, obj_kind kind, const char *wrong)
{
    const char *outside = check_constant(k, index);
    if (outside)
        return outside;
    value v = k->c->constants[index];
    return !verify_find_code(k->codes, v) && value_is(v, kind) ? NULL : wrong;
}

static const code *code_constant(const checker *k, uint32_t index)
{
    const code *c =
        index < k->c->constant_count ? verify_find_code(k->codes, k->c->constants[index]) : NULL;
    return c && !c->native ? c : NULL;
}

static const char no_code[] = "the constant is no code";

/* --- registers and jumps */

static const char *check_range(const checker *k, uint32_t first, uint32_t count)
{
    return (uint64_t)first + count <= k->c->registers ? NULL : "register out of range";
}

/* `from`: the instruction behind the jump. */
static const char *check_target(const checker *k, int64_t target, bool back)
{
    if (target < 0 || target >= k->c->count)
        return "jump out of the code";
    if (back ? target > k->pc : target <= k->pc)
        return back ? "a loop jumps forward" : "a jump goes backward";
    return k->is_arm[target] ? "jump to an arm" : NULL;
}

static int64_t wide_target(const checker *k)
{
    return (int64_t)k->pc + 1 + (int32_t)insn_wide(k->c->insns[k->pc]);
}

static int64_t short_target(const checker *k)
{
    return (int64_t)k->pc + 1 + (int16_t)k->c->insns[k->pc].c;
}

static const char *first_of(const char *a, const char *b) { return a ? a : b; }

/* What the format alone says: single registers, constants, jumps. */
static const char *check_format(const checker *k, insn i)
{
    bool back = i.op == OPC_LOOP || i.op == OPC_FORILOOP;
    const char *a = check_range(k, i.a, 1), *b = check_range(k, i.b, 1),
               *c = check_range(k, i.c, 1);
    switch (vm_opcodes[i.op].format) {
    case OPF_NONE:
    case OPF_UU:
    case OPF_URJ: return NULL; /* an arm: by its kind */
    case OPF_R:
    case OPF_RI:
    case OPF_RW:
    case OPF_RU:
    case OPF_RUU: return a;
    case OPF_RR:
    case OPF_RRI:
    case OPF_RRU: return first_of(a, b);
    case OPF_RRR: return first_of(a, first_of(b, c));
    case OPF_RK: return first_of(a, check_constant(k, insn_wide(i)));
    case OPF_RRK: return first_of(a, first_of(b, check_constant(k, i.c)));
    case OPF_RKR: return first_of(a, first_of(check_constant(k, i.b), c));
    case OPF_RUK: return first_of(a, check_constant(k, i.c));
    case OPF_J32: return check_target(k, wide_target(k), back);
    case OPF_RJ32: return first_of(a, check_target(k, wide_target(k), back));
    case OPF_RRJ: return first_of(a, first_of(b, check_target(k, short_target(k), false)));
    case OPF_RIJ:
    case OPF_RUJ: return first_of(a, check_target(k, short_target(k), false));
    }
    return NULL;
}

/* --- what single opcodes need beyond their format */

static const char *check_call(const checker *k, insn i, uint32_t arguments)
{
    return check_range(k, i.a, 2 + arguments);
}

static const char *check_code_call(const checker *k, insn i)
{
    const code *callee = code_constant(k, insn_wide(i));
    if (!callee)
        return no_code;
    if (callee->captures)
        return "a direct call of code with captures";
    return check_call(k, i, (uint32_t)callee->params + callee->has_rest);
}

static const char *check_native_call(const checker *k, insn i)
{
    const char *wrong = check_kind(k, i.c, OBJ_NATIVE, "the constant is no native");
    if (wrong)
        return wrong;
    const native_entry *entry = ((const native *)value_as_object(k->c->constants[i.c]))->entry;
    if (i.b < entry->min || (i.b > entry->max && entry->max != NATIVE_VARIADIC))
        return "wrong number of arguments of a native";
    return check_call(k, i, i.b);
}

/* A closure or block takes its captures from `first` on. */
static const char *check_captures(const checker *k, uint32_t constant, uint32_t first, bool block)
{
    const code *c = code_constant(k, constant);
    if (!c)
        return no_code;
    if (block && (c->params || c->has_rest))
        return "a block with parameters";
    return check_range(k, first, c->captures);
}

static bool is_skip_test(unsigned op)
{
    return op == OPC_TESTTUPLE || op == OPC_TESTLIST || op == OPC_TESTMAP || op == OPC_TESTKEY ||
           op == OPC_TESTERROR || op == OPC_TESTLIT;
}

static const char *check_skip(const checker *k)
{
    const code *c = k->c;
    return k->pc + 2 < c->count && c->insns[k->pc + 1].op == OPC_JMP
               ? NULL
               : "a test that is not followed by a jump";
}

static uint32_t arm_registers(unsigned kind)
{
    switch ((alt_arm_kind)kind) {
    case ALT_ARM_RECEIVE:
    case ALT_ARM_AFTER: return 1;
    case ALT_ARM_SEND:
    case ALT_ARM_SEND_MOVE:
    case ALT_ARM_DRAINED: return 2;
    case ALT_ARM_EACH_RECEIVE:
    case ALT_ARM_EACH_SEND:
    case ALT_ARM_EACH_SEND_MOVE: return 3;
    case ALT_ARM_EACH_DRAINED: return 4;
    case ALT_ARM_CLOSED:
    case ALT_ARM_ELSE:
    case ALT_ARM_KINDS: break;
    }
    return 0;
}

static const char *check_arm(const checker *k, insn i)
{
    if (!k->is_arm[k->pc])
        return "an arm without an alt";
    if (i.a >= ALT_ARM_KINDS)
        return "unknown kind of arm";
    uint32_t registers = arm_registers(i.a);
    return first_of(registers ? check_range(k, i.b, registers) : NULL,
                    check_target(k, short_target(k), false));
}

/* The arms themselves are known from is_arm. */
static const char *check_alt(const checker *k, insn i)
{
    if (i.b > (ALT_PRIORITISED | ALT_REPEATED))
        return "unknown flags of an alt";
    return (uint64_t)k->pc + 1 + i.a < k->c->count ? NULL : "an alt at the end of the code";
}

static const char *check_immediate(insn i)
{
    uint32_t word = insn_wide(i);
    return word == VALUE_ABSENT || word == VALUE_NIL || word == VALUE_TRUE || word == VALUE_FALSE
               ? NULL
               : "no immediate value";
}

static const char *check_limit(uint32_t n, uint32_t limit)
{
    return n < limit ? NULL : "operand out of range";
}

static const char *check_defers(const checker *k)
{
    return k->c->defer_reg == CODE_NO_REGISTER ? "a defer in a function without a list of them"
                                               : NULL;
}

static const char *check_opcode(const checker *k, insn i)
{
    switch ((opcode)i.op) {
    case OPC_LOADK:
    case OPC_TESTLIT: return check_value(k, insn_wide(i));
    case OPC_LOADP: return check_immediate(i);
    case OPC_GETCELL:
    case OPC_SETCELL: return check_kind(k, insn_wide(i), OBJ_CELL, "the constant is no cell");
    case OPC_CLOSURE: return check_captures(k, insn_wide(i), i.a, false);
    case OPC_ADDK:
    case OPC_SUBK:
    case OPC_MULK:
    case OPC_DIVK:
    case OPC_IDIVK:
    case OPC_MODK: return check_value(k, i.c);
    case OPC_IS: return check_limit(i.c, TYPE_COUNT);
    case OPC_TUPLE:
    case OPC_LIST:
    case OPC_APPEND:
    case OPC_INTERP: return check_range(k, i.b, i.c);
    case OPC_MAP:
    case OPC_PUTALL: return check_range(k, i.b, 2u * i.c);
    case OPC_GETFIELD:
    case OPC_TESTKEY: return check_kind(k, i.c, OBJ_STRING, "the name of a field is no string");
    case OPC_SETFIELD: return check_kind(k, i.b, OBJ_STRING, "the name of a field is no string");
    case OPC_SLICE: return check_range(k, i.c, 2);
    case OPC_CALL:
    case OPC_TAIL:
    case OPC_SPAWN:
        return first_of(check_call(k, i, i.b), i.op == OPC_SPAWN ? check_limit(i.c, 2) : NULL);
    case OPC_CALLF:
    case OPC_TAILF: return check_code_call(k, i);
    case OPC_CALLN: return check_native_call(k, i);
    case OPC_CALLV:
    case OPC_TAILV: return check_call(k, i, 2);
    case OPC_NATIVE: return "a native step in a function of the language";
    case OPC_DEFER: return first_of(check_defers(k), check_call(k, i, i.b));
    case OPC_DEFERSEND:
    case OPC_DEFERBLOCK: return check_defers(k);
    case OPC_RUNDEFERS:
        return first_of(check_defers(k),
                        k->pc == k->c->defer_pc ? NULL : "rundefers outside the epilogue");
    case OPC_TESTTUPLE:
    case OPC_TESTLIST: return check_limit(i.c, 2);
    case OPC_ERRORPART: return check_limit(i.c, 3);
    case OPC_FORI: return first_of(check_range(k, i.a, 3), check_limit(i.b, 2));
    case OPC_FORILOOP:
    case OPC_ITERNEXT: return check_range(k, i.a, 3);
    case OPC_ITER: return check_range(k, i.a, 2);
    case OPC_ITERNEXT2: return check_range(k, i.a, 4);
    case OPC_SPAWNB: return first_of(check_limit(i.b, 2), check_captures(k, i.c, i.a, true));
    case OPC_PARADD: return check_captures(k, i.c, i.b, true);
    case OPC_ALT: return check_alt(k, i);
    case OPC_ARM: return check_arm(k, i);
    case OPC_NOP:
    case OPC_MOVE:
    case OPC_LOADI:
    case OPC_ADD:
    case OPC_SUB:
    case OPC_MUL:
    case OPC_DIV:
    case OPC_IDIV:
    case OPC_MOD:
    case OPC_POW:
    case OPC_BAND:
    case OPC_BOR:
    case OPC_BXOR:
    case OPC_SHL:
    case OPC_SHR:
    case OPC_ADDI:
    case OPC_NEG:
    case OPC_BNOT:
    case OPC_NOT:
    case OPC_EQ:
    case OPC_NE:
    case OPC_LT:
    case OPC_LE:
    case OPC_IN:
    case OPC_JMP:
    case OPC_LOOP:
    case OPC_JT:
    case OPC_JF:
    case OPC_JEQ:
    case OPC_JNE:
    case OPC_JLT:
    case OPC_JNLT:
    case OPC_JLE:
    case OPC_JNLE:
    case OPC_JEQI:
    case OPC_JNEI:
    case OPC_JLTI:
    case OPC_JNLTI:
    case OPC_JLEI:
    case OPC_JNLEI:
    case OPC_JGTI:
    case OPC_JNGTI:
    case OPC_JGEI:
    case OPC_JNGEI:
    case OPC_JPRESENT:
    case OPC_JNERROR:
    case OPC_EXTEND:
    case OPC_RANGE:
    case OPC_RANGEI:
    case OPC_GETIDX:
    case OPC_GETIDXI:
    case OPC_SETIDX:
    case OPC_RET:
    case OPC_RERAISE:
    case OPC_TRACE:
    case OPC_MATCHFAIL:
    case OPC_TESTMAP:
    case OPC_TESTERROR:
    case OPC_REST:
    case OPC_PAR:
    case OPC_PARWAIT:
    case OPC_PARCANCEL:
    case OPC_SEND:
    case OPC_SENDMOVE:
    case OPC_RECV:
    case OPC_MOVEARG:
    case OPC_COUNT: break;
    }
    return NULL;
}

const char *verify_insn(const checker *k)
{
    insn i = k->c->insns[k->pc];
    if (k->is_arm[k->pc] && i.op != OPC_ARM)
        return "an alt that is not followed by its arms";
    return first_of(check_format(k, i),
                    first_of(check_opcode(k, i), is_skip_test(i.op) ? check_skip(k) : NULL));
}
