/* Resolved AST to bytecode. */
#ifndef CSP_COMPILER_COMPILE_H
#define CSP_COMPILER_COMPILE_H

#include "parser/resolve.h"
#include "vm/core/bytecode.h"

/* Compiles what resolve_module has resolved without an error. With errors (in diags) or without
 * memory: NULL. The result is verified and added to the VM (code_add_module), which owns it.
 * codes[0] is its body: a function without parameters whose value is that of its last statement if
 * that is an expression (a session shows it), otherwise nil. With `session` the top-level names are
 * the session's (world->session_*): cells, captured by value by `fn`. */
module *compile_unit(csp_vm *vm, const ast_module *ast, const resolve_unit *unit,
                     const resolve_world *world, bool session, diag_list *diags);

#endif
