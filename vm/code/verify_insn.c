/* What the operands of an instruction may be. */
#include "vm/code/verify_insn.h"

#include "vm/code/code.h"
#include "vm/code/native.h"
#include "vm/code/verify.h"
#include "vm/core/string.h"
#include "vm/core/type.h"

/* --- constants; each check returns NULL, or what is wrong */

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

static const char *check_names(const checker *k, uint32_t index)
{
    const char *wrong = "the names of fields are no tuple of strings";
    const char *outside = check_kind(k, index, OBJ_TUPLE, wrong);
    if (outside)
        return outside;
    const tuple *names = value_tuple(k->c->constants[index]);
    for (uint64_t i = 0; i < names->count; i++) {
        if (!value_is(names->items[i], OBJ_STRING))
            return wrong;
        for (uint64_t j = 0; j < i; j++)
            if (str_equal(value_string(names->items[i]), value_string(names->items[j])))
                return "the same field twice";
    }
    return names->count <= SHAPE_KEYS ? NULL : "too many fields";
}

/* --- registers and jumps */

static const char *check_range(const checker *k, uint32_t first, uint32_t count)
{
    return (uint64_t)first + count <= k->c->registers ? NULL : "register out of range";
}

static const char *check_target(const checker *k, int64_t target, bool back)
{
    if (target < 0 || target >= k->c->count)
        return "jump out of the code";
    if (back ? target > k->pc : target <= k->pc)
        return back ? "a loop jumps forward" : "a jump goes backward";
    return k->is_arm[target] ? "jump to an arm" : NULL;
}

static const char *first_of(const char *a, const char *b) { return a ? a : b; }

/* `count` registers from this one on. */
static const char *check_registers(const checker *k, uint32_t first, uint32_t count)
{
    return check_range(k, first, count ? count : 1);
}

static const char *check_code(const checker *k, uint32_t index, operand_kind kind)
{
    const code *c = code_constant(k, index);
    if (!c)
        return check_constant(k, index) ? "no such constant" : "the constant is no code";
    if (kind == OPERAND_FUNCTION && c->captures)
        return "a direct call of code with captures";
    return kind == OPERAND_BLOCK && (c->params || c->has_rest) ? "a block with parameters" : NULL;
}

static const char *check_native(const checker *k, insn i)
{
    const char *wrong = check_kind(k, i.c, OBJ_NATIVE, "the constant is no native");
    if (wrong)
        return wrong;
    const native_entry *entry = ((const native *)value_as_object(k->c->constants[i.c]))->entry;
    bool fits = i.b >= entry->min && (i.b <= entry->max || entry->max == NATIVE_VARIADIC);
    return fits ? NULL : "wrong number of arguments of a native";
}

/* The code that an instruction names; NULL: none. */
static const code *code_named(const checker *k, insn i)
{
    for (unsigned n = 1; n < 3; n++) {
        operand_kind kind = (operand_kind)vm_opcodes[i.op].operands[n];
        if (kind == OPERAND_FUNCTION || kind == OPERAND_CODE || kind == OPERAND_BLOCK)
            return code_constant(k, code_operand(i, n));
    }
    return NULL;
}

static uint32_t argument_count(const checker *k, insn i)
{
    const code *callee = code_named(k, i);
    return callee ? (uint32_t)callee->params + callee->has_rest : i.b;
}

static uint32_t capture_count(const checker *k, insn i)
{
    const code *c = code_named(k, i);
    return c ? c->captures : 0;
}

/* Of a record; its names are checked by themselves. */
static uint32_t field_count(const checker *k, insn i)
{
    return check_names(k, i.c) ? 0 : (uint32_t)value_tuple(k->c->constants[i.c])->count;
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
                    check_target(k, code_jump(i, k->pc), false));
}

/* The arms themselves are known from is_arm. */
static const char *check_alt(const checker *k, insn i)
{
    if (i.b > (ALT_PRIORITISED | ALT_REPEATED))
        return "unknown flags of an alt";
    return (uint64_t)k->pc + 1 + i.a < k->c->count ? NULL : "an alt at the end of the code";
}

static const char *check_immediate(uint32_t word)
{
    bool is_one =
        word == VALUE_ABSENT || word == VALUE_NIL || word == VALUE_TRUE || word == VALUE_FALSE;
    return is_one ? NULL : "no immediate value";
}

static const char *check_limit(uint32_t n, uint32_t limit)
{
    return n < limit ? NULL : "operand out of range";
}

/* --- an instruction */

static const char *check_operand(const checker *k, insn i, unsigned n)
{
    operand_kind kind = (operand_kind)vm_opcodes[i.op].operands[n];
    uint32_t x = code_operand(i, n);
    switch (kind) {
    case OPERAND_REG: return check_range(k, x, 1);
    case OPERAND_REG2: return check_range(k, x, 2);
    case OPERAND_REG3: return check_range(k, x, 3);
    case OPERAND_REG4: return check_range(k, x, 4);
    case OPERAND_REGS: return check_registers(k, x, i.c);
    case OPERAND_PAIRS: return check_registers(k, x, 2u * i.c);
    case OPERAND_FIELDS: return check_registers(k, x, field_count(k, i));
    case OPERAND_CALL: return check_range(k, x, 2 + argument_count(k, i));
    case OPERAND_CAPTURES: return check_registers(k, x, capture_count(k, i));
    case OPERAND_VALUE: return check_value(k, x);
    case OPERAND_NAME: return check_kind(k, x, OBJ_STRING, "the name of a field is no string");
    case OPERAND_NAMES: return check_names(k, x);
    case OPERAND_CELL: return check_kind(k, x, OBJ_CELL, "the constant is no cell");
    case OPERAND_NATIVE: return check_native(k, i);
    case OPERAND_FUNCTION:
    case OPERAND_CODE:
    case OPERAND_BLOCK: return check_code(k, x, kind);
    case OPERAND_FLAG: return check_limit(x, 2);
    case OPERAND_PART: return check_limit(x, 3);
    case OPERAND_TYPE: return check_limit(x, TYPE_COUNT);
    case OPERAND_IMMEDIATE: return check_immediate(x);
    case OPERAND_JUMP: return check_target(k, code_jump(i, k->pc), false);
    case OPERAND_BACK: return check_target(k, code_jump(i, k->pc), true);
    case OPERAND_ARMS: return check_alt(k, i);
    case OPERAND_ARM: return check_arm(k, i);
    case OPERAND_NONE:
    case OPERAND_WIDE:
    case OPERAND_INT:
    case OPERAND_COUNT:
    case OPERAND_ALT_FLAGS:
    case OPERAND_ARM_REGS: break;
    }
    return NULL;
}

static const char *check_skip(const checker *k)
{
    const code *c = k->c;
    return k->pc + 2 < c->count && c->insns[k->pc + 1].op == OPC_JMP
               ? NULL
               : "a test that is not followed by a jump";
}

static const char *check_fused(const checker *k, insn i)
{
    const code *c = k->c;
    opcode second = i.op == OPC_MULADD ? OPC_ADD : OPC_SUB;
    return k->pc + 1 < c->count && c->insns[k->pc + 1].op == second && c->insns[k->pc + 1].c == i.a
               ? NULL
               : "a product that is not added";
}

/* Checks that the kinds of operands do not express. */
static const char *check_opcode(const checker *k, insn i)
{
    opcode_flag flag = (opcode_flag)vm_opcodes[i.op].flag;
    if (i.op == OPC_NATIVE || i.op == OPC_HOSTCALL || i.op == OPC_HOSTRET)
        return "a native step in a function of the language";
    if (flag == OPCODE_DEFERS && k->c->defer_reg == CODE_NO_REGISTER)
        return "a defer in a function without a list of them";
    if (i.op == OPC_RUNDEFERS && k->pc != k->c->defer_pc)
        return "rundefers outside the epilogue";
    if (flag == OPCODE_FUSES)
        return check_fused(k, i);
    return flag == OPCODE_SKIPS ? check_skip(k) : NULL;
}

const char *verify_insn(const checker *k)
{
    insn i = k->c->insns[k->pc];
    if (k->is_arm[k->pc] && i.op != OPC_ARM)
        return "an alt that is not followed by its arms";
    const char *wrong = NULL;
    for (unsigned n = 0; n < 3 && !wrong; n++)
        wrong = check_operand(k, i, n);
    return wrong ? wrong : check_opcode(k, i);
}
