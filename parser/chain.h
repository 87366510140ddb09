/* Chains. `a + b + c`, `f(x)(y)`, `m.a.b[i]`, `x |> f() |> g()` lean to the left and may be of any
 * length: a flat chain is not nesting. So no pass goes down the left side of a tree by recursion.
 * It takes the chain that ends in a node, looks at its first operand, and then at one link after
 * another; the left operand of each has been visited already. */
#ifndef CSP_PARSER_CHAIN_H
#define CSP_PARSER_CHAIN_H

#include "parser/ast.h"

/* The left operand of a link: that of an operator, the subject of a pipe, the callee of another
 * call. NULL: the node is not a link. */
ast_node *ast_left(const ast_node *node);

typedef struct ast_chain {
    ast_node *first;  /* the operand at its left end, which is not a link */
    ast_node **links; /* from there to the node that ends the chain */
    uint32_t count;
    ast_node *few[4]; /* holds those of a short chain */
} ast_chain;

/* The chain that ends in `node`, in *out (which must not move) and the arena. False: out
 * of memory. */
bool ast_chain_of(arena *a, ast_node *node, ast_chain *out);

#endif
