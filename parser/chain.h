/* Chains. `a + b + c`, `f(x)(y)`, `m.a.b[i]`, `x |> f() |> g()` lean to the left and are as long as
 * their author likes: a flat chain is no nesting. So nobody goes down the left side of a tree by
 * recursion: a pass takes the chain that ends in a node, looks at its first operand, and then at
 * link after link, each of whose left operand has been seen. */
#ifndef CSP_PARSER_CHAIN_H
#define CSP_PARSER_CHAIN_H

#include "parser/ast.h"

/* What a node is a link behind: its left operand, the subject of a pipe, the callee of another
 * call. NULL: the node is no link. */
ast_node *ast_left(const ast_node *node);

typedef struct ast_chain {
    ast_node *first;  /* the operand at its left end, which is no link */
    ast_node **links; /* from there to the node whose chain it is */
    uint32_t count;
    ast_node *few[4]; /* where a short chain's are */
} ast_chain;

/* The chain that ends in `node`, in *out (which must stay where it is) and the arena. False: out of
 * memory. */
bool ast_chain_of(arena *a, ast_node *node, ast_chain *out);

#endif
