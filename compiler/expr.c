/* Expressions: the one switch over all nodes, and everything but operators, calls and choices. */
#include "compiler/internal.h"
#include "vm/data/shape.h"
#include "vm/data/tuple.h"

unsigned compile_target(builder *b, dest d, src_span at)
{
    return d.kind == DEST_REG ? d.reg : compile_registers(b, 1, at);
}

void compile_deliver(builder *b, dest d, unsigned reg, src_span at)
{
    switch (d.kind) {
    case DEST_REG: compile_move(b, d.reg, reg, at); break;
    case DEST_DISCARD: break;
    case DEST_RETURN: compile_return(b, reg, at); break;
    }
}

static void load_immediate(builder *b, dest d, value immediate, src_span at)
{
    if (d.kind == DEST_DISCARD)
        return;
    unsigned mark = b->top, reg = compile_target(b, d, at);
    compile_load(b, reg, immediate, at);
    compile_release(b, mark);
    compile_deliver(b, d, reg, at);
}

void compile_nil(builder *b, dest d, src_span at) { load_immediate(b, d, VALUE_NIL, at); }

static void load_constant(builder *b, opcode op, dest d, uint32_t k, src_span at)
{
    unsigned mark = b->top, reg = compile_target(b, d, at);
    compile_wide(b, op, reg, k, at);
    compile_release(b, mark);
    compile_deliver(b, d, reg, at);
}

static void compile_value(builder *b, value v, dest d, src_span at)
{
    if (d.kind == DEST_DISCARD)
        return;
    int64_t n = value_is_int(v) ? value_as_int(v) : 0;
    if (v == VALUE_NIL || v == VALUE_TRUE || v == VALUE_FALSE || v == VALUE_ABSENT)
        load_immediate(b, d, v, at);
    else if (value_is_int(v) && n >= INT32_MIN && n <= INT32_MAX)
        load_constant(b, OPC_LOADI, d, (uint32_t)(int32_t)n, at);
    else
        load_constant(b, OPC_LOADK, d, compile_constant(b->c, v), at);
}

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
            load_constant(b, OPC_LOADK, d, compile_closure_constant(b->c, binding->fn->info->code),
                          at);
        break;
    case BINDING_CONST:
    case BINDING_SESSION:
        load_constant(b, OPC_GETCELL, d, compile_constant(b->c, binding->cell), at);
        break;
    case BINDING_LATE:
        load_constant(b, OPC_GETCELL, d, compile_constant(b->c, late_cell(b->c, binding)), at);
        break;
    case BINDING_SYMBOL:
        if (binding->symbol.kind == RESOLVE_CELL)
            load_constant(b, OPC_GETCELL, d, compile_constant(b->c, binding->symbol.word), at);
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

/* A `var` that a neighbouring operand assigns must be read before that, into a register of
 * its own. */
bool compile_in_place(const ast_node *ast, unsigned *reg)
{
    return ast->kind == AST_NAME && !ast->as.name.binding->assigned_within &&
           in_frame(ast->as.name.binding, reg);
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

/* n values into new registers in a row. */
static unsigned compile_row(builder *b, ast_node *const *items, uint32_t count, src_span at)
{
    unsigned base = compile_registers(b, count ? count : 1, at);
    for (uint32_t i = 0; i < count && !b->too_large; i++)
        compile_to(b, items[i], base + i);
    return base;
}

enum { PIECE = 64 };

void compile_list(builder *b, ast_node *const *items, uint32_t count, unsigned reg, src_span at)
{
    unsigned mark = b->top;
    if (count <= PIECE) {
        unsigned base = compile_row(b, items, count, at);
        compile_emit(b, insn_abc(OPC_LIST, reg, base, count), at);
        compile_release(b, mark);
        return;
    }
    for (uint32_t done = 0; done < count; done += PIECE) {
        uint32_t n = count - done < PIECE ? count - done : PIECE;
        unsigned inner = b->top, base = compile_row(b, items + done, n, at);
        compile_emit(b, insn_abc(done ? OPC_APPEND : OPC_LIST, reg, base, n), at);
        compile_release(b, inner);
    }
    compile_release(b, mark);
}

/* The register in which to build something large: never one that is read while it is
 * being built. */
static unsigned workspace(builder *b, dest d, src_span at)
{
    return d.kind == DEST_REG && d.scratch ? d.reg : compile_registers(b, 1, at);
}

static void compile_list_literal(builder *b, ast_node *ast, dest d)
{
    unsigned mark = b->top, out = workspace(b, d, ast->span);
    compile_list(b, ast->as.list.items, ast->as.list.count, out, ast->span);
    compile_release(b, mark);
    compile_deliver(b, d, out, ast->span);
}

static void compile_row_of(builder *b, opcode op, ast_node *ast, dest d)
{
    unsigned mark = b->top, out = compile_target(b, d, ast->span);
    unsigned base = compile_row(b, ast->as.list.items, ast->as.list.count, ast->span);
    compile_emit(b, insn_abc(op, out, base, ast->as.list.count), ast->span);
    compile_release(b, mark);
    compile_deliver(b, d, out, ast->span);
}

/* The number of the constant that is the names of a literal, where it has nothing but few names,
 * all different; else NO_CONSTANT. */
static uint32_t names_of(compiler *c, const ast_map *literal)
{
    value names[SHAPE_KEYS];
    if (literal->count == 0 || literal->count > SHAPE_KEYS)
        return NO_CONSTANT;
    for (uint32_t i = 0; i < literal->count; i++) {
        const ast_node *key = literal->entries[i].key;
        if (key->kind != AST_STRING || !compile_literal(c, key, &names[i]) ||
            names[i] == VALUE_ABSENT || !shape_is_key(names[i]))
            return NO_CONSTANT;
        for (uint32_t j = 0; j < i; j++)
            if (names[j] == names[i])
                return NO_CONSTANT;
    }
    return compile_constant_append(c, tuple_new(c->vm, NULL, names, literal->count));
}

static void compile_record(builder *b, ast_node *ast, uint32_t names, dest d)
{
    const ast_map *literal = &ast->as.map;
    unsigned mark = b->top, out = compile_target(b, d, ast->span);
    unsigned base = compile_registers(b, literal->count, ast->span);
    for (uint32_t i = 0; i < literal->count && !b->too_large; i++)
        compile_to(b, literal->entries[i].value, base + i);
    compile_emit(b, insn_abc(OPC_RECORD, out, base, names), ast->span);
    compile_release(b, mark);
    compile_deliver(b, d, out, ast->span);
}

static void compile_map(builder *b, ast_node *ast, dest d)
{
    const ast_map *literal = &ast->as.map;
    uint32_t names = names_of(b->c, literal);
    if (names <= UINT16_MAX) {
        compile_record(b, ast, names, d);
        return;
    }
    unsigned mark = b->top, out = workspace(b, d, ast->span);
    uint32_t done = 0;
    do {
        uint32_t n = literal->count - done < PIECE ? literal->count - done : PIECE;
        unsigned inner = b->top, base = compile_registers(b, n ? n * 2 : 1, ast->span);
        for (uint32_t i = 0; i < n && !b->too_large; i++) {
            compile_to(b, literal->entries[done + i].key, base + i * 2);
            compile_to(b, literal->entries[done + i].value, base + i * 2 + 1);
        }
        compile_emit(b, insn_abc(done ? OPC_PUTALL : OPC_MAP, out, base, n), ast->span);
        compile_release(b, inner);
        done += n;
    } while (done < literal->count);
    compile_release(b, mark);
    compile_deliver(b, d, out, ast->span);
}

static void compile_index(builder *b, ast_node *ast, dest d)
{
    ast_node *index = ast->as.binary.right;
    unsigned mark = b->top, out = compile_target(b, d, ast->span);
    unsigned subject =
        compile_operand(b, ast->as.binary.left, d.kind != DEST_REG || d.scratch ? out : NO_HINT);
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

static void compile_slice(builder *b, ast_node *ast, dest d)
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

static void compile_range(builder *b, ast_node *ast, dest d)
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

static void compile_field(builder *b, ast_node *ast, dest d)
{
    ast_node *subject = ast->as.field.object;
    const ast_name *name = ast->as.field.name;
    if (subject->kind == AST_NAME && subject->as.name.binding->module) {
        compile_binding(b, subject->as.name.binding, d, ast->span);
        return;
    }
    unsigned mark = b->top, out = compile_target(b, d, ast->span);
    unsigned from = compile_operand(b, subject, d.kind != DEST_REG || d.scratch ? out : NO_HINT);
    unsigned k =
        compile_short_constant(b, compile_string(b->c, name->text, name->length), ast->span);
    compile_emit(b, insn_abc(OPC_GETFIELD, out, from, k), ast->span);
    compile_release(b, mark);
    compile_deliver(b, d, out, ast->span);
}

static void compile_return_statement(builder *b, ast_node *ast)
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

static void compile_literal_node(builder *b, ast_node *ast, dest d)
{
    value v;
    if (compile_literal(b->c, ast, &v) && v == VALUE_ABSENT)
        b->c->failed = true;
    else
        compile_value(b, v, d, ast->span);
}

static void compile_fn(builder *b, ast_node *ast, dest d)
{
    if (d.kind == DEST_DISCARD)
        d = dest_fresh(compile_registers(b, 1, ast->span));
    compile_closure(b, ast, NULL, d);
}

void compile_link(builder *b, ast_node *ast, dest d)
{
    if (ast->kind == AST_CALL)
        compile_call(b, ast, d);
    else if (ast->kind == AST_INDEX)
        compile_index(b, ast, d);
    else if (ast->kind == AST_SLICE)
        compile_slice(b, ast, d);
    else
        compile_field(b, ast, d);
}

static void compile_links(builder *b, ast_node *ast, dest d)
{
    if (ast == b->link.left)
        compile_deliver(b, d, b->link.reg, ast->span);
    else if (compile_is_chain(ast))
        compile_chain(b, ast, d);
    else
        compile_link(b, ast, d);
}

void compile_node(builder *b, ast_node *ast, dest d)
{
    switch (ast->kind) {
    case AST_NIL:
    case AST_TRUE:
    case AST_FALSE:
    case AST_INT:
    case AST_FLOAT:
    case AST_STRING:
    case AST_BYTES: compile_literal_node(b, ast, d); return;
    case AST_INTERPOLATION: compile_row_of(b, OPC_INTERP, ast, d); return;
    case AST_NAME: compile_binding(b, ast->as.name.binding, d, ast->span); return;
    case AST_TUPLE: compile_row_of(b, OPC_TUPLE, ast, d); return;
    case AST_LIST: compile_list_literal(b, ast, d); return;
    case AST_MAP: compile_map(b, ast, d); return;
    case AST_FN: compile_fn(b, ast, d); return;
    case AST_CALL:
    case AST_INDEX:
    case AST_SLICE:
    case AST_FIELD: compile_links(b, ast, d); return;
    case AST_UNARY: compile_unary(b, ast, d); return;
    case AST_BINARY: compile_binary(b, ast, d); return;
    case AST_AND:
    case AST_OR: compile_and_or(b, ast, d); return;
    case AST_IS: compile_is(b, ast, d); return;
    case AST_RANGE: compile_range(b, ast, d); return;
    case AST_RECEIVE: compile_receive(b, ast, d); return;
    case AST_SEND: compile_send(b, ast, d); return;
    case AST_TRY: compile_try(b, ast, d); return;
    case AST_MOVE: compile_node(b, ast->as.unary.operand, d); return;
    case AST_CATCH: compile_catch(b, ast, d); return;
    case AST_SPAWN: compile_spawn(b, ast, d); return;
    case AST_IF: compile_if(b, ast, d); return;
    case AST_MATCH: compile_match(b, ast, d); return;
    case AST_ALT: compile_alt(b, ast, d); return;
    case AST_PAR:
    case AST_PAR_FOR: compile_par(b, ast, d); return;
    case AST_BLOCK: compile_nodes(b, ast->as.list, d, ast->span); return;
    case AST_RETURN: compile_return_statement(b, ast); return;
    case AST_BREAK: compile_jump(b, &b->loop->exits, ast->span); return;
    case AST_CONTINUE: compile_jump(b, &b->loop->turns, ast->span); return;
    case AST_LET:
    case AST_VAR: compile_let(b, ast); break;
    case AST_CONST:
        if (b->c->session)
            compile_const(b, ast);
        break;
    case AST_FN_DECL:
        if (ast->as.fn->binding->kind != BINDING_TOP_FN)
            compile_local_fn(b, ast);
        break;
    case AST_ASSIGN: compile_assign(b, ast); break;
    case AST_RECEIVE_INTO: compile_receive_into(b, ast); break;
    case AST_WHILE:
    case AST_LOOP: compile_while(b, ast); break;
    case AST_FOR: compile_for(b, ast); break;
    case AST_DEFER: compile_defer(b, ast); break;
    case AST_IMPORT:
        if (b->c->session)
            compile_import(b, ast);
        break;
    case AST_EXTERN:
        if (b->c->session)
            compile_extern(b, ast);
        break;
    case AST_TEST:
        if (!b->c->world->runs_tests)
            break;
        compile_test_call(b, ast, d);
        return;
    case PAT_HOLE:
    case PAT_NAME:
    case PAT_LITERAL:
    case PAT_TUPLE:
    case PAT_LIST:
    case PAT_MAP:
    case PAT_ERROR:
    case PAT_ALTERNATIVES:
    /* patterns are compiled elsewhere, and with errors nothing is compiled */
    case AST_ERROR: return;
    }
    compile_nil(b, d, ast->span);
}
