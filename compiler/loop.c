/* Loops. Every iteration ends at one place, the only backward jump, where the VM counts it. */
#include "compiler/kinds.h"

void compile_while(builder *b, ast_node *ast)
{
    const ast_loop *loop = &ast->as.loop;
    loop_frame frame = {b->loop, jumps_over(ast->span), jumps_over(ast->span)};
    uint32_t head = compile_here(b);
    if (loop->value)
        compile_condition(b, loop->value, false, &frame.exits);
    b->loop = &frame; /* cppcheck-suppress autoVariables ; until the loop is done */
    compile_node(b, loop->body, TO_DISCARD);
    b->loop = frame.outer;
    compile_land(b, &frame.turns);
    compile_jump_back(b, insn_aw(OPC_LOOP, 0, 0), head, ast->span);
    compile_land(b, &frame.exits);
}

/* `for i in a..b` counts without making a range. */
static void begin_counting(builder *b, iteration *it, const ast_node *bounds, src_span at)
{
    it->base = compile_registers(b, 3, at);
    compile_to(b, bounds->as.slice.from, it->base);
    if (bounds->as.slice.to)
        compile_to(b, bounds->as.slice.to, it->base + 1);
    else
        compile_load(b, it->base + 1, VALUE_ABSENT, at);
    jumps none = {0}, body = {0};
    bool far = it->exits.far; /* more than FORI can jump over: it jumps to a JMP */
    compile_jump_to(b, insn_abc(OPC_FORI, it->base, bounds->as.slice.closed, 0),
                    far ? &none : &it->exits, bounds->span);
    if (far) {
        compile_jump(b, &body, bounds->span);
        compile_land(b, &none);
        compile_jump(b, &it->exits, bounds->span);
        compile_land(b, &body);
    }
    it->head = compile_here(b);
}

static void begin_iterating(builder *b, iteration *it, ast_node *source, bool two, src_span at)
{
    it->base = compile_registers(b, two ? 4 : 3, at);
    unsigned mark = b->top, from = compile_any(b, source);
    compile_emit(b, insn_abc(OPC_ITER, it->base, from, 0), source->span);
    compile_release(b, mark);
    it->head = compile_here(b);
    compile_jump_to(b, insn_aw(two ? OPC_ITERNEXT2 : OPC_ITERNEXT, it->base, 0), &it->exits,
                    source->span);
}

void compile_iteration(builder *b, iteration *it, ast_node *source, ast_node *const target[2],
                       src_span at)
{
    *it = (iteration){.numeric = source->kind == AST_RANGE && !target[1], .exits = jumps_over(at)};
    if (it->numeric)
        begin_counting(b, it, source, at);
    else
        begin_iterating(b, it, source, target[1] != NULL, at);
    compile_bind(b, target[0], it->base + 2, true);
    if (target[1])
        compile_bind(b, target[1], it->base + 3, true);
}

void compile_next_turn(builder *b, iteration *it, jumps *turns, src_span at)
{
    compile_land(b, turns);
    if (it->numeric)
        compile_jump_back(b, insn_aw(OPC_FORILOOP, it->base, 0), it->head, at);
    else
        compile_jump_back(b, insn_aw(OPC_LOOP, 0, 0), it->head, at);
    compile_land(b, &it->exits);
}

void compile_for(builder *b, ast_node *ast)
{
    const ast_loop *loop = &ast->as.loop;
    unsigned mark = b->top;
    iteration it;
    compile_iteration(b, &it, loop->value, loop->target, ast->span);
    loop_frame frame = {b->loop, jumps_over(ast->span), jumps_over(ast->span)};
    b->loop = &frame; /* cppcheck-suppress autoVariables ; until the loop is done */
    compile_node(b, loop->body, TO_DISCARD);
    b->loop = frame.outer;
    compile_next_turn(b, &it, &frame.turns, ast->span);
    compile_land(b, &frame.exits);
    compile_release(b, mark);
}

void compile_break(builder *b, ast_node *ast) { compile_jump(b, &b->loop->exits, ast->span); }

void compile_continue(builder *b, ast_node *ast) { compile_jump(b, &b->loop->turns, ast->span); }
