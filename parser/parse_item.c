/* What stands at the top level only: consts, imports, tests. */
#include "parser/parse_grammar.h"

ast_node *parse_misplaced_item(parser *p)
{
    diag *d = parse_report(p, p->token.span, "`%s` stands at the top level only",
                           lex_kind_text(p->token.kind));
    if (parse_at(p, TOK_CONST))
        diag_hint(d, "`let` binds for good, too");
    return p->panic ? parse_error_node(p) : p->grammar->rules[p->token.kind].item(p);
}

static bool expect_plain_string(parser *p, const char *what, ast_text *path)
{
    if (!parse_at(p, TOK_STRING)) {
        diag *d = parse_expected(p, what);
        if (parse_at(p, TOK_STRING_START))
            diag_hint(d, "it must be known before the program runs: no `${…}` here");
        else if (parse_at(p, TOK_NAME))
            diag_hint(d, "write `import \"lib/name\"`; `Math`, `List` and the other standard "
                         "modules are always there");
        return false;
    }
    *path = parse_text_node(p, AST_STRING)->as.text;
    return true;
}

/* The name that `import "lib/geometry"` binds. */
static ast_name *last_part(parser *p, ast_text path, src_span at)
{
    uint32_t start = path.length;
    while (start > 0 && path.bytes[start - 1] != '/')
        start--;
    if (!lex_is_name(&p->lx, path.bytes + start, path.length - start)) {
        diag *d = parse_report(p, at, "the last part of this path is no name");
        diag_hint(d, "name it: `import \"…\" as name`");
        return NULL;
    }
    ast_name *name = parse_intern(p->module, path.bytes + start, path.length - start);
    if (name == NULL)
        parse_stop(p);
    return name;
}

ast_node *parse_import(parser *p)
{
    uint32_t start = p->token.span.start;
    parse_advance(p);
    src_span at = p->token.span;
    ast_node *node = parse_node(p, AST_IMPORT, start);
    ast_text path;
    if (!expect_plain_string(p, "the path of a module, a string", &path))
        return node;
    node->as.import.path = path;
    if (parse_at_word(p, "as")) {
        parse_advance(p);
        node->as.import.alias = parse_binding_name(p, "a name for the module");
    } else if (!p->stopped) {
        node->as.import.alias = last_part(p, path, at);
    }
    if (node->as.import.alias == NULL)
        return parse_error_node(p);
    node->span.end = p->previous_end;
    return node;
}

static ast_node *test(parser *p)
{
    uint32_t start = p->token.span.start;
    parse_advance(p);
    ast_text name = {0};
    expect_plain_string(p, "the name of the test, a string", &name);
    ast_node *body = parse_thunk(p, parse_block(p));
    ast_node *node = parse_node(p, AST_TEST, start);
    node->as.test.name = name;
    node->as.test.body = body;
    return node;
}

static bool is_test(parser *p)
{
    if (!parse_at_word(p, "test"))
        return false;
    const lex_token *next = parse_peek(p, 1);
    return (next->kind == TOK_STRING || next->kind == TOK_STRING_START) && !next->newline_before;
}

ast_node *parse_test_or_statement(parser *p) { return is_test(p) ? test(p) : parse_statement(p); }
