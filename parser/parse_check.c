/* The promises of parse_module, checked in debug builds: no pass after the parser sees an
 * incomplete node. A node whose making ran into a syntax error is dropped where parsing resumes
 * (parse_sync), or lies in a partial module, which nobody looks at.
 *
 * The nodes yet to be checked are on a stack of our own, since chains of operators may be of
 * any length. */
#include "base/array.h"
#include "parser/parse_internal.h"

#include <assert.h>
#include <stdlib.h>

typedef enum node_class {
    EXPRESSION,
    STATEMENT, /* or expression */
    PATTERN,
    PLACE /* an expression, or `_` */
} node_class;

typedef struct pending {
    const ast_node *node;
    node_class expected;
} pending;

typedef struct checker {
    pending *stack;
    size_t count, capacity;
    bool failed; /* no memory: the rest is not checked */
} checker;

static node_class class_of(const ast_node *node)
{
    if (node->kind >= AST_LET && node->kind <= AST_TEST)
        return STATEMENT;
    return node->kind >= PAT_HOLE && node->kind <= PAT_ALTERNATIVES ? PATTERN : EXPRESSION;
}

static bool may_stand(const ast_node *node, node_class expected)
{
    node_class found = class_of(node);
    if (node->kind == AST_ERROR || found == expected)
        return true;
    return expected == PLACE ? found == EXPRESSION || node->kind == PAT_HOLE
                             : expected == STATEMENT && found == EXPRESSION;
}

static void push(checker *c, const ast_node *node, node_class expected)
{
    assert(node);
    pending *stack = array_room(c->stack, &c->capacity, c->count + 1, sizeof *stack);
    if (!stack) {
        c->failed = true;
        return;
    }
    c->stack = stack;
    c->stack[c->count++] = (pending){node, expected};
}

static void expression(checker *c, const ast_node *node) { push(c, node, EXPRESSION); }
static void statement(checker *c, const ast_node *node) { push(c, node, STATEMENT); }
static void pattern(checker *c, const ast_node *node) { push(c, node, PATTERN); }

static void optional(checker *c, const ast_node *node, node_class expected)
{
    if (node)
        push(c, node, expected);
}

static void list(checker *c, ast_list nodes, node_class expected)
{
    for (uint32_t i = 0; i < nodes.count; i++)
        push(c, nodes.items[i], expected);
}

static void entries(checker *c, const ast_map *map, node_class expected)
{
    for (uint32_t i = 0; i < map->count; i++) {
        expression(c, map->entries[i].key);
        push(c, map->entries[i].value, expected);
    }
}

static void function(checker *c, const ast_node *node)
{
    const ast_fn *fn = node->as.fn;
    assert(fn && (node->kind == AST_FN || fn->name));
    for (uint32_t i = 0; i < fn->param_count; i++) {
        optional(c, fn->params[i].pattern, PATTERN);
        optional(c, fn->params[i].fallback, EXPRESSION);
    }
    statement(c, fn->body);
}

static void call(checker *c, const ast_call *call)
{
    expression(c, call->callee);
    for (uint32_t i = 0; i < call->count; i++)
        expression(c, call->args[i].value);
}

static void match(checker *c, const ast_match *match)
{
    expression(c, match->subject);
    for (uint32_t i = 0; i < match->count; i++) {
        pattern(c, match->arms[i].pattern);
        optional(c, match->arms[i].guard, EXPRESSION);
        statement(c, match->arms[i].body);
    }
}

static void alt_arm(checker *c, const ast_alt_arm *arm)
{
    optional(c, arm->target[0], PATTERN);
    optional(c, arm->target[1], PATTERN);
    optional(c, arm->source, EXPRESSION);
    assert(!arm->source == !arm->target[0]);
    optional(c, arm->guard, EXPRESSION);
    switch (arm->kind) {
    case ALT_RECEIVE:
        expression(c, arm->channel);
        pattern(c, arm->value);
        break;
    case ALT_SEND:
        expression(c, arm->channel);
        expression(c, arm->value);
        break;
    case ALT_DRAINED:
    case ALT_AFTER: expression(c, arm->channel); break;
    case ALT_CLOSED:
    case ALT_ELSE: break;
    }
    statement(c, arm->body);
}

static void loop(checker *c, const ast_node *node)
{
    const ast_loop *loop = &node->as.loop;
    bool iterates = node->kind == AST_FOR || node->kind == AST_PAR_FOR;
    assert(iterates == (loop->target[0] != NULL));
    optional(c, loop->target[0], PATTERN);
    optional(c, loop->target[1], PATTERN);
    if (node->kind != AST_LOOP)
        expression(c, loop->value);
    statement(c, loop->body);
}

static void sequence(checker *c, const ast_pattern *parts)
{
    list(c, parts->elements, PATTERN);
    optional(c, parts->rest, PATTERN);
}

static void place(checker *c, const ast_node *place)
{
    if (place->kind == AST_TUPLE)
        list(c, place->as.list, PLACE);
    else
        push(c, place, PLACE);
}

static void ctype(const ast_ctype *type)
{
    assert(!type->name == type->is_function);
    assert(!type->otherwise || type->is_function);
    for (uint32_t i = 0; i < type->count; i++)
        ctype(&type->params[i]);
    if (type->result)
        ctype(type->result);
}

static void foreign(checker *c, const ast_extern *block)
{
    assert(block && block->alias && block->path.bytes);
    for (uint32_t i = 0; i < block->count; i++) {
        const ast_extern_item *item = &block->items[i];
        assert(item->name && (!item->owned || item->owned_span.end));
        for (uint32_t k = 0; k < item->count; k++) {
            assert(item->fields[k].name || !item->is_struct);
            ctype(&item->fields[k].type);
            optional(c, item->fields[k].length, EXPRESSION);
        }
        if (item->result)
            ctype(item->result);
        optional(c, item->fails, PATTERN);
    }
}

static void check(checker *c, const ast_node *node)
{
    switch (node->kind) {
    case AST_NIL:
    case AST_TRUE:
    case AST_FALSE:
    case AST_FLOAT:
    case AST_BREAK:
    case AST_CONTINUE:
    case PAT_HOLE:
    case AST_ERROR: break;
    case AST_INT: assert(node->as.integer.digits); break;
    case AST_STRING:
    case AST_BYTES: assert(node->as.text.bytes); break;
    case AST_INTERPOLATION:
    case AST_TUPLE:
    case AST_LIST: list(c, node->as.list, EXPRESSION); break;
    case AST_NAME:
    case PAT_NAME: assert(node->as.name.id); break;
    case AST_MAP: entries(c, &node->as.map, EXPRESSION); break;
    case AST_FN:
    case AST_FN_DECL: function(c, node); break;
    case AST_CALL: call(c, &node->as.call); break;
    case AST_INDEX:
    case AST_BINARY:
    case AST_AND:
    case AST_OR:
    case AST_SEND:
        expression(c, node->as.binary.left);
        expression(c, node->as.binary.right);
        break;
    case AST_SLICE: expression(c, node->as.slice.object); /* fall through */
    case AST_RANGE:
        optional(c, node->as.slice.from, EXPRESSION);
        optional(c, node->as.slice.to, EXPRESSION);
        break;
    case AST_FIELD:
    case AST_IS:
        assert(node->as.field.name);
        expression(c, node->as.field.object);
        break;
    case AST_UNARY:
    case AST_RECEIVE:
    case AST_TRY:
    case AST_MOVE:
    case AST_CATCH:
    case AST_DEFER: expression(c, node->as.unary.operand); break;
    case AST_RETURN: optional(c, node->as.unary.operand, EXPRESSION); break;
    case AST_SPAWN: expression(c, node->as.spawn.work); break;
    case AST_IF:
        expression(c, node->as.branch.condition);
        expression(c, node->as.branch.then);
        optional(c, node->as.branch.otherwise, EXPRESSION);
        break;
    case AST_MATCH: match(c, &node->as.match); break;
    case AST_ALT:
        for (uint32_t i = 0; i < node->as.alt->count; i++)
            alt_arm(c, &node->as.alt->arms[i]);
        break;
    case AST_PAR: list(c, node->as.par.branches, EXPRESSION); break;
    case AST_BLOCK: list(c, node->as.list, STATEMENT); break;
    case AST_VAR:
    /* fall through */
    case AST_CONST: assert(node->as.let.pattern && node->as.let.pattern->kind == PAT_NAME);
    case AST_LET:
    case AST_RECEIVE_INTO:
        pattern(c, node->as.let.pattern);
        expression(c, node->as.let.value);
        break;
    case AST_ASSIGN:
        place(c, node->as.assign.place);
        expression(c, node->as.assign.value);
        break;
    case AST_PAR_FOR:
    case AST_WHILE:
    case AST_LOOP:
    case AST_FOR: loop(c, node); break;
    case AST_IMPORT: assert(node->as.import.alias && node->as.import.path.bytes); break;
    case AST_EXTERN: foreign(c, node->as.ext); break;
    case AST_TEST: expression(c, node->as.test.body); break;
    case PAT_LITERAL: expression(c, node->as.unary.operand); break;
    case PAT_TUPLE:
    case PAT_LIST:
    case PAT_ERROR: sequence(c, &node->as.pattern); break;
    case PAT_MAP: entries(c, &node->as.map, PATTERN); break;
    case PAT_ALTERNATIVES: list(c, node->as.list, PATTERN); break;
    }
}

void parse_check_whole(const ast_module *module)
{
    checker c = {0};
    list(&c, module->items, STATEMENT);
    while (c.count > 0 && !c.failed) {
        pending next = c.stack[--c.count];
        assert(may_stand(next.node, next.expected));
        check(&c, next.node);
    }
    free(c.stack);
}
