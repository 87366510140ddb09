/* Operators and conditions. What decides a jump is never turned into a value first. */
#include "base/foreign.h"
#include "compiler/kinds.h"
#include "vm/core/type.h"

static opcode register_form(ast_operator op)
{
    switch (op) {
    case OP_ADD: return OPC_ADD;
    case OP_SUB: return OPC_SUB;
    case OP_MUL: return OPC_MUL;
    case OP_DIV: return OPC_DIV;
    case OP_FLOOR_DIV: return OPC_IDIV;
    case OP_MOD: return OPC_MOD;
    case OP_POW: return OPC_POW;
    case OP_BIT_AND: return OPC_BAND;
    case OP_BIT_OR: return OPC_BOR;
    case OP_BIT_XOR: return OPC_BXOR;
    case OP_SHIFT_LEFT: return OPC_SHL;
    case OP_SHIFT_RIGHT: return OPC_SHR;
    case OP_EQ: return OPC_EQ;
    case OP_NE: return OPC_NE;
    case OP_LT:
    case OP_GT: return OPC_LT;
    case OP_LE:
    case OP_GE: return OPC_LE;
    case OP_IN:
    case OP_NOT_IN: return OPC_IN;
    case OP_NEG: return OPC_NEG;
    case OP_BIT_NOT: return OPC_BNOT;
    case OP_NOT: return OPC_NOT;
    case OP_NONE: break;
    }
    return OPC_NOP;
}

/* The form with a constant right operand, or NOP. */
static opcode constant_form(ast_operator op)
{
    static const struct {
        ast_operator op;
        opcode code;
    } forms[] = {{OP_ADD, OPC_ADDK}, {OP_SUB, OPC_SUBK},        {OP_MUL, OPC_MULK},
                 {OP_DIV, OPC_DIVK}, {OP_FLOOR_DIV, OPC_IDIVK}, {OP_MOD, OPC_MODK}};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (forms[i].op == op)
            return forms[i].code;
    return OPC_NOP;
}

static bool is_operand_literal(const ast_node *ast, ast_operator op)
{
    if (ast->kind == AST_UNARY && ast->op == OP_NEG)
        ast = ast->as.unary.operand;
    return ast->kind == AST_INT || ast->kind == AST_FLOAT ||
           (ast->kind == AST_STRING && op == OP_ADD);
}

static bool with_literal(builder *b, ast_operator op, unsigned out, unsigned left,
                         const ast_node *right, src_span at)
{
    int64_t n;
    if ((op == OP_ADD || op == OP_SUB) && compile_small_literal(right, -INT16_MAX, INT16_MAX, &n)) {
        compile_emit(b, insn_abc(OPC_ADDI, out, left, (uint16_t)(op == OP_ADD ? n : -n)), at);
        return true;
    }
    opcode form = constant_form(op);
    value v;
    if (form == OPC_NOP || !is_operand_literal(right, op) || !compile_literal(b->c, right, &v))
        return false;
    uint32_t k = compile_constant(b->c, v);
    if (k > UINT16_MAX)
        return false;
    compile_emit(b, insn_abc(form, out, left, k), at);
    return true;
}

/* A product in a register of its own, just computed, that is to be added or subtracted next. */
static void fuse_product(builder *b, ast_operator op, const ast_node *product, unsigned reg)
{
    insn *last = b->count > 0 ? &b->insns[b->count - 1] : NULL;
    if (product->kind != AST_BINARY || !last || last->op != OPC_MUL || last->a != reg)
        return;
    if (op == OP_ADD)
        last->op = OPC_MULADD;
    else if (op == OP_SUB)
        last->op = OPC_MULSUB;
}

void compile_arithmetic(builder *b, ast_operator op, unsigned out, unsigned left, ast_node *right,
                        src_span at)
{
    if (with_literal(b, op, out, left, right, at))
        return;
    unsigned r = compile_any(b, right);
    fuse_product(b, op, right, r);
    if (op == OP_GT || op == OP_GE)
        compile_emit(b, insn_abc(register_form(op), out, r, left), at);
    else
        compile_emit(b, insn_abc(register_form(op), out, left, r), at);
    if (op == OP_NOT_IN)
        compile_emit(b, insn_abc(OPC_NOT, out, out, 0), at);
}

/* `a + b + c + …` leans to the left and may be of any length: it is compiled from the innermost
 * operand outward, without recursion. */
void compile_binary(builder *b, ast_node *ast, dest d)
{
    uint32_t depth = 1;
    for (const ast_node *n = ast; n->as.binary.left->kind == AST_BINARY; n = n->as.binary.left)
        depth++;
    ast_node **spine = arena_alloc(b->c->ast->arena, depth * sizeof(ast_node *));
    if (!spine) {
        b->c->failed = true;
        return;
    }
    ast_node *n = ast;
    for (uint32_t i = depth; i-- > 0; n = n->as.binary.left)
        spine[i] = n;
    unsigned mark = b->top, out = compile_target(b, d, ast->span);
    bool in_out = dest_is_scratch(d);
    unsigned sum = in_out || depth == 1 ? out : compile_registers(b, 1, ast->span);
    unsigned left = compile_operand(b, n, in_out || depth > 1 ? sum : NO_HINT);
    for (uint32_t i = 0; i < depth; i++) {
        unsigned inner = b->top, to = i + 1 == depth ? out : sum;
        compile_arithmetic(b, spine[i]->op, to, left, spine[i]->as.binary.right, spine[i]->span);
        compile_release(b, inner);
        left = to;
    }
    compile_release(b, mark);
    compile_deliver(b, d, out, ast->span);
}

void compile_unary(builder *b, ast_node *ast, dest d)
{
    value v;
    unsigned mark = b->top, out = compile_target(b, d, ast->span);
    if (compile_literal(b->c, ast, &v)) {
        int64_t n;
        if (compile_small_literal(ast, INT32_MIN, INT32_MAX, &n))
            compile_wide(b, OPC_LOADI, out, (uint32_t)(int32_t)n, ast->span);
        else
            compile_wide(b, OPC_LOADK, out, compile_constant(b->c, v), ast->span);
    } else {
        unsigned operand = compile_operand(b, ast->as.unary.operand, dest_hint(d, out));
        compile_emit(b, insn_abc(register_form(ast->op), out, operand, 0), ast->span);
    }
    compile_release(b, mark);
    compile_deliver(b, d, out, ast->span);
}

unsigned compile_type_number(builder *b, const ast_node *ast)
{
    const ast_name *name = ast->as.field.name;
    for (unsigned i = 0; i < TYPE_COUNT; i++)
        if (strcmp(vm_type_names[i], name->text) == 0)
            return i;
    diag *d = diag_error(b->c->diags, ast->as.field.name_span, "there is no type `%s`", name->text);
    suggestion s;
    suggest_init(&s, name->text, name->length);
    for (unsigned i = 0; i < TYPE_COUNT; i++)
        suggest_offer(&s, vm_type_names[i]);
    const char *foreign = foreign_find_type(name->text);
    if (foreign || s.best)
        diag_hint(d, "did you mean `%s`?", foreign ? foreign : s.best);
    return 0;
}

void compile_is(builder *b, ast_node *ast, dest d)
{
    unsigned mark = b->top, out = compile_target(b, d, ast->span);
    unsigned subject = compile_operand(b, ast->as.field.object, dest_hint(d, out));
    compile_emit(b, insn_abc(OPC_IS, out, subject, compile_type_number(b, ast)), ast->span);
    compile_release(b, mark);
    compile_deliver(b, d, out, ast->span);
}

/* `a and b and …`, from left to right. NULL: no memory. */
static ast_node **terms_of(builder *b, ast_node *ast, uint32_t *count)
{
    *count = 2;
    for (const ast_node *n = ast->as.binary.left; n->kind == ast->kind; n = n->as.binary.left)
        *count += 1;
    ast_node **terms = arena_alloc(b->c->ast->arena, *count * sizeof(ast_node *));
    if (!terms) {
        b->c->failed = true;
        return NULL;
    }
    for (uint32_t i = *count - 1; i > 0; i--, ast = ast->as.binary.left) {
        terms[i] = ast->as.binary.right;
        terms[i - 1] = ast->as.binary.left;
    }
    return terms;
}

static void choose_statement(builder *b, ast_node *ast, dest d)
{
    jumps decided = jumps_over(ast->span);
    unsigned mark = b->top;
    compile_condition(b, ast->as.binary.left, ast->kind == AST_OR, &decided);
    compile_node(b, ast->as.binary.right, d);
    compile_land(b, &decided);
    compile_release(b, mark);
}

/* As a value: the deciding operand. As a statement: the left operands decide whether the last
 * one runs. */
void compile_and_or(builder *b, ast_node *ast, dest d)
{
    if (d.kind == DEST_DISCARD) {
        choose_statement(b, ast, d);
        return;
    }
    uint32_t count;
    ast_node **terms = terms_of(b, ast, &count);
    if (!terms)
        return;
    jumps decided = {0};
    unsigned mark = b->top, reg;
    opcode jump = ast->kind == AST_OR ? OPC_JT : OPC_JF;
    bool returns = d.kind == DEST_RETURN;
    bool is_own = d.kind == DEST_REG && d.scratch;
    if (returns && count == 2)
        reg = compile_any(b, terms[0]);
    else
        compile_to(b, terms[0], reg = is_own ? d.reg : compile_registers(b, 1, ast->span));
    for (uint32_t i = 1; i < count; i++) {
        compile_jump_to(b, insn_aw(jump, reg, 0), &decided, terms[i - 1]->span);
        if (i + 1 < count)
            compile_to(b, terms[i], reg);
    }
    compile_node(b, terms[count - 1], returns ? d : dest_fresh(reg));
    if (returns)
        b->reachable = false;
    compile_land(b, &decided);
    compile_release(b, mark);
    compile_deliver(b, d, reg, ast->span);
}

typedef struct comparison {
    opcode holds, fails;
} comparison;

/* Compares two registers; `>` and `>=` are tested with the operands swapped. */
static comparison register_jumps(ast_operator op)
{
    if (op == OP_EQ)
        return (comparison){OPC_JEQ, OPC_JNE};
    if (op == OP_NE)
        return (comparison){OPC_JNE, OPC_JEQ};
    if (op == OP_LT || op == OP_GT)
        return (comparison){OPC_JLT, OPC_JNLT};
    return (comparison){OPC_JLE, OPC_JNLE};
}

static comparison number_jumps(ast_operator op)
{
    if (op == OP_EQ)
        return (comparison){OPC_JEQI, OPC_JNEI};
    if (op == OP_NE)
        return (comparison){OPC_JNEI, OPC_JEQI};
    if (op == OP_LT)
        return (comparison){OPC_JLTI, OPC_JNLTI};
    if (op == OP_LE)
        return (comparison){OPC_JLEI, OPC_JNLEI};
    if (op == OP_GT)
        return (comparison){OPC_JGTI, OPC_JNGTI};
    return (comparison){OPC_JGEI, OPC_JNGEI};
}

static ast_operator mirrored(ast_operator op)
{
    if (op == OP_LT)
        return OP_GT;
    if (op == OP_LE)
        return OP_GE;
    if (op == OP_GT)
        return OP_LT;
    if (op == OP_GE)
        return OP_LE;
    return op;
}

static bool compares(ast_operator op)
{
    return op == OP_EQ || op == OP_NE || op == OP_LT || op == OP_LE || op == OP_GT || op == OP_GE;
}

/* A comparison has a 16-bit jump; where that may not be enough it jumps over a JMP. */
static void jump_compared(builder *b, comparison jump, bool sense, insn operands, jumps *into,
                          src_span at)
{
    jumps over = {0};
    operands.op = (uint16_t)(sense != into->far ? jump.holds : jump.fails);
    compile_jump_to(b, operands, into->far ? &over : into, at);
    if (into->far)
        compile_jump(b, into, at);
    compile_land(b, &over);
}

void compile_jump_if_holds(builder *b, ast_operator op, unsigned left, unsigned right,
                           unsigned scratch, jumps *into, src_span at)
{
    if (compares(op)) {
        bool turned = op == OP_GT || op == OP_GE;
        jump_compared(b, register_jumps(op), true,
                      insn_abc(OPC_NOP, turned ? right : left, turned ? left : right, 0), into, at);
        return;
    }
    compile_emit(b, insn_abc(OPC_IN, scratch, left, right), at);
    compile_jump_to(b, insn_aw(op == OP_IN ? OPC_JT : OPC_JF, scratch, 0), into, at);
}

static void compile_comparison(builder *b, ast_node *ast, bool sense, jumps *into)
{
    ast_node *left = ast->as.binary.left, *right = ast->as.binary.right;
    ast_operator op = ast->op;
    int64_t n;
    bool swapped = compile_small_literal(left, INT16_MIN, INT16_MAX, &n);
    if (swapped || compile_small_literal(right, INT16_MIN, INT16_MAX, &n)) {
        comparison jump = number_jumps(swapped ? mirrored(op) : op);
        unsigned reg = compile_any(b, swapped ? right : left);
        jump_compared(b, jump, sense, insn_abc(OPC_NOP, reg, (uint16_t)n, 0), into, ast->span);
        return;
    }
    comparison jump = register_jumps(op);
    unsigned l = compile_any(b, left), r = compile_any(b, right);
    bool turned = op == OP_GT || op == OP_GE;
    jump_compared(b, jump, sense, insn_abc(OPC_NOP, turned ? r : l, turned ? l : r, 0), into,
                  ast->span);
}

/* `a and b` jumps out when either fails, `a or b` when either holds; otherwise the terms before the
 * last may skip the rest. */
static void compile_both(builder *b, ast_node *ast, bool sense, jumps *into)
{
    uint32_t count;
    ast_node **terms = terms_of(b, ast, &count);
    jumps skip = jumps_over(ast->span);
    bool any = sense == (ast->kind == AST_OR);
    for (uint32_t i = 0; terms && i < count; i++) {
        bool skips = !any && i + 1 < count;
        compile_condition(b, terms[i], skips ? !sense : sense, skips ? &skip : into);
    }
    compile_land(b, &skip);
}

void compile_condition(builder *b, ast_node *ast, bool sense, jumps *into)
{
    while (ast->kind == AST_UNARY && ast->op == OP_NOT) {
        ast = ast->as.unary.operand;
        sense = !sense;
    }
    unsigned mark = b->top;
    if (ast->kind == AST_AND || ast->kind == AST_OR) {
        compile_both(b, ast, sense, into);
    } else if (ast->kind == AST_TRUE || ast->kind == AST_FALSE) {
        if ((ast->kind == AST_TRUE) == sense)
            compile_jump(b, into, ast->span);
    } else if (ast->kind == AST_BINARY && compares(ast->op)) {
        compile_comparison(b, ast, sense, into);
    } else {
        unsigned reg = compile_any(b, ast);
        compile_jump_to(b, insn_aw(sense ? OPC_JT : OPC_JF, reg, 0), into, ast->span);
    }
    compile_release(b, mark);
}
