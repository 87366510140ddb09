/* Mistakes that are no errors: what is never used, never reached, always the same. For `csp check`
 * alone. */
#ifndef CSP_PARSER_LINT_H
#define CSP_PARSER_LINT_H

#include "parser/ast.h"

/* Walks a module (a script, no session) that parse_module has read without an error and
 * resolve_module has been through, with or without errors, and reports what it finds in diags:
 * warnings, each with its name from lint.def. To be called once for a module, before anything else
 * is done with it. */
void lint_module(const ast_module *ast, diag_list *diags);

#endif
