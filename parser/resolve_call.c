/* Calls and moves: what is moved away must not be used after that. */
#include <string.h>

#include "parser/resolve_internal.h"

static bool is_freeze(const ast_node *callee)
{
    const ast_binding *b = callee->kind == AST_NAME ? callee->as.name.binding : NULL;
    return b && b->kind == BINDING_SYMBOL && !b->module && strcmp(b->name->text, "freeze") == 0;
}

/* After `move x` the name x must not be used, as far as the text is certain to run in
 * this order. */
static void mark_moved(resolver *r, const ast_node *move)
{
    const ast_node *name = move->as.unary.operand;
    if (name->kind != AST_NAME)
        return;
    ast_binding *b = name->as.name.binding;
    if (r->failed)
        return; /* it may not be bound */
    switch (b->kind) {
    case BINDING_LET:
    case BINDING_VAR:
    case BINDING_PARAM:
    case BINDING_CAPTURE:
    case BINDING_SESSION: break;
    case BINDING_FN:
    case BINDING_TOP_FN:
    case BINDING_CONST:
    case BINDING_MODULE:
    case BINDING_LATE:
    case BINDING_SYMBOL:
    case BINDING_BAD: return;
    }
    moved_name *moved = arena_alloc(r->arena, sizeof *moved);
    if (!moved) {
        r->failed = true;
        return;
    }
    *moved = (moved_name){b, r->moved};
    r->moved = moved;
    b->moved = true;
    b->moved_at = name->span;
}

static void resolve_moved_operand(resolver *r, ast_node *node)
{
    ast_node *operand = node->as.unary.operand;
    resolve_node(r, operand);
    ast_kind kind = operand->kind;
    if (kind != AST_NAME && kind != AST_INDEX && kind != AST_FIELD && kind != AST_ERROR)
        diag_error(r->diags, operand->span, "`move` takes a variable, a field or an element");
}

void resolve_movable(resolver *r, ast_node *node)
{
    if (node->kind != AST_MOVE) {
        resolve_operand(r, node);
        return;
    }
    r->function->operands++;
    resolve_moved_operand(r, node);
    r->function->operands--;
    mark_moved(r, node);
}

void resolve_moves_end(resolver *r, const moved_name *mark)
{
    for (; r->moved != mark; r->moved = r->moved->next)
        r->moved->binding->moved = false;
}

void resolve_call(resolver *r, ast_node *node, bool spawned)
{
    ast_call *call = &node->as.call;
    resolve_node(r, call->callee);
    bool movable = spawned || (call->count == 1 && is_freeze(call->callee));
    bool moves = false, special = false;
    for (uint32_t i = 0; i < call->count; i++) {
        const ast_argument *arg = &call->args[i];
        moves |= arg->value->kind == AST_MOVE;
        special |= arg->spread;
        if (movable && arg->value->kind == AST_MOVE)
            resolve_moved_operand(r, arg->value);
        else
            resolve_node(r, arg->value);
    }
    /* All arguments are evaluated before any is handed over. */
    for (uint32_t i = 0; i < call->count && movable; i++)
        if (call->args[i].value->kind == AST_MOVE)
            mark_moved(r, call->args[i].value);
    if (moves && special && spawned)
        diag_error(r->diags, node->span, "`move` and `..` cannot stand in one `spawn`");
    resolve_signature signature;
    if (!r->failed && resolve_signature_of(call->callee, &signature) && signature.certain)
        resolve_check_call(r, node, &signature);
    else if (call->callee->kind == AST_FIELD)
        resolve_check_method(r, node);
}
