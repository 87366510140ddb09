/* Values on their way to where they are wanted: a register, nowhere, or the caller. */
#include "compiler/internal.h"

unsigned compile_target(builder *b, dest d, src_span at)
{
    return d.kind == DEST_REG ? d.reg : compile_registers(b, 1, at);
}

unsigned compile_show(builder *b, unsigned reg, src_span at)
{
    unsigned base = compile_registers(b, 3, at);
    uint32_t k = compile_constant(b->c, b->c->world->shown);
    compile_move(b, base + 2, reg, at);
    compile_emit(b, insn_abc(OPC_CALLN, base, 1, compile_short_constant(b, k, at)), at);
    return base;
}

void compile_return(builder *b, unsigned reg, src_span at)
{
    unsigned mark = b->top;
    if (b->number == 0 && b->c->world->shown)
        reg = compile_show(b, reg, at);
    compile_release(b, mark);
    if (b->code->defer_reg == CODE_NO_REGISTER) {
        compile_emit(b, insn_abc(OPC_RET, reg, 0, 0), at);
        return;
    }
    compile_move(b, b->code->defer_reg + 1u, reg, at);
    compile_load(b, b->code->defer_reg + 2u, VALUE_NIL, at);
    compile_jump(b, &b->epilogue, at);
}

void compile_end_trace(builder *b, unsigned reg, src_span at)
{
    if (b->number == 0 && !b->c->session)
        compile_emit(b, insn_abc(OPC_TRACE, reg, 0, 0), at);
}

void compile_deliver(builder *b, dest d, unsigned reg, src_span at)
{
    switch (d.kind) {
    case DEST_REG: compile_move(b, d.reg, reg, at); break;
    case DEST_DISCARD: break;
    case DEST_RETURN: compile_return(b, reg, at); break;
    }
}

static void load_immediate(builder *b, dest d, value immediate, src_span at)
{
    if (d.kind == DEST_DISCARD)
        return;
    unsigned mark = b->top, reg = compile_target(b, d, at);
    compile_load(b, reg, immediate, at);
    compile_release(b, mark);
    compile_deliver(b, d, reg, at);
}

void compile_nil(builder *b, dest d, src_span at) { load_immediate(b, d, VALUE_NIL, at); }

void compile_load_constant(builder *b, opcode op, dest d, uint32_t k, src_span at)
{
    unsigned mark = b->top, reg = compile_target(b, d, at);
    compile_wide(b, op, reg, k, at);
    compile_release(b, mark);
    compile_deliver(b, d, reg, at);
}

void compile_value(builder *b, value v, dest d, src_span at)
{
    if (d.kind == DEST_DISCARD)
        return;
    int64_t n = value_is_int(v) ? value_as_int(v) : 0;
    if (v == VALUE_NIL || v == VALUE_TRUE || v == VALUE_FALSE || v == VALUE_ABSENT)
        load_immediate(b, d, v, at);
    else if (value_is_int(v) && n >= INT32_MIN && n <= INT32_MAX)
        compile_load_constant(b, OPC_LOADI, d, (uint32_t)(int32_t)n, at);
    else
        compile_load_constant(b, OPC_LOADK, d, compile_constant(b->c, v), at);
}
