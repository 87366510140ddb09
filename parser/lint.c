/* The walk over the tree, in the order of the text. Each step tells whether control gets past
 * its node. */
#include "parser/lint.h"

#include <string.h>

#include "base/language.h"
#include "parser/chain.h"
#include "parser/lint_internal.h"

static bool statement(linter *l, ast_node *node, lint_use use);

/* Known before the statements run, wherever they stand. */
static bool is_hoisted(const ast_node *item)
{
    return item->kind == AST_CONST || item->kind == AST_FN_DECL || item->kind == AST_TEST ||
           item->kind == AST_IMPORT || item->kind == AST_EXTERN;
}

static bool statements(linter *l, ast_list list, lint_use last, bool top)
{
    const ast_node *end = NULL; /* the one that control does not get past */
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

bool lint_block(linter *l, ast_node *node, lint_use last)
{
    return node->kind == AST_BLOCK ? statements(l, node->as.list, last, false)
                                   : statement(l, node, last);
}

/* ---- reading names ---- */

static void count_read(const ast_node *name)
{
    ast_binding *b = lint_root(name);
    if (b && !b->lint.inside && b->lint.reads < UINT32_MAX)
        b->lint.reads++;
}

static void use(linter *l, const ast_node *name, lint_look look)
{
    count_read(name);
    lint_copy_read(l, name, look);
}

/* A value that is only looked into: a variable that holds it stays the only name for it. */
bool lint_look_into(linter *l, ast_node *node)
{
    if (node->kind != AST_NAME)
        return lint_walk(l, node);
    use(l, node, LINT_INTO);
    return false;
}

/* The place of a change: changing a thing does not count as reading it, but its indices
 * are read. */
static void unread(linter *l, ast_node *place)
{
    for (; place->kind == AST_INDEX || place->kind == AST_FIELD;
         place = place->kind == AST_INDEX ? place->as.binary.left : place->as.field.object)
        if (place->kind == AST_INDEX)
            lint_walk(l, place->as.binary.right);
    if (place->kind != AST_NAME)
        lint_walk(l, place);
    else
        count_read(place);
}

/* ---- functions ---- */

static void param(linter *l, const ast_param *p, bool named)
{
    if (p->fallback)
        lint_walk(l, p->fallback);
    if (p->pattern)
        lint_pattern(l, p->pattern, named ? LINT_PARAM : LINT_UNNAMED_PARAM);
    else if (named && p->binding)
        lint_declare(l, LINT_PARAM, p->binding);
}

/* `last`: what happens to its value. */
static void function(linter *l, const ast_fn *fn, lint_use last)
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
    lint_block(l, fn->body, last);
    if (fn->binding)
        fn->binding->lint.inside = false;
    l->loop = loop;
}

/* A function that runs at some time, and sees the values that its process has then. */
static void nested_function(linter *l, const ast_fn *fn)
{
    lint_copy *copy = l->copy;
    if (copy)
        copy->later++;
    function(l, fn, VALUE_USED);
    if (copy)
        copy->later--;
}

/* The body of a process or branch: a function without parameters, or an expression that
 * makes one. */
void lint_copied_body(linter *l, ast_node *node, lint_use use)
{
    lint_copy own;
    if (node->kind != AST_FN) {
        lint_walk(l, node);
        return;
    }
    lint_copy_begin(l, &own, node->span);
    function(l, node->as.fn, use);
    lint_copy_end(l);
}

/* These never return. */
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

/* The function that runs in a child process of its own. */
static bool is_child(const resolve_signature *of, uint32_t argument)
{
    return !of->module && strcmp(of->name, "timeout") == 0 && argument == 1;
}

/* Whether that argument cannot be part of what the function returns, or of another
 * argument afterwards. */
static bool looks_into(const resolve_signature *of, unsigned traits, uint32_t argument)
{
    if (!of->module)
        return language_has_word("len type str repr copy freeze print write eprint", of->name);
    return argument == 0 && (traits & (LANGUAGE_PURE | LANGUAGE_CHANGES));
}

static bool call(linter *l, ast_node *node, lint_use use)
{
    const ast_call *call = &node->as.call;
    resolve_signature of;
    unsigned traits = lint_traits(call->callee, &of);
    bool library = resolve_signature_of(call->callee, &of) && of.symbol;
    lint_walk(l, call->callee);
    for (uint32_t i = 0; i < call->count; i++) {
        ast_node *given = call->args[i].value;
        bool changed = (traits & LANGUAGE_CHANGES) && i == 0 && use != VALUE_USED;
        if (library && is_child(&of, i))
            lint_copied_body(l, given, lint_branch_use(use));
        else if (changed)
            unread(l, given);
        else if (library && looks_into(&of, traits, i))
            lint_look_into(l, given);
        else
            lint_walk(l, given);
    }
    lint_durations(l, call);
    if ((traits & LANGUAGE_CHANGES) && use != VALUE_USED && call->count > 0)
        lint_copy_change(l, call->args[0].value, node->span);
    return never_returns(call->callee);
}

/* ---- names ---- */

static bool declaration(linter *l, ast_node *node)
{
    ast_node *pattern = node->as.let.pattern;
    bool ends = lint_walk(l, node->as.let.value);
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

static void assigned(linter *l, ast_node *place, src_span at)
{
    if (place->kind == AST_TUPLE) {
        for (uint32_t i = 0; i < place->as.list.count; i++)
            assigned(l, place->as.list.items[i], at);
        return;
    }
    if (place->kind != AST_NAME) {
        unread(l, place);
        lint_copy_change(l, place, at);
        return;
    }
    ast_binding *b = lint_root(place);
    if (b)
        b->lint.written = true;
}

/* A variable that is only updated from itself (`m[k] = m[k] + 1`) has not been read for its
 * own sake. */
static bool assignment(linter *l, ast_node *node)
{
    uint32_t before = lint_copy_look(node->as.assign.place);
    bool ends = lint_walk(l, node->as.assign.value);
    lint_copy_unlook(node->as.assign.place, before);
    assigned(l, node->as.assign.place, node->span);
    return ends;
}

/* ---- everything ---- */

static void list(linter *l, ast_list items)
{
    for (uint32_t i = 0; i < items.count; i++)
        lint_walk(l, items.items[i]);
}

static void pieces(linter *l, ast_list items)
{
    for (uint32_t i = 0; i < items.count; i++)
        lint_look_into(l, items.items[i]);
}

static void branches_of_par(linter *l, ast_list items, lint_use use)
{
    for (uint32_t i = 0; i < items.count; i++)
        lint_copied_body(l, items.items[i], use);
}

static void entries(linter *l, const ast_map *map)
{
    for (uint32_t i = 0; i < map->count; i++) {
        lint_walk(l, map->entries[i].key);
        lint_walk(l, map->entries[i].value);
    }
}

static void slice(linter *l, const ast_node *node)
{
    ast_node *parts[] = {node->as.slice.object, node->as.slice.from, node->as.slice.to};
    for (int i = 0; i < 3; i++)
        if (parts[i])
            lint_look_into(l, parts[i]);
}

static bool leave(linter *l, const ast_node *node)
{
    if (node->kind == AST_BREAK && l->loop)
        l->loop->left = true;
    if (node->kind == AST_RETURN && node->as.unary.operand)
        lint_walk(l, node->as.unary.operand);
    return true;
}

/* `and` and `or`: what the left side establishes holds on the right; of a chain only the last part
 * counts, since chains may be long. */
static bool pair(linter *l, const ast_node *node)
{
    ast_node *left = node->as.binary.left;
    bool ends = lint_walk(l, left);
    lint_condition(l, left);
    ast_binding *error = lint_error_shown(left->kind == AST_AND ? left->as.binary.right : left,
                                          node->kind == AST_AND);
    lint_walk(l, node->as.binary.right);
    lint_error_over(error);
    return ends;
}

/* An index, an operator, a send (of a copy). */
static bool looks(linter *l, const ast_node *node)
{
    bool ends = lint_look_into(l, node->as.binary.left);
    if (node->kind == AST_INDEX)
        lint_walk(l, node->as.binary.right);
    else
        lint_look_into(l, node->as.binary.right);
    return ends;
}

static bool negation(linter *l, const ast_node *node)
{
    if (node->op == OP_NOT)
        lint_condition(l, node->as.unary.operand);
    return lint_look_into(l, node->as.unary.operand);
}

/* A deferred call or block runs when the rest has run. */
static void deferred(linter *l, ast_node *what)
{
    lint_copy *copy = l->copy;
    if (copy)
        copy->later++;
    lint_block(l, what, VALUE_DROPPED);
    if (copy)
        copy->later--;
}

static void local_fn(linter *l, const ast_fn *fn)
{
    if (fn->binding)
        lint_declare(l, fn->binding->kind == BINDING_TOP_FN ? LINT_TOP_FN : LINT_LOCAL_FN,
                     fn->binding);
    nested_function(l, fn);
}

bool lint_walk(linter *l, ast_node *node) { return statement(l, node, VALUE_USED); }

/* A node; for a link in a chain everything but its left operand, which has been walked. */
static bool step(linter *l, ast_node *node, lint_use use_of_it)
{
    if (use_of_it != VALUE_USED)
        lint_dropped(l, node, use_of_it == VALUE_DROPPED_LAST);
    lint_use inner = lint_branch_use(use_of_it);
    switch (node->kind) {
    case AST_NIL:
    case AST_TRUE:
    case AST_FALSE:
    case AST_INT:
    case AST_FLOAT:
    case AST_BYTES:
    case AST_ERROR: return false;
    case AST_STRING: lint_text(l, node); return false;
    case AST_INTERPOLATION: pieces(l, node->as.list); return false;
    case AST_TUPLE:
    case AST_LIST: list(l, node->as.list); return false;
    case AST_NAME: use(l, node, LINT_WHOLE); return false;
    case AST_MAP: entries(l, &node->as.map); return false;
    case AST_FN: nested_function(l, node->as.fn); return false;
    case AST_CALL: return call(l, node, use_of_it);
    case AST_SLICE:
    case AST_RANGE: slice(l, node); return false;
    case AST_FIELD: lint_error_field(l, node); return lint_look_into(l, node->as.field.object);
    case AST_IS: lint_is(l, node); return lint_look_into(l, node->as.field.object);
    case AST_BINARY: lint_comparison(l, node); return looks(l, node);
    case AST_INDEX:
    case AST_SEND: return looks(l, node);
    case AST_AND:
    case AST_OR: return pair(l, node);
    case AST_UNARY: return negation(l, node);
    case AST_RECEIVE:
    case AST_TRY:
    case AST_MOVE: return lint_walk(l, node->as.unary.operand);
    case AST_CATCH: lint_block(l, node->as.unary.operand, VALUE_USED); return false;
    case AST_DEFER: deferred(l, node->as.unary.operand); return false;
    case AST_SPAWN: lint_copied_body(l, node->as.spawn.work, inner); return false;
    case AST_IF: return lint_branches(l, node, inner);
    case AST_MATCH: return lint_match(l, &node->as.match, inner);
    case AST_ALT: return lint_alt(l, node->as.alt, inner);
    case AST_PAR: branches_of_par(l, node->as.par.branches, inner); return false;
    case AST_PAR_FOR: lint_par_for(l, node, inner); return false;
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
    case AST_FOR: return lint_loop_node(l, node);
    case AST_IMPORT:
        if (node->as.import.binding)
            lint_declare(l, LINT_IMPORT, node->as.import.binding);
        return false;
    case AST_EXTERN:
        if (node->as.ext->binding)
            lint_declare(l, LINT_IMPORT, node->as.ext->binding);
        return false;
    case AST_TEST: lint_walk(l, node->as.test.body); return false;
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

static bool chain(linter *l, ast_node *node, lint_use use_of_it)
{
    ast_chain parts;
    const ast_node *outer = l->seen;
    bool outer_ends = l->seen_ends;
    if (!ast_chain_of(l->arena, node, &parts))
        return false; /* without memory nothing is reported */
    /* A name is left to its link, which knows whether it is read as a whole. */
    bool is_name = parts.first->kind == AST_NAME;
    bool ends = !is_name && step(l, parts.first, VALUE_USED);
    l->seen = is_name ? NULL : parts.first;
    for (uint32_t i = 0; i < parts.count; i++) {
        l->seen_ends = ends;
        ends = step(l, parts.links[i], i + 1 < parts.count ? VALUE_USED : use_of_it);
        l->seen = parts.links[i];
    }
    l->seen = outer;
    l->seen_ends = outer_ends;
    return ends;
}

static bool statement(linter *l, ast_node *node, lint_use use_of_it)
{
    if (node == l->seen)
        return l->seen_ends;
    return ast_left(node) ? chain(l, node, use_of_it) : step(l, node, use_of_it);
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
