/* The grammar: what each token begins, and what goes on with it. */
#include "parser/parse_grammar.h"

#define INFIX(name, node, operator, function) \
    .infix = (function), .power = POWER_##name, .kind = (node), .op = (operator)
#define BINARY(name, operator)   INFIX(name, AST_BINARY, operator, parse_binary)
#define PREFIX(function)         .prefix = (function), .prefix_power = POWER_UNARY
#define TOP_LEVEL_ONLY(function) .statement = parse_misplaced_item, .item = (function)

const parse_grammar parse_whole_grammar = {
    .other_statement = parse_expression_statement,
    .rules = {
        /* operands */
        [TOK_INT] = {.operand = parse_number_literal},
        [TOK_FLOAT] = {.operand = parse_number_literal},
        [TOK_DURATION] = {.operand = parse_number_literal},
        [TOK_STRING] = {.operand = parse_string},
        [TOK_STRING_START] = {.operand = parse_string},
        [TOK_BYTES] = {.operand = parse_bytes},
        [TOK_TRUE] = {.operand = parse_keyword_literal},
        [TOK_FALSE] = {.operand = parse_keyword_literal},
        [TOK_NIL] = {.operand = parse_keyword_literal},
        [TOK_NAME] = {.operand = parse_name_operand, .item = parse_test_or_statement},
        [TOK_HOLE] = {.operand = parse_hole},
        [TOK_FN] = {.operand = parse_anonymous_fn, .statement = parse_fn_or_expression},
        [TOK_IF] = {.operand = parse_if},
        [TOK_MATCH] = {.operand = parse_match},
        [TOK_ALT] = {.operand = parse_plain_alt},
        [TOK_PAR] = {.operand = parse_par},
        [TOK_BRACE_OPEN] = {.operand = parse_brace, .statement = parse_block_or_map},
        [TOK_PAREN_OPEN] = {.operand = parse_parenthesised, .postfix = parse_call},
        [TOK_BRACKET_OPEN] = {.operand = parse_list, .postfix = parse_index},
        [TOK_DOT] = {.postfix = parse_field},

        /* operators before an operand; `**` stands in parse_expr.c, as do `catch` and `!` */
        [TOK_BIT_NOT] = {PREFIX(parse_complement)},
        [TOK_QUESTION] = {PREFIX(parse_receive)},
        [TOK_TRY] = {PREFIX(parse_try)},
        [TOK_MOVE] = {PREFIX(parse_move)},
        [TOK_SPAWN] = {PREFIX(parse_spawn)},

        /* operators between two, loosest first */
        [TOK_OR] = {INFIX(OR, AST_OR, OP_NONE, parse_binary)},
        [TOK_OR_OR] = {INFIX(OR, AST_OR, OP_NONE, parse_binary)},
        [TOK_AND] = {INFIX(AND, AST_AND, OP_NONE, parse_binary)},
        [TOK_AND_AND] = {INFIX(AND, AST_AND, OP_NONE, parse_binary)},
        [TOK_NOT] = {.prefix = parse_not,
                     .prefix_power = POWER_NOT,
                     BINARY(COMPARISON, OP_NOT_IN)}, /* only where `in` follows */
        [TOK_EQ] = {BINARY(COMPARISON, OP_EQ)},
        [TOK_EQ_EQ_EQ] = {BINARY(COMPARISON, OP_EQ)},
        [TOK_NE] = {BINARY(COMPARISON, OP_NE)},
        [TOK_NE_EQ] = {BINARY(COMPARISON, OP_NE)},
        [TOK_LT] = {BINARY(COMPARISON, OP_LT)},
        [TOK_LE] = {BINARY(COMPARISON, OP_LE)},
        [TOK_GT] = {BINARY(COMPARISON, OP_GT)},
        [TOK_GE] = {BINARY(COMPARISON, OP_GE)},
        [TOK_IN] = {BINARY(COMPARISON, OP_IN)},
        [TOK_IS] = {INFIX(COMPARISON, AST_IS, OP_NONE, parse_is)},
        [TOK_PIPE] = {INFIX(PIPE, AST_CALL, OP_NONE, parse_pipe)},
        [TOK_RANGE] = {INFIX(RANGE, AST_RANGE, OP_NONE, parse_range)},
        [TOK_RANGE_CLOSED] = {INFIX(RANGE, AST_RANGE, OP_NONE, parse_range)},
        [TOK_BIT_OR] = {BINARY(BIT_OR, OP_BIT_OR)},
        [TOK_BIT_XOR] = {BINARY(BIT_XOR, OP_BIT_XOR)},
        [TOK_BIT_AND] = {BINARY(BIT_AND, OP_BIT_AND)},
        [TOK_SHIFT_LEFT] = {BINARY(SHIFT, OP_SHIFT_LEFT)},
        [TOK_SHIFT_RIGHT] = {BINARY(SHIFT, OP_SHIFT_RIGHT)},
        [TOK_PLUS] = {BINARY(SUM, OP_ADD)},
        [TOK_INCREMENT] = {BINARY(SUM, OP_ADD)},
        [TOK_MINUS] = {PREFIX(parse_negation), BINARY(SUM, OP_SUB)},
        [TOK_STAR] = {BINARY(TERM, OP_MUL)},
        [TOK_SLASH] = {BINARY(TERM, OP_DIV)},
        [TOK_FLOOR_DIV] = {BINARY(TERM, OP_FLOOR_DIV)},
        [TOK_PERCENT] = {BINARY(TERM, OP_MOD)},

        /* statements */
        [TOK_LET] = {.statement = parse_let},
        [TOK_VAR] = {.statement = parse_var},
        [TOK_RETURN] = {.statement = parse_return},
        [TOK_BREAK] = {.statement = parse_jump},
        [TOK_CONTINUE] = {.statement = parse_jump},
        [TOK_DEFER] = {.statement = parse_defer},
        [TOK_WHILE] = {.statement = parse_loop},
        [TOK_LOOP] = {.statement = parse_loop},
        [TOK_FOR] = {.statement = parse_loop},
        [TOK_ELSE] = {.statement = parse_lone_else},
        [TOK_CONST] = {TOP_LEVEL_ONLY(parse_const)},
        [TOK_IMPORT] = {TOP_LEVEL_ONLY(parse_import)},
        [TOK_EXTERN] = {TOP_LEVEL_ONLY(parse_extern)},
    }};
