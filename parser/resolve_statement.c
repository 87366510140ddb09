/* Statements and choices: loops, match, alt, par, defer. */
#include "parser/resolve_internal.h"

static void resolve_bound_value(resolver *r, const ast_node *pattern, ast_node *value)
{
    const ast_name *outer = r->binding_fn;
    r->binding_fn = value->kind == AST_FN && pattern->kind == PAT_NAME ? pattern->as.name.id : NULL;
    resolve_node(r, value);
    r->binding_fn = outer;
}

void resolve_let(resolver *r, ast_node *node)
{
    ast_node *pattern = node->as.let.pattern, *value = node->as.let.value;
    resolve_bound_value(r, pattern, value);
    resolve_pattern(r, pattern, NULL, BOUND_BY_VALUE);
    if (pattern->kind == PAT_NAME && !r->failed) {
        node->as.let.binding = pattern->as.name.binding;
        pattern->as.name.binding->value = value;
        if (value->kind == AST_FN)
            pattern->as.name.binding->fn = value->as.fn;
    }
}

void resolve_var(resolver *r, ast_node *node)
{
    ast_node *pattern = node->as.let.pattern;
    resolve_bound_value(r, pattern, node->as.let.value);
    ast_binding *b = resolve_declare(r, BINDING_VAR, pattern->as.name.id, pattern->span);
    pattern->as.name.binding = node->as.let.binding = b;
}

void resolve_local_fn(resolver *r, ast_node *node)
{
    ast_fn *fn = node->as.fn;
    fn->binding = resolve_declare(r, BINDING_FN, fn->name, fn->name_span);
    fn->binding->fn = fn;
    fn->binding->declared = true;
    resolve_function(r, node, false);
}

void resolve_receive_into(resolver *r, ast_node *node)
{
    resolve_node(r, node->as.let.value);
    resolve_pattern(r, node->as.let.pattern, NULL, BOUND_BY_RECEIVE);
}

/* `for` and `par for`: the loop's names are in a block around that of the body. */
static void resolve_for(resolver *r, ast_node *node)
{
    const ast_loop *loop = &node->as.loop;
    scope s;
    if (loop->value)
        resolve_node(r, loop->value);
    const moved_name *mark = r->moved;
    resolve_open(r, &s);
    if (loop->target[0])
        resolve_pattern(r, loop->target[0], loop->target[1], BOUND_BY_VALUE);
    if (node->kind == AST_PAR_FOR) {
        resolve_node(r, loop->body);
    } else {
        r->function->loops++;
        resolve_within(r, loop->body);
        r->function->loops--;
    }
    resolve_close(r);
    resolve_moves_end(r, mark);
}

void resolve_loop(resolver *r, ast_node *node) { resolve_for(r, node); }

void resolve_par_for(resolver *r, ast_node *node) { resolve_for(r, node); }

/* The word of a statement that makes no sense as a process of its own, or NULL. */
static const char *no_branch(ast_kind kind)
{
    static const struct {
        ast_kind kind;
        const char *word;
    } words[] = {{AST_LET, "let"},
                 {AST_VAR, "var"},
                 {AST_RETURN, "return"},
                 {AST_BREAK, "break"},
                 {AST_CONTINUE, "continue"}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (words[i].kind == kind)
            return words[i].word;
    return NULL;
}

void resolve_par(resolver *r, ast_node *node)
{
    ast_list branches = node->as.par.branches;
    for (uint32_t i = 0; i < branches.count; i++) {
        ast_node *branch = branches.items[i];
        const ast_node *body = branch->as.fn->body;
        const char *word = no_branch(body->kind);
        if (!word) {
            resolve_node(r, branch);
            continue;
        }
        diag *d = diag_error(r->diags, body->span, "`%s` cannot be a branch of `par`", word);
        diag_hint(d, "each statement in `par` is a process of its own; write a block `{ … }` for "
                     "several statements");
    }
}

void resolve_defer(resolver *r, ast_node *node)
{
    ast_node *what = node->as.unary.operand;
    ast_function_info *f = r->function;
    f->has_defer = true;
    if (what->kind == AST_BLOCK) {
        uint32_t loops = f->loops;
        f->defers_in_loop |= loops > 0;
        bool in_defer = f->in_defer;
        f->loops = 0;
        f->in_defer = true;
        resolve_branch(r, what);
        f->in_defer = in_defer;
        f->loops = loops;
    } else if (what->kind == AST_SEND) {
        resolve_operand(r, what->as.binary.left);
        resolve_operand(r, what->as.binary.right);
    } else {
        resolve_node(r, what);
    }
}

void resolve_match(resolver *r, ast_node *node)
{
    const ast_match *match = &node->as.match;
    resolve_node(r, match->subject);
    for (uint32_t i = 0; i < match->count; i++) {
        const ast_match_arm *arm = &match->arms[i];
        const moved_name *mark = r->moved;
        scope s;
        resolve_open(r, &s);
        resolve_pattern(r, arm->pattern, NULL, BOUND_BY_VALUE);
        if (arm->guard)
            resolve_operand(r, arm->guard);
        resolve_within(r, arm->body);
        resolve_close(r);
        resolve_moves_end(r, mark);
    }
}

/* What an arm evaluates before the choice, beside what the others do. A `move` in it counts only in
 * its body: it happens if the arm is chosen. */
static void resolve_arm(resolver *r, const ast_alt_arm *arm, bool repeated)
{
    const moved_name *mark = r->moved;
    scope s;
    resolve_open(r, &s);
    if (arm->source) {
        resolve_operand(r, arm->source);
        resolve_pattern(r, arm->target[0], arm->target[1], BOUND_BY_VALUE);
    }
    if (arm->guard)
        resolve_operand(r, arm->guard);
    if (arm->channel)
        resolve_operand(r, arm->channel);
    if (arm->kind == ALT_SEND)
        resolve_movable(r, arm->value);
    scope inner;
    resolve_open(r, &inner);
    if (arm->kind == ALT_RECEIVE)
        resolve_pattern(r, arm->value, NULL, BOUND_BY_VALUE);
    r->function->loops += repeated;
    resolve_within(r, arm->body);
    r->function->loops -= repeated;
    resolve_close(r);
    resolve_close(r);
    resolve_moves_end(r, mark);
}

void resolve_alt(resolver *r, ast_node *node)
{
    const ast_alt *alt = node->as.alt;
    const ast_alt_arm *otherwise = NULL, *after = NULL, *closed = NULL;
    for (uint32_t i = 0; i < alt->count; i++) {
        const ast_alt_arm *arm = &alt->arms[i];
        diag *d;
        switch (arm->kind) {
        case ALT_RECEIVE:
        case ALT_SEND:
        case ALT_DRAINED: break;
        case ALT_AFTER: after = arm; break;
        case ALT_CLOSED:
            if (alt->repeated) {
                d = diag_error(
                    r->diags, arm->span,
                    "`closed` cannot stand in `for alt`, which ends when every channel is closed");
                diag_hint(d,
                          "put what it does after the loop; `closed(c) => …` is about one channel");
            } else if (closed) {
                diag_error(r->diags, arm->span, "an `alt` has at most one `closed`");
            }
            closed = arm;
            break;
        case ALT_ELSE:
            if (otherwise)
                diag_error(r->diags, arm->span, "an `alt` has at most one `else`");
            otherwise = arm;
            break;
        }
        resolve_arm(r, arm, alt->repeated);
    }
    if (otherwise && after) {
        diag *d = diag_error(r->diags, after->span,
                             "`after` and `else` in one `alt`: with `else` it never waits");
        diag_related(d, otherwise->span, "the `else`");
    }
}
