/* spawn, par, send, receive, move. */
#include "compiler/kinds.h"

/* A branch is shown as a block of the function around it. */
static code *branch_code(builder *b, ast_node *fn)
{
    return compile_function(b->c, fn, b->code->name, true);
}

/* The captures of a branch into new registers in a row. */
static unsigned branch_captures(builder *b, const ast_node *fn, dest d)
{
    const ast_function_info *info = fn->as.fn->info;
    unsigned base =
        compile_result_registers(b, d, info->capture_count ? info->capture_count : 1, fn->span);
    compile_captures(b, info, base, fn->span);
    return base;
}

void compile_spawn(builder *b, ast_node *ast, dest d)
{
    ast_node *work = ast->as.spawn.work;
    if (work->kind == AST_CALL) {
        compile_spawn_call(b, work, d, ast->span);
        return;
    }
    unsigned mark = b->top;
    const code *target = branch_code(b, work);
    unsigned base = branch_captures(b, work, d);
    unsigned k = compile_short_constant(b, compile_code_constant(b->c, target), ast->span);
    compile_emit(b, insn_abc(OPC_SPAWNB, base, d.kind == DEST_DISCARD, k), ast->span);
    compile_release(b, mark);
    compile_deliver(b, d, base, ast->span);
}

static void add_branch(builder *b, unsigned group, ast_node *fn)
{
    unsigned mark = b->top;
    const code *target = branch_code(b, fn);
    unsigned base = branch_captures(b, fn, TO_DISCARD);
    unsigned k = compile_short_constant(b, compile_code_constant(b->c, target), fn->span);
    compile_emit(b, insn_abc(OPC_PARADD, group, base, k), fn->span);
    compile_release(b, mark);
}

static void add_branches(builder *b, unsigned group, const ast_node *ast)
{
    if (ast->kind == AST_PAR) {
        for (uint32_t i = 0; i < ast->as.par.branches.count; i++)
            add_branch(b, group, ast->as.par.branches.items[i]);
        return;
    }
    const ast_loop *loop = &ast->as.loop;
    unsigned mark = b->top;
    iteration it;
    jumps turns = {0};
    compile_iteration(b, &it, loop->value, loop->target, ast->span);
    add_branch(b, group, loop->body);
    compile_next_turn(b, &it, &turns, ast->span);
    compile_release(b, mark);
}

/* Whatever ends the par before its branches have ended goes through the handler: a par never leaves
 * a branch behind. */
void compile_par(builder *b, ast_node *ast, dest d)
{
    unsigned mark = b->top, group = compile_result_registers(b, d, 2, ast->span);
    compile_emit(b, insn_abc(OPC_PAR, group, 0, 0), ast->span);
    uint32_t start = compile_here(b), cold = b->cold_count;
    b->handlers_open++;
    add_branches(b, group, ast);
    compile_emit(b, insn_abc(OPC_PARWAIT, group, 0, 0), ast->span);
    b->handlers_open--;
    compile_flush_cold(b, cold, ast->span);
    if (b->count > start) {
        compile_add_cold(b, (cold_code){.handler = b->handler_count,
                                        .cancels = true,
                                        .reg = (uint16_t)group,
                                        .error_reg = (uint16_t)(group + 1),
                                        .span = ast->span});
        compile_add_handler(b, (handler){.start = start,
                                         .end = compile_here(b),
                                         .reg = (uint16_t)(group + 1),
                                         .kind = HANDLER_CLEANUP});
    }
    compile_release(b, mark);
    compile_deliver(b, d, group, ast->span);
}

void compile_send(builder *b, ast_node *ast, dest d)
{
    unsigned mark = b->top, chan = compile_any(b, ast->as.binary.left);
    ast_node *sent = ast->as.binary.right;
    unsigned reg = compile_any(b, sent->kind == AST_MOVE ? sent->as.unary.operand : sent);
    compile_emit(b, insn_abc(sent->kind == AST_MOVE ? OPC_SENDMOVE : OPC_SEND, chan, reg, 0),
                 ast->span);
    compile_release(b, mark);
    compile_nil(b, d, ast->span);
}

void compile_receive(builder *b, ast_node *ast, dest d)
{
    unsigned mark = b->top, out = compile_target(b, d, ast->span);
    unsigned chan = compile_operand(b, ast->as.unary.operand, dest_hint(d, out));
    bool unread = dest_is_scratch(d) && out != chan;
    compile_emit(b, insn_abc(OPC_RECV, out, chan, unread), ast->span);
    compile_release(b, mark);
    compile_deliver(b, d, out, ast->span);
}

void compile_receive_into(builder *b, ast_node *ast)
{
    compile_bind_received(b, ast->as.let.pattern, ast->as.let.value, ast->span);
    compile_publish(b, ast->as.let.pattern);
}

/* The one who is given the value moves it: a send, or the call for a spawn. */
void compile_moved(builder *b, ast_node *ast, dest d) { compile_node(b, ast->as.unary.operand, d); }
