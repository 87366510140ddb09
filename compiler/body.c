/* The body of a module: its imports, its consts, its other items. */
#include "compiler/internal.h"

/* The top level, which returns its last value; a session is given the others, too. */
static void compile_statements(builder *b, ast_list items, src_span at)
{
    for (uint32_t i = 0; i + 1 < items.count && b->c->world->shown; i++) {
        ast_node *item = items.items[i];
        unsigned mark = b->top;
        if (!b->c->kinds[item->kind].value) {
            compile_node(b, item, TO_DISCARD);
            continue;
        }
        compile_show(b, compile_any(b, item), item->span);
        compile_release(b, mark);
    }
    if (b->c->world->shown && items.count > 0)
        compile_node(b, items.items[items.count - 1], TO_RETURN);
    else
        compile_nodes(b, items, TO_RETURN, at);
}

code *compile_body(compiler *c, const resolve_unit *unit)
{
    builder b = compile_begin(c, 0, unit->body);
    const char *name = c->world->body_name ? c->world->body_name : "main";
    b.code->name = compile_code_name(c, name, strlen(name));
    b.code->plain = true;
    b.tail_calls = false;
    src_span at = {0, 0};
    compile_begin_defers(&b, at);
    ast_list items = c->ast->items;
    for (uint32_t i = 0; i < items.count && !c->session; i++)
        if (items.items[i]->kind == AST_IMPORT)
            compile_run_import(&b, items.items[i]);
    for (uint32_t i = 0; i < items.count && !c->session; i++)
        if (items.items[i]->kind == AST_CONST)
            compile_const_value(&b, items.items[i]);
    compile_statements(&b, items, items.count ? items.items[items.count - 1]->span : at);
    compile_end_defers(&b, at);
    compile_finish(&b, at);
    return c->failed ? NULL : b.code;
}
