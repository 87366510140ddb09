/* What a callee takes, as far as the text tells, and whether a call fits that. */
#include <string.h>

#include "parser/resolve_internal.h"

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

void resolve_check_call(resolver *r, const ast_node *node, const resolve_signature *s)
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
