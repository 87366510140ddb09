#include "parser/parse.h"
#include "base/utf8.h"
#include "parser/parse_grammar.h"

#include <stdlib.h>

static bool is_utf8(diag_list *diags)
{
    const src_text *src = diags->src;
    size_t bad = utf8_check(src->text, src->length);
    if (bad == src->length)
        return true;
    src_span at = {(uint32_t)bad, (uint32_t)bad + 1};
    diag *d = diag_error(diags, at, "the source is not UTF-8: byte 0x%02x at offset %zu",
                         (unsigned char)src->text[bad], bad);
    diag_hint(d, "save it as UTF-8; any bytes can be written in a literal, `b\"\\xff\"`");
    return false;
}

/* `##` lines that stand apart at the start document the module; so do those before something that
 * has no doc of its own. */
static void take_module_doc(parser *p, src_span first_doc, const ast_list *items)
{
    src_span doc = p->lx.module_doc;
    ast_kind first = items->count > 0 ? items->items[0]->kind : AST_ERROR;
    bool owned = first == AST_FN_DECL || first == AST_CONST || first == AST_EXTERN;
    if (doc.end == 0 && !owned)
        doc = first_doc;
    if (doc.end > doc.start)
        p->module->doc = lex_doc(&p->lx, doc, &p->module->doc_length);
}

static void free_parser(parser *p)
{
    free(p->scratch);
    free(p->unsaid.message);
    free(p->unsaid.hint);
    free(p->unsaid.related_message);
}

static ast_module *parse_text(arena *a, diag_list *diags, bool input)
{
    ast_module *module = arena_alloc(a, sizeof *module);
    if (module == NULL)
        return NULL;
    module->arena = a;
    module->src = diags->src;
    diags->incomplete = false;
    if (!is_utf8(diags))
        return module;
    parse_bracket brackets[PARSE_MAX_BRACKETS];
    parser p = {.grammar = &parse_whole_grammar,
                .brackets = brackets,
                .module = module,
                .diags = diags,
                .input = input,
                .errors_before = diags->errors,
                .previous = TOK_NEWLINE};
    p.token.kind = TOK_NEWLINE;
    lex_init(&p.lx, a, diags);
    parse_advance(&p);
    src_span first_doc = p.token.doc;
    module->items = parse_statements(&p, true);
    take_module_doc(&p, first_doc, &module->items);
    module->ends_with_doc = p.lx.ends_with_doc;
    module->partial = p.stopped;
    uint32_t errors = diags->errors - p.errors_before;
    diags->incomplete = errors > 0 && errors == p.mendable + p.lx.mendable;
    free_parser(&p);
#ifdef CSP_DEBUG
    if (!a->failed && !module->partial)
        parse_check_whole(module);
#endif
    return a->failed ? NULL : module;
}

ast_module *parse_module(arena *a, diag_list *diags) { return parse_text(a, diags, false); }

ast_module *parse_input(arena *a, diag_list *diags) { return parse_text(a, diags, true); }
