/* `(a, xs[i], m.k) = e`: first the parts of the places, then e, then one assignment after the
 * other. If e is written as a tuple, no tuple is made. */
#include "compiler/internal.h"

typedef struct place {
    ast_node *ast;
    unsigned subject, key; /* of an element; for a field, key is the constant that is its name */
    unsigned value;        /* the register that holds its new value */
} place;

static bool is_variable(const ast_node *ast)
{
    return ast->kind == AST_NAME && ast->as.name.binding->kind != BINDING_SESSION;
}

/* Marks the variables that are assigned, or removes the marks. */
static void mark_variables(ast_list nodes, bool rebound)
{
    for (uint32_t i = 0; i < nodes.count; i++)
        if (nodes.items[i]->kind == AST_NAME)
            nodes.items[i]->as.name.binding->rebound = rebound;
}

/* The register of a value that is needed until the assignments: a variable's own, unless one of
 * them writes it. */
static unsigned compile_kept(builder *b, ast_node *ast)
{
    unsigned reg;
    if (compile_in_place(ast, &reg) && !ast->as.name.binding->rebound)
        return reg;
    reg = compile_registers(b, 1, ast->span);
    compile_to(b, ast, reg);
    return reg;
}

static void prepare(builder *b, place *p)
{
    ast_node *ast = p->ast;
    if (ast->kind == AST_INDEX) {
        p->subject = compile_kept(b, ast->as.binary.left);
        p->key = compile_kept(b, ast->as.binary.right);
    } else if (ast->kind == AST_FIELD) {
        const ast_name *name = ast->as.field.name;
        p->subject = compile_kept(b, ast->as.field.object);
        p->key =
            compile_short_constant(b, compile_string(b->c, name->text, name->length), ast->span);
    }
}

static void assign(builder *b, const place *p)
{
    const ast_node *ast = p->ast;
    if (is_variable(ast))
        compile_move(b, ast->as.name.binding->reg, p->value, ast->span);
    else if (ast->kind == AST_NAME)
        compile_session_value(b, ast->as.name.binding, p->value, ast->span);
    else if (ast->kind == AST_INDEX)
        compile_emit(b, insn_abc(OPC_SETIDX, p->subject, p->key, p->value), ast->span);
    else if (ast->kind == AST_FIELD)
        compile_emit(b, insn_abc(OPC_SETFIELD, p->subject, p->key, p->value), ast->span);
}

/* Whether the last value may be computed in its variable: no assignment can crash, and no other one
 * writes it. */
static bool last_in_place(const place *places, uint32_t count)
{
    const ast_node *last = places[count - 1].ast;
    if (!is_variable(last))
        return false;
    for (uint32_t i = 0; i + 1 < count; i++) {
        const ast_node *ast = places[i].ast;
        bool other = is_variable(ast) && ast->as.name.binding != last->as.name.binding;
        if (!other && ast->kind != PAT_HOLE)
            return false;
    }
    return true;
}

static void assign_each(builder *b, place *places, ast_list values)
{
    uint32_t count = values.count;
    bool direct = last_in_place(places, count);
    for (uint32_t i = 0; i < count && !b->too_large; i++) {
        if (places[i].ast->kind == PAT_HOLE)
            compile_node(b, values.items[i], TO_DISCARD);
        else if (direct && i + 1 == count)
            compile_node(b, values.items[i], dest_variable(places[i].ast->as.name.binding->reg));
        else
            places[i].value = compile_kept(b, values.items[i]);
    }
    for (uint32_t i = 0; i < count - direct; i++)
        assign(b, &places[i]);
}

static void assign_parts(builder *b, place *places, uint32_t count, ast_node *source, src_span at)
{
    unsigned from = compile_kept(b, source);
    cold_code cold = {.reg = (uint16_t)from, .span = at};
    compile_check(b, insn_abc(OPC_TESTTUPLE, from, count, 0), &cold.from, at);
    for (uint32_t i = 0; i < count; i++) {
        unsigned mark = b->top;
        if (places[i].ast->kind == PAT_HOLE)
            continue;
        src_span span = places[i].ast->span;
        places[i].value = is_variable(places[i].ast) ? places[i].ast->as.name.binding->reg
                                                     : compile_registers(b, 1, span);
        compile_emit(b, insn_abc(OPC_GETIDXI, places[i].value, from, i), span);
        assign(b, &places[i]);
        compile_release(b, mark);
    }
    if (cold.from.last)
        compile_add_cold(b, cold);
}

void compile_places(builder *b, ast_node *ast)
{
    ast_list nodes = ast->as.assign.place->as.list;
    ast_node *source = ast->as.assign.value;
    place *places = arena_alloc(b->c->ast->arena, nodes.count * sizeof *places);
    if (!places) {
        b->c->failed = true;
        return;
    }
    if (nodes.count > INT16_MAX) {
        compile_too_large(b, ast->as.assign.place->span);
        return;
    }
    mark_variables(nodes, true);
    for (uint32_t i = 0; i < nodes.count && !b->too_large; i++) {
        places[i].ast = nodes.items[i];
        prepare(b, &places[i]);
    }
    if (b->too_large)
        return;
    if (source->kind == AST_TUPLE && source->as.list.count == nodes.count)
        assign_each(b, places, source->as.list);
    else
        assign_parts(b, places, nodes.count, source, ast->as.assign.place->span);
    mark_variables(nodes, false);
}
