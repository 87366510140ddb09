/* Function bodies, closures, defers. */
#include <stdlib.h>

#include "compiler/internal.h"
#include "vm/core/string.h"
#include "vm/core/vm.h"
#include "vm/data/tuple.h"

static bool grow_codes(compiler *c)
{
    if (c->code_count < c->code_capacity)
        return true;
    uint32_t capacity = c->code_capacity ? c->code_capacity * 2 : 16;
    made_code *larger = heap_pinned(capacity * sizeof *larger);
    if (!larger)
        return false;
    if (c->codes) {
        memcpy(larger, c->codes, c->code_count * sizeof *larger);
        heap_unpin(c->codes);
    }
    c->codes = larger;
    c->code_capacity = capacity;
    return true;
}

uint32_t compile_new_code(compiler *c)
{
    made_code made = {0};
    if (grow_codes(c))
        made.code = heap_alloc(vm_heap(c->vm), HEAP_TRACED, sizeof *made.code);
    if (!made.code) {
        c->failed = true;
        return 0;
    }
    made.code->self_capture = made.code->defer_reg = CODE_NO_REGISTER;
    c->codes[c->code_count] = made;
    return c->code_count++;
}

uint32_t compile_closure_constant(compiler *c, uint32_t number)
{
    if (!c->codes[number].closure) {
        uint32_t k = compile_constant(c, closure_new(c->vm, NULL, c->codes[number].code, NULL));
        if (k == NO_CONSTANT)
            return k;
        c->codes[number].closure = k + 1;
    }
    return c->codes[number].closure - 1;
}

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

static value name_value(compiler *c, const char *name, size_t length)
{
    value v = str_intern(c->vm, name, length);
    compile_constant(c, v);
    return v;
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

static void begin_defers(builder *b, src_span at)
{
    if (!b->info->has_defer)
        return;
    b->code->defer_reg = (uint16_t)compile_registers(b, 4, at);
    compile_load(b, b->code->defer_reg, VALUE_NIL, at);
    b->tail_calls = false;
    if (!b->info->defers_in_loop)
        return;
    /* What the loop computes before a name is bound would lie in its register in the next turn. */
    b->next_name = compile_registers(b, b->info->names, at);
    b->names_end = b->next_name + b->info->names;
}

/* The blocks use registers above all others: at the end of the function they see locals of blocks
 * that were left long ago. */
static void end_defers(builder *b, src_span at)
{
    if (!b->info->has_defer)
        return;
    jumps done = {0};
    b->loop = NULL;
    for (uint32_t i = 0; i < b->block_count; i++) {
        ast_node *block = b->blocks[i].block;
        b->reachable = false;
        compile_land(b, &b->blocks[i].from);
        b->floor = b->top = b->max;
        compile_node(b, block, TO_DISCARD);
        compile_jump(b, &done, block->span);
    }
    b->reachable = false;
    compile_flush_cold(b, 0, at);
    b->reachable = true;
    compile_emit(b, insn_abc(OPC_NOP, 0, 0, 0), at);
    compile_land(b, &done);
    compile_land(b, &b->epilogue);
    b->code->defer_pc = compile_here(b);
    compile_emit(b, insn_abc(OPC_RUNDEFERS, 0, 0, 0), at);
    compile_emit(b, insn_abc(OPC_RET, b->code->defer_reg + 1u, 0, 0), at);
}

/* Gives the value in reg to world->shown; nil is in the register that it gives. */
static unsigned show(builder *b, unsigned reg, src_span at)
{
    unsigned base = compile_registers(b, 3, at);
    uint32_t k = compile_constant(b->c, b->c->world->shown);
    compile_move(b, base + 2, reg, at);
    compile_emit(b, insn_abc(OPC_CALLN, base, 1, compile_short_constant(b, k, at)), at);
    return base;
}

void compile_return(builder *b, unsigned reg, src_span at)
{
    unsigned mark = b->top;
    if (b->number == 0 && b->c->world->shown)
        reg = show(b, reg, at);
    compile_release(b, mark);
    if (b->code->defer_reg == CODE_NO_REGISTER) {
        compile_emit(b, insn_abc(OPC_RET, reg, 0, 0), at);
        return;
    }
    compile_move(b, b->code->defer_reg + 1u, reg, at);
    compile_load(b, b->code->defer_reg + 2u, VALUE_NIL, at);
    compile_jump(b, &b->epilogue, at);
}

void compile_end_trace(builder *b, unsigned reg, src_span at)
{
    if (b->number == 0 && !b->c->session)
        compile_emit(b, insn_abc(OPC_TRACE, reg, 0, 0), at);
}

/* A copy in the heap; NULL: no memory, or it is empty. */
static void *settled(compiler *c, const void *from, size_t size)
{
    void *to = size ? heap_alloc(vm_heap(c->vm), HEAP_BYTES, size) : NULL;
    if (to)
        memcpy(to, from, size);
    c->failed |= size && !to;
    return to;
}

/* The contents of the arrays become the code's. */
static void hand_over(builder *b)
{
    code *made = b->code;
    made->insns = settled(b->c, b->insns, b->count * sizeof *b->insns);
    made->places = settled(b->c, b->places, b->count * sizeof *b->places);
    made->handlers = settled(b->c, b->handlers, b->handler_count * sizeof *b->handlers);
    made->handler_count = b->handler_count;
    made->count = b->count;
    made->registers = (uint16_t)(b->max ? b->max : 1);
}

static void finish(builder *b, src_span at)
{
    compile_flush_cold(b, 0, at);
    end_defers(b, at);
    if (!b->c->failed)
        hand_over(b);
    free(b->insns);
    free(b->places);
    free(b->handlers);
    free(b->links);
    free(b->cold);
    free(b->blocks);
}

static builder begin(compiler *c, uint32_t number, const ast_function_info *info)
{
    return (builder){.c = c,
                     .code = c->codes[number].code,
                     .number = number,
                     .info = info,
                     .reachable = true,
                     .tail_calls = true};
}

code *compile_function(compiler *c, ast_node *ast, value name, bool branch)
{
    const ast_fn *fn = ast->as.fn;
    if (!fn->info->code)
        fn->info->code = compile_new_code(c);
    if (!fn->info->code)
        return NULL;
    builder b = begin(c, fn->info->code, fn->info);
    b.code->is_branch = branch;
    b.code->name = name;
    name_params(c, b.number, fn);
    place_params(&b, fn);
    begin_defers(&b, ast->span);
    compile_params(&b, fn);
    compile_node(&b, fn->body, TO_RETURN);
    finish(&b, ast->span);
    return c->failed ? NULL : b.code;
}

/* Whether it may have a value; the others give nil, and may bind registers. */
static bool has_value(const ast_node *ast)
{
    switch (ast->kind) {
    case AST_LET:
    case AST_VAR:
    case AST_CONST:
    case AST_FN_DECL:
    case AST_ASSIGN:
    case AST_RECEIVE_INTO:
    case AST_WHILE:
    case AST_LOOP:
    case AST_FOR:
    case AST_DEFER:
    case AST_IMPORT:
    case AST_EXTERN:
    case AST_TEST:
    case AST_RETURN: return false;
    default: return true;
    }
}

/* The top level, which returns its last value; a session is given the others, too. */
static void compile_items(builder *b, ast_list items, src_span at)
{
    for (uint32_t i = 0; i + 1 < items.count && b->c->world->shown; i++) {
        ast_node *item = items.items[i];
        unsigned mark = b->top;
        if (!has_value(item)) {
            compile_node(b, item, TO_DISCARD);
            continue;
        }
        show(b, compile_any(b, item), item->span);
        compile_release(b, mark);
    }
    if (b->c->world->shown && items.count > 0)
        compile_node(b, items.items[items.count - 1], TO_RETURN);
    else
        compile_nodes(b, items, TO_RETURN, at);
}

code *compile_body(compiler *c, const resolve_unit *unit)
{
    builder b = begin(c, 0, unit->body);
    const char *name = c->world->body_name ? c->world->body_name : "main";
    b.code->name = name_value(c, name, strlen(name));
    b.code->plain = true;
    b.tail_calls = false;
    src_span at = {0, 0};
    begin_defers(&b, at);
    ast_list items = c->ast->items;
    for (uint32_t i = 0; i < items.count && !c->session; i++)
        if (items.items[i]->kind == AST_IMPORT)
            compile_import(&b, items.items[i]);
    for (uint32_t i = 0; i < items.count && !c->session; i++)
        if (items.items[i]->kind == AST_CONST)
            compile_const(&b, items.items[i]);
    compile_items(&b, items, items.count ? items.items[items.count - 1]->span : at);
    finish(&b, at);
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
    code *made =
        compile_function(c, ast, name ? name_value(c, name->text, name->length) : VALUE_NIL, false);
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

static void defer_block(builder *b, ast_node *ast)
{
    deferred_block *blocks =
        compile_room(b, b->blocks, &b->block_capacity, b->block_count, sizeof *blocks);
    if (!blocks)
        return;
    b->blocks = blocks;
    deferred_block *entry = &blocks[b->block_count++];
    *entry = (deferred_block){.block = ast->as.unary.operand};
    compile_jump_to(b, insn_aw(OPC_DEFERBLOCK, 0, 0), &entry->from, ast->span);
    /* Everything that the block can see stays until the end of the function. */
    b->floor = b->top;
}

void compile_defer(builder *b, ast_node *ast)
{
    ast_node *what = ast->as.unary.operand;
    unsigned mark = b->top;
    if (what->kind == AST_BLOCK) {
        defer_block(b, ast);
    } else if (what->kind == AST_SEND) {
        unsigned chan = compile_any(b, what->as.binary.left);
        unsigned sent = compile_any(b, what->as.binary.right);
        compile_emit(b, insn_abc(OPC_DEFERSEND, chan, sent, 0), what->span);
    } else {
        compile_defer_call(b, what);
    }
    compile_release(b, mark);
}

/* apply(f, arguments, named): what `spawn` and `defer` run for a call with `..` or named arguments
 * that cannot be laid out beforehand. */
code *compile_apply(compiler *c)
{
    if (c->apply)
        return c->codes[c->apply].code;
    static const ast_function_info no_info;
    src_span at = {0, 0};
    c->apply = compile_new_code(c);
    if (!c->apply)
        return NULL;
    builder b = begin(c, c->apply, &no_info);
    b.code->name = name_value(c, "apply", 5);
    b.code->applies = true;
    c->codes[b.number].names = c->constant_count;
    for (int i = 0; i < 3; i++)
        compile_constant_append(c, VALUE_NIL);
    b.code->params = b.code->required = 3;
    b.code->plain = true;
    compile_registers(&b, 7, at);
    compile_move(&b, 3, 0, at);
    compile_move(&b, 5, 1, at);
    compile_move(&b, 6, 2, at);
    compile_emit(&b, insn_abc(OPC_TAILV, 3, 0, 0), at);
    finish(&b, at);
    return c->failed ? NULL : b.code;
}
