#include "tests/support/ast_dump.h"

#include <stdlib.h>

/* Every child of a node in order, for what walks the whole tree. */
typedef void visit(void *state, const ast_node *child);

static void each(const ast_list *list, visit *f, void *state)
{
    for (uint32_t i = 0; i < list->count; i++)
        f(state, list->items[i]);
}

static void dump_child(void *state, const ast_node *child)
{
    FILE *out = state;
    putc(' ', out);
    ast_dump_node(out, child);
}

static void dump_name(FILE *out, const ast_name *name)
{
    fputs(name == NULL ? "_" : name->text, out);
}

static void dump_text(FILE *out, ast_text text)
{
    putc('"', out);
    for (uint32_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.bytes[i];
        if (c == '\n')
            fputs("\\n", out);
        else if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c < ' ')
            fprintf(out, "\\x%02x", c);
        else
            putc(c, out);
    }
    putc('"', out);
}

static const char *const operators[] = {
    [OP_ADD] = "+",        [OP_SUB] = "-",     [OP_MUL] = "*",         [OP_DIV] = "/",
    [OP_FLOOR_DIV] = "//", [OP_MOD] = "%",     [OP_POW] = "**",        [OP_BIT_AND] = "&",
    [OP_BIT_OR] = "|",     [OP_BIT_XOR] = "^", [OP_SHIFT_LEFT] = "<<", [OP_SHIFT_RIGHT] = ">>",
    [OP_EQ] = "==",        [OP_NE] = "!=",     [OP_LT] = "<",          [OP_LE] = "<=",
    [OP_GT] = ">",         [OP_GE] = ">=",     [OP_IN] = "in",         [OP_NOT_IN] = "not-in",
    [OP_NEG] = "-",        [OP_BIT_NOT] = "~", [OP_NOT] = "not",       [OP_NONE] = "=",
};

static void dump_optional(FILE *out, const ast_node *node)
{
    if (node == NULL)
        fputs(" .", out);
    else
        dump_child(out, node);
}

static void dump_unary(FILE *out, const char *word, const ast_node *node)
{
    fprintf(out, "(%s", word);
    if (node->as.unary.operand != NULL)
        dump_child(out, node->as.unary.operand);
    putc(')', out);
}

static void dump_pair(FILE *out, const char *word, const ast_node *first, const ast_node *second)
{
    fprintf(out, "(%s", word);
    dump_optional(out, first);
    dump_optional(out, second);
    putc(')', out);
}

static void dump_list(FILE *out, const char *word, const ast_list *list)
{
    fprintf(out, "(%s", word);
    each(list, dump_child, out);
    putc(')', out);
}

static void dump_map(FILE *out, const char *word, const ast_map *map)
{
    fprintf(out, "(%s", word);
    for (uint32_t i = 0; i < map->count; i++) {
        dump_child(out, map->entries[i].key);
        dump_child(out, map->entries[i].value);
    }
    putc(')', out);
}

static void dump_fn(FILE *out, const ast_fn *fn)
{
    fputs("(fn ", out);
    if (fn->name != NULL)
        fprintf(out, "%s ", fn->name->text);
    putc('(', out);
    for (uint32_t i = 0; i < fn->param_count; i++) {
        fputs(i > 0 ? " " : "", out);
        if (fn->params[i].pattern != NULL)
            ast_dump_node(out, fn->params[i].pattern);
        else
            dump_name(out, fn->params[i].name);
        if (fn->params[i].fallback != NULL) {
            putc('=', out);
            ast_dump_node(out, fn->params[i].fallback);
        }
    }
    if (fn->rest != NULL) {
        fputs(fn->param_count > 0 ? " .." : "..", out);
        dump_name(out, fn->rest->name);
    }
    putc(')', out);
    dump_child(out, fn->body);
    putc(')', out);
}

static void dump_call(FILE *out, const ast_call *call)
{
    fputs(call->piped ? "(pipe" : "(call", out);
    dump_child(out, call->callee);
    for (uint32_t i = 0; i < call->count; i++) {
        putc(' ', out);
        if (call->args[i].name != NULL)
            fprintf(out, "%s:", call->args[i].name->text);
        fputs(call->args[i].spread ? ".." : "", out);
        ast_dump_node(out, call->args[i].value);
    }
    putc(')', out);
}

static void dump_match(FILE *out, const ast_match *match)
{
    fputs("(match", out);
    dump_child(out, match->subject);
    for (uint32_t i = 0; i < match->count; i++) {
        fputs(" (", out);
        ast_dump_node(out, match->arms[i].pattern);
        if (match->arms[i].guard != NULL) {
            fputs(" if", out);
            dump_child(out, match->arms[i].guard);
        }
        dump_child(out, match->arms[i].body);
        putc(')', out);
    }
    putc(')', out);
}

static void dump_arm(FILE *out, const ast_alt_arm *arm)
{
    static const char *const words[] = {"receive", "send", "drained", "after", "closed", "else"};
    fprintf(out, " (%s", words[arm->kind]);
    if (arm->source != NULL) {
        fputs(" (for", out);
        dump_child(out, arm->target[0]);
        if (arm->target[1] != NULL)
            dump_child(out, arm->target[1]);
        dump_child(out, arm->source);
        putc(')', out);
    }
    if (arm->guard != NULL) {
        fputs(" (when", out);
        dump_child(out, arm->guard);
        putc(')', out);
    }
    if (arm->channel != NULL)
        dump_child(out, arm->channel);
    if (arm->value != NULL)
        dump_child(out, arm->value);
    dump_child(out, arm->body);
    putc(')', out);
}

static void dump_alt(FILE *out, const ast_alt *alt)
{
    fprintf(out, "(%s%salt", alt->repeated ? "for-" : "", alt->prioritised ? "pri-" : "");
    for (uint32_t i = 0; i < alt->count; i++)
        dump_arm(out, &alt->arms[i]);
    putc(')', out);
}

static void dump_loop(FILE *out, const char *word, const ast_loop *loop)
{
    fprintf(out, "(%s", word);
    if (loop->target[0] != NULL)
        dump_child(out, loop->target[0]);
    if (loop->target[1] != NULL)
        dump_child(out, loop->target[1]);
    if (loop->value != NULL)
        dump_child(out, loop->value);
    dump_child(out, loop->body);
    putc(')', out);
}

static void dump_pattern(FILE *out, const char *word, const ast_pattern *pattern)
{
    fprintf(out, "(%s", word);
    each(&pattern->elements, dump_child, out);
    if (pattern->has_rest) {
        fputs(" ..", out);
        if (pattern->rest != NULL)
            ast_dump_node(out, pattern->rest);
    }
    putc(')', out);
}

static void dump_ctype(FILE *out, const ast_ctype *type)
{
    if (!type->is_function) {
        dump_name(out, type->name);
        fputs(type->pointer ? "*" : "", out);
        return;
    }
    fputs("(fn", out);
    for (uint32_t i = 0; i < type->count; i++) {
        putc(' ', out);
        dump_ctype(out, &type->params[i]);
    }
    if (type->result != NULL) {
        fputs(" -> ", out);
        dump_ctype(out, type->result);
    }
    if (type->otherwise != NULL) {
        fputs(" else", out);
        dump_child(out, type->otherwise);
    }
    putc(')', out);
}

static void dump_cfield(FILE *out, const ast_cfield *field)
{
    putc(' ', out);
    if (field->name != NULL)
        fprintf(out, "%s:", field->name->text);
    dump_ctype(out, &field->type);
    if (field->length != NULL) {
        putc('[', out);
        ast_dump_node(out, field->length);
        putc(']', out);
    }
}

static void dump_extern_item(FILE *out, const ast_extern_item *item)
{
    fprintf(out, " (%s%s%s ", item->blocking ? "blocking " : "", item->is_struct ? "struct" : "fn",
            item->variadic ? "..." : "");
    dump_name(out, item->name);
    if (item->symbol.bytes != NULL) {
        putc('=', out);
        dump_text(out, item->symbol);
    }
    for (uint32_t i = 0; i < item->count; i++)
        dump_cfield(out, &item->fields[i]);
    if (item->result != NULL) {
        fputs(" -> ", out);
        dump_ctype(out, item->result);
    }
    if (item->fails != NULL) {
        fputs(" fails", out);
        dump_child(out, item->fails);
    }
    if (item->owned != NULL)
        fprintf(out, " owned %s", item->owned->text);
    putc(')', out);
}

static void dump_extern(FILE *out, const ast_extern *block)
{
    fputs("(extern ", out);
    dump_text(out, block->path);
    putc(' ', out);
    dump_name(out, block->alias);
    if (block->one_thread)
        fputs(" on-one-thread", out);
    for (uint32_t i = 0; i < block->count; i++)
        dump_extern_item(out, &block->items[i]);
    putc(')', out);
}

static void dump_if(FILE *out, const ast_node *node)
{
    fputs("(if", out);
    dump_child(out, node->as.branch.condition);
    dump_child(out, node->as.branch.then);
    if (node->as.branch.otherwise != NULL)
        dump_child(out, node->as.branch.otherwise);
    putc(')', out);
}

static void dump_slice(FILE *out, const ast_node *node)
{
    fputs(node->kind == AST_SLICE ? "(slice" : "(range", out);
    if (node->as.slice.object != NULL)
        dump_child(out, node->as.slice.object);
    dump_optional(out, node->as.slice.from);
    fputs(node->as.slice.closed ? " =" : "", out);
    dump_optional(out, node->as.slice.to);
    putc(')', out);
}

static void dump_field(FILE *out, const ast_node *node)
{
    fputs(node->kind == AST_IS ? "(is" : "(.", out);
    dump_child(out, node->as.field.object);
    putc(' ', out);
    dump_name(out, node->as.field.name);
    putc(')', out);
}

void ast_dump_node(FILE *out, const ast_node *node)
{
    switch (node->kind) {
    case AST_NIL: fputs("nil", out); return;
    case AST_TRUE: fputs("true", out); return;
    case AST_FALSE: fputs("false", out); return;
    case AST_INT:
        if (node->as.integer.fits)
            fprintf(out, "%lld", (long long)node->as.integer.value);
        else
            fprintf(out, "big:%u:%.*s", node->as.integer.base, (int)node->as.integer.length,
                    node->as.integer.digits);
        return;
    case AST_FLOAT: fprintf(out, "%#g", node->as.number); return;
    case AST_STRING: dump_text(out, node->as.text); return;
    case AST_BYTES:
        putc('b', out);
        dump_text(out, node->as.text);
        return;
    case AST_INTERPOLATION: dump_list(out, "str", &node->as.list); return;
    case AST_NAME:
    case PAT_NAME: dump_name(out, node->as.name.id); return;
    case AST_TUPLE: dump_list(out, "tuple", &node->as.list); return;
    case AST_LIST: dump_list(out, "list", &node->as.list); return;
    case AST_MAP: dump_map(out, "map", &node->as.map); return;
    case AST_FN:
    case AST_FN_DECL: dump_fn(out, node->as.fn); return;
    case AST_CALL: dump_call(out, &node->as.call); return;
    case AST_INDEX: dump_pair(out, "index", node->as.binary.left, node->as.binary.right); return;
    case AST_SLICE:
    case AST_RANGE: dump_slice(out, node); return;
    case AST_FIELD:
    case AST_IS: dump_field(out, node); return;
    case AST_UNARY: dump_unary(out, operators[node->op], node); return;
    case AST_BINARY:
        dump_pair(out, operators[node->op], node->as.binary.left, node->as.binary.right);
        return;
    case AST_AND: dump_pair(out, "and", node->as.binary.left, node->as.binary.right); return;
    case AST_OR: dump_pair(out, "or", node->as.binary.left, node->as.binary.right); return;
    case AST_RECEIVE: dump_unary(out, "?", node); return;
    case AST_SEND: dump_pair(out, "!", node->as.binary.left, node->as.binary.right); return;
    case AST_TRY: dump_unary(out, "try", node); return;
    case AST_MOVE: dump_unary(out, "move", node); return;
    case AST_CATCH: dump_unary(out, "catch", node); return;
    case AST_SPAWN:
        fputs("(spawn", out);
        dump_child(out, node->as.spawn.work);
        putc(')', out);
        return;
    case AST_IF: dump_if(out, node); return;
    case AST_MATCH: dump_match(out, &node->as.match); return;
    case AST_ALT: dump_alt(out, node->as.alt); return;
    case AST_PAR: dump_list(out, "par", &node->as.par.branches); return;
    case AST_PAR_FOR: dump_loop(out, "par-for", &node->as.loop); return;
    case AST_BLOCK: dump_list(out, "block", &node->as.list); return;
    case AST_LET: dump_pair(out, "let", node->as.let.pattern, node->as.let.value); return;
    case AST_VAR: dump_pair(out, "var", node->as.let.pattern, node->as.let.value); return;
    case AST_CONST: dump_pair(out, "const", node->as.let.pattern, node->as.let.value); return;
    case AST_ASSIGN:
        fprintf(out, "(set%s", node->op == OP_NONE ? "" : operators[node->op]);
        dump_child(out, node->as.assign.place);
        dump_child(out, node->as.assign.value);
        putc(')', out);
        return;
    case AST_RECEIVE_INTO:
        dump_pair(out, "receive", node->as.let.value, node->as.let.pattern);
        return;
    case AST_RETURN: dump_unary(out, "return", node); return;
    case AST_BREAK: fputs("break", out); return;
    case AST_CONTINUE: fputs("continue", out); return;
    case AST_WHILE: dump_loop(out, "while", &node->as.loop); return;
    case AST_LOOP: dump_loop(out, "loop", &node->as.loop); return;
    case AST_FOR: dump_loop(out, "for", &node->as.loop); return;
    case AST_DEFER: dump_unary(out, "defer", node); return;
    case AST_IMPORT:
        fputs("(import ", out);
        dump_text(out, node->as.import.path);
        putc(' ', out);
        dump_name(out, node->as.import.alias);
        putc(')', out);
        return;
    case AST_EXTERN: dump_extern(out, node->as.ext); return;
    case AST_TEST:
        fputs("(test ", out);
        dump_text(out, node->as.test.name);
        dump_child(out, node->as.test.body);
        putc(')', out);
        return;
    case PAT_HOLE: fputs("_", out); return;
    case PAT_LITERAL: ast_dump_node(out, node->as.unary.operand); return;
    case PAT_TUPLE: dump_pattern(out, "tuple", &node->as.pattern); return;
    case PAT_LIST: dump_pattern(out, "list", &node->as.pattern); return;
    case PAT_MAP: dump_map(out, "map", &node->as.map); return;
    case PAT_ERROR: dump_pattern(out, "error", &node->as.pattern); return;
    case PAT_ALTERNATIVES: dump_list(out, "|", &node->as.list); return;
    case AST_ERROR: fputs("<error>", out); return;
    }
}

char *ast_dump_module(const ast_module *module)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        abort();
    for (uint32_t i = 0; i < module->items.count; i++) {
        if (i > 0)
            putc('\n', out);
        ast_dump_node(out, module->items.items[i]);
    }
    fclose(out);
    return text;
}

/* Counts the depth of parentheses of the dump, which opens one for every node that has children. */
uint32_t ast_height(const ast_node *node)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        abort();
    ast_dump_node(out, node);
    fclose(out);
    uint32_t depth = 0, height = 0;
    for (const char *c = text; *c != '\0'; c++) {
        depth += *c == '(';
        depth -= *c == ')';
        if (depth > height)
            height = depth;
    }
    free(text);
    return height + 1;
}
