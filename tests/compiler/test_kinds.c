/* compiler/kinds.c: each kind of node that is compiled has its row */
#include <criterion/criterion.h>

#include "compiler/kinds.h"

Test(kinds, each_expression_and_statement_is_compiled_in_one_way)
{
    for (int kind = AST_NIL; kind <= AST_TEST; kind++) {
        const node_compiler *how = &compile_kinds[kind];
        cr_assert_eq(!!how->value + !!how->statement + !!how->leave, 1, "of kind %d", kind);
        cr_assert(!how->link || how->value, "kind %d", kind);
    }
}

Test(kinds, patterns_and_errors_are_not)
{
    for (int kind = AST_TEST + 1; kind < AST_KIND_LIMIT; kind++) {
        const node_compiler *how = &compile_kinds[kind];
        cr_assert(!how->value && !how->statement && !how->leave && !how->link, "kind %d", kind);
    }
}
