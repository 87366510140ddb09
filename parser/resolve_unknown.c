/* Reports about names that mean nothing here: a slip of the finger, another language's name, or
 * a method. */
#include "base/foreign.h"
#include "base/language.h"
#include "parser/parse.h"
#include "parser/resolve_internal.h"

#include <stdlib.h>
#include <string.h>

static bool hint_row(diag *d, const foreign_row *row)
{
    char hint[FOREIGN_HINT];
    if (row == NULL)
        return false;
    foreign_hint(row, hint, sizeof hint);
    diag_hint(d, "%s", hint);
    return true;
}

bool resolve_hint_foreign(diag *d, const ast_name *name)
{
    return hint_row(d, foreign_find(name->text));
}

/* ---- near names ---- */

/* The text's own. */
static bool hint_own_name(resolver *r, diag *d, const ast_name *name)
{
    suggestion s;
    suggest_init(&s, name->text, name->length);
    for (uint32_t i = 0; r->names && i <= r->name_mask; i++)
        for (const ast_binding *b = r->names[i].top; b; b = b->shadowed)
            if (b->kind != BINDING_BAD && b->kind != BINDING_SYMBOL && resolve_is_visible(r, b)) {
                suggest_offer(&s, b->name->text);
                break;
            }
    if (s.best)
        diag_hint(d, "did you mean `%s`?", s.best);
    return s.best != NULL;
}

/* The world's: a member of `module`, or if that is NULL a global. same_word: except for case
 * and `_`. */
static bool hint_world_name(resolver *r, diag *d, const char *module, const ast_name *name,
                            bool same_word)
{
    const resolve_world *world = r->world;
    suggestion s;
    suggest_init(&s, name->text, name->length);
    world->candidates(world->user, module, &s);
    if (s.best == NULL || (same_word && s.distance > 0))
        return false;
    diag_hint(d, "did you mean `%s%s%s`?", module ? module : "", module ? "." : "", s.best);
    return true;
}

/* `abs`, for what was written as `Math.abs`. */
static bool hint_global(resolver *r, diag *d, const ast_name *name)
{
    size_t length;
    resolve_symbol symbol;
    const char *word =
        language_same_word(language_modules[LANGUAGE_PRELUDE].members, name->text, &length);
    char global[32];
    if (word == NULL ||
        snprintf(global, sizeof global, "%.*s", (int)length, word) >= (int)sizeof global ||
        r->world->global(r->world->user, global, &symbol) != RESOLVE_FOUND)
        return false;
    diag_hint(d, "`%s` stands alone, without a module", global);
    return true;
}

/* `List.map`, for what was written as `map`. */
static bool hint_module_of(resolver *r, diag *d, const ast_name *name)
{
    for (int i = LANGUAGE_PRELUDE + 1; i < LANGUAGE_MODULES; i++) {
        size_t length;
        const char *module = language_modules[i].name;
        if (language_same_word(language_modules[i].members, name->text, &length) != NULL &&
            r->world->module(r->world->user, module) == RESOLVE_FOUND &&
            hint_world_name(r, d, module, name, true))
            return true;
    }
    return false;
}

/* ---- unknown names ---- */

static bool hint_foreign_module(resolver *r, diag *d, const ast_name *name)
{
    const char *module = foreign_find_module(name->text);
    resolve_status status =
        module && *module ? r->world->module(r->world->user, module) : RESOLVE_NO_SUCH;
    if (status == RESOLVE_FOUND)
        diag_hint(d, "what it has is in `%s`, or has no module", module);
    else if (status == RESOLVE_NOT_YET)
        diag_hint(d, "its place will be `%s`, which is not there yet in this version", module);
    return status != RESOLVE_NO_SUCH;
}

/* `NAME.member`, as another language's module. */
static bool hint_foreign_member(resolver *r, diag *d, const ast_name *name, const ast_name *member)
{
    if (hint_row(d, foreign_find_member(name->text, member->text)))
        return true;
    const char *module = foreign_find_module(name->text);
    if (module == NULL)
        return false;
    resolve_status status = *module ? r->world->module(r->world->user, module) : RESOLVE_NO_SUCH;
    if ((status == RESOLVE_FOUND && hint_world_name(r, d, module, member, true)) ||
        hint_row(d, foreign_find_member(module, member->text)) || hint_global(r, d, member) ||
        hint_row(d, foreign_find(member->text)))
        return true;
    return hint_foreign_module(r, d, name);
}

void resolve_hint_unknown(resolver *r, const ast_name *name, diag *d)
{
    if (r->diags->errors > DIAG_MAX || r->diags->notes > DIAG_MAX)
        return; /* nobody will see it */
    if (hint_own_name(r, d, name))
        return;
    if (r->assigned == name) {
        diag_hint(d, "a new name is bound by `let %s = …`, or `var %s = …` if it changes later",
                  name->text, name->text);
        return;
    }
    if (r->member_of == name && hint_foreign_member(r, d, name, r->member))
        return;
    const char *comment = parse_foreign_comment(r->diags->src, d->span.start);
    if (comment != NULL && *comment != '/') {
        diag_hint(d, "a comment starts with `#`, not with `%s`", comment);
        return;
    }
    if (!hint_world_name(r, d, NULL, name, true) && !hint_row(d, foreign_find(name->text)) &&
        !hint_module_of(r, d, name) && !hint_foreign_module(r, d, name) &&
        !hint_row(d, foreign_find_word(name->text)) && !hint_world_name(r, d, NULL, name, false) &&
        comment != NULL)
        diag_hint(d, "a comment starts with `#`; `//` is floor division");
}

void resolve_report_unknown(resolver *r, const ast_name *name, src_span span)
{
    if (name->lost)
        return; /* declared in a part that could not be parsed, as far as anyone knows */
    if (strcmp(name->text, "_") == 0) {
        diag *hole = diag_error(r->diags, span, "expected an expression, found `_`");
        diag_hint(hole, "`_` is the last value that was shown, and there is none yet");
        return;
    }
    diag *d = diag_error(r->diags, span, "unknown name `%s`", name->text);
    if (r->binding_fn == name)
        diag_hint(d, "a function that calls itself is written `fn %s(…) { … }`", name->text);
    else
        resolve_hint_unknown(r, name, d);
}

void resolve_report_member(resolver *r, const ast_node *node, const void *home)
{
    const resolve_world *world = r->world;
    const ast_name *member = node->as.field.name;
    const char *module = node->as.field.object->as.name.id->text;
    bool is_library = home && resolve_is_library(r, home);
    if (home && !is_library && member->text[0] == '_') {
        diag *d = diag_error(r->diags, node->as.field.name_span, "`%s.%s` is private", module,
                             member->text);
        diag_hint(d, "a module keeps to itself what has a name that begins with `_`");
        return;
    }
    diag *d =
        diag_error(r->diags, node->as.field.name_span,
                   is_library ? "the `extern` of `%s` declares no `%s`" : "`%s` has no member `%s`",
                   module, member->text);
    if (r->diags->errors > DIAG_MAX)
        return;
    if (!home) {
        if (!hint_world_name(r, d, module, member, true) &&
            !hint_row(d, foreign_find_member(module, member->text)) && !hint_global(r, d, member) &&
            !hint_row(d, foreign_find_member("any", member->text)))
            hint_world_name(r, d, module, member, false);
        return;
    }
    suggestion s;
    suggest_init(&s, member->text, member->length);
    world->imported_candidates(world->user, home, &s);
    if (s.best)
        diag_hint(d, "did you mean `%s.%s`?", module, s.best);
    else if (is_library)
        diag_hint(d, "what C has is declared first: `fn %s(…)`", member->text);
}

/* ---- methods ---- */

void resolve_check_self(resolver *r, const ast_node *node)
{
    const ast_node *object = node->as.field.object;
    const ast_binding *b = object->kind == AST_NAME ? object->as.name.binding : NULL;
    if (r->failed || !b || b->kind != BINDING_SYMBOL || b->module ||
        strcmp(b->name->text, "self") != 0)
        return;
    diag *d =
        diag_error(r->diags, object->span, "`self` is a function, which gives the running process");
    diag_hint(
        d, "there are no methods: the value is an argument, `fn area(shape) => shape.w * shape.h`");
}

/* The type of a value if it is certain, or NULL. */
static const char *certain_type(const ast_node *node)
{
    switch (node->kind) {
    case AST_STRING:
    case AST_INTERPOLATION: return "string";
    case AST_LIST:
    case AST_PAR:
    case AST_PAR_FOR: return "list";
    case AST_TUPLE: return "tuple";
    case AST_BYTES: return "bytes";
    case AST_INT: return "int";
    case AST_FLOAT: return "float";
    case AST_RANGE: return "range";
    case AST_SPAWN: return "process";
    case AST_CALL: {
        const ast_node *callee = node->as.call.callee;
        const ast_binding *b = callee->kind == AST_NAME ? callee->as.name.binding : NULL;
        bool is_chan =
            b && b->kind == BINDING_SYMBOL && !b->module && strcmp(b->name->text, "chan") == 0;
        return is_chan ? "chan" : NULL;
    }
    case AST_NAME: {
        const ast_binding *b = node->as.name.binding;
        while (b && b->kind == BINDING_CAPTURE)
            b = b->origin;
        return b && b->value && b->value->kind != AST_NAME ? certain_type(b->value) : NULL;
    }
    default: return NULL;
    }
}

enum { MAX_ARGS = 8, MAX_TEXT = 60 };

/* A piece of the source that can be quoted on one line; NULL: it cannot. */
static const char *quoted(resolver *r, src_span span)
{
    const char *text = r->diags->src->text + span.start;
    size_t length = span.end - span.start;
    if (length > MAX_TEXT || memchr(text, '\n', length) != NULL)
        return NULL;
    const char *copy = arena_text(r->arena, text, length);
    r->failed |= copy == NULL;
    return copy;
}

void resolve_check_method(resolver *r, const ast_node *node)
{
    const ast_call *call = &node->as.call;
    const ast_node *callee = call->callee, *object = callee->as.field.object;
    const char *type = r->failed ? NULL : certain_type(object);
    const char *args[MAX_ARGS], *subject = type ? quoted(r, object->span) : NULL;
    if (type == NULL)
        return;
    bool quotable = subject != NULL && call->count <= MAX_ARGS;
    for (uint32_t i = 0; quotable && i < call->count; i++) {
        args[i] = quoted(r, call->args[i].span);
        quotable = args[i] != NULL;
    }
    char hint[FOREIGN_HINT + 64];
    foreign_call texts = {subject, args, call->count};
    if (r->failed || !foreign_method(type, callee->as.field.name->text, quotable ? &texts : NULL,
                                     hint, sizeof hint))
        return; /* it crashes when it runs */
    const char *article = strchr("aeiou", *type) ? "an" : "a";
    const char *word = strcmp(type, "chan") == 0 ? "channel" : type;
    diag *d =
        diag_error(r->diags, callee->as.field.name_span, "%s %s has no methods", article, word);
    diag_hint(d, "%s", hint);
}
