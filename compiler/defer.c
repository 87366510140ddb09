/* What is deferred: calls and sends, and blocks, which stand at the end of the function. */
#include "compiler/kinds.h"

void compile_begin_defers(builder *b, src_span at)
{
    if (!b->info->has_defer)
        return;
    b->code->defer_reg = (uint16_t)compile_registers(b, 4, at);
    compile_load(b, b->code->defer_reg, VALUE_NIL, at);
    b->tail_calls = false;
    if (!b->info->defers_in_loop)
        return;
    /* What the loop computes before a name is bound would lie in its register in the next turn. */
    b->next_name = compile_registers(b, b->info->names, at);
    b->names_end = b->next_name + b->info->names;
}

/* The blocks use registers above all others: at the end of the function they see locals of blocks
 * that were left long ago. */
void compile_end_defers(builder *b, src_span at)
{
    if (!b->info->has_defer)
        return;
    compile_flush_cold(b, 0, at);
    jumps done = {0};
    b->loop = NULL;
    for (uint32_t i = 0; i < b->block_count; i++) {
        ast_node *block = b->blocks[i].block;
        b->reachable = false;
        compile_land(b, &b->blocks[i].from);
        b->floor = b->top = b->max;
        compile_node(b, block, TO_DISCARD);
        compile_jump(b, &done, block->span);
    }
    b->reachable = false;
    compile_flush_cold(b, 0, at);
    b->reachable = true;
    compile_emit(b, insn_abc(OPC_NOP, 0, 0, 0), at);
    compile_land(b, &done);
    compile_land(b, &b->epilogue);
    b->code->defer_pc = compile_here(b);
    compile_emit(b, insn_abc(OPC_RUNDEFERS, 0, 0, 0), at);
    compile_emit(b, insn_abc(OPC_RET, b->code->defer_reg + 1u, 0, 0), at);
}

static void defer_block(builder *b, ast_node *ast)
{
    deferred_block *blocks =
        compile_room(b, b->blocks, &b->block_capacity, b->block_count, sizeof *blocks);
    if (!blocks)
        return;
    b->blocks = blocks;
    deferred_block *entry = &blocks[b->block_count++];
    *entry = (deferred_block){.block = ast->as.unary.operand};
    compile_jump_to(b, insn_aw(OPC_DEFERBLOCK, 0, 0), &entry->from, ast->span);
    /* Everything that the block can see stays until the end of the function. */
    b->floor = b->top;
}

void compile_defer(builder *b, ast_node *ast)
{
    ast_node *what = ast->as.unary.operand;
    unsigned mark = b->top;
    if (what->kind == AST_BLOCK) {
        defer_block(b, ast);
    } else if (what->kind == AST_SEND) {
        unsigned chan = compile_any(b, what->as.binary.left);
        unsigned sent = compile_any(b, what->as.binary.right);
        compile_emit(b, insn_abc(OPC_DEFERSEND, chan, sent, 0), what->span);
    } else {
        compile_defer_call(b, what);
    }
    compile_release(b, mark);
}
