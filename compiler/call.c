/* Calls. A call of a known function is laid out here: each argument in its parameter's register,
 * VALUE_ABSENT for those not given, the rest as a list; the VM only jumps. All other calls are
 * arranged by the VM. */
#include "compiler/kinds.h"
#include "vm/code/native.h"
#include "vm/walk/walk.h"

typedef enum callee_kind { CALLEE_VALUE, CALLEE_CODE, CALLEE_NATIVE } callee_kind;

typedef struct known_callee {
    callee_kind kind;
    resolve_signature signature; /* of CODE and NATIVE */
    bool known;                  /* there is a signature */
    const code *code;
    uint32_t constant; /* CODE: the code's; NATIVE: the function object's */
    value function;    /* CODE, NATIVE: as a value; ABSENT: by evaluating the callee */
} known_callee;

typedef struct shape {
    uint32_t named;
    bool spread;
} shape;

static shape shape_of(const ast_call *call)
{
    shape s = {0};
    for (uint32_t i = 0; i < call->count; i++) {
        s.named += call->args[i].name != NULL;
        s.spread |= call->args[i].spread;
    }
    return s;
}

/* The code of a function of this text that needs no closure. */
static const code *constant_code(builder *b, const ast_fn *fn)
{
    if (!fn->info || !fn->info->done || !fn->info->constant || !fn->info->code)
        return NULL;
    return b->c->codes[fn->info->code].code;
}

static void classify_symbol(builder *b, known_callee *out)
{
    value f = out->signature.symbol->word;
    if (value_is(f, OBJ_NATIVE)) {
        *out = (known_callee){
            .kind = CALLEE_NATIVE, .signature = out->signature, .known = true, .function = f};
        out->constant = compile_constant(b->c, f);
    } else if (value_is(f, OBJ_CLOSURE)) {
        const closure *made = value_as_object(f);
        if (made->code->captures > 0)
            return;
        out->kind = CALLEE_CODE;
        out->code = made->code;
        out->constant = compile_code_constant(b->c, made->code);
        out->function = f;
    }
}

static bool is_freeze_move(const ast_node *ast, const resolve_signature *signature)
{
    const ast_call *call = &ast->as.call;
    return call->count == 1 && call->args[0].value->kind == AST_MOVE && !signature->module &&
           strcmp(signature->name, "freeze") == 0;
}

/* A call that nobody has checked is laid out here only if nothing can be wrong with it. */
static bool fits(const resolve_signature *signature, const ast_call *call)
{
    shape s = shape_of(call);
    if (signature->certain)
        return true;
    return s.named == 0 && !s.spread && call->count >= signature->required &&
           (call->count <= signature->params || signature->has_rest);
}

static known_callee classify(builder *b, const ast_node *ast)
{
    const ast_node *callee_node = ast->as.call.callee;
    known_callee out = {.kind = CALLEE_VALUE};
    out.known =
        resolve_signature_of(callee_node, &out.signature) && fits(&out.signature, &ast->as.call);
    if (!out.known)
        return out;
    if (out.signature.fn) {
        out.code = constant_code(b, out.signature.fn);
        if (out.code) {
            out.kind = CALLEE_CODE;
            out.constant = compile_code_constant(b->c, out.code);
        }
        return out;
    }
    bool symbol =
        callee_node->kind == AST_FIELD || callee_node->as.name.binding->kind == BINDING_SYMBOL;
    if (symbol)
        classify_symbol(b, &out);
    if (is_freeze_move(ast, &out.signature) && out.kind == CALLEE_NATIVE) {
        out.function = native_value(b->c->vm, &walk_natives[WALK_FREEZE_MOVE]);
        out.constant = compile_constant(b->c, out.function);
    }
    return out;
}

static void compile_callee(builder *b, ast_node *ast, const known_callee *callee, unsigned reg)
{
    if (callee->function != VALUE_ABSENT)
        compile_wide(b, OPC_LOADK, reg, compile_constant(b->c, callee->function),
                     ast->as.call.callee->span);
    else
        compile_to(b, ast->as.call.callee, reg);
}

static bool is_tail(const builder *b, dest d)
{
    return d.kind == DEST_RETURN && b->tail_calls && b->handlers_open == 0;
}

/* A list of the unnamed arguments in [from, count), with `..` ones spread. */
static void compile_argument_list(builder *b, const ast_call *call, uint32_t from, unsigned reg,
                                  src_span at)
{
    unsigned mark = b->top, item = compile_registers(b, 1, at);
    compile_emit(b, insn_abc(OPC_LIST, reg, item, 0), at);
    for (uint32_t i = from; i < call->count; i++) {
        const ast_argument *arg = &call->args[i];
        if (arg->name)
            continue;
        compile_to(b, arg->value, item);
        if (arg->spread)
            compile_emit(b, insn_abc(OPC_EXTEND, reg, item, 0), arg->span);
        else
            compile_emit(b, insn_abc(OPC_APPEND, reg, item, 1), arg->span);
    }
    compile_release(b, mark);
}

/* A list of name, value, … or nil. */
static void compile_named_list(builder *b, const ast_call *call, const shape *s, unsigned reg,
                               src_span at)
{
    if (s->named == 0) {
        compile_load(b, reg, VALUE_NIL, at);
        return;
    }
    unsigned mark = b->top, item = compile_registers(b, 2, at);
    compile_emit(b, insn_abc(OPC_LIST, reg, item, 0), at);
    for (uint32_t i = 0; i < call->count; i++) {
        const ast_argument *arg = &call->args[i];
        if (!arg->name)
            continue;
        compile_wide(b, OPC_LOADK, item, compile_string(b->c, arg->name->text, arg->name->length),
                     arg->span);
        compile_to(b, arg->value, item + 1);
        compile_emit(b, insn_abc(OPC_APPEND, reg, item, 2), arg->span);
    }
    compile_release(b, mark);
}

/* Whether the arguments can only be arranged when the call is made. */
static bool needs_list(const known_callee *callee, const shape *s)
{
    if (s->spread)
        return true;
    if (s->named == 0)
        return false;
    return callee->kind == CALLEE_VALUE
               ? !callee->known || callee->signature.has_rest
               : callee->signature.params == UINT32_MAX || callee->signature.by_name;
}

static uint32_t code_words(const code *made, const ast_fn *fn)
{
    return fn ? fn->param_count + (fn->rest != NULL) : (uint32_t)made->params + made->has_rest;
}

/* Puts arguments into the registers of their parameters, from `base` on; `limit`: the number of
 * parameters. Anything beyond is left out. Returns one more than the last register filled. */
static uint32_t compile_placed(builder *b, const ast_call *call, const resolve_signature *signature,
                               unsigned base, uint32_t limit, bool *filled)
{
    uint32_t end = 0;
    for (uint32_t i = 0; i < call->count && !b->too_large; i++) {
        const ast_argument *arg = &call->args[i];
        uint32_t place = arg->name ? resolve_param_index(signature, arg->name) : i;
        if (place >= limit)
            continue;
        compile_to(b, arg->value, base + place);
        filled[place] = true;
        if (place >= end)
            end = place + 1;
    }
    return end;
}

static bool *place_marks(builder *b, uint32_t count)
{
    bool *marks = arena_alloc(b->c->ast->arena, count + 1u);
    if (!marks)
        b->c->failed = true;
    return marks;
}

static void fill_absent(builder *b, unsigned base, uint32_t count, const bool *filled, src_span at)
{
    for (uint32_t i = 0; i < count; i++)
        if (!filled[i])
            compile_load(b, base + i, VALUE_ABSENT, at);
}

static void rest_list(builder *b, const ast_call *call, uint32_t params, unsigned reg, src_span at)
{
    if (call->count <= params) {
        compile_emit(b, insn_abc(OPC_LIST, reg, reg, 0), at);
        return;
    }
    /* A rest is given by position only: these have no names. */
    uint32_t count = call->count - params;
    ast_node **items = arena_alloc(b->c->ast->arena, count * sizeof(ast_node *));
    if (!items) {
        b->c->failed = true;
        return;
    }
    for (uint32_t i = 0; i < count; i++)
        items[i] = call->args[params + i].value;
    compile_list(b, items, count, reg, at);
}

static void finish_call(builder *b, unsigned mark, unsigned base, dest d, src_span at)
{
    compile_release(b, mark);
    compile_deliver(b, d, base, at);
}

static void call_code(builder *b, ast_node *ast, const known_callee *callee, dest d)
{
    const ast_call *call = &ast->as.call;
    const ast_fn *fn = callee->signature.fn;
    uint32_t words = code_words(callee->code, fn),
             params = fn ? fn->param_count : callee->code->params;
    unsigned mark = b->top, base = compile_call_registers(b, call, d, words + 2, true, ast->span);
    bool *filled = place_marks(b, params);
    if (!filled || b->too_large)
        return;
    compile_placed(b, call, &callee->signature, base + 2, params, filled);
    fill_absent(b, base + 2, params, filled, ast->span);
    if (words > params)
        rest_list(b, call, params, base + 2 + params, ast->span);
    if (is_tail(b, d)) {
        compile_wide(b, OPC_TAILF, base, callee->constant, ast->span);
        compile_release(b, mark);
        return;
    }
    compile_wide(b, OPC_CALLF, base, callee->constant, ast->span);
    finish_call(b, mark, base, d, ast->span);
}

/* Puts arguments in a row: those of a native, or of a call that the VM arranges. Returns
 * how many. */
static uint32_t compile_arguments(builder *b, const ast_call *call, const known_callee *callee,
                                  const shape *s, unsigned base, src_span at)
{
    if (s->named == 0) {
        for (uint32_t i = 0; i < call->count && !b->too_large; i++)
            compile_to(b, call->args[i].value, base + i);
        return call->count;
    }
    uint32_t params = callee->signature.params;
    bool *filled = place_marks(b, params);
    if (!filled || b->too_large)
        return 0;
    uint32_t end = compile_placed(b, call, &callee->signature, base, params, filled);
    fill_absent(b, base, end, filled, at);
    return end;
}

static uint32_t argument_room(const ast_call *call, const known_callee *callee, const shape *s)
{
    return s->named ? callee->signature.params : call->count;
}

static void call_native(builder *b, ast_node *ast, const known_callee *callee, const shape *s,
                        dest d)
{
    const ast_call *call = &ast->as.call;
    unsigned mark = b->top, base = compile_call_registers(
                                b, call, d, argument_room(call, callee, s) + 2, true, ast->span);
    uint32_t count = compile_arguments(b, call, callee, s, base + 2, ast->span);
    if (callee->constant > UINT16_MAX) {
        compile_callee(b, ast, callee, base);
        compile_emit(b, insn_abc(OPC_CALL, base, count, 0), ast->span);
    } else {
        compile_emit(b, insn_abc(OPC_CALLN, base, count, callee->constant), ast->span);
    }
    finish_call(b, mark, base, d, ast->span);
}

static void call_value(builder *b, ast_node *ast, const known_callee *callee, const shape *s,
                       dest d)
{
    const ast_call *call = &ast->as.call;
    unsigned mark = b->top, base = compile_call_registers(
                                b, call, d, argument_room(call, callee, s) + 2, true, ast->span);
    compile_callee(b, ast, callee, base);
    uint32_t count = compile_arguments(b, call, callee, s, base + 2, ast->span);
    bool tail = is_tail(b, d);
    compile_emit(b, insn_abc(tail ? OPC_TAIL : OPC_CALL, base, count, 0), ast->span);
    if (tail)
        compile_release(b, mark);
    else
        finish_call(b, mark, base, d, ast->span);
}

static void call_with_list(builder *b, ast_node *ast, const known_callee *callee, const shape *s,
                           dest d)
{
    const ast_call *call = &ast->as.call;
    unsigned mark = b->top, base = compile_call_registers(b, call, d, 4, false, ast->span);
    compile_callee(b, ast, callee, base);
    compile_argument_list(b, call, 0, base + 2, ast->span);
    compile_named_list(b, call, s, base + 3, ast->span);
    bool tail = is_tail(b, d);
    compile_emit(b, insn_abc(tail ? OPC_TAILV : OPC_CALLV, base, 0, 0), ast->span);
    if (tail)
        compile_release(b, mark);
    else
        finish_call(b, mark, base, d, ast->span);
}

/* `assert(a == b)`, of the prelude's assert. */
static bool asserts_comparison(const ast_node *ast, const known_callee *callee, const shape *s)
{
    const ast_call *call = &ast->as.call;
    return callee->kind == CALLEE_NATIVE && call->count == 1 && s->named == 0 && !s->spread &&
           !callee->signature.module && strcmp(callee->signature.name, "assert") == 0 &&
           compile_is_comparison(call->args[0].value);
}

void compile_call(builder *b, ast_node *ast, dest d)
{
    known_callee callee = classify(b, ast);
    shape s = shape_of(&ast->as.call);
    if (asserts_comparison(ast, &callee, &s)) {
        compile_assert(b, ast, d);
        return;
    }
    if (needs_list(&callee, &s)) {
        call_with_list(b, ast, &callee, &s, d);
        return;
    }
    switch (callee.kind) {
    case CALLEE_VALUE: call_value(b, ast, &callee, &s, d); break;
    case CALLEE_CODE: call_code(b, ast, &callee, d); break;
    case CALLEE_NATIVE: call_native(b, ast, &callee, &s, d); break;
    }
}

void compile_test(builder *b, ast_node *ast, dest d)
{
    if (!b->c->world->runs_tests) {
        compile_nil(b, d, ast->span);
        return;
    }
    const ast_function_info *info = ast->as.test.body->as.fn->info;
    unsigned mark = b->top, base = compile_result_registers(b, d, 2, ast->span);
    compile_wide(b, OPC_CALLF, base, compile_code_constant(b->c, b->c->codes[info->code].code),
                 ast->span);
    finish_call(b, mark, base, d, ast->span);
}

static void hand_over(builder *b, const ast_call *call, const known_callee *callee, unsigned base)
{
    for (uint32_t i = 0; i < call->count; i++) {
        const ast_argument *arg = &call->args[i];
        if (arg->value->kind != AST_MOVE)
            continue;
        uint32_t place = arg->name ? resolve_param_index(&callee->signature, arg->name) : i;
        compile_emit(b, insn_abc(OPC_MOVEARG, base + place, 0, 0), arg->span);
    }
}

/* For `spawn` and `defer`: puts the function into a register, and its arguments into those from two
 * after it on. Returns how many. */
static uint32_t compile_prepared(builder *b, ast_node *ast, dest d, bool moves, unsigned *out)
{
    const ast_call *call = &ast->as.call;
    known_callee callee = classify(b, ast);
    shape s = shape_of(call);
    if (!needs_list(&callee, &s)) {
        unsigned base = *out =
            compile_result_registers(b, d, argument_room(call, &callee, &s) + 2, ast->span);
        compile_callee(b, ast, &callee, base);
        uint32_t count = compile_arguments(b, call, &callee, &s, base + 2, ast->span);
        if (moves)
            hand_over(b, call, &callee, base + 2);
        return count;
    }
    unsigned base = *out = compile_result_registers(b, d, 5, ast->span);
    compile_apply(b->c);
    compile_wide(b, OPC_LOADK, base,
                 b->c->apply ? compile_closure_constant(b->c, b->c->apply) : NO_CONSTANT,
                 ast->span);
    compile_callee(b, ast, &callee, base + 2);
    compile_argument_list(b, call, 0, base + 3, ast->span);
    compile_named_list(b, call, &s, base + 4, ast->span);
    return 3;
}

void compile_spawn_call(builder *b, ast_node *ast, dest d, src_span at)
{
    unsigned mark = b->top, base;
    uint32_t count = compile_prepared(b, ast, d, true, &base);
    compile_emit(b, insn_abc(OPC_SPAWN, base, count, d.kind == DEST_DISCARD), at);
    compile_release(b, mark);
    compile_deliver(b, d, base, at);
}

void compile_defer_call(builder *b, ast_node *ast)
{
    unsigned base;
    uint32_t count = compile_prepared(b, ast, TO_DISCARD, false, &base);
    compile_emit(b, insn_abc(OPC_DEFER, base, count, 0), ast->span);
}
