#include "vm/report/disasm.h"

#include <inttypes.h>

#include "vm/code/code.h"
#include "vm/core/text.h"
#include "vm/core/type.h"
#include "vm/walk/walk_show.h"

enum { SHOWN_BYTES = 60, NAME_WIDTH = 11 };

static const char *const arm_names[ALT_ARM_KINDS] = {
    [ALT_ARM_RECEIVE] = "receive",     [ALT_ARM_SEND] = "send",
    [ALT_ARM_SEND_MOVE] = "send move", [ALT_ARM_EACH_RECEIVE] = "each receive",
    [ALT_ARM_EACH_SEND] = "each send", [ALT_ARM_EACH_SEND_MOVE] = "each send move",
    [ALT_ARM_DRAINED] = "drained",     [ALT_ARM_EACH_DRAINED] = "each drained",
    [ALT_ARM_AFTER] = "after",         [ALT_ARM_CLOSED] = "closed",
    [ALT_ARM_ELSE] = "else",
};

static void put_name(value name, const char *otherwise, FILE *out)
{
    fputs(value_is(name, OBJ_STRING) ? value_string(name)->text : otherwise, out);
}

static void put_code(const code *c, FILE *out)
{
    fputs(c->is_branch ? "block in " : "fn ", out);
    put_name(c->name, "fn", out);
}

static void put_constant(csp_vm *vm, const code *c, operand_kind kind, uint32_t index, FILE *out)
{
    if (index >= c->constant_count) {
        fprintf(out, "constant %" PRIu32 " (none)", index);
        return;
    }
    value v = c->constants[index];
    if (kind == OPERAND_FUNCTION || kind == OPERAND_CODE || kind == OPERAND_BLOCK) {
        put_code(value_as_object(v), out);
    } else if (value_is(v, OBJ_CELL)) {
        fputs("cell ", out);
        put_name(((const cell *)value_as_object(v))->name, "?", out);
    } else if (value_is(v, OBJ_NATIVE)) {
        fprintf(out, "native %s", ((const native *)value_as_object(v))->entry->name);
    } else {
        text t;
        text_init(&t, vm);
        if (walk_show(vm, &t, v, SHOWN_BYTES))
            fwrite(t.block, 1, t.used, out);
    }
}

static void put_immediate(uint32_t word, FILE *out)
{
    const char *name = word == VALUE_ABSENT  ? "absent"
                       : word == VALUE_NIL   ? "nil"
                       : word == VALUE_TRUE  ? "true"
                       : word == VALUE_FALSE ? "false"
                                             : NULL;
    if (name)
        fputs(name, out);
    else
        fprintf(out, "word %" PRIu32, word);
}

static void put_arm(insn i, uint32_t target, FILE *out)
{
    bool has_register = i.a != ALT_ARM_CLOSED && i.a != ALT_ARM_ELSE;
    fputs(i.a < ALT_ARM_KINDS ? arm_names[i.a] : "?", out);
    if (has_register)
        fprintf(out, " r%u", i.b);
    fprintf(out, " -> %" PRIu32, target);
}

static void put_alt(insn i, FILE *out)
{
    fprintf(out, "%u arm%s", i.a, i.a == 1 ? "" : "s");
    if (i.b & ALT_PRIORITISED)
        fputs(", pri", out);
    if (i.b & ALT_REPEATED)
        fputs(", repeated", out);
    fprintf(out, " -> r%u", i.c);
}

static void put_type(uint32_t type, FILE *out)
{
    fputs(type < TYPE_COUNT ? vm_type_names[type] : "?", out);
}

static void put_operand(csp_vm *vm, const code *c, uint32_t pc, unsigned n, FILE *out)
{
    insn i = c->insns[pc];
    operand_kind kind = (operand_kind)vm_opcodes[i.op].operands[n];
    uint32_t x = code_operand(i, n);
    switch (kind) {
    case OPERAND_REG:
    case OPERAND_REG2:
    case OPERAND_REG3:
    case OPERAND_REG4:
    case OPERAND_REGS:
    case OPERAND_PAIRS:
    case OPERAND_FIELDS:
    case OPERAND_CALL:
    case OPERAND_CAPTURES: fprintf(out, "r%" PRIu32, x); break;
    case OPERAND_VALUE:
    case OPERAND_NAME:
    case OPERAND_NAMES:
    case OPERAND_CELL:
    case OPERAND_NATIVE:
    case OPERAND_FUNCTION:
    case OPERAND_CODE:
    case OPERAND_BLOCK: put_constant(vm, c, kind, x, out); break;
    case OPERAND_INT: fprintf(out, "%" PRId32, code_signed(i, n)); break;
    case OPERAND_COUNT:
    case OPERAND_FLAG:
    case OPERAND_PART: fprintf(out, "%" PRIu32, x); break;
    case OPERAND_TYPE: put_type(x, out); break;
    case OPERAND_IMMEDIATE: put_immediate(x, out); break;
    case OPERAND_JUMP:
    case OPERAND_BACK: fprintf(out, "-> %" PRId64, code_jump(i, pc)); break;
    case OPERAND_ARMS: put_alt(i, out); break;
    case OPERAND_ARM: put_arm(i, (uint32_t)code_jump(i, pc), out); break;
    case OPERAND_NONE:
    case OPERAND_WIDE:
    case OPERAND_ALT_FLAGS:
    case OPERAND_ARM_REGS: break;
    }
}

static bool is_jump(unsigned kind) { return kind == OPERAND_JUMP || kind == OPERAND_BACK; }

static void put_operands(csp_vm *vm, const code *c, uint32_t pc, FILE *out)
{
    const uint8_t *kinds = vm_opcodes[c->insns[pc].op].operands;
    if (kinds[0] == OPERAND_ARM || kinds[0] == OPERAND_ARMS) {
        put_operand(vm, c, pc, 0, out);
        return;
    }
    const char *before = "";
    for (unsigned n = 0; n < 3; n++) {
        if (kinds[n] == OPERAND_NONE || kinds[n] == OPERAND_WIDE)
            continue;
        fputs(*before && is_jump(kinds[n]) ? " " : before, out);
        put_operand(vm, c, pc, n, out);
        before = ", ";
    }
}

static bool has_operands(unsigned op)
{
    const uint8_t *kinds = vm_opcodes[op].operands;
    return kinds[0] != OPERAND_NONE || kinds[1] != OPERAND_NONE;
}

static int digits(uint32_t n)
{
    int count = 1;
    for (; n > 9; n /= 10)
        count++;
    return count;
}

static uint32_t last_line(const code *c)
{
    uint32_t last = 0;
    for (uint32_t pc = 0; pc < c->count; pc++) {
        uint32_t line = code_line(c, pc);
        last = line > last ? line : last;
    }
    return last;
}

static void put_insns(csp_vm *vm, const code *c, FILE *out)
{
    int pc_width = digits(c->count - 1), line_width = digits(last_line(c));
    uint32_t before = 0;
    for (uint32_t pc = 0; pc < c->count; pc++) {
        uint32_t line = code_line(c, pc);
        fprintf(out, "  %*" PRIu32 "  ", pc_width, pc);
        if (line == before)
            fprintf(out, "%*s", line_width, "");
        else
            fprintf(out, "%*" PRIu32, line_width, line);
        before = line;
        unsigned op = c->insns[pc].op;
        if (op >= OPC_COUNT) {
            fprintf(out, "  ? %u\n", op);
            continue;
        }
        fprintf(out, "  %-*s", has_operands(op) ? NAME_WIDTH : 0, vm_opcodes[op].name);
        put_operands(vm, c, pc, out);
        fputc('\n', out);
    }
}

/* `fn f(a, b, ..rest)`; the parameters from `required` on have defaults. */
static void put_signature(const code *c, FILE *out)
{
    fputs(c->is_branch ? "block in " : "fn ", out);
    put_name(c->name, "", out);
    fputc('(', out);
    for (uint32_t i = 0; i < (uint32_t)c->params + c->has_rest; i++) {
        if (i > 0)
            fputs(", ", out);
        if (i == c->params)
            fputs("..", out);
        put_name(c->param_names[i], "_", out);
        if (i >= c->required && i < c->params)
            fputs(" = …", out);
    }
    fputc(')', out);
}

void code_disassemble(csp_vm *vm, const code *c, FILE *out)
{
    put_signature(c, out);
    fprintf(out, "    # %u register%s, %u capture%s\n", c->registers, c->registers == 1 ? "" : "s",
            c->captures, c->captures == 1 ? "" : "s");
    put_insns(vm, c, out);
    for (uint32_t i = 0; i < c->handler_count; i++) {
        const handler *h = &c->handlers[i];
        fprintf(out, "  %s %" PRIu32 " .. %" PRIu32 " -> %" PRIu32 ", r%u\n",
                h->kind == HANDLER_CATCH ? "catch" : "cleanup", h->start, h->end, h->target,
                h->reg);
    }
    if (c->defer_reg != CODE_NO_REGISTER)
        fprintf(out, "  defers r%u -> %" PRIu32 "\n", c->defer_reg, c->defer_pc);
}

void code_disassemble_module(csp_vm *vm, const module *m, FILE *out)
{
    fputs("# ", out);
    put_name(m->name, "?", out);
    fputc('\n', out);
    for (uint32_t i = 0; i < m->code_count; i++) {
        fputc('\n', out);
        code_disassemble(vm, m->codes[i], out);
    }
}
