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

static bool is_code_constant(unsigned op)
{
    return op == OPC_CLOSURE || op == OPC_CALLF || op == OPC_TAILF || op == OPC_SPAWNB ||
           op == OPC_PARADD;
}

static void put_constant(csp_vm *vm, const code *c, unsigned op, uint32_t index, FILE *out)
{
    if (index >= c->constant_count) {
        fprintf(out, "constant %" PRIu32 " (none)", index);
        return;
    }
    value v = c->constants[index];
    if (is_code_constant(op)) {
        const code *callee = value_as_object(v);
        fputs(callee->is_branch ? "block in " : "fn ", out);
        put_name(callee->name, "fn", out);
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
}

static void put_type(uint32_t type, FILE *out)
{
    fputs(type < TYPE_COUNT ? vm_type_names[type] : "?", out);
}

static void put_operands(csp_vm *vm, const code *c, uint32_t pc, FILE *out)
{
    insn i = c->insns[pc];
    uint32_t wide = insn_wide(i);
    uint32_t far = pc + 1 + wide, near = (uint32_t)((int64_t)pc + 1 + (int16_t)i.c);
    switch (vm_opcodes[i.op].format) {
    case OPF_NONE: break;
    case OPF_R: fprintf(out, "r%u", i.a); break;
    case OPF_RR: fprintf(out, "r%u, r%u", i.a, i.b); break;
    case OPF_RRR: fprintf(out, "r%u, r%u, r%u", i.a, i.b, i.c); break;
    case OPF_RK:
        fprintf(out, "r%u, ", i.a);
        put_constant(vm, c, i.op, wide, out);
        break;
    case OPF_RI: fprintf(out, "r%u, %" PRId32, i.a, (int32_t)wide); break;
    case OPF_RW:
        fprintf(out, "r%u, ", i.a);
        put_immediate(wide, out);
        break;
    case OPF_RRI: fprintf(out, "r%u, r%u, %d", i.a, i.b, (int16_t)i.c); break;
    case OPF_RRU:
        fprintf(out, "r%u, r%u, ", i.a, i.b);
        if (i.op == OPC_IS)
            put_type(i.c, out);
        else
            fprintf(out, "%u", i.c);
        break;
    case OPF_RRK:
        fprintf(out, "r%u, r%u, ", i.a, i.b);
        put_constant(vm, c, i.op, i.c, out);
        break;
    case OPF_RKR:
        fprintf(out, "r%u, ", i.a);
        put_constant(vm, c, i.op, i.b, out);
        fprintf(out, ", r%u", i.c);
        break;
    case OPF_RU: fprintf(out, "r%u, %u", i.a, i.b); break;
    case OPF_RUU: fprintf(out, "r%u, %u, %u", i.a, i.b, i.c); break;
    case OPF_RUK:
        fprintf(out, "r%u, %u, ", i.a, i.b);
        put_constant(vm, c, i.op, i.c, out);
        break;
    case OPF_J32: fprintf(out, "-> %" PRIu32, far); break;
    case OPF_RJ32: fprintf(out, "r%u -> %" PRIu32, i.a, far); break;
    case OPF_RRJ: fprintf(out, "r%u, r%u -> %" PRIu32, i.a, i.b, near); break;
    case OPF_RIJ: fprintf(out, "r%u, %d -> %" PRIu32, i.a, (int16_t)i.b, near); break;
    case OPF_RUJ: fprintf(out, "r%u, %u -> %" PRIu32, i.a, i.b, near); break;
    case OPF_URJ: put_arm(i, near, out); break;
    case OPF_UU: put_alt(i, out); break;
    }
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
        bool bare = vm_opcodes[op].format == OPF_NONE;
        fprintf(out, "  %-*s", bare ? 0 : NAME_WIDTH, vm_opcodes[op].name);
        put_operands(vm, c, pc, out);
        fputc('\n', out);
    }
}

/* `fn f(a, b, ..rest)`; from `required` on the parameters have defaults. */
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

static void code_disassemble(csp_vm *vm, const code *c, FILE *out)
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
