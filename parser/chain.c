#include "parser/chain.h"

ast_node *ast_left(const ast_node *node)
{
    switch (node->kind) {
    case AST_BINARY:
    case AST_AND:
    case AST_OR:
    case AST_INDEX: return node->as.binary.left;
    case AST_SLICE: return node->as.slice.object;
    case AST_RANGE: return node->as.slice.from;
    case AST_FIELD:
    case AST_IS: return node->as.field.object;
    /* a subject that is moved belongs to the call, which decides whether it may be */
    case AST_CALL:
        if (node->as.call.piped)
            return node->as.call.args[0].value->kind == AST_MOVE ? NULL
                                                                 : node->as.call.args[0].value;
        return node->as.call.callee;
    default: return NULL;
    }
}

bool ast_chain_of(arena *a, ast_node *node, ast_chain *out)
{
    out->count = 0;
    out->first = node;
    for (ast_node *left; (left = ast_left(out->first)); out->first = left)
        out->count++;
    out->links = out->count <= sizeof out->few / sizeof out->few[0]
                     ? out->few
                     : arena_alloc(a, out->count * sizeof(ast_node *));
    if (!out->links)
        return false;
    for (uint32_t i = out->count; i-- > 0; node = ast_left(node))
        out->links[i] = node;
    return true;
}
