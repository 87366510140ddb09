/* The AST as text, for tests: each node as `(kind child …)`, names and numbers bare, strings
 * quoted. */
#ifndef CSP_TESTS_SUPPORT_AST_DUMP_H
#define CSP_TESTS_SUPPORT_AST_DUMP_H

#include "parser/ast.h"

#include <stdio.h>

void ast_dump_node(FILE *out, const ast_node *node);

/* All items, separated by newlines. malloc'ed. */
char *ast_dump_module(const ast_module *module);

/* The height of the tree: 1 for a leaf. */
uint32_t ast_height(const ast_node *node);

#endif
