/* Where a nil that an operation rejected came from: the expression that gave it, as written in
 * the source. */
#include "vm/report/whence.h"

#include <string.h>

#include "vm/code/code.h"
#include "vm/core/string.h"
#include "vm/core/vm.h"

enum {
    BACK = 8,     /* instructions: an operand is usually made just before */
    SCAN = 8192,  /* larger codes are not searched for jumps */
    LONGEST = 60, /* bytes of source to show in a message */
    NOWHERE = -1
};

/* Whether the instruction only stores a value in its register a and goes on to the next. */
static bool gives_a_value(opcode op)
{
    switch (op) {
    case OPC_MOVE:
    case OPC_LOADK:
    case OPC_LOADI:
    case OPC_GETIDX:
    case OPC_GETIDXI:
    case OPC_GETFIELD:
    case OPC_CALL: return true;
    default: return false;
    }
}

/* Whether a jump ends in (from, to]: then the instruction at `from` may not have run. */
static bool is_joined(const code *c, int64_t from, int64_t to)
{
    for (uint32_t at = 0; at < c->count; at++) {
        int64_t target = code_jump(c->insns[at], at);
        if (target > from && target <= to)
            return true;
    }
    return false;
}

/* The instruction that gave the register its value, if that is certain; else NOWHERE. */
static int64_t giver(const code *c, int64_t pc, unsigned reg)
{
    int64_t at = pc - 1;
    for (int64_t last = pc - BACK; at >= 0 && at >= last && gives_a_value((opcode)c->insns[at].op);
         at--) {
        const insn *i = &c->insns[at];
        if (i->op == OPC_CALL && i->a < reg)
            return NOWHERE; /* the callee's frame stood in it */
        if (i->a == reg)
            return is_joined(c, at, pc) ? NOWHERE : at;
    }
    return NOWHERE;
}

static bool quote(const code *c, int64_t at, char *out, size_t size)
{
    const module *m = c->module;
    src_place place = c->places[at];
    if (!m || !m->text || place.end > m->length || place.start >= place.end ||
        place.end - place.start > LONGEST)
        return false;
    size_t length = place.end - place.start;
    if (memchr(m->text + place.start, '\n', length) != NULL)
        return false;
    return snprintf(out, size, "`%.*s` is nil", (int)length, m->text + place.start) < (int)size;
}

/* The registers that the operation read as operands; false: an operation that is not explained. */
static bool operands(const insn *i, unsigned reg[2])
{
    bool is_arithmetic =
        (i->op >= OPC_ADD && i->op <= OPC_BNOT) || vm_opcodes[i->op].flag == OPCODE_FUSES;
    if (!is_arithmetic && i->op != OPC_GETFIELD)
        return false;
    reg[0] = i->b;
    reg[1] = vm_opcodes[i->op].operands[2] == OPERAND_REG ? i->c : i->b;
    return true;
}

void insn_explain_nil(csp_vm *vm, const frame *f)
{
    unsigned reg[2];
    value raised = vm->sched.raised;
    const code *c = f->code;
    bool is_refusal =
        value_is(raised, OBJ_ERROR) && value_error(raised)->kind == vm->error_names[ERR_TYPE];
    if (!is_refusal || c->native || c->count > SCAN || !c->places || !operands(f->pc, reg))
        return;
    for (int k = 0; k < 2; k++) {
        int64_t at = f->base[reg[k]] == VALUE_NIL ? giver(c, f->pc - c->insns, reg[k]) : NOWHERE;
        char said[LONGEST + 16];
        if (at == NOWHERE || !quote(c, at, said, sizeof said))
            continue;
        error *e = value_error(raised);
        value message = str_format(vm, "%s: %s", value_string(e->message)->text, said);
        if (message != VALUE_ABSENT)
            e->message = message;
        return;
    }
}
