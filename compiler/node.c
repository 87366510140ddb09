/* Compiling a node: what its kind's row of the table says. */
#include "compiler/internal.h"

void compile_node(builder *b, ast_node *ast, dest d)
{
    const node_compiler *how = &b->c->kinds[ast->kind];
    if (how->value) {
        how->value(b, ast, d);
    } else if (how->leave) {
        how->leave(b, ast);
    } else {
        how->statement(b, ast);
        compile_nil(b, d, ast->span);
    }
}

unsigned compile_operand(builder *b, ast_node *ast, unsigned hint)
{
    unsigned reg;
    if (ast == b->link.left)
        return b->link.reg;
    if (compile_in_place(ast, &reg))
        return reg;
    reg = hint != NO_HINT ? hint : compile_registers(b, 1, ast->span);
    compile_node(b, ast, dest_fresh(reg));
    return reg;
}

unsigned compile_any(builder *b, ast_node *ast) { return compile_operand(b, ast, NO_HINT); }

void compile_to(builder *b, ast_node *ast, unsigned reg)
{
    unsigned mark = b->top;
    compile_node(b, ast, dest_fresh(reg));
    compile_release(b, mark);
}

void compile_nodes(builder *b, ast_list nodes, dest d, src_span at)
{
    unsigned mark = b->top;
    for (uint32_t i = 0; i < nodes.count; i++)
        compile_node(b, nodes.items[i], i + 1 < nodes.count ? TO_DISCARD : d);
    if (nodes.count == 0)
        compile_nil(b, d, at);
    compile_release(b, mark);
}
