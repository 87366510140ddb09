/* Indices, slices, fields; ranges. */
#include "compiler/kinds.h"

void compile_index(builder *b, ast_node *ast, dest d)
{
    ast_node *index = ast->as.binary.right;
    unsigned mark = b->top, out = compile_target(b, d, ast->span);
    unsigned subject = compile_operand(b, ast->as.binary.left, dest_hint(d, out));
    int64_t n;
    if (compile_small_literal(index, INT16_MIN, INT16_MAX, &n)) {
        compile_emit(b, insn_abc(OPC_GETIDXI, out, subject, (uint16_t)n), ast->span);
    } else {
        unsigned key = compile_any(b, index);
        compile_emit(b, insn_abc(OPC_GETIDX, out, subject, key), ast->span);
    }
    compile_release(b, mark);
    compile_deliver(b, d, out, ast->span);
}

static void compile_bound(builder *b, ast_node *ast, value otherwise, unsigned reg, src_span at)
{
    if (ast)
        compile_to(b, ast, reg);
    else
        compile_value(b, otherwise, dest_fresh(reg), at);
}

void compile_slice(builder *b, ast_node *ast, dest d)
{
    unsigned mark = b->top, out = compile_target(b, d, ast->span);
    unsigned subject = compile_any(b, ast->as.slice.object);
    unsigned bounds = compile_registers(b, 2, ast->span);
    /* xs[a..=b] is xs indexed by the range a..=b */
    bool closed = ast->as.slice.closed && ast->as.slice.to;
    compile_bound(b, ast->as.slice.from, closed ? value_int(0) : VALUE_ABSENT, bounds, ast->span);
    compile_bound(b, ast->as.slice.to, VALUE_ABSENT, bounds + 1, ast->span);
    if (closed) {
        compile_emit(b, insn_abc(OPC_RANGEI, bounds, bounds, bounds + 1), ast->span);
        compile_emit(b, insn_abc(OPC_GETIDX, out, subject, bounds), ast->span);
    } else {
        compile_emit(b, insn_abc(OPC_SLICE, out, subject, bounds), ast->span);
    }
    compile_release(b, mark);
    compile_deliver(b, d, out, ast->span);
}

void compile_field(builder *b, ast_node *ast, dest d)
{
    ast_node *subject = ast->as.field.object;
    const ast_name *name = ast->as.field.name;
    if (subject->kind == AST_NAME && subject->as.name.binding->module) {
        compile_binding(b, subject->as.name.binding, d, ast->span);
        return;
    }
    unsigned mark = b->top, out = compile_target(b, d, ast->span);
    unsigned from = compile_operand(b, subject, dest_hint(d, out));
    unsigned k =
        compile_short_constant(b, compile_string(b->c, name->text, name->length), ast->span);
    compile_emit(b, insn_abc(OPC_GETFIELD, out, from, k), ast->span);
    compile_release(b, mark);
    compile_deliver(b, d, out, ast->span);
}

void compile_range(builder *b, ast_node *ast, dest d)
{
    unsigned mark = b->top, out = compile_target(b, d, ast->span);
    unsigned from = compile_any(b, ast->as.slice.from), to;
    if (ast->as.slice.to) {
        to = compile_any(b, ast->as.slice.to);
    } else {
        to = compile_registers(b, 1, ast->span);
        compile_load(b, to, VALUE_ABSENT, ast->span);
    }
    compile_emit(b, insn_abc(ast->as.slice.closed ? OPC_RANGEI : OPC_RANGE, out, from, to),
                 ast->span);
    compile_release(b, mark);
    compile_deliver(b, d, out, ast->span);
}
