/* Literals, and what is written like one: lists, tuples, maps, texts with `${…}`. */
#include "compiler/kinds.h"
#include "vm/data/shape.h"
#include "vm/data/tuple.h"

void compile_literal_node(builder *b, ast_node *ast, dest d)
{
    value v;
    if (compile_literal(b->c, ast, &v) && v == VALUE_ABSENT)
        b->c->failed = true;
    else
        compile_value(b, v, d, ast->span);
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

void compile_list_literal(builder *b, ast_node *ast, dest d)
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

void compile_tuple(builder *b, ast_node *ast, dest d) { compile_row_of(b, OPC_TUPLE, ast, d); }

void compile_interpolation(builder *b, ast_node *ast, dest d)
{
    compile_row_of(b, OPC_INTERP, ast, d);
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

void compile_map(builder *b, ast_node *ast, dest d)
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
