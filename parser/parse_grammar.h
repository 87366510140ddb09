/* The functions of the grammar that parse_grammar.c has in its table. */
#ifndef CSP_PARSER_PARSE_GRAMMAR_H
#define CSP_PARSER_PARSE_GRAMMAR_H

#include "parser/parse_internal.h"

extern const parse_grammar parse_whole_grammar;

/* ---- operands: parse_primary.c ---- */
ast_node *parse_number_literal(parser *p);
ast_node *parse_bytes(parser *p);
ast_node *parse_keyword_literal(parser *p);
ast_node *parse_name_operand(parser *p);
ast_node *parse_hole(parser *p);
ast_node *parse_anonymous_fn(parser *p);
ast_node *parse_if(parser *p);
ast_node *parse_plain_alt(parser *p);
ast_node *parse_brace(parser *p);
ast_node *parse_parenthesised(parser *p);
ast_node *parse_list(parser *p);
/* parse_literal.c: at STRING or STRING_START */
ast_node *parse_string(parser *p);
ast_node *parse_map(parser *p);
/* parse_fn.c: at `fn`: a declaration where a name follows */
ast_node *parse_fn(parser *p);
/* parse_alt.c */
ast_node *parse_match(parser *p);
ast_node *parse_alt(parser *p, bool repeated); /* at `alt` or `pri alt` */

/* ---- what goes on with an operand: parse_postfix.c ---- */
ast_node *parse_call(parser *p, uint32_t start, ast_node *callee);
ast_node *parse_index(parser *p, uint32_t start, ast_node *object);
ast_node *parse_field(parser *p, uint32_t start, ast_node *object);
/* `m[a..b]`, parsed as a slice, where a place is expected: an element of the map whose key is the
 * range. `m[..b]` is not one, and stays. */
ast_node *parse_index_of_slice(parser *p, ast_node *slice);

/* ---- operators: parse_operator.c ---- */
ast_node *parse_negation(parser *p);
ast_node *parse_complement(parser *p);
ast_node *parse_not(parser *p);
ast_node *parse_receive(parser *p);
ast_node *parse_try(parser *p);
ast_node *parse_move(parser *p);
ast_node *parse_spawn(parser *p);
ast_node *parse_binary(parser *p, uint32_t start, ast_node *left);
ast_node *parse_range(parser *p, uint32_t start, ast_node *from);
ast_node *parse_pipe(parser *p, uint32_t start, ast_node *subject);
ast_node *parse_is(parser *p, uint32_t start, ast_node *object);

/* ---- statements ---- */
ast_node *parse_expression_statement(parser *p); /* parse_assign.c: also an assignment */
/* parse_declare.c */
ast_node *parse_let(parser *p);
ast_node *parse_var(parser *p);
ast_node *parse_const(parser *p);
/* From the `=` on. */
ast_node *parse_declaration(parser *p, ast_kind kind, uint32_t start, ast_node *pattern);
/* parse_stmt.c */
ast_node *parse_fn_or_expression(parser *p);
ast_node *parse_return(parser *p);
ast_node *parse_jump(parser *p);
ast_node *parse_defer(parser *p);
ast_node *parse_block_or_map(parser *p);
ast_node *parse_lone_else(parser *p);
/* parse_loop.c */
ast_node *parse_loop(parser *p); /* at `while`, `loop` or `for` */
ast_node *parse_par(parser *p);
/* parse_item.c */
ast_node *parse_misplaced_item(parser *p); /* where only statements stand */
ast_node *parse_import(parser *p);
ast_node *parse_test_or_statement(parser *p);
ast_node *parse_extern(parser *p); /* parse_extern.c */

#endif
