/* parser/parse_grammar.c: the rows of the table are whole */
#include <criterion/criterion.h>

#include "parser/parse_grammar.h"

Test(grammar, operators_between_two_have_a_power_and_a_node)
{
    for (int kind = 0; kind < LEX_KINDS; kind++) {
        const parse_rule *rule = &parse_whole_grammar.rules[kind];
        cr_assert_eq(rule->infix != NULL, rule->power != POWER_NONE, "kind %d", kind);
        cr_assert(!rule->infix || rule->kind != AST_NIL, "kind %d", kind);
        cr_assert(rule->power < POWER_UNARY, "kind %d", kind);
    }
}

Test(grammar, operators_before_an_operand_have_a_power)
{
    for (int kind = 0; kind < LEX_KINDS; kind++) {
        const parse_rule *rule = &parse_whole_grammar.rules[kind];
        cr_assert_eq(rule->prefix != NULL, rule->prefix_power != POWER_NONE, "kind %d", kind);
        cr_assert(!rule->prefix || !rule->operand, "kind %d is one of them only", kind);
    }
}

Test(grammar, what_is_misplaced_in_a_block_is_an_item)
{
    for (int kind = 0; kind < LEX_KINDS; kind++) {
        const parse_rule *rule = &parse_whole_grammar.rules[kind];
        cr_assert(rule->statement != parse_misplaced_item || rule->item, "kind %d", kind);
    }
}
