/* Names: the registers and cells that they stand for, read and written. */
#include "compiler/kinds.h"

/* The register of a value that lies in the frame, or false. */
static bool in_frame(const ast_binding *binding, unsigned *reg)
{
    switch (binding->kind) {
    case BINDING_LET:
    case BINDING_VAR:
    case BINDING_PARAM: break;
    case BINDING_CAPTURE:
        if (binding->owner->self == binding && binding->owner->constant)
            return false;
        break;
    case BINDING_FN:
        if (binding->fn->info->constant)
            return false;
        break;
    case BINDING_TOP_FN:
    case BINDING_CONST:
    case BINDING_SESSION:
    case BINDING_MODULE:
    case BINDING_LATE:
    case BINDING_SYMBOL:
    case BINDING_BAD: return false;
    }
    *reg = binding->reg;
    return true;
}

/* VALUE_ABSENT: no memory. */
static value late_cell(const compiler *c, const ast_binding *binding)
{
    return binding->origin ? binding->origin->late
                           : c->world->session_late(c->world->user, binding->name->text);
}

void compile_binding(builder *b, ast_binding *binding, dest d, src_span at)
{
    unsigned reg;
    if (in_frame(binding, &reg)) {
        compile_deliver(b, d, reg, at);
        return;
    }
    switch (binding->kind) {
    case BINDING_FN:
    case BINDING_TOP_FN:
    case BINDING_CAPTURE:
        if (d.kind != DEST_DISCARD)
            compile_load_constant(b, OPC_LOADK, d,
                                  compile_closure_constant(b->c, binding->fn->info->code), at);
        break;
    case BINDING_CONST:
    case BINDING_SESSION:
        compile_load_constant(b, OPC_GETCELL, d, compile_constant(b->c, binding->cell), at);
        break;
    case BINDING_LATE:
        compile_load_constant(b, OPC_GETCELL, d, compile_constant(b->c, late_cell(b->c, binding)),
                              at);
        break;
    case BINDING_SYMBOL:
        if (binding->symbol.kind == RESOLVE_CELL)
            compile_load_constant(b, OPC_GETCELL, d, compile_constant(b->c, binding->symbol.word),
                                  at);
        else
            compile_value(b, binding->symbol.word, d, at);
        break;
    case BINDING_LET:
    case BINDING_VAR:
    case BINDING_PARAM:
    case BINDING_MODULE:
    case BINDING_BAD: break;
    }
}

void compile_use(builder *b, ast_node *ast, dest d)
{
    compile_binding(b, ast->as.name.binding, d, ast->span);
}

/* A `var` that a neighbouring operand assigns must be read before that, into a register of
 * its own. */
bool compile_in_place(const ast_node *ast, unsigned *reg)
{
    return ast->kind == AST_NAME && !ast->as.name.binding->assigned_within &&
           in_frame(ast->as.name.binding, reg);
}

unsigned compile_name_register(builder *b, src_span at)
{
    return b->next_name < b->names_end ? b->next_name++ : compile_registers(b, 1, at);
}

void compile_name(builder *b, ast_binding *binding, unsigned reg, src_span at)
{
    binding->reg = b->next_name < b->names_end ? b->next_name++ : reg;
    compile_move(b, binding->reg, reg, at);
}

void compile_session_value(builder *b, const ast_binding *binding, unsigned reg, src_span at)
{
    compile_wide(b, OPC_SETCELL, reg, compile_constant(b->c, binding->cell), at);
    if (binding->late)
        compile_wide(b, OPC_SETCELL, reg, compile_constant(b->c, binding->late), at);
}

void compile_publish_binding(builder *b, const ast_binding *binding, src_span at)
{
    if (binding->kind == BINDING_SESSION)
        compile_session_value(b, binding, binding->reg, at);
}
