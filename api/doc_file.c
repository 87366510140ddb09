/* The documentation that a file has of its declarations. */
#include <stdlib.h>

#include "api/doc_text.h"
#include "api/error.h"
#include "api/foreign_text.h"
#include "api/host/enter.h"
#include "api/host/host.h"
#include "api/locate.h"
#include "api/parsed.h"
#include "parser/parse.h"

typedef struct page {
    FILE *out;
    const char *source;
    const char *home; /* what its importers call it */
} page;

static void put_doc(const page *p, const char *doc, uint32_t length)
{
    if (doc)
        doc_indented(doc, length, p->out);
}

static void put_extern(const page *p, const ast_extern *block)
{
    fprintf(p->out, "extern \"%s\" as %s%s\n", block->path.bytes, block->alias->text,
            block->one_thread ? " on one thread" : "");
    put_doc(p, block->doc, block->doc_length);
    for (uint32_t i = 0; i < block->count; i++) {
        const ast_extern_item *item = &block->items[i];
        char *text = foreign_text(item, p->source);
        fprintf(p->out, "%s%s.%s\n", item->blocking ? "blocking " : "", block->alias->text,
                text ? text : item->name->text);
        free(text);
        put_doc(p, item->doc, item->doc_length);
    }
}

/* Exports, and C declarations. */
static void put_item(const page *p, const ast_node *item)
{
    if (item->kind == AST_FN_DECL && item->as.fn->name->text[0] != '_') {
        doc_head(p->source, item->as.fn, p->home, p->out);
        put_doc(p, item->as.fn->doc, item->as.fn->doc_length);
    } else if (item->kind == AST_CONST && item->as.let.pattern->as.name.id->text[0] != '_') {
        fprintf(p->out, "%s.%s\n", p->home, item->as.let.pattern->as.name.id->text);
        put_doc(p, item->as.let.doc, item->as.let.doc_length);
    } else if (item->kind == AST_EXTERN) {
        put_extern(p, item->as.ext);
    }
}

static void put_module(const page *p, const ast_module *ast)
{
    fprintf(p->out, "%s\n", p->home);
    put_doc(p, ast->doc, ast->doc_length);
    for (uint32_t i = 0; i < ast->items.count; i++)
        put_item(p, ast->items.items[i]);
}

/* "lib/geometry.csp": geometry. The caller frees it; NULL: no memory. */
static char *home_of(const char *name)
{
    const char *base = locate_base(name);
    return strndup(base, (size_t)locate_shown_length(base));
}

static csp_status write_page(world *w, const char *name, parsed *p, char **out)
{
    if (p->diags.errors > 0) {
        error_set_compile(w, &p->diags);
        return CSP_E_COMPILE;
    }
    size_t length;
    char *home = home_of(name);
    FILE *file = p->ast && home ? open_memstream(out, &length) : NULL;
    if (file)
        put_module(&(page){file, p->src.text, home}, p->ast);
    free(home);
    if (file && fclose(file) == 0)
        return CSP_OK;
    free(*out);
    *out = NULL;
    error_set_memory(w);
    return CSP_E_MEMORY;
}

csp_status csp_doc_text(csp_vm *vm, const char *name, const char *text, size_t size, char **out)
{
    if (!out)
        return door_misuse(vm, __func__, "there is no place for the result");
    *out = NULL;
    if (door_check_text(vm, __func__, name, text, size) != CSP_OK)
        return CSP_E_MISUSE;
    host *h = host_begin(vm, __func__);
    if (!h)
        return CSP_E_MISUSE;
    world *w = h->world;
    csp_status status = CSP_E_COMPILE;
    if (!world_is_too_large(w, size)) {
        parsed p;
        parsed_read(&p, name, text, size, parse_module);
        status = write_page(w, name, &p, out);
        parsed_free(&p);
    }
    host_end(h);
    return status;
}
