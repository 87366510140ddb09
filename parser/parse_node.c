#include "base/array.h"
#include "parser/parse_internal.h"

#include <stdlib.h>
#include <string.h>

ast_node *parse_node(parser *p, ast_kind kind, uint32_t start)
{
    ast_node *node = arena_alloc(p->module->arena, sizeof *node);
    if (node == NULL) {
        parse_stop(p);
        node = &p->spare;
        memset(node, 0, sizeof *node);
    }
    node->kind = kind;
    node->span = (src_span){start, p->previous_end < start ? start : p->previous_end};
    return node;
}

ast_node *parse_error_node(parser *p) { return parse_node(p, AST_ERROR, parse_here(p).start); }

ast_node *parse_unary_node(parser *p, ast_kind kind, ast_operator op, uint32_t start,
                           ast_node *operand)
{
    ast_node *node = parse_node(p, kind, start);
    node->op = op;
    node->as.unary.operand = operand;
    return node;
}

ast_node *parse_binary_node(parser *p, ast_kind kind, ast_operator op, uint32_t start,
                            ast_node *left, ast_node *right)
{
    ast_node *node = parse_node(p, kind, start);
    node->op = op;
    node->as.binary.left = left;
    node->as.binary.right = right;
    return node;
}

ast_node *parse_thunk(parser *p, ast_node *body)
{
    ast_node *node = parse_node(p, AST_FN, body->span.start);
    node->span = body->span;
    node->as.fn = arena_alloc(p->module->arena, sizeof *node->as.fn);
    if (node->as.fn == NULL)
        parse_stop(p);
    else
        node->as.fn->body = body;
    return node;
}

/* -2^62 fits where 2^62 does not. */
static void negate(parser *p, ast_integer *integer)
{
    char *digits = arena_alloc(p->module->arena, integer->length + 2);
    if (digits == NULL) {
        parse_stop(p);
        return;
    }
    digits[0] = '-';
    memcpy(digits + 1, integer->digits, integer->length);
    integer->digits = digits;
    integer->length++;
    integer->value = -integer->value;
    if (integer->base == 10 && strcmp(digits, "-4611686018427387904") == 0) {
        integer->fits = true;
        integer->value = -((int64_t)1 << 62);
    }
}

ast_node *parse_number(parser *p, bool negative)
{
    lex_token token = p->token;
    parse_advance(p);
    ast_node *node = parse_node(p, token.kind == TOK_FLOAT ? AST_FLOAT : AST_INT, token.span.start);
    if (token.kind == TOK_FLOAT) {
        double number = lex_float_value(&p->lx, &token);
        node->as.number = negative ? -number : number;
        return node;
    }
    lex_integer value;
    if (!lex_integer_value(&p->lx, &token, &value)) {
        parse_stop(p);
        return node;
    }
    node->as.integer =
        (ast_integer){value.value, value.digits, value.length, value.base, value.fits};
    if (negative)
        negate(p, &node->as.integer);
    return node;
}

ast_node *parse_text_node(parser *p, ast_kind kind)
{
    lex_token token = p->token;
    parse_advance(p);
    ast_node *node = parse_node(p, kind, token.span.start);
    node->as.text.bytes =
        lex_text(&p->lx, &token, lex_margin(&p->lx, &token, LEX_NO_MARGIN), &node->as.text.length);
    if (node->as.text.bytes == NULL)
        parse_stop(p);
    return node;
}

/* ---- names ----------------------------------------------------------------------------------- */

/* Seeded by the module's address, so that no source can be written to make all its
 * names collide. */
static uint32_t hash_text(const ast_module *module, const char *text, size_t length)
{
    uint32_t hash = 2166136261u ^ (uint32_t)((uintptr_t)module >> 4);
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * 16777619u;
    return hash;
}

static bool grow_names(ast_module *module)
{
    uint32_t capacity = module->name_capacity == 0 ? 64 : module->name_capacity * 2;
    ast_name **slots = arena_alloc(module->arena, capacity * sizeof(ast_name *));
    if (slots == NULL)
        return false;
    for (uint32_t i = 0; i < module->name_capacity; i++) {
        for (ast_name *name = module->name_slots[i]; name != NULL;) {
            ast_name *next = name->next;
            name->next = slots[name->hash & (capacity - 1)];
            slots[name->hash & (capacity - 1)] = name;
            name = next;
        }
    }
    module->name_slots = slots;
    module->name_capacity = capacity;
    return true;
}

ast_name *parse_intern(ast_module *module, const char *text, size_t length)
{
    if (module->name_count >= module->name_capacity && !grow_names(module))
        return NULL;
    uint32_t hash = hash_text(module, text, length);
    ast_name **slot = &module->name_slots[hash & (module->name_capacity - 1)];
    for (ast_name *name = *slot; name != NULL; name = name->next)
        if (name->hash == hash && name->length == length && memcmp(name->text, text, length) == 0)
            return name;
    ast_name *name = arena_alloc(module->arena, sizeof *name + length + 1);
    if (name == NULL)
        return NULL;
    name->length = (uint32_t)length;
    name->hash = hash;
    memcpy(name->text, text, length);
    name->next = *slot;
    *slot = name;
    module->name_count++;
    return name;
}

ast_name *parse_name(parser *p, const lex_token *token)
{
    ast_name *name = parse_intern(p->module, p->lx.text + token->span.start,
                                  token->span.end - token->span.start);
    if (name == NULL)
        parse_stop(p);
    return name;
}

ast_name *parse_binding_name(parser *p, const char *what)
{
    if (!parse_at(p, TOK_NAME)) {
        diag *d = parse_expected(p, what);
        if (lex_kind_flags(p->token.kind) & LEX_KEYWORD)
            diag_hint(d, "`%s` is a keyword and names nothing", lex_kind_text(p->token.kind));
        else if (parse_at(p, TOK_HOLE))
            diag_hint(d, "`_` binds nothing");
        return NULL;
    }
    ast_name *name = parse_name(p, &p->token);
    parse_advance(p);
    return name;
}

ast_text parse_name_text(const ast_name *name)
{
    return name == NULL ? (ast_text){"", 0} : (ast_text){name->text, name->length};
}

/* ---- lists ----------------------------------------------------------------------------------- */

size_t parse_list_start(const parser *p) { return p->scratch_used; }

void parse_list_add(parser *p, const void *item, size_t size)
{
    char *scratch = array_room(p->scratch, &p->scratch_capacity, p->scratch_used + size, 1);
    if (scratch == NULL) {
        p->module->arena->failed = true;
        parse_stop(p);
        return;
    }
    p->scratch = scratch;
    memcpy(p->scratch + p->scratch_used, item, size);
    p->scratch_used += size;
}

void *parse_list_end(parser *p, size_t start, size_t size, uint32_t *count)
{
    size_t bytes = p->scratch_used - start;
    p->scratch_used = start;
    *count = 0;
    if (bytes == 0)
        return NULL;
    void *items = arena_alloc(p->module->arena, bytes);
    if (items == NULL) {
        parse_stop(p);
        return NULL;
    }
    memcpy(items, p->scratch + start, bytes);
    *count = (uint32_t)(bytes / size);
    return items;
}

void parse_nodes_add(parser *p, ast_node *node) { parse_list_add(p, &node, sizeof(ast_node *)); }

ast_list parse_nodes_end(parser *p, size_t start)
{
    ast_list list;
    list.items = parse_list_end(p, start, sizeof(ast_node *), &list.count);
    return list;
}
