/* Statements, and what chooses by conditions or errors. */
#include "compiler/kinds.h"
#include "vm/code/native.h"
#include "vm/walk/walk.h"

static void bind_value(builder *b, ast_node *pattern, ast_node *source)
{
    unsigned reg = compile_registers(b, 1, pattern->span);
    if (source->kind == AST_FN)
        compile_closure(b, source, pattern->as.name.id, dest_fresh(reg));
    else
        compile_node(b, source, dest_fresh(reg));
    compile_name(b, pattern->as.name.binding, reg, pattern->span);
    compile_release(b, reg + 1);
}

/* `let (a, b) = (c, d)`: no tuple is needed. */
static bool takes_apart(const ast_node *pattern, const ast_node *source)
{
    if (pattern->kind != PAT_TUPLE || source->kind != AST_TUPLE || pattern->as.pattern.has_rest ||
        pattern->as.pattern.elements.count != source->as.list.count)
        return false;
    for (uint32_t i = 0; i < source->as.list.count; i++)
        if (pattern->as.pattern.elements.items[i]->kind != PAT_NAME &&
            pattern->as.pattern.elements.items[i]->kind != PAT_HOLE)
            return false;
    return true;
}

static void bind_each(builder *b, const ast_node *pattern, const ast_node *source)
{
    uint32_t count = source->as.list.count;
    unsigned base = compile_registers(b, count, pattern->span);
    for (uint32_t i = 0; i < count && !b->too_large; i++) {
        const ast_node *element = pattern->as.pattern.elements.items[i];
        compile_to(b, source->as.list.items[i], base + i);
        if (element->kind == PAT_NAME)
            compile_name(b, element->as.name.binding, base + i, element->span);
    }
}

void compile_let(builder *b, ast_node *ast)
{
    ast_node *pattern = ast->as.let.pattern, *source = ast->as.let.value;
    unsigned mark = b->top;
    if (pattern->kind == PAT_NAME)
        bind_value(b, pattern, source);
    else if (pattern->kind == PAT_HOLE)
        compile_node(b, source, TO_DISCARD);
    else if (takes_apart(pattern, source))
        bind_each(b, pattern, source);
    else
        compile_bind_node(b, pattern, source);
    compile_publish(b, pattern);
    if (pattern->kind == PAT_NAME && pattern->as.name.binding->kind == BINDING_SESSION)
        compile_release(b, mark);
}

static bool is_immutable_literal(const ast_node *ast)
{
    return ast->kind <= AST_BYTES || (ast->kind == AST_UNARY && ast->op == OP_NEG &&
                                      ast->as.unary.operand->kind <= AST_FLOAT);
}

void compile_freeze(builder *b, unsigned base, src_span at)
{
    uint32_t k = compile_constant(b->c, native_value(b->c->vm, &walk_natives[WALK_FREEZE]));
    compile_emit(b, insn_abc(OPC_CALLN, base, 1, compile_short_constant(b, k, at)), at);
}

void compile_const_value(builder *b, ast_node *ast)
{
    ast_node *value_node = ast->as.let.value;
    unsigned mark = b->top, base = compile_registers(b, 3, ast->span), reg = base + 2;
    compile_to(b, value_node, reg);
    if (!is_immutable_literal(value_node)) {
        compile_freeze(b, base, value_node->span);
        reg = base;
    }
    compile_session_value(b, ast->as.let.binding, reg, ast->span);
    compile_release(b, mark);
}

void compile_const(builder *b, ast_node *ast)
{
    if (b->c->session)
        compile_const_value(b, ast);
}

static void assign_session(builder *b, ast_node *ast)
{
    ast_node *place = ast->as.assign.place;
    unsigned reg = compile_registers(b, 1, ast->span);
    uint32_t k = compile_constant(b->c, place->as.name.binding->cell);
    if (ast->op == OP_NONE) {
        compile_to(b, ast->as.assign.value, reg);
    } else {
        compile_wide(b, OPC_GETCELL, reg, k, place->span);
        compile_arithmetic(b, ast->op, reg, reg, ast->as.assign.value, ast->span);
    }
    compile_session_value(b, place->as.name.binding, reg, ast->span);
}

static void assign_name(builder *b, ast_node *ast)
{
    ast_node *place = ast->as.assign.place;
    const ast_binding *binding = place->as.name.binding;
    if (binding->kind == BINDING_SESSION)
        assign_session(b, ast);
    else if (ast->op == OP_NONE)
        compile_node(b, ast->as.assign.value, dest_variable(binding->reg));
    else
        compile_arithmetic(b, ast->op, binding->reg, compile_any(b, place), ast->as.assign.value,
                           ast->span);
}

/* The new value of a place whose old one is `get`. */
static unsigned new_value(builder *b, ast_node *ast, insn get)
{
    if (ast->op == OP_NONE)
        return compile_any(b, ast->as.assign.value);
    unsigned reg = compile_registers(b, 1, ast->span);
    get.a = (uint16_t)reg;
    compile_emit(b, get, ast->as.assign.place->span);
    compile_arithmetic(b, ast->op, reg, reg, ast->as.assign.value, ast->span);
    return reg;
}

void compile_assign(builder *b, ast_node *ast)
{
    ast_node *place = ast->as.assign.place;
    unsigned mark = b->top;
    if (place->kind == AST_NAME) {
        assign_name(b, ast);
    } else if (place->kind == AST_TUPLE) {
        compile_places(b, ast);
    } else if (place->kind == AST_INDEX) {
        unsigned subject = compile_any(b, place->as.binary.left),
                 key = compile_any(b, place->as.binary.right);
        unsigned reg = new_value(b, ast, insn_abc(OPC_GETIDX, 0, subject, key));
        compile_emit(b, insn_abc(OPC_SETIDX, subject, key, reg), ast->span);
    } else {
        unsigned subject = compile_any(b, place->as.field.object);
        const ast_name *name = place->as.field.name;
        unsigned k =
            compile_short_constant(b, compile_string(b->c, name->text, name->length), ast->span);
        unsigned reg = new_value(b, ast, insn_abc(OPC_GETFIELD, 0, subject, k));
        compile_emit(b, insn_abc(OPC_SETFIELD, subject, k, reg), ast->span);
    }
    compile_release(b, mark);
}

/* `if c { break }` without an `else` is a jump of the condition. */
static jumps *only_leaves(const builder *b, const ast_node *ast, dest d)
{
    const ast_node *then = ast->as.branch.then;
    if (d.kind != DEST_DISCARD || ast->as.branch.otherwise || then->kind != AST_BLOCK ||
        then->as.list.count != 1)
        return NULL;
    ast_kind kind = then->as.list.items[0]->kind;
    if (kind == AST_BREAK)
        return &b->loop->exits;
    return kind == AST_CONTINUE ? &b->loop->turns : NULL;
}

void compile_if(builder *b, ast_node *ast, dest d)
{
    jumps done = {0};
    src_span at = ast->span;
    for (; ast && ast->kind == AST_IF; ast = ast->as.branch.otherwise) {
        jumps otherwise = jumps_over((src_span){ast->span.start, ast->as.branch.then->span.end});
        jumps *away = only_leaves(b, ast, d);
        unsigned mark = b->top;
        if (away) {
            compile_condition(b, ast->as.branch.condition, true, away);
            compile_release(b, mark);
            continue;
        }
        compile_condition(b, ast->as.branch.condition, false, &otherwise);
        compile_node(b, ast->as.branch.then, d);
        if (ast->as.branch.otherwise || d.kind != DEST_DISCARD)
            compile_jump(b, &done, at);
        b->reachable = b->reachable && otherwise.last == 0;
        compile_land(b, &otherwise);
        compile_release(b, mark);
    }
    if (ast)
        compile_node(b, ast, d);
    else
        compile_nil(b, d, at);
    compile_land(b, &done);
}

void compile_catch(builder *b, ast_node *ast, dest d)
{
    unsigned mark = b->top, out = compile_target(b, d, ast->span);
    uint32_t start = compile_here(b), cold = b->cold_count;
    b->handlers_open++;
    compile_node(b, ast->as.unary.operand,
                 d.kind == DEST_REG       ? d
                 : d.kind == DEST_DISCARD ? TO_DISCARD
                                          : dest_fresh(out));
    b->handlers_open--;
    compile_flush_cold(b, cold, ast->span);
    if (b->count > start) {
        compile_add_handler(b, (handler){.start = start,
                                         .end = compile_here(b),
                                         .target = b->count,
                                         .reg = (uint16_t)out,
                                         .kind = HANDLER_CATCH});
        b->reachable = true;
    }
    compile_release(b, mark);
    compile_deliver(b, d, out, ast->span);
}

void compile_try(builder *b, ast_node *ast, dest d)
{
    ast_node *operand = ast->as.unary.operand;
    if (d.kind == DEST_RETURN && b->number != 0) { /* the value or the error: either is returned */
        compile_node(b, operand, d);
        return;
    }
    unsigned mark = b->top;
    unsigned reg = d.kind == DEST_REG && d.scratch ? compile_operand(b, operand, d.reg)
                                                   : compile_any(b, operand);
    jumps good = {0};
    compile_jump_to(b, insn_aw(OPC_JNERROR, reg, 0), &good, ast->span);
    compile_end_trace(b, reg, ast->span);
    compile_return(b, reg, ast->span);
    compile_land(b, &good);
    compile_release(b, mark);
    compile_deliver(b, d, reg, ast->span);
}

void compile_return_statement(builder *b, ast_node *ast)
{
    ast_node *operand = ast->as.unary.operand;
    if (!operand) {
        compile_nil(b, TO_RETURN, ast->span);
    } else if (b->number == 0) {
        unsigned mark = b->top, reg = compile_any(b, operand);
        compile_end_trace(b, reg, ast->span);
        compile_return(b, reg, ast->span);
        compile_release(b, mark);
    } else {
        compile_node(b, operand, TO_RETURN);
    }
}

void compile_block(builder *b, ast_node *ast, dest d)
{
    compile_nodes(b, ast->as.list, d, ast->span);
}
