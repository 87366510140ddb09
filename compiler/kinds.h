/* Who compiles which kind of node: the functions that kinds.c has in its table. */
#ifndef CSP_COMPILER_KINDS_H
#define CSP_COMPILER_KINDS_H

#include "compiler/internal.h"

/* By ast_kind. Patterns have no row, and neither has AST_ERROR: with errors nothing is compiled. */
extern const node_compiler compile_kinds[AST_KIND_LIMIT];

/* --- literal.c */
void compile_literal_node(builder *b, ast_node *ast, dest d);
void compile_interpolation(builder *b, ast_node *ast, dest d);
void compile_tuple(builder *b, ast_node *ast, dest d);
void compile_list_literal(builder *b, ast_node *ast, dest d);
void compile_map(builder *b, ast_node *ast, dest d);

/* --- name.c */
void compile_use(builder *b, ast_node *ast, dest d);

/* --- function.c */
void compile_fn(builder *b, ast_node *ast, dest d);
void compile_fn_declaration(builder *b, ast_node *ast);

/* --- chain.c: a link and those before it */
void compile_links(builder *b, ast_node *ast, dest d);

/* --- call.c */
void compile_call(builder *b, ast_node *ast, dest d);
void compile_test(builder *b, ast_node *ast, dest d);

/* --- access.c */
void compile_index(builder *b, ast_node *ast, dest d);
void compile_slice(builder *b, ast_node *ast, dest d);
void compile_field(builder *b, ast_node *ast, dest d);
void compile_range(builder *b, ast_node *ast, dest d);

/* --- operator.c */
void compile_unary(builder *b, ast_node *ast, dest d);
void compile_binary(builder *b, ast_node *ast, dest d);
void compile_and_or(builder *b, ast_node *ast, dest d);
void compile_is(builder *b, ast_node *ast, dest d);

/* --- statement.c */
void compile_block(builder *b, ast_node *ast, dest d);
void compile_if(builder *b, ast_node *ast, dest d);
void compile_try(builder *b, ast_node *ast, dest d);
void compile_catch(builder *b, ast_node *ast, dest d);
void compile_let(builder *b, ast_node *ast);
void compile_const(builder *b, ast_node *ast);
void compile_assign(builder *b, ast_node *ast);
void compile_return_statement(builder *b, ast_node *ast);

/* --- matching.c, choice.c */
void compile_match(builder *b, ast_node *ast, dest d);
void compile_alt(builder *b, ast_node *ast, dest d);

/* --- process.c */
void compile_spawn(builder *b, ast_node *ast, dest d);
void compile_par(builder *b, ast_node *ast, dest d);
void compile_receive(builder *b, ast_node *ast, dest d);
void compile_send(builder *b, ast_node *ast, dest d);
void compile_moved(builder *b, ast_node *ast, dest d);
void compile_receive_into(builder *b, ast_node *ast);

/* --- loop.c */
void compile_while(builder *b, ast_node *ast);
void compile_for(builder *b, ast_node *ast);
void compile_break(builder *b, ast_node *ast);
void compile_continue(builder *b, ast_node *ast);

/* --- defer.c, import.c */
void compile_defer(builder *b, ast_node *ast);
void compile_import(builder *b, ast_node *ast);
void compile_extern(builder *b, ast_node *ast);

#endif
