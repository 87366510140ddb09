#include "api/parsed.h"

#include <string.h>

void parsed_read(parsed *p, const char *name, const char *text, size_t size, parsed_how *how)
{
    src_init(&p->src, name, text, size);
    diag_init(&p->diags, &p->src);
    arena_init(&p->a);
    p->ast = how(&p->a, &p->diags);
}

void parsed_free(parsed *p)
{
    diag_free(&p->diags);
    arena_free(&p->a);
    src_free(&p->src);
}

const char *parsed_name(const ast_node *item)
{
    const ast_name *name = item->kind == AST_FN_DECL  ? item->as.fn->name
                           : item->kind == AST_CONST  ? item->as.let.pattern->as.name.id
                           : item->kind == AST_EXTERN ? item->as.ext->alias
                                                      : NULL;
    return name ? name->text : NULL;
}

const ast_fn *parsed_function(const parsed *p, const char *name)
{
    for (uint32_t i = p->ast ? p->ast->items.count : 0; i-- > 0;) {
        const ast_node *item = p->ast->items.items[i];
        const char *declared = item->kind == AST_FN_DECL ? parsed_name(item) : NULL;
        if (declared && strcmp(declared, name) == 0)
            return item->as.fn;
    }
    return NULL;
}
