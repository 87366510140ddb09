/* Mistakes that are not errors: what is never used, never reached, or always the same. Only for
 * `csp check`. */
#ifndef CSP_PARSER_LINT_H
#define CSP_PARSER_LINT_H

#include "parser/ast.h"

/* Walks a module (a script, not a session) that parse_module has parsed without an error and
 * resolve_module has processed, with or without errors, and reports its findings in diags:
 * warnings, each with its name from lint.def. To be called once for a module, before anything else
 * is done with it. */
void lint_module(const ast_module *ast, diag_list *diags);

#endif
