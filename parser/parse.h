/* Tokens to AST: a recursive-descent parser for the whole grammar. */
#ifndef CSP_PARSER_PARSE_H
#define CSP_PARSER_PARSE_H

#include "parser/ast.h"

/* How deep brackets, blocks and expressions may nest, and how many right sides of operators may
 * lie in each other, so that no input overflows the C stack of parser, resolver or compiler:
 * they recurse for these and for nothing else. Chains (`a + a + a …`, `else if`, see chain.h)
 * are not nesting. */
enum { PARSE_MAX_DEPTH = 1000, PARSE_MAX_OPERANDS = 2000 };

/* Parses all of diags->src. Always returns a module, whose AST may hold AST_ERROR nodes where
 * diagnostics were reported; all other nodes are complete, unless the module is partial. NULL only
 * if memory ran out. diags->incomplete is set if every error would be mended by more text at the
 * end (an open bracket, an open triple-quoted string, an operator at the very end): a REPL checks
 * it before it shows an error. */
ast_module *parse_module(arena *a, diag_list *diags);

/* The same for an input of a session, in which `_` may be read: it is what the session says. */
ast_module *parse_input(arena *a, diag_list *diags);

/* The comment mark of another language ("//", "--" …) that stands before the offset on its line,
 * or NULL. */
const char *parse_foreign_comment(const src_text *src, uint32_t offset);

/* The one ast_name for this text in a module, made in the module's arena if it is new. NULL: out
 * of memory. */
ast_name *parse_intern(ast_module *module, const char *text, size_t length);

#endif
