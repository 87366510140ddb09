/* Chains of calls, indices, slices and fields, and pipes: `m.a.f(x)[i]`, `x |> f(a) |> g()`. They
 * are compiled link by link, without recursion, in the same few registers however long the chain
 * is: the result of a link lies where the next one looks for its left operand. */
#include "compiler/kinds.h"

#include "parser/chain.h"

/* The result of a pipe goes where the next call has its first argument, two registers above that
 * call's own; in a chain longer than this it is moved there. */
enum { MOST_NESTED_PIPES = 64 };

static bool is_link(const builder *b, const ast_node *ast)
{
    return b->c->kinds[ast->kind].link != NULL;
}

static bool is_member(const ast_node *ast)
{
    return ast->kind == AST_FIELD && ast->as.field.object->kind == AST_NAME &&
           ast->as.field.object->as.name.binding->module;
}

static bool is_pipe(const ast_node *ast) { return ast->kind == AST_CALL && ast->as.call.piped; }

/* The left operand of a link if that is a link, too, or the subject of a pipe, which is evaluated
 * before the callee. */
static ast_node *link_before(const builder *b, const ast_node *ast)
{
    ast_node *left = is_link(b, ast) ? ast_left(ast) : NULL;
    return left && (is_pipe(ast) || (is_link(b, left) && !is_member(left))) ? left : NULL;
}

/* The links of the chain that ends in `ast`, innermost first. NULL: no memory. */
static ast_node **links_of(builder *b, ast_node *ast, uint32_t *count, uint32_t *pipes, bool *calls)
{
    *count = 1;
    *pipes = 0;
    *calls = ast->kind == AST_CALL;
    for (const ast_node *n = ast, *left; (left = link_before(b, n)); n = left) {
        *count += 1;
        *pipes += is_pipe(n);
        *calls |= left->kind == AST_CALL;
    }
    ast_node **links = arena_alloc(b->c->ast->arena, *count * sizeof(ast_node *));
    if (!links)
        b->c->failed = true;
    for (uint32_t i = *count; links && i-- > 0; ast = link_before(b, ast))
        links[i] = ast;
    return links;
}

/* A call's frame lies above all other registers in use. */
static unsigned lowest_register(builder *b, dest d, bool calls, src_span at)
{
    bool is_own = d.kind == DEST_REG && d.scratch && (d.reg + 1 == b->top || !calls);
    return is_own ? d.reg : compile_registers(b, 1, at);
}

static void compile_chain(builder *b, ast_node *ast, dest d)
{
    uint32_t count, pipes;
    bool calls;
    ast_node **links = links_of(b, ast, &count, &pipes, &calls);
    if (!links)
        return;
    unsigned mark = b->top, low = lowest_register(b, d, calls, ast->span), reg = low;
    if (pipes > 0)
        reg = compile_registers(b, 2 * (pipes < MOST_NESTED_PIPES ? pipes : MOST_NESTED_PIPES),
                                ast->span);
    if (reg != low)
        reg = b->top - 1;
    chain_link outer = b->link;
    compile_node(b, links[0], dest_fresh(reg));
    for (uint32_t i = 1; i < count && !b->too_large; i++) {
        bool steps_down = is_pipe(links[i]) && reg > low;
        unsigned next = steps_down ? reg - 2 : reg;
        if (calls)
            compile_release(b, reg + 1);
        b->link = (chain_link){
            .left = links[i - 1], .reg = reg, .in_place = steps_down || !is_pipe(links[i])};
        b->c->kinds[links[i]->kind].link(b, links[i], i + 1 < count ? dest_fresh(next) : d);
        reg = next;
    }
    b->link = outer;
    compile_release(b, mark);
}

/* The registers of a call, the function's being the first: where the chain has the left operand
 * already, if the call wants it there. in_row: the arguments are consecutive from the third
 * register on. */
unsigned compile_call_registers(builder *b, const ast_call *call, dest d, uint32_t n, bool in_row,
                                src_span at)
{
    const ast_node *left = call->piped ? call->args[0].value : call->callee;
    if (left != b->link.left)
        return compile_result_registers(b, d, n, at);
    unsigned base = call->piped ? b->link.reg - 2 : b->link.reg;
    bool in_place = b->link.in_place && (in_row || !call->piped) && b->top == b->link.reg + 1;
    if (!in_place)
        return compile_registers(b, n, at);
    if (base + n > b->top)
        compile_registers(b, base + n - b->top, at);
    return base;
}

void compile_links(builder *b, ast_node *ast, dest d)
{
    if (ast == b->link.left)
        compile_deliver(b, d, b->link.reg, ast->span);
    else if (link_before(b, ast))
        compile_chain(b, ast, d);
    else
        b->c->kinds[ast->kind].link(b, ast, d);
}
