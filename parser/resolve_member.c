/* Fields, and members of modules. */
#include "parser/resolve_internal.h"

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
