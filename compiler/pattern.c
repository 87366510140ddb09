/* What patterns bind. The registers of all names come first; those of the tests lie above. */
#include "compiler/internal.h"

/* Each name gets a register. Alternatives bind the same names, so the first one determines them. */
static void declare_names(builder *b, const ast_node *pattern)
{
    if (pattern->kind == PAT_NAME) {
        pattern->as.name.binding->reg = compile_name_register(b, pattern->span);
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

/* The registers of the names come before the value's, which is needed only during the tests. */
static void bind_from(builder *b, ast_node *pattern, unsigned reg)
{
    cold_code cold = {
        .from = matching_bind(b, pattern, reg), .reg = (uint16_t)reg, .span = pattern->span};
    if (cold.from.last)
        compile_add_cold(b, cold);
}

void compile_bind(builder *b, ast_node *pattern, unsigned reg, bool owned)
{
    if (pattern->kind == PAT_NAME && owned) {
        compile_name(b, pattern->as.name.binding, reg, pattern->span);
        return;
    }
    declare_names(b, pattern);
    unsigned mark = b->top;
    bind_from(b, pattern, reg);
    compile_release(b, mark);
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
    compile_emit(b, insn_abc(OPC_RECV, reg, from, reg != from), at);
    if (pattern->kind != PAT_NAME)
        bind_from(b, pattern, reg);
    compile_release(b, mark);
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
