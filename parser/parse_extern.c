/* `extern`: the functions and structs of a C library. */
#include "parser/parse_grammar.h"

/* ---- functions ---- */

static void fails(parser *p, ast_extern_item *item, src_span word)
{
    src_span again = word;
    if (item->fails != NULL)
        diag_hint(parse_fail(p, again, "`fails` is there already"),
                  "one result says that the call has failed");
    parse_open(p, PARSE_PAREN);
    ast_node *literal =
        parse_literal(p, "the result that says that the call has failed, a literal");
    parse_close(p, TOK_PAREN_CLOSE, "`)`");
    item->fails = literal;
}

static void owned(parser *p, ast_extern_item *item, src_span word)
{
    if (item->owned != NULL)
        diag_hint(parse_fail(p, word, "`owned` is there already"), "one function frees the result");
    parse_open(p, PARSE_PAREN);
    item->owned = parse_word(p, "the function that frees the result", &item->owned_span);
    parse_close(p, TOK_PAREN_CLOSE, "`)`");
}

/* What follows the type of the result. */
static void attributes(parser *p, ast_extern_item *item)
{
    while (!p->panic && (parse_at_word(p, "fails") || parse_at_word(p, "owned"))) {
        bool is_fails = parse_at_word(p, "fails");
        src_span word = p->token.span;
        parse_advance(p);
        if (!parse_at(p, TOK_PAREN_OPEN)) {
            diag *d = parse_expected(p, "`(`");
            diag_hint(d, is_fails ? "write `fails(-1)`, or `fails(nil)` for a pointer"
                                  : "write `owned(free)`");
        } else if (is_fails) {
            fails(p, item, word);
        } else {
            owned(p, item, word);
        }
    }
}

/* `= "symbol"` */
static void renamed(parser *p, ast_extern_item *item)
{
    if (!parse_take(p, TOK_ASSIGN))
        return;
    item->symbol_span = p->token.span;
    if (parse_at(p, TOK_STRING))
        item->symbol = parse_text_node(p, AST_STRING)->as.text;
    else
        diag_hint(parse_expected(p, "the name that C has for it, a string"),
                  "write `fn open = \"open64\"(…)`");
}

static void function(parser *p, ast_extern_item *item)
{
    parse_advance(p);
    item->name = parse_word(p, "the name of a C function", &item->name_span);
    renamed(p, item);
    if (!p->panic && !parse_at(p, TOK_PAREN_OPEN))
        parse_expected(p, "`(`");
    if (p->panic)
        return;
    parse_cfields(p, item);
    item->result = parse_cresult(p);
    if (p->panic)
        return;
    if (parse_at(p, TOK_THIN_ARROW))
        diag_hint(parse_expected(p, "`:` and the type of the result"), "write `fn f(x: f64): f64`");
    else if (item->result == NULL && (parse_at_word(p, "fails") || parse_at_word(p, "owned")))
        diag_hint(parse_expected(p, "`:` and the type of the result"),
                  "write `fn close(fd: i32): i32 fails(-1)`");
    attributes(p, item);
}

static void structure(parser *p, ast_extern_item *item)
{
    item->is_struct = true;
    parse_advance(p);
    item->name_span = p->token.span;
    item->name = parse_binding_name(p, "the name of a C struct");
    if (!p->panic && !parse_at(p, TOK_BRACE_OPEN))
        diag_hint(parse_expected(p, "`{`"),
                  "one of which C alone knows the fields is `struct file { }`");
    if (!p->panic)
        parse_cfields(p, item);
}

/* ---- blocks ---- */

static void item(parser *p)
{
    ast_extern_item item = {.span = p->token.span};
    src_span doc = p->token.doc;
    bool is_struct = parse_at_word(p, "struct");
    if (parse_at_word(p, "blocking")) {
        item.blocking = true;
        parse_advance(p);
    }
    if (parse_at(p, TOK_FN))
        function(p, &item);
    else if (!parse_at_c_declaration(p) && is_struct)
        structure(p, &item);
    else if (!p->panic)
        parse_expected(p, item.blocking ? "`fn`" : "`fn`, `blocking fn` or `struct`");
    if (doc.end > doc.start)
        item.doc = lex_doc(&p->lx, doc, &item.doc_length);
    item.span.end = p->previous_end;
    parse_list_add(p, &item, sizeof item);
}

static void items(parser *p)
{
    parse_open(p, PARSE_BLOCK);
    uint32_t base = p->bracket_count;
    while (!p->stopped) {
        while (parse_at(p, TOK_NEWLINE) || parse_at(p, TOK_SEMICOLON))
            parse_advance(p);
        if (parse_at(p, TOK_END) || parse_at(p, TOK_BRACE_CLOSE))
            break;
        uint32_t start = p->token.span.start;
        size_t whole = parse_list_start(p);
        item(p);
        if (!p->panic && !parse_is_end(p))
            parse_expected(p, "the end of the line or `;`");
        if (p->panic)
            parse_sync(p, base, start, whole);
    }
    parse_close(p, TOK_BRACE_CLOSE, "`}`");
}

/* `on one thread` */
static bool on_one_thread(parser *p)
{
    static const char *const words[] = {"on", "one", "thread"};
    if (!parse_at_word(p, words[0]))
        return false;
    for (int i = 0; i < 3 && !p->panic; i++) {
        if (parse_at_word(p, words[i]))
            parse_advance(p);
        else
            diag_hint(parse_expected(p, i == 1 ? "`one`" : "`thread`"),
                      "write `extern \"…\" as c on one thread { … }`");
    }
    return true;
}

static void head(parser *p, ast_extern *block)
{
    block->path_span = p->token.span;
    if (!parse_at(p, TOK_STRING)) {
        diag *d = parse_expected(p, "the name of a C library, a string");
        diag_hint(d, "write `extern \"libm.so.6\" as m { … }`");
        return;
    }
    block->path = parse_text_node(p, AST_STRING)->as.text;
    if (!parse_at_word(p, "as")) {
        diag_hint(parse_expected(p, "`as`"), "write `extern \"libm.so.6\" as m { … }`");
        return;
    }
    parse_advance(p);
    block->alias_span = p->token.span;
    block->alias = parse_binding_name(p, "a name for the library");
    if (!p->panic)
        block->one_thread = on_one_thread(p);
    if (!p->panic && !parse_at(p, TOK_BRACE_OPEN))
        parse_expected(p, "`{`");
}

ast_node *parse_extern(parser *p)
{
    lex_token start = p->token;
    parse_advance(p);
    ast_node *node = parse_node(p, AST_EXTERN, start.span.start);
    ast_extern *block = node->as.ext = arena_alloc(p->module->arena, sizeof *block);
    if (block == NULL) {
        parse_stop(p);
        return node;
    }
    if (start.doc.end > start.doc.start)
        block->doc = lex_doc(&p->lx, start.doc, &block->doc_length);
    head(p, block);
    if (p->panic)
        return node;
    size_t list = parse_list_start(p);
    items(p);
    block->items = parse_list_end(p, list, sizeof *block->items, &block->count);
    node->span.end = p->previous_end;
    return node;
}
