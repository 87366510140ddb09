/* Modules and functions, and the one switch over all nodes. The order in a script: its consts and
 * fns are known everywhere, so they are declared first; then come the statements, top to bottom;
 * then whatever sees none of the statements' variables: consts, fns, tests. */
#include "parser/chain.h"
#include "parser/resolve_internal.h"

static ast_function_info *new_info(resolver *r, const ast_fn *fn, ast_function_info *outer)
{
    ast_function_info *info = arena_alloc(r->arena, sizeof *info);
    if (!info) {
        r->failed = true;
        r->spare_info = (ast_function_info){.isolated = true};
        return &r->spare_info;
    }
    info->fn = fn;
    info->outer = outer;
    return info;
}

static void resolve_params(resolver *r, ast_fn *fn)
{
    const ast_param *optional = NULL;
    for (uint32_t i = 0; i < fn->param_count; i++) {
        ast_param *p = &fn->params[i];
        if (p->fallback) {
            resolve_node(r, p->fallback);
            optional = optional ? optional : p;
        } else if (optional) {
            diag *d = diag_error(
                r->diags, p->span,
                "a parameter without a default value cannot follow one with a default value");
            diag_related(d, optional->span, "this one has a default value");
        }
        if (p->pattern)
            resolve_pattern(r, p->pattern, NULL, BOUND_BY_CALL);
        else if (p->name)
            p->binding = resolve_declare(r, BINDING_PARAM, p->name, p->span);
    }
    if (fn->rest && fn->rest->name)
        fn->rest->binding = resolve_declare(r, BINDING_PARAM, fn->rest->name, fn->rest->span);
}

/* If it captured nothing but itself it is a constant, and so is its view of itself. */
static void settle(ast_function_info *info)
{
    info->done = true;
    info->constant = info->capture_count == (info->self ? 1u : 0u);
    if (info->constant)
        info->capture_count = 0;
}

static void resolve_nodes(resolver *r, ast_list list);

void resolve_function(resolver *r, ast_node *node, bool isolated)
{
    ast_fn *fn = node->as.fn;
    ast_function_info *outer = r->function;
    const moved_name *mark = r->moved;
    fn->info = new_info(r, fn, isolated ? NULL : outer);
    fn->info->isolated = isolated;
    r->function = fn->info;
    scope s;
    resolve_open(r, &s);
    resolve_params(r, fn);
    if (fn->body->kind == AST_BLOCK)
        resolve_nodes(r, fn->body->as.list);
    else
        resolve_node(r, fn->body);
    resolve_moves_end(r, mark);
    resolve_close(r);
    resolve_forget_captures(r, fn->info);
    settle(fn->info);
    r->function = outer;
}

static void resolve_nodes(resolver *r, ast_list list)
{
    for (uint32_t i = 0; i < list.count; i++)
        resolve_node(r, list.items[i]);
}

void resolve_operand(resolver *r, ast_node *node)
{
    r->function->operands++;
    resolve_node(r, node);
    r->function->operands--;
}

void resolve_within(resolver *r, ast_node *node)
{
    scope s;
    resolve_open(r, &s);
    if (node->kind == AST_BLOCK)
        resolve_nodes(r, node->as.list);
    else
        resolve_node(r, node);
    resolve_close(r);
}

void resolve_branch(resolver *r, ast_node *node)
{
    const moved_name *mark = r->moved;
    resolve_within(r, node);
    resolve_moves_end(r, mark);
}

static void resolve_pair(resolver *r, ast_node *node)
{
    resolve_operand(r, node->as.binary.left);
    resolve_operand(r, node->as.binary.right);
}

/* `a and b`: the right side may not run. */
static void resolve_choice(resolver *r, ast_node *node)
{
    resolve_node(r, node->as.binary.left);
    const moved_name *mark = r->moved;
    resolve_node(r, node->as.binary.right);
    resolve_moves_end(r, mark);
}

static void resolve_if(resolver *r, ast_node *node)
{
    for (; node; node = node->as.branch.otherwise) {
        if (node->kind != AST_IF) {
            resolve_branch(r, node);
            return;
        }
        resolve_node(r, node->as.branch.condition);
        resolve_branch(r, node->as.branch.then);
    }
}

static void resolve_try(resolver *r, ast_node *node)
{
    resolve_node(r, node->as.unary.operand);
    if (r->function->in_defer)
        diag_error(r->diags, node->span,
                   "`try` in a `defer` block: the function has returned already");
}

static void resolve_return(resolver *r, ast_node *node)
{
    if (node->as.unary.operand)
        resolve_node(r, node->as.unary.operand);
    if (r->function->in_defer)
        diag_error(r->diags, node->span,
                   "`return` in a `defer` block: the function has returned already");
}

static void resolve_leave(resolver *r, const ast_node *node)
{
    const char *word = node->kind == AST_BREAK ? "break" : "continue";
    if (r->function->loops > 0)
        return;
    diag *d = diag_error(r->diags, node->span, "`%s` outside of a loop", word);
    if (r->function->in_defer)
        diag_hint(d, "it cannot leave the `defer` block");
    else if (r->function->outer)
        diag_hint(d, "it cannot leave the function, `spawn` block or `par` branch");
}

static void resolve_map(resolver *r, const ast_map *map)
{
    for (uint32_t i = 0; i < map->count; i++) {
        resolve_node(r, map->entries[i].key);
        resolve_node(r, map->entries[i].value);
    }
}

static void resolve_slice(resolver *r, ast_node *node)
{
    ast_node *parts[] = {node->as.slice.object, node->as.slice.from, node->as.slice.to};
    for (int i = 0; i < 3; i++)
        if (parts[i])
            resolve_operand(r, parts[i]);
}

static void resolve_send(resolver *r, ast_node *node)
{
    resolve_operand(r, node->as.binary.left);
    resolve_movable(r, node->as.binary.right);
}

static void resolve_spawn(resolver *r, ast_node *node)
{
    ast_node *work = node->as.spawn.work;
    if (work->kind == AST_CALL)
        resolve_call(r, work, true);
    else
        resolve_node(r, work);
}

static void resolve_misplaced_move(resolver *r, ast_node *node)
{
    resolve_node(r, node->as.unary.operand);
    diag *d = diag_error(r->diags, node->span, "`move` cannot stand here");
    diag_hint(d, "it belongs in `c ! move x`, `spawn f(move x)` or `freeze(move x)`");
}

static void resolve_inner_const(resolver *r, ast_node *node)
{
    diag_error(r->diags, node->span, "a `const` can only stand at top level");
    resolve_let(r, node);
}

/* A feature that is not built yet; its name is bound all the same, so that no more errors follow
 * from this one. */
static void refuse(resolver *r, const ast_node *node, const char *word, ast_name *alias)
{
    diag_error(r->diags, node->span, "`%s` is not there yet in this version", word);
    if (alias)
        resolve_declare(r, BINDING_BAD, alias, node->span);
}

static void resolve_import_item(resolver *r, ast_node *node)
{
    ast_text path = node->as.import.path;
    ast_name *alias = node->as.import.alias;
    uint32_t errors = r->diags->errors;
    if (!alias)
        return; /* the parser has reported why */
    if (!r->world->import) {
        refuse(r, node, "import", alias);
        return;
    }
    resolve_import found = {0};
    const char *bytes = path.length ? path.bytes : "";
    bool ok = r->world->import(r->world->user, bytes, path.length, node->span, r->diags, &found);
    if (!ok && r->diags->errors == errors)
        r->failed = true;
    ast_binding *b = resolve_declare(r, ok ? BINDING_MODULE : BINDING_BAD, alias, node->span);
    b->import = found;
    node->as.import.binding = b;
}

/* A node; for a link in a chain everything but its left operand, which has been resolved. */
static void resolve_one(resolver *r, ast_node *node)
{
    switch (node->kind) {
    case AST_NIL:
    case AST_TRUE:
    case AST_FALSE:
    case AST_INT:
    case AST_FLOAT:
    case AST_STRING:
    case AST_BYTES:
    case AST_ERROR: break;
    case AST_INTERPOLATION:
    case AST_TUPLE:
    case AST_LIST: resolve_nodes(r, node->as.list); break;
    case AST_NAME: node->as.name.binding = resolve_use(r, node->as.name.id, node->span); break;
    case AST_MAP: resolve_map(r, &node->as.map); break;
    case AST_FN: resolve_function(r, node, false); break;
    case AST_CALL: resolve_call(r, node, false); break;
    case AST_INDEX:
    case AST_BINARY: resolve_pair(r, node); break;
    case AST_SLICE:
    case AST_RANGE: resolve_slice(r, node); break;
    case AST_FIELD: resolve_field(r, node); break;
    case AST_UNARY:
    case AST_RECEIVE: resolve_node(r, node->as.unary.operand); break;
    case AST_AND:
    case AST_OR: resolve_choice(r, node); break;
    case AST_IS: resolve_node(r, node->as.field.object); break;
    case AST_SEND: resolve_send(r, node); break;
    case AST_TRY: resolve_try(r, node); break;
    case AST_CATCH: resolve_branch(r, node->as.unary.operand); break;
    case AST_SPAWN: resolve_spawn(r, node); break;
    case AST_IF: resolve_if(r, node); break;
    case AST_MATCH: resolve_match(r, node); break;
    case AST_ALT: resolve_alt(r, node); break;
    case AST_PAR: resolve_par(r, node); break;
    case AST_PAR_FOR: resolve_par_for(r, node); break;
    case AST_BLOCK: resolve_within(r, node); break;
    case AST_LET: resolve_let(r, node); break;
    case AST_VAR: resolve_var(r, node); break;
    case AST_FN_DECL: resolve_local_fn(r, node); break;
    case AST_ASSIGN: resolve_assign(r, node); break;
    case AST_RECEIVE_INTO: resolve_receive_into(r, node); break;
    case AST_RETURN: resolve_return(r, node); break;
    case AST_BREAK:
    case AST_CONTINUE: resolve_leave(r, node); break;
    case AST_WHILE:
    case AST_LOOP:
    case AST_FOR: resolve_loop(r, node); break;
    case AST_DEFER: resolve_defer(r, node); break;
    case AST_TEST: resolve_function(r, node->as.test.body, true); break;
    case AST_MOVE: resolve_misplaced_move(r, node); break;
    case AST_CONST: resolve_inner_const(r, node); break;
    case AST_IMPORT: resolve_import_item(r, node); break;
    case AST_EXTERN: resolve_extern(r, node); break;
    case PAT_HOLE:
    case PAT_NAME:
    case PAT_LITERAL:
    case PAT_TUPLE:
    case PAT_LIST:
    case PAT_MAP:
    case PAT_ERROR:
    case PAT_ALTERNATIVES: break; /* resolve_pattern.c walks these */
    }
}

/* Whether the left operand of a link counts as one (resolve_operand). */
static bool has_neighbours(const ast_node *link)
{
    return link->kind != AST_AND && link->kind != AST_OR && link->kind != AST_CALL &&
           link->kind != AST_IS;
}

static void resolve_chain(resolver *r, ast_node *node)
{
    ast_chain chain;
    const ast_node *outer = r->seen;
    uint32_t around = 0; /* links that the current one is an operand of */
    if (!ast_chain_of(r->arena, node, &chain)) {
        r->failed = true;
        return;
    }
    for (uint32_t i = 0; i < chain.count; i++)
        around += has_neighbours(chain.links[i]);
    r->function->operands += around;
    r->seen = NULL;
    /* If a name before a `.` is a value, its field will report it. */
    if (chain.first->kind != AST_NAME || chain.links[0]->kind != AST_FIELD) {
        resolve_one(r, chain.first);
        r->seen = chain.first;
    }
    for (uint32_t i = 0; i < chain.count && !r->failed; i++) {
        r->function->operands -= has_neighbours(chain.links[i]);
        resolve_one(r, chain.links[i]);
        r->seen = chain.links[i];
    }
    r->seen = outer;
}

void resolve_node(resolver *r, ast_node *node)
{
    if (r->failed || node == r->seen)
        /* without memory half of the names are missing, and reports would be wrong */
        return;
    if (ast_left(node))
        resolve_chain(r, node);
    else
        resolve_one(r, node);
}

static void declare_script(resolver *r, ast_list items)
{
    for (uint32_t i = 0; i < items.count; i++) {
        ast_node *item = items.items[i];
        if (item->kind == AST_CONST) {
            ast_node *name = item->as.let.pattern;
            item->as.let.binding = name->as.name.binding =
                resolve_declare(r, BINDING_CONST, name->as.name.id, name->span);
            name->as.name.binding->value = item->as.let.value;
        } else if (item->kind == AST_FN_DECL) {
            ast_fn *fn = item->as.fn;
            fn->binding = resolve_declare(r, BINDING_TOP_FN, fn->name, fn->name_span);
            fn->binding->fn = fn;
            fn->binding->declared = true;
        } else if (item->kind == AST_IMPORT) {
            resolve_import_item(r, item);
        } else if (item->kind == AST_EXTERN) {
            resolve_extern(r, item);
        }
    }
}

/* Declared before the statements. */
static bool is_hoisted(const ast_node *item)
{
    return item->kind == AST_CONST || item->kind == AST_FN_DECL || item->kind == AST_TEST ||
           item->kind == AST_IMPORT || item->kind == AST_EXTERN;
}

static void resolve_script(resolver *r, ast_list items)
{
    declare_script(r, items);
    for (uint32_t i = 0; i < items.count; i++) {
        if (!is_hoisted(items.items[i]))
            resolve_node(r, items.items[i]);
    }
    resolve_moves_end(r, NULL);
    for (uint32_t i = 0; i < items.count; i++) {
        ast_node *item = items.items[i];
        if (item->kind == AST_CONST) {
            r->in_const = true;
            resolve_branch(r, item->as.let.value);
            r->in_const = false;
        } else if (item->kind == AST_FN_DECL) {
            resolve_function(r, item, true);
        } else if (item->kind == AST_TEST) {
            resolve_node(r, item);
        }
    }
}

static void note_session_names(ast_list items)
{
    for (uint32_t i = 0; i < items.count; i++) {
        const ast_node *item = items.items[i];
        ast_name *name = item->kind == AST_FN_DECL  ? item->as.fn->name
                         : item->kind == AST_CONST  ? item->as.let.pattern->as.name.id
                         : item->kind == AST_IMPORT ? item->as.import.alias
                         : item->kind == AST_EXTERN ? item->as.ext->alias
                                                    : NULL;
        if (name)
            name->settled = true;
    }
}

/* In a session everything is evaluated in order, consts too. */
static void resolve_session(resolver *r, ast_list items)
{
    note_session_names(items);
    for (uint32_t i = 0; i < items.count; i++) {
        ast_node *item = items.items[i];
        r->item = item;
        if (item->kind != AST_CONST) {
            resolve_node(r, item);
            continue;
        }
        resolve_let(r, item);
        if (item->as.let.binding)
            item->as.let.binding->by_name = true;
    }
    resolve_moves_end(r, NULL);
}

resolve_unit *resolve_module(const ast_module *ast, const resolve_world *world, bool session,
                             diag_list *diags)
{
    if (ast->partial)
        return NULL; /* the rest may declare anything */
    uint32_t errors = diags->errors;
    diags->muted = ast->lost;
    diags->muted_count = ast->lost_count;
    resolver r = {.arena = ast->arena, .diags = diags, .world = world, .session = session};
    r.pending_end = &r.pending;
    r.function = new_info(&r, NULL, NULL);
    resolve_unit *unit = arena_alloc(r.arena, sizeof *unit);
    scope s;
    resolve_open(&r, &s);
    r.top_scope = &s;
    ast_function_info *body = r.function;
    if (session)
        resolve_session(&r, ast->items);
    else
        resolve_script(&r, ast->items);
    body->done = true;
    resolve_names_free(&r);
    diags->muted_count = 0;
    if (r.failed || r.arena->failed || diags->errors > errors)
        return NULL;
    unit->body = body;
    unit->pending = r.pending;
    return unit;
}
