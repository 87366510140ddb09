/* The walk through choices and loops. */
#include "parser/lint_internal.h"

/* If the first condition that says so shows something to be an error, that holds to the end of
 * the chain. */
bool lint_branches(linter *l, ast_node *node, lint_use use)
{
    bool all = true, ends = false;
    ast_binding *rest = NULL;
    for (; node && node->kind == AST_IF; node = node->as.branch.otherwise) {
        ast_node *condition = node->as.branch.condition;
        ends = lint_look_into(l, condition) || ends;
        lint_condition(l, condition);
        ast_binding *error = lint_error_shown(condition, true);
        all = lint_block(l, node->as.branch.then, use) && all;
        lint_error_over(error);
        if (!rest)
            rest = lint_error_shown(condition, false);
    }
    if (node)
        all = lint_block(l, node, use) && all;
    lint_error_over(rest);
    return ends || (all && node);
}

static void guard(linter *l, ast_node *condition)
{
    lint_look_into(l, condition);
    lint_condition(l, condition);
}

bool lint_match(linter *l, const ast_match *m, lint_use use)
{
    bool ends = lint_walk(l, m->subject), all = m->count > 0;
    for (uint32_t i = 0; i < m->count; i++) {
        const ast_match_arm *arm = &m->arms[i];
        lint_pattern(l, arm->pattern, LINT_PART);
        ast_binding *error = lint_error_matched(m->subject, arm->pattern);
        if (arm->guard)
            guard(l, arm->guard);
        all = lint_block(l, arm->body, use) && all;
        lint_error_over(error);
    }
    lint_arms(l, m);
    return ends || all;
}

static void alt_head(linter *l, const ast_alt_arm *arm)
{
    if (arm->source) {
        lint_walk(l, arm->source);
        for (int i = 0; i < 2; i++)
            if (arm->target[i])
                lint_pattern(l, arm->target[i], LINT_LET);
    }
    if (arm->guard)
        guard(l, arm->guard);
    if (arm->channel)
        lint_walk(l, arm->channel);
    if (arm->kind == ALT_AFTER)
        lint_duration(l, arm->channel);
    if (arm->kind == ALT_SEND)
        lint_walk(l, arm->value);
    else if (arm->kind == ALT_RECEIVE)
        lint_pattern(l, arm->value, LINT_RECEIVED);
}

bool lint_alt(linter *l, const ast_alt *choice, lint_use use)
{
    lint_loop own = {false}, *outer = l->loop;
    uint32_t began =
        choice->repeated ? lint_copy_loop(l, choice->arms ? choice->arms[0].span.start : 0) : 0;
    bool all = choice->count > 0;
    for (uint32_t i = 0; i < choice->count; i++) {
        alt_head(l, &choice->arms[i]);
        if (choice->repeated)
            l->loop = &own;
        all =
            lint_block(l, choice->arms[i].body, choice->repeated ? VALUE_DROPPED_LAST : use) && all;
        l->loop = outer;
    }
    if (choice->repeated)
        lint_copy_leave(l, began);
    return all && !choice->repeated;
}

bool lint_loop_node(linter *l, ast_node *node)
{
    const ast_loop *parts = &node->as.loop;
    lint_loop own = {false}, *outer = l->loop;
    uint32_t began = lint_copy_loop(l, node->span.start);
    bool ends = parts->value && lint_look_into(l, parts->value);
    if (node->kind == AST_WHILE && parts->value)
        lint_condition(l, parts->value);
    bool endless = node->kind == AST_LOOP ||
                   (node->kind == AST_WHILE && parts->value && parts->value->kind == AST_TRUE);
    for (int i = 0; i < 2; i++)
        if (parts->target[i])
            lint_pattern(l, parts->target[i], LINT_LET);
    l->loop = &own;
    lint_block(l, parts->body, VALUE_DROPPED);
    l->loop = outer;
    lint_copy_leave(l, began);
    return ends || (endless && !own.left);
}

void lint_par_for(linter *l, ast_node *node, lint_use use)
{
    const ast_loop *parts = &node->as.loop;
    lint_walk(l, parts->value);
    for (int i = 0; i < 2; i++)
        if (parts->target[i])
            lint_pattern(l, parts->target[i], LINT_LET);
    lint_copied_body(l, parts->body, use);
}
