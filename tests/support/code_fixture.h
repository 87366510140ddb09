/* Modules made by hand, for tests of what deals with code. Everything ends the test when memory
 * runs out. */
#ifndef CSP_TESTS_CODE_FIXTURE_H
#define CSP_TESTS_CODE_FIXTURE_H

#include "vm/core/bytecode.h"

/* A module "test.csp" with this source and no codes. Give it to code_add_module or
 * code_free_module. */
module *code_fixture_module(csp_vm *vm, const char *source);
/* Adds a code without parameters; `piece` is where in the source all its instructions come from
 * (its first occurrence).
 */
code *code_fixture_add(csp_vm *vm, module *m, const char *name, uint16_t registers,
                       const insn *insns, uint32_t count, const char *piece);
/* Gives a code constants (pinned; the last call's belong to the module). */
void code_fixture_constants(module *m, code *c, const value *constants, uint32_t count);

#endif
