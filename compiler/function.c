/* Function bodies and closures. */
#include "compiler/kinds.h"
#include "vm/core/string.h"
#include "vm/core/vm.h"

/* The names stay where the collector sees them: among the module's constants. */
static void name_params(compiler *c, uint32_t number, const ast_fn *fn)
{
    c->codes[number].names = c->constant_count;
    for (uint32_t i = 0; i < fn->param_count; i++) {
        const ast_name *name = fn->params[i].name;
        compile_constant_append(c, name ? str_intern(c->vm, name->text, name->length) : VALUE_NIL);
    }
    if (fn->rest)
        compile_constant_append(
            c, fn->rest->name ? str_intern(c->vm, fn->rest->name->text, fn->rest->name->length)
                              : VALUE_NIL);
}

/* Parameters, rest and captures have the first registers. */
static void place_params(builder *b, const ast_fn *fn)
{
    code *made = b->code;
    unsigned next = 0;
    uint64_t words = (uint64_t)fn->param_count + b->info->capture_count + 1;
    if (words > CODE_MAX_REGISTERS) {
        compile_too_large(b, fn->body->span);
        return;
    }
    bool optional = false;
    for (uint32_t i = 0; i < fn->param_count; i++) {
        if (fn->params[i].binding)
            fn->params[i].binding->reg = next;
        next++;
        optional |= fn->params[i].fallback != NULL;
        made->required = (uint16_t)(made->required + !optional);
    }
    made->params = (uint16_t)fn->param_count;
    made->has_rest = fn->rest != NULL;
    if (fn->rest) {
        if (fn->rest->binding)
            fn->rest->binding->reg = next;
        next++;
    }
    for (uint32_t i = 0; i < b->info->capture_count; i++) {
        if (b->info->captures[i] == b->info->self)
            made->self_capture = (uint16_t)i;
        b->info->captures[i]->reg = next++;
    }
    made->captures = (uint16_t)b->info->capture_count;
    made->plain = !optional && !fn->rest;
    compile_registers(b, next, fn->body->span);
}

/* Patterns are destructured and defaults evaluated, from left to right. */
static void compile_params(builder *b, const ast_fn *fn)
{
    for (uint32_t i = 0; i < fn->param_count; i++) {
        const ast_param *p = &fn->params[i];
        if (p->pattern)
            compile_bind(b, p->pattern, i, true);
        if (!p->fallback)
            continue;
        jumps given = {0};
        compile_jump_to(b, insn_aw(OPC_JPRESENT, i, 0), &given, p->span);
        unsigned mark = b->top;
        compile_node(b, p->fallback, dest_variable(i));
        compile_release(b, mark);
        compile_land(b, &given);
    }
}

code *compile_function(compiler *c, ast_node *ast, value name, bool branch)
{
    const ast_fn *fn = ast->as.fn;
    if (!fn->info->code)
        fn->info->code = compile_new_code(c);
    if (!fn->info->code)
        return NULL;
    builder b = compile_begin(c, fn->info->code, fn->info);
    b.code->is_branch = branch;
    b.code->name = name;
    name_params(c, b.number, fn);
    place_params(&b, fn);
    compile_begin_defers(&b, ast->span);
    compile_params(&b, fn);
    compile_node(&b, fn->body, TO_RETURN);
    compile_end_defers(&b, ast->span);
    compile_finish(&b, ast->span);
    return c->failed ? NULL : b.code;
}

void compile_captures(builder *b, const ast_function_info *info, unsigned base, src_span at)
{
    for (uint32_t i = 0; i < info->capture_count; i++) {
        if (info->captures[i] == info->self)
            compile_load(b, base + i, VALUE_NIL, at); /* closure_new knows better */
        else
            compile_binding(b, info->captures[i]->origin, dest_fresh(base + i), at);
    }
}

void compile_closure(builder *b, ast_node *ast, const ast_name *name, dest d)
{
    compiler *c = b->c;
    const ast_function_info *info = ast->as.fn->info;
    code *made = compile_function(
        c, ast, name ? compile_code_name(c, name->text, name->length) : VALUE_NIL, false);
    unsigned mark = b->top;
    if (info->constant) {
        unsigned reg = compile_target(b, d, ast->span);
        if (made)
            compile_wide(b, OPC_LOADK, reg, compile_closure_constant(c, info->code), ast->span);
        compile_release(b, mark);
        compile_deliver(b, d, reg, ast->span);
        return;
    }
    unsigned base = compile_result_registers(b, d, info->capture_count, ast->span);
    compile_captures(b, info, base, ast->span);
    compile_wide(b, OPC_CLOSURE, base, compile_code_constant(c, made), ast->span);
    compile_release(b, mark);
    compile_deliver(b, d, base, ast->span);
}

void compile_fn(builder *b, ast_node *ast, dest d)
{
    if (d.kind == DEST_DISCARD)
        d = dest_fresh(compile_registers(b, 1, ast->span));
    compile_closure(b, ast, NULL, d);
}

void compile_fn_declaration(builder *b, ast_node *ast)
{
    const ast_fn *fn = ast->as.fn;
    if (fn->binding->kind == BINDING_TOP_FN)
        return;
    unsigned mark = b->top, reg = compile_name_register(b, ast->span);
    fn->binding->reg = reg;
    compile_closure(b, ast, fn->name, dest_fresh(reg));
    compile_publish_binding(b, fn->binding, ast->span);
    compile_release(b, fn->binding->kind == BINDING_SESSION || reg < mark ? mark : reg + 1);
}
