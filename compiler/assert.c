/* `assert(a == b)` and the like: the operands are kept for the message, which only a comparison
 * that does not hold makes. */
#include "compiler/internal.h"
#include "vm/code/native.h"
#include "vm/run/builtin.h"

/* The registers of the call that makes the message: its result and what it needs, then the
 * arguments. */
enum { OPERATOR = 2, LEFT = 3, RIGHT = 4, REGISTERS = 5 };

static const char *name_of(ast_operator op)
{
    switch (op) {
    case OP_EQ: return "==";
    case OP_NE: return "!=";
    case OP_LT: return "<";
    case OP_LE: return "<=";
    case OP_GT: return ">";
    case OP_GE: return ">=";
    case OP_IN: return "in";
    case OP_NOT_IN: return "not in";
    default: return NULL;
    }
}

static bool is_type_test(const ast_node *condition)
{
    if (condition->kind == AST_UNARY && condition->op == OP_NOT)
        condition = condition->as.unary.operand;
    return condition->kind == AST_IS;
}

bool compile_is_comparison(const ast_node *condition)
{
    return is_type_test(condition) || (condition->kind == AST_BINARY && name_of(condition->op));
}

/* Loads the name of the operator and calls what makes the message. */
static void refute(builder *b, const char *op, unsigned base, unsigned argc, src_span at)
{
    compile_wide(b, OPC_LOADK, base + OPERATOR, compile_string(b->c, op, strlen(op)), at);
    value f = native_value(b->c->vm, &vm_builtins[BUILTIN_ASSERT]);
    uint32_t constant = compile_constant(b->c, f);
    if (constant > UINT16_MAX) {
        compile_wide(b, OPC_LOADK, base, constant, at);
        compile_emit(b, insn_abc(OPC_CALL, base, argc, 0), at);
    } else {
        compile_emit(b, insn_abc(OPC_CALLN, base, argc, constant), at);
    }
}

static void assert_type(builder *b, ast_node *condition, unsigned base, src_span at)
{
    bool holds = condition->kind == AST_IS;
    ast_node *test = holds ? condition : condition->as.unary.operand;
    compile_to(b, test->as.field.object, base + LEFT);
    compile_emit(b, insn_abc(OPC_IS, base + OPERATOR, base + LEFT, compile_type_number(b, test)),
                 test->span);
    jumps over = jumps_over(at);
    compile_jump_to(b, insn_aw(holds ? OPC_JT : OPC_JF, base + OPERATOR, 0), &over, test->span);
    char op[80];
    snprintf(op, sizeof op, "%s %.60s", holds ? "is" : "is not", test->as.field.name->text);
    refute(b, op, base, 2, at);
    compile_land(b, &over);
}

static void assert_binary(builder *b, ast_node *condition, unsigned base, src_span at)
{
    compile_to(b, condition->as.binary.left, base + LEFT);
    compile_to(b, condition->as.binary.right, base + RIGHT);
    jumps over = jumps_over(at);
    compile_jump_if_holds(b, condition->op, base + LEFT, base + RIGHT, base + OPERATOR, &over,
                          condition->span);
    refute(b, name_of(condition->op), base, 3, at);
    compile_land(b, &over);
}

void compile_assert(builder *b, ast_node *ast, dest d)
{
    ast_node *condition = ast->as.call.args[0].value;
    unsigned mark = b->top, base = compile_registers(b, REGISTERS, ast->span);
    if (is_type_test(condition))
        assert_type(b, condition, base, ast->span);
    else
        assert_binary(b, condition, base, ast->span);
    compile_release(b, mark);
    compile_nil(b, d, ast->span);
}
