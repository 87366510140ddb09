/* What can be known about calls, assignments and moves without running. */
#include "parser/resolve_internal.h"

#include <string.h>

bool resolve_signature_of(const ast_node *callee, resolve_signature *out)
{
    const ast_binding *b = NULL;
    if (callee->kind == AST_NAME)
        b = callee->as.name.binding;
    else if (callee->kind == AST_FIELD && callee->as.field.object->kind == AST_NAME) {
        b = callee->as.field.object->as.name.binding;
        if (!b || b->kind != BINDING_SYMBOL || !b->module)
            return false;
    }
    if (!b)
        return false;
    if (b->fn) {
        *out = (resolve_signature){.name = b->name->text,
                                   .fn = b->fn,
                                   .params = b->fn->param_count,
                                   .has_rest = b->fn->rest != NULL,
                                   .certain = b->declared};
        while (out->required < out->params && !b->fn->params[out->required].fallback)
            out->required++;
        return true;
    }
    if (!b->has_symbol || b->symbol.kind != RESOLVE_FUNCTION)
        return false;
    *out = (resolve_signature){.module = b->module,
                               .name = b->name->text,
                               .symbol = &b->symbol,
                               .params = b->symbol.max,
                               .required = b->symbol.min,
                               .has_rest = b->symbol.max == UINT32_MAX,
                               .by_name = b->symbol.options,
                               .certain = true};
    if (out->has_rest && b->symbol.param_names)
        for (out->params = 0; b->symbol.param_names[out->params];)
            out->params++;
    return true;
}

uint32_t resolve_param_index(const resolve_signature *signature, const ast_name *name)
{
    if (signature->fn) {
        for (uint32_t i = 0; i < signature->fn->param_count; i++)
            if (signature->fn->params[i].name == name)
                return i;
        return UINT32_MAX;
    }
    const char *const *names = signature->symbol->param_names;
    for (uint32_t i = 0; names && i < signature->params; i++)
        if (strcmp(names[i], name->text) == 0)
            return i;
    return UINT32_MAX;
}

/* "`List.push`", into a buffer; long names are cut. */
typedef struct callee_text {
    char text[160];
} callee_text;

static const char *callee_name(const resolve_signature *s, callee_text *out)
{
    snprintf(out->text, sizeof out->text, "`%s%s%.100s`", s->module ? s->module : "",
             s->module ? "." : "", s->name);
    return out->text;
}

static const char *plural(uint32_t n) { return n == 1 ? "" : "s"; }

static void report_count(resolver *r, const ast_node *call, const resolve_signature *s,
                         uint32_t given)
{
    callee_text buffer = {""};
    const char *name = callee_name(s, &buffer);
    const char *are = given == 1 ? "is" : "are";
    diag *d;
    if (s->has_rest)
        d = diag_error(r->diags, call->span, "%s takes at least %u argument%s, but %u %s given",
                       name, s->required, plural(s->required), given, are);
    else if (s->params == 0)
        d = diag_error(r->diags, call->span, "%s takes no arguments, but %u %s given", name, given,
                       are);
    else if (s->required == s->params)
        d = diag_error(r->diags, call->span, "%s takes %u argument%s, but %u %s given", name,
                       s->params, plural(s->params), given, are);
    else
        d = diag_error(r->diags, call->span, "%s takes %u to %u arguments, but %u %s given", name,
                       s->required, s->params, given, are);
    if (s->fn)
        diag_related(d, s->fn->name ? s->fn->name_span : s->fn->body->span, "defined here");
}

static const char *param_name(const resolve_signature *s, uint32_t index)
{
    if (s->fn)
        return s->fn->params[index].name ? s->fn->params[index].name->text : NULL;
    return s->symbol && s->symbol->param_names ? s->symbol->param_names[index] : NULL;
}

static void report_no_such_param(resolver *r, const resolve_signature *s, const ast_argument *arg)
{
    callee_text buffer = {""};
    const char *name = callee_name(s, &buffer);
    if (s->symbol && !s->symbol->param_names) {
        diag_error(r->diags, arg->span, "%s takes no arguments by name", name);
        return;
    }
    diag *d = diag_error(r->diags, arg->span, "%s has no parameter `%s`", name, arg->name->text);
    suggestion near;
    suggest_init(&near, arg->name->text, arg->name->length);
    for (uint32_t i = 0; i < s->params; i++)
        if (param_name(s, i))
            suggest_offer(&near, param_name(s, i));
    if (near.best)
        diag_hint(d, "did you mean `%s`?", near.best);
}

/* Named arguments: each must be that of a known parameter not given yet. `given` has a mark for
 * each parameter. */
static void check_named(resolver *r, const ast_call *call, const resolve_signature *s, bool *given,
                        bool spread)
{
    for (uint32_t i = 0; i < call->count; i++) {
        const ast_argument *arg = &call->args[i];
        if (!arg->name)
            continue;
        uint32_t index = resolve_param_index(s, arg->name);
        if (index == UINT32_MAX)
            report_no_such_param(r, s, arg);
        else if (given[index])
            diag_error(r->diags, arg->span, "the argument `%s` is given twice", arg->name->text);
        else
            given[index] = true;
    }
    callee_text buffer = {""};
    for (uint32_t i = 0; i < s->required && !spread && !s->by_name; i++)
        if (!given[i] && param_name(s, i) && strcmp(param_name(s, i), "_") != 0)
            diag_error(r->diags, call->callee->span, "%s needs a value for its parameter `%s`",
                       callee_name(s, &buffer), param_name(s, i));
        else if (!given[i])
            diag_error(r->diags, call->callee->span,
                       "%s needs a value for its parameter %u, which has no name",
                       callee_name(s, &buffer), i + 1);
}

static void check_call(resolver *r, const ast_node *node, const resolve_signature *s)
{
    const ast_call *call = &node->as.call;
    uint32_t positional = 0, named = 0;
    bool spread = false;
    for (uint32_t i = 0; i < call->count; i++) {
        positional += !call->args[i].name && !call->args[i].spread;
        named += call->args[i].name != NULL;
        spread |= call->args[i].spread;
    }
    if ((!s->has_rest && positional > s->params) ||
        (!spread && (named == 0 || s->by_name) && positional < s->required)) {
        report_count(r, node, s, s->by_name ? positional : positional + named);
        return;
    }
    if (named == 0)
        return;
    uint32_t params = s->params == UINT32_MAX ? 0 : s->params;
    bool *given = arena_alloc(r->arena, params + 1);
    if (!given) {
        r->failed = true;
        return;
    }
    if (!s->by_name)
        memset(given, 1, positional < params ? positional : params);
    check_named(r, call, s, given, spread);
}

static bool is_freeze(const ast_node *callee)
{
    const ast_binding *b = callee->kind == AST_NAME ? callee->as.name.binding : NULL;
    return b && b->kind == BINDING_SYMBOL && !b->module && strcmp(b->name->text, "freeze") == 0;
}

/* After `move x` the name x must not be used, as far as the text is certain to run in
 * this order. */
static void mark_moved(resolver *r, const ast_node *move)
{
    const ast_node *name = move->as.unary.operand;
    if (name->kind != AST_NAME)
        return;
    ast_binding *b = name->as.name.binding;
    if (r->failed)
        return; /* it may not be bound */
    switch (b->kind) {
    case BINDING_LET:
    case BINDING_VAR:
    case BINDING_PARAM:
    case BINDING_CAPTURE:
    case BINDING_SESSION: break;
    case BINDING_FN:
    case BINDING_TOP_FN:
    case BINDING_CONST:
    case BINDING_MODULE:
    case BINDING_LATE:
    case BINDING_SYMBOL:
    case BINDING_BAD: return;
    }
    moved_name *moved = arena_alloc(r->arena, sizeof *moved);
    if (!moved) {
        r->failed = true;
        return;
    }
    *moved = (moved_name){b, r->moved};
    r->moved = moved;
    b->moved = true;
    b->moved_at = name->span;
}

static void resolve_moved_operand(resolver *r, ast_node *node)
{
    ast_node *operand = node->as.unary.operand;
    resolve_node(r, operand);
    ast_kind kind = operand->kind;
    if (kind != AST_NAME && kind != AST_INDEX && kind != AST_FIELD && kind != AST_ERROR)
        diag_error(r->diags, operand->span, "`move` takes a variable, a field or an element");
}

void resolve_movable(resolver *r, ast_node *node)
{
    if (node->kind != AST_MOVE) {
        resolve_node(r, node);
        return;
    }
    resolve_moved_operand(r, node);
    mark_moved(r, node);
}

void resolve_call(resolver *r, ast_node *node, bool spawned)
{
    ast_call *call = &node->as.call;
    resolve_node(r, call->callee);
    bool movable = spawned || (call->count == 1 && is_freeze(call->callee));
    bool moves = false, special = false;
    for (uint32_t i = 0; i < call->count; i++) {
        const ast_argument *arg = &call->args[i];
        moves |= arg->value->kind == AST_MOVE;
        special |= arg->spread;
        if (movable && arg->value->kind == AST_MOVE)
            resolve_moved_operand(r, arg->value);
        else
            resolve_node(r, arg->value);
    }
    /* All arguments are evaluated before any is handed over. */
    for (uint32_t i = 0; i < call->count && movable; i++)
        if (call->args[i].value->kind == AST_MOVE)
            mark_moved(r, call->args[i].value);
    if (moves && special && spawned)
        diag_error(r->diags, node->span, "`move` and `..` cannot stand in one `spawn`");
    resolve_signature signature;
    if (!r->failed && resolve_signature_of(call->callee, &signature) && signature.certain)
        check_call(r, node, &signature);
    else if (call->callee->kind == AST_FIELD)
        resolve_check_method(r, node);
}

static void report_denied(resolver *r, src_span span, const char *module, const char *member,
                          const char *needs)
{
    diag *d = diag_error(r->diags, span, "`%s.%s` cannot be used here: %s is not granted", module,
                         member, needs);
    diag_hint(d, "the host grants it in its csp_config; the command has `--allow`");
}

static resolve_status find_member(resolver *r, const void *home, const char *module,
                                  const char *name, resolve_symbol *out)
{
    const resolve_world *world = r->world;
    return home ? world->imported(world->user, home, name, out)
                : world->member(world->user, module, name, out);
}

static void resolve_member(resolver *r, ast_node *node, resolve_status module, const void *home)
{
    ast_node *object = node->as.field.object;
    const char *module_name = object->as.name.id->text, *name = node->as.field.name->text;
    ast_binding *b = arena_alloc(r->arena, sizeof *b);
    if (!b) {
        r->failed = true;
        return;
    }
    *b = (ast_binding){.kind = BINDING_BAD,
                       .name = node->as.field.name,
                       .module = module_name,
                       .span = node->span};
    object->as.name.binding = b;
    resolve_status status =
        module == RESOLVE_FOUND ? find_member(r, home, module_name, name, &b->symbol) : module;
    switch (status) {
    case RESOLVE_FOUND:
        b->kind = BINDING_SYMBOL;
        b->has_symbol = true;
        break;
    case RESOLVE_NOT_YET:
        if (module == RESOLVE_NOT_YET)
            diag_error(r->diags, object->span, "`%s` is not there yet in this version",
                       module_name);
        else
            diag_error(r->diags, node->span, "`%s.%s` is not there yet in this version",
                       module_name, name);
        break;
    case RESOLVE_DENIED: report_denied(r, node->span, module_name, name, b->symbol.needs); break;
    case RESOLVE_FAILED: r->failed = true; break;
    case RESOLVE_NO_SUCH: resolve_report_member(r, node, home); break;
    }
}

/* For a module that is looked up at each use: its present contents may change, but are what can
 * be known. */
static void resolve_late_member(resolver *r, ast_node *node, const void *home, ast_binding *module)
{
    resolve_symbol symbol;
    node->as.field.object->as.name.binding = module;
    const ast_name *name = node->as.field.name;
    resolve_status status = r->world->imported(r->world->user, home, name->text, &symbol);
    if (status == RESOLVE_NO_SUCH)
        resolve_report_member(r, node, home);
    else if (status == RESOLVE_NOT_YET)
        diag_error(r->diags, node->span, "`%s.%s` is not there yet in this version",
                   module->name->text, name->text);
}

void resolve_field(resolver *r, ast_node *node)
{
    ast_node *object = node->as.field.object;
    resolve_status status;
    const void *home;
    ast_binding *late = NULL;
    if (object->kind == AST_NAME && resolve_is_module(r, object->as.name.id, &status, &home)) {
        if (home && r->session)
            late = resolve_late_module(r, object->as.name.id, object->span);
        if (late)
            resolve_late_member(r, node, home, late);
        else
            resolve_member(r, node, status, home);
    } else {
        const ast_name *member_of = r->member_of, *member = r->member;
        r->member_of = object->kind == AST_NAME ? object->as.name.id : NULL;
        r->member = node->as.field.name;
        resolve_operand(r, object);
        r->member_of = member_of;
        r->member = member;
        resolve_check_self(r, node);
    }
}

static void report_assignment(resolver *r, const ast_binding *b, src_span span)
{
    const char *name = b->name->text;
    diag *d = NULL;
    switch (b->kind) {
    case BINDING_LET:
        d = diag_error(r->diags, span, "`%s` is bound for good and cannot be assigned", name);
        diag_hint(d, "`var %s = …` makes a variable", name);
        break;
    case BINDING_PARAM:
        d = diag_error(r->diags, span, "`%s` is a parameter and cannot be assigned", name);
        diag_hint(d, "copy it to a variable of another name: `var … = %s`", name);
        break;
    case BINDING_FN:
    case BINDING_TOP_FN:
        d = diag_error(r->diags, span, "`%s` is a function and cannot be assigned", name);
        break;
    case BINDING_CONST:
        d = diag_error(r->diags, span, "`%s` is a `const` and cannot be assigned", name);
        break;
    case BINDING_MODULE:
        d = diag_error(r->diags, span, "`%s` is a %s and cannot be assigned", name,
                       b->import.library ? "C library" : "module");
        break;
    case BINDING_SESSION:
        d = diag_error(r->diags, span, "`%s` is no `var` and cannot be assigned", name);
        diag_hint(d, "bind it again: `var %s = …`", name);
        return;
    case BINDING_SYMBOL:
        d = diag_error(r->diags, span, "`%s` belongs to the prelude and cannot be assigned", name);
        diag_hint(d, "`var %s = …` makes a variable of that name", name);
        return;
    case BINDING_CAPTURE:
    case BINDING_LATE:
    case BINDING_VAR:
    case BINDING_BAD: return;
    }
    diag_related(d, b->span, "bound here");
}

static void report_captured(resolver *r, const ast_binding *b, src_span span)
{
    while (b->kind == BINDING_CAPTURE)
        b = b->origin;
    if (b->kind != BINDING_VAR && !(b->kind == BINDING_SESSION && b->assignable)) {
        report_assignment(r, b, span);
        return;
    }
    diag *d = diag_error(r->diags, span,
                         "`%s` is captured here and cannot be assigned: a function, `spawn` block "
                         "or `par` branch sees "
                         "a copy of the value",
                         b->name->text);
    diag_hint(d, "give the new value as a result, or send it on a channel");
    diag_related(d, b->span, "the variable");
}

static void assign_name(resolver *r, ast_node *place)
{
    ast_name *name = place->as.name.id;
    ast_binding *hidden;
    ast_binding *b = resolve_find(r, name, &hidden);
    if (!b) {
        r->assigned = name;
        b = resolve_use(r, name, place->span); /* a session's, or reported as for a use */
        r->assigned = NULL;
        if (b->kind == BINDING_BAD) {
            /* it was meant to be a variable from here on */
            resolve_declare(r, BINDING_BAD, name, place->span);
            return;
        }
    }
    place->as.name.binding = b;
    if (r->failed)
        return;
    bool frame = b->owner != NULL && b->kind != BINDING_TOP_FN && b->kind != BINDING_CONST &&
                 b->kind != BINDING_MODULE;
    if (b->kind == BINDING_CAPTURE || (frame && b->owner != r->function)) {
        report_captured(r, b, place->span);
        return;
    }
    if (b->kind != BINDING_VAR && !(b->kind == BINDING_SESSION && b->assignable)) {
        report_assignment(r, b, place->span);
        return;
    }
    b->assigned = true;
    b->assigned_within |= r->function->operands > 0;
    b->moved = false;
}

/* The parts of a place that is not a name. */
static void resolve_parts(resolver *r, ast_node *place)
{
    if (place->kind == AST_FIELD) {
        resolve_field(r, place);
        const ast_node *object = place->as.field.object;
        const ast_binding *b = object->kind == AST_NAME ? object->as.name.binding : NULL;
        if (b && (b->module ||
                  (b->kind == BINDING_LATE && b->origin && b->origin->kind == BINDING_MODULE)))
            diag_error(r->diags, place->span, "a member of the module `%s` cannot be assigned",
                       object->as.name.id->text);
    } else if (place->kind == AST_INDEX) {
        resolve_operand(r, place->as.binary.left);
        resolve_operand(r, place->as.binary.right);
    }
}

/* `(a, xs[i]) = e`: the parts, e, then the names. */
static void resolve_places(resolver *r, ast_list places, ast_node *value)
{
    for (uint32_t i = 0; i < places.count; i++)
        resolve_parts(r, places.items[i]);
    if (value->kind == AST_TUPLE)
        for (uint32_t i = 0; i < value->as.list.count; i++)
            resolve_operand(r, value->as.list.items[i]);
    else
        resolve_operand(r, value);
    for (uint32_t i = 0; i < places.count; i++)
        if (places.items[i]->kind == AST_NAME)
            assign_name(r, places.items[i]);
}

static void resolve_assign_name(resolver *r, ast_node *node)
{
    ast_node *place = node->as.assign.place;
    if (node->op == OP_NONE) {
        resolve_node(r, node->as.assign.value);
    } else {
        ast_binding *hidden;
        const ast_binding *b = resolve_find(r, place->as.name.id, &hidden);
        if (b && b->owner == r->function)
            resolve_use(r, place->as.name.id, place->span);
        resolve_operand(r, node->as.assign.value);
    }
    assign_name(r, place);
}

void resolve_assign(resolver *r, ast_node *node)
{
    ast_node *place = node->as.assign.place;
    if (place->kind == AST_NAME) {
        resolve_assign_name(r, node);
    } else if (place->kind == AST_TUPLE) {
        resolve_places(r, place->as.list, node->as.assign.value);
    } else {
        resolve_parts(r, place);
        resolve_operand(r, node->as.assign.value);
    }
}

void resolve_moves_end(resolver *r, const moved_name *mark)
{
    for (; r->moved != mark; r->moved = r->moved->next)
        r->moved->binding->moved = false;
}
