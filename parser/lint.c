/* The walk over the tree, in the order of the text. Each step tells whether control gets behind the node it was at. */
#include "parser/lint.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "parser/lint_internal.h"

static const char *const lint_names[] = {
#define LINT(enumerator, name, meaning) name,
#include "parser/lint.def"
#undef LINT
};

diag *lint_warn(linter *l, lint_kind kind, src_span at, const char *format, ...)
{
    char *text;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    diag *d = diag_warning(l->diags, at, "%s", length < 0 ? lint_names[kind] : text);
    if (length >= 0)
        free(text);
    d->name = lint_names[kind];
    return d;
}

/* What becomes of a statement's value. */
typedef enum value_use {
    VALUE_USED,
    VALUE_DROPPED,
    VALUE_DROPPED_LAST /* of a branch: it may stand there for "nothing to do" */
} value_use;

static bool walk(linter *l, ast_node *node);
static bool statement(linter *l, ast_node *node, value_use use);

/* Known before the statements run, wherever they stand. */
static bool is_hoisted(const ast_node *item)
{
    return item->kind == AST_CONST || item->kind == AST_FN_DECL || item->kind == AST_TEST || item->kind == AST_IMPORT ||
           item->kind == AST_EXTERN;
}

static bool statements(linter *l, ast_list list, value_use last, bool top)
{
    const ast_node *end = NULL; /* the one that control does not get behind */
    bool said = false;
    for (uint32_t i = 0; i < list.count; i++) {
        ast_node *node = list.items[i];
        if (end && !said && !(top && is_hoisted(node))) {
            diag *d = lint_warn(l, LINT_UNREACHABLE_CODE, node->span, "this can never be reached");
            diag_related(d, end->span, "nothing gets behind this");
            said = true;
        }
        bool ends = statement(l, node, i + 1 == list.count ? last : VALUE_DROPPED);
        if (ends && !end && !(top && is_hoisted(node)))
            end = node;
    }
    return end != NULL;
}

static bool block(linter *l, ast_node *node, value_use last)
{
    return node->kind == AST_BLOCK ? statements(l, node->as.list, last, false) : statement(l, node, last);
}

/* ---- functions ---- */

static void param(linter *l, const ast_param *p, bool named)
{
    if (p->fallback)
        walk(l, p->fallback);
    if (p->pattern)
        lint_pattern(l, p->pattern, named ? LINT_PARAM : LINT_UNNAMED_PARAM);
    else if (named && p->binding)
        lint_declare(l, LINT_PARAM, p->binding);
}

static void function(linter *l, const ast_fn *fn)
{
    lint_loop *loop = l->loop;
    l->loop = NULL;
    bool named = fn->name != NULL;
    for (uint32_t i = 0; i < fn->param_count; i++)
        param(l, &fn->params[i], named);
    if (fn->rest)
        param(l, fn->rest, named);
    if (fn->binding)
        fn->binding->lint.inside = true;
    block(l, fn->body, VALUE_USED);
    if (fn->binding)
        fn->binding->lint.inside = false;
    l->loop = loop;
}

/* Nothing comes back from these. */
static bool never_returns(const ast_node *callee)
{
    if (callee->kind == AST_NAME) {
        const ast_binding *b = callee->as.name.binding;
        return b && b->kind == BINDING_SYMBOL && !b->module && strcmp(b->name->text, "fail") == 0;
    }
    if (callee->kind != AST_FIELD || callee->as.field.object->kind != AST_NAME)
        return false;
    const ast_binding *b = callee->as.field.object->as.name.binding;
    return b && b->kind == BINDING_SYMBOL && b->module && strcmp(b->module, "Os") == 0 &&
           strcmp(b->name->text, "exit") == 0;
}

static bool call(linter *l, const ast_call *call)
{
    walk(l, call->callee);
    for (uint32_t i = 0; i < call->count; i++)
        walk(l, call->args[i].value);
    return never_returns(call->callee);
}

/* ---- names ---- */

static void use(ast_node *name)
{
    ast_binding *b = lint_root(name);
    if (b && !b->lint.inside && b->lint.reads < UINT32_MAX)
        b->lint.reads++;
}

static bool declaration(linter *l, ast_node *node)
{
    ast_node *pattern = node->as.let.pattern;
    bool ends = walk(l, node->as.let.value);
    if (node->kind == AST_RECEIVE_INTO) {
        lint_pattern(l, pattern, LINT_RECEIVED);
        return ends;
    }
    ast_binding *b = node->as.let.binding;
    if (b && node->kind != AST_VAR)
        b->lint.type = (uint8_t)lint_type_of(node->as.let.value);
    if (node->kind == AST_LET)
        lint_pattern(l, pattern, LINT_LET);
    else if (b)
        lint_declare(l, node->kind == AST_VAR ? LINT_VAR : LINT_CONST, b);
    return ends;
}

static void assigned(linter *l, ast_node *place)
{
    if (place->kind == AST_TUPLE) {
        for (uint32_t i = 0; i < place->as.list.count; i++)
            assigned(l, place->as.list.items[i]);
        return;
    }
    if (place->kind != AST_NAME) {
        walk(l, place);
        return;
    }
    ast_binding *b = lint_root(place);
    if (b)
        b->lint.written = true;
}

static bool assignment(linter *l, ast_node *node)
{
    bool ends = walk(l, node->as.assign.value);
    assigned(l, node->as.assign.place);
    return ends;
}

/* ---- choices and loops ---- */

static value_use branch_use(value_use use) { return use == VALUE_USED ? VALUE_USED : VALUE_DROPPED_LAST; }

static bool branches(linter *l, ast_node *node, value_use use)
{
    bool all = true, ends = false;
    for (; node && node->kind == AST_IF; node = node->as.branch.otherwise) {
        ends = walk(l, node->as.branch.condition) || ends;
        all = block(l, node->as.branch.then, use) && all;
    }
    if (node)
        all = block(l, node, use) && all;
    return ends || (all && node);
}

static bool match(linter *l, const ast_match *m, value_use use)
{
    bool ends = walk(l, m->subject), all = m->count > 0;
    for (uint32_t i = 0; i < m->count; i++) {
        const ast_match_arm *arm = &m->arms[i];
        lint_pattern(l, arm->pattern, LINT_PART);
        if (arm->guard)
            walk(l, arm->guard);
        all = block(l, arm->body, use) && all;
    }
    lint_arms(l, m);
    return ends || all;
}

static void alt_head(linter *l, const ast_alt_arm *arm)
{
    if (arm->source) {
        walk(l, arm->source);
        for (int i = 0; i < 2; i++)
            if (arm->target[i])
                lint_pattern(l, arm->target[i], LINT_LET);
    }
    if (arm->guard)
        walk(l, arm->guard);
    if (arm->channel)
        walk(l, arm->channel);
    if (arm->kind == ALT_SEND)
        walk(l, arm->value);
    else if (arm->kind == ALT_RECEIVE)
        lint_pattern(l, arm->value, LINT_RECEIVED);
}

static bool alt(linter *l, const ast_alt *choice, value_use use)
{
    lint_loop own = {false}, *outer = l->loop;
    bool all = choice->count > 0;
    for (uint32_t i = 0; i < choice->count; i++) {
        alt_head(l, &choice->arms[i]);
        if (choice->repeated)
            l->loop = &own;
        all = block(l, choice->arms[i].body, choice->repeated ? VALUE_DROPPED_LAST : use) && all;
        l->loop = outer;
    }
    return all && !choice->repeated;
}

static bool loop(linter *l, ast_node *node)
{
    const ast_loop *parts = &node->as.loop;
    lint_loop own = {false}, *outer = l->loop;
    bool ends = parts->value && walk(l, parts->value);
    bool endless =
        node->kind == AST_LOOP || (node->kind == AST_WHILE && parts->value && parts->value->kind == AST_TRUE);
    for (int i = 0; i < 2; i++)
        if (parts->target[i])
            lint_pattern(l, parts->target[i], LINT_LET);
    l->loop = &own;
    block(l, parts->body, VALUE_DROPPED);
    l->loop = outer;
    return ends || (endless && !own.left);
}

static void par_for(linter *l, ast_node *node)
{
    const ast_loop *parts = &node->as.loop;
    walk(l, parts->value);
    for (int i = 0; i < 2; i++)
        if (parts->target[i])
            lint_pattern(l, parts->target[i], LINT_LET);
    walk(l, parts->body);
}

/* ---- everything ---- */

static void list(linter *l, ast_list items)
{
    for (uint32_t i = 0; i < items.count; i++)
        walk(l, items.items[i]);
}

static void entries(linter *l, const ast_map *map)
{
    for (uint32_t i = 0; i < map->count; i++) {
        walk(l, map->entries[i].key);
        walk(l, map->entries[i].value);
    }
}

static void slice(linter *l, const ast_node *node)
{
    ast_node *parts[] = {node->as.slice.object, node->as.slice.from, node->as.slice.to};
    for (int i = 0; i < 3; i++)
        if (parts[i])
            walk(l, parts[i]);
}

static bool leave(linter *l, const ast_node *node)
{
    if (node->kind == AST_BREAK && l->loop)
        l->loop->left = true;
    if (node->kind == AST_RETURN && node->as.unary.operand)
        walk(l, node->as.unary.operand);
    return true;
}

static bool pair(linter *l, const ast_node *node)
{
    bool ends = walk(l, node->as.binary.left);
    walk(l, node->as.binary.right);
    return ends;
}

static void local_fn(linter *l, const ast_fn *fn)
{
    if (fn->binding)
        lint_declare(l, fn->binding->kind == BINDING_TOP_FN ? LINT_TOP_FN : LINT_LOCAL_FN, fn->binding);
    function(l, fn);
}

static bool walk(linter *l, ast_node *node) { return statement(l, node, VALUE_USED); }

static bool statement(linter *l, ast_node *node, value_use use_of_it)
{
    if (use_of_it != VALUE_USED)
        lint_dropped(l, node, use_of_it == VALUE_DROPPED_LAST);
    value_use inner = branch_use(use_of_it);
    switch (node->kind) {
    case AST_NIL:
    case AST_TRUE:
    case AST_FALSE:
    case AST_INT:
    case AST_FLOAT:
    case AST_STRING:
    case AST_BYTES:
    case AST_ERROR:
    case AST_EXTERN: return false;
    case AST_INTERPOLATION:
    case AST_TUPLE:
    case AST_LIST: list(l, node->as.list); return false;
    case AST_NAME: use(node); return false;
    case AST_MAP: entries(l, &node->as.map); return false;
    case AST_FN: function(l, node->as.fn); return false;
    case AST_CALL: return call(l, &node->as.call);
    case AST_SLICE:
    case AST_RANGE: slice(l, node); return false;
    case AST_FIELD: walk(l, node->as.field.object); return false;
    case AST_IS:
        lint_is(l, node);
        walk(l, node->as.field.object);
        return false;
    case AST_BINARY: lint_comparison(l, node); return pair(l, node);
    case AST_INDEX:
    case AST_AND:
    case AST_OR:
    case AST_SEND: return pair(l, node);
    case AST_UNARY:
    case AST_RECEIVE:
    case AST_TRY:
    case AST_MOVE: return walk(l, node->as.unary.operand);
    case AST_CATCH: block(l, node->as.unary.operand, VALUE_USED); return false;
    case AST_DEFER: block(l, node->as.unary.operand, VALUE_DROPPED); return false;
    case AST_SPAWN: walk(l, node->as.spawn.work); return false;
    case AST_IF: return branches(l, node, inner);
    case AST_MATCH: return match(l, &node->as.match, inner);
    case AST_ALT: return alt(l, node->as.alt, inner);
    case AST_PAR: list(l, node->as.par.branches); return false;
    case AST_PAR_FOR: par_for(l, node); return false;
    case AST_BLOCK: return statements(l, node->as.list, inner, false);
    case AST_LET:
    case AST_VAR:
    case AST_CONST:
    case AST_RECEIVE_INTO: return declaration(l, node);
    case AST_FN_DECL: local_fn(l, node->as.fn); return false;
    case AST_ASSIGN: return assignment(l, node);
    case AST_RETURN:
    case AST_BREAK:
    case AST_CONTINUE: return leave(l, node);
    case AST_WHILE:
    case AST_LOOP:
    case AST_FOR: return loop(l, node);
    case AST_IMPORT:
        if (node->as.import.binding)
            lint_declare(l, LINT_IMPORT, node->as.import.binding);
        return false;
    case AST_TEST: walk(l, node->as.test.body); return false;
    case PAT_HOLE:
    case PAT_NAME:
    case PAT_LITERAL:
    case PAT_TUPLE:
    case PAT_LIST:
    case PAT_MAP:
    case PAT_ERROR:
    case PAT_ALTERNATIVES: break; /* lint_pattern walks these */
    }
    return false;
}

void lint_module(const ast_module *ast, diag_list *diags)
{
    linter l = {.arena = ast->arena, .diags = diags};
    l.declared_end = &l.declared;
    for (uint32_t i = 0; i < ast->items.count && !l.program; i++)
        l.program = !is_hoisted(ast->items.items[i]);
    statements(&l, ast->items, VALUE_USED, true);
    lint_report_unused(&l);
}
