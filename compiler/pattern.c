/* Patterns. The registers of all names come first, then the tests, whose temporaries lie above. */
#include "compiler/internal.h"

/* Each name gets a register. Alternatives bind the same names, so the first one determines them. */
static void declare_names(builder *b, const ast_node *pattern)
{
    if (pattern->kind == PAT_NAME) {
        pattern->as.name.binding->reg = compile_registers(b, 1, pattern->span);
    } else if (pattern->kind == PAT_ALTERNATIVES) {
        declare_names(b, pattern->as.list.items[0]);
    } else if (pattern->kind == PAT_MAP) {
        for (uint32_t i = 0; i < pattern->as.map.count; i++)
            declare_names(b, pattern->as.map.entries[i].value);
    } else if (pattern->kind == PAT_TUPLE || pattern->kind == PAT_LIST ||
               pattern->kind == PAT_ERROR) {
        for (uint32_t i = 0; i < pattern->as.pattern.elements.count; i++)
            declare_names(b, pattern->as.pattern.elements.items[i]);
        if (pattern->as.pattern.rest)
            declare_names(b, pattern->as.pattern.rest);
    }
}

/* The jump after a test is skipped if it holds, so what follows is reachable if the test was. */
void compile_check(builder *b, insn i, jumps *fail, src_span at)
{
    bool reachable = b->reachable;
    compile_emit(b, i, at);
    compile_jump(b, fail, at);
    b->reachable = reachable;
}

static void check(builder *b, ast_node *pattern, unsigned reg, jumps *fail);

/* Where the part that `pattern` is matched against goes: a name's own register, or a new one. */
static unsigned part_register(builder *b, const ast_node *pattern)
{
    return pattern->kind == PAT_NAME ? pattern->as.name.binding->reg
                                     : compile_registers(b, 1, pattern->span);
}

static void check_part(builder *b, ast_node *pattern, unsigned reg, jumps *fail)
{
    if (pattern->kind != PAT_NAME)
        check(b, pattern, reg, fail);
}

static void check_elements(builder *b, ast_node *pattern, unsigned reg, jumps *fail)
{
    ast_list elements = pattern->as.pattern.elements;
    if (elements.count > INT16_MAX) {
        compile_too_large(b, pattern->span);
        return;
    }
    opcode op = pattern->kind == PAT_TUPLE ? OPC_TESTTUPLE : OPC_TESTLIST;
    compile_check(b, insn_abc(op, reg, elements.count, pattern->as.pattern.has_rest), fail,
                  pattern->span);
    for (uint32_t i = 0; i < elements.count; i++) {
        ast_node *element = elements.items[i];
        if (element->kind == PAT_HOLE)
            continue;
        unsigned mark = b->top, part = part_register(b, element);
        compile_emit(b, insn_abc(OPC_GETIDXI, part, reg, i), element->span);
        check_part(b, element, part, fail);
        compile_release(b, mark);
    }
    const ast_node *rest = pattern->as.pattern.rest;
    if (rest && rest->kind == PAT_NAME)
        compile_emit(b, insn_abc(OPC_REST, rest->as.name.binding->reg, reg, elements.count),
                     rest->span);
}

static void check_keys(builder *b, ast_node *pattern, unsigned reg, jumps *fail)
{
    compile_check(b, insn_abc(OPC_TESTMAP, reg, 0, 0), fail, pattern->span);
    for (uint32_t i = 0; i < pattern->as.map.count; i++) {
        const ast_entry *entry = &pattern->as.map.entries[i];
        unsigned mark = b->top, part = part_register(b, entry->value);
        uint32_t k = compile_string(b->c, entry->key->as.text.bytes, entry->key->as.text.length);
        compile_check(
            b, insn_abc(OPC_TESTKEY, part, reg, compile_short_constant(b, k, entry->key->span)),
            fail, entry->key->span);
        check_part(b, entry->value, part, fail);
        compile_release(b, mark);
    }
}

static void check_error(builder *b, ast_node *pattern, unsigned reg, jumps *fail)
{
    ast_list parts = pattern->as.pattern.elements;
    compile_check(b, insn_abc(OPC_TESTERROR, reg, 0, 0), fail, pattern->span);
    for (uint32_t i = 0; i < parts.count; i++) {
        if (parts.items[i]->kind == PAT_HOLE)
            continue;
        unsigned mark = b->top, part = part_register(b, parts.items[i]);
        compile_emit(b, insn_abc(OPC_ERRORPART, part, reg, i), parts.items[i]->span);
        check_part(b, parts.items[i], part, fail);
        compile_release(b, mark);
    }
}

static void check_literal(builder *b, ast_node *pattern, unsigned reg, jumps *fail)
{
    value v;
    if (!compile_literal(b->c, pattern->as.unary.operand, &v))
        return;
    compile_check(b, insn_aw(OPC_TESTLIT, reg, compile_constant(b->c, v)), fail, pattern->span);
}

static void check_alternatives(builder *b, ast_list nodes, unsigned reg, jumps *fail, src_span at)
{
    jumps matched = {0};
    for (uint32_t i = 0; i < nodes.count; i++) {
        bool last = i + 1 == nodes.count;
        jumps next = {0};
        check(b, nodes.items[i], reg, last ? fail : &next);
        if (last)
            break;
        compile_jump(b, &matched, at);
        compile_land(b, &next);
    }
    compile_land(b, &matched);
}

static void check(builder *b, ast_node *pattern, unsigned reg, jumps *fail)
{
    if (pattern->kind == PAT_NAME)
        compile_move(b, pattern->as.name.binding->reg, reg, pattern->span);
    else if (pattern->kind == PAT_LITERAL)
        check_literal(b, pattern, reg, fail);
    else if (pattern->kind == PAT_TUPLE || pattern->kind == PAT_LIST)
        check_elements(b, pattern, reg, fail);
    else if (pattern->kind == PAT_MAP)
        check_keys(b, pattern, reg, fail);
    else if (pattern->kind == PAT_ERROR)
        check_error(b, pattern, reg, fail);
    else if (pattern->kind == PAT_ALTERNATIVES)
        check_alternatives(b, pattern->as.list, reg, fail, pattern->span);
}

void compile_match_pattern(builder *b, ast_node *pattern, unsigned reg, bool owned, jumps *fail)
{
    if (pattern->kind == PAT_NAME && owned) {
        pattern->as.name.binding->reg = reg;
        return;
    }
    declare_names(b, pattern);
    unsigned mark = b->top;
    check(b, pattern, reg, fail);
    compile_release(b, mark);
}

void compile_bind(builder *b, ast_node *pattern, unsigned reg, bool owned)
{
    cold_code cold = {.reg = (uint16_t)reg, .span = pattern->span};
    compile_match_pattern(b, pattern, reg, owned, &cold.from);
    if (cold.from.last)
        compile_add_cold(b, cold);
}

/* The registers of the names come before the value's, which is needed only during the tests. */
static void bind_from(builder *b, ast_node *pattern, unsigned reg)
{
    cold_code cold = {.reg = (uint16_t)reg, .span = pattern->span};
    check(b, pattern, reg, &cold.from);
    if (cold.from.last)
        compile_add_cold(b, cold);
}

void compile_bind_node(builder *b, ast_node *pattern, ast_node *ast)
{
    declare_names(b, pattern);
    unsigned mark = b->top;
    bind_from(b, pattern, compile_any(b, ast));
    compile_release(b, mark);
}

void compile_bind_received(builder *b, ast_node *pattern, ast_node *chan, src_span at)
{
    declare_names(b, pattern);
    unsigned mark = b->top, from = compile_any(b, chan);
    unsigned reg =
        pattern->kind == PAT_NAME ? pattern->as.name.binding->reg : compile_registers(b, 1, at);
    compile_emit(b, insn_abc(OPC_RECV, reg, from, 0), at);
    if (pattern->kind != PAT_NAME)
        bind_from(b, pattern, reg);
    compile_release(b, mark);
}

void compile_session_value(builder *b, const ast_binding *binding, unsigned reg, src_span at)
{
    compile_wide(b, OPC_SETCELL, reg, compile_constant(b->c, binding->cell), at);
    if (binding->late)
        compile_wide(b, OPC_SETCELL, reg, compile_constant(b->c, binding->late), at);
}

void compile_publish_binding(builder *b, const ast_binding *binding, src_span at)
{
    if (binding->kind == BINDING_SESSION)
        compile_session_value(b, binding, binding->reg, at);
}

void compile_publish(builder *b, const ast_node *pattern)
{
    if (pattern->kind == PAT_NAME) {
        compile_publish_binding(b, pattern->as.name.binding, pattern->span);
    } else if (pattern->kind == PAT_ALTERNATIVES) {
        compile_publish(b, pattern->as.list.items[0]);
    } else if (pattern->kind == PAT_MAP) {
        for (uint32_t i = 0; i < pattern->as.map.count; i++)
            compile_publish(b, pattern->as.map.entries[i].value);
    } else if (pattern->kind == PAT_TUPLE || pattern->kind == PAT_LIST ||
               pattern->kind == PAT_ERROR) {
        for (uint32_t i = 0; i < pattern->as.pattern.elements.count; i++)
            compile_publish(b, pattern->as.pattern.elements.items[i]);
        if (pattern->as.pattern.rest)
            compile_publish(b, pattern->as.pattern.rest);
    }
}
