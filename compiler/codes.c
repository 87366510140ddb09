/* The codes of a module: begun, filled by a builder, and handed over to the collected heap. */
#include <stdlib.h>

#include "compiler/internal.h"
#include "vm/core/string.h"
#include "vm/core/vm.h"
#include "vm/data/tuple.h"

enum { FIRST_CODES = 16 };

static bool grow_codes(compiler *c)
{
    if (c->code_count < c->code_capacity)
        return true;
    made_code *larger = heap_grow_pinned(c->codes, &c->code_capacity, FIRST_CODES, sizeof *larger);
    if (!larger)
        return false;
    heap_unpin(c->codes);
    c->codes = larger;
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

value compile_code_name(compiler *c, const char *name, size_t length)
{
    value v = str_intern(c->vm, name, length);
    compile_constant(c, v);
    return v;
}

builder compile_begin(compiler *c, uint32_t number, const ast_function_info *info)
{
    return (builder){.c = c,
                     .code = c->codes[number].code,
                     .number = number,
                     .info = info,
                     .reachable = true,
                     .tail_calls = true};
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

void compile_finish(builder *b, src_span at)
{
    compile_flush_cold(b, 0, at);
    if (!b->c->failed)
        hand_over(b);
    free(b->insns);
    free(b->places);
    free(b->handlers);
    free(b->links);
    free(b->cold);
    free(b->blocks);
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
    builder b = compile_begin(c, c->apply, &no_info);
    b.code->name = compile_code_name(c, "apply", 5);
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
    compile_finish(&b, at);
    return c->failed ? NULL : b.code;
}
