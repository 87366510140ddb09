/* The constants of a module: one table for all its codes, so a string used in fifty functions is
 * stored once. Texts are interned, so equal words are equal constants; the few others are compared
 * by content. */
#include <stdlib.h>

#include "compiler/internal.h"
#include "vm/core/string.h"
#include "vm/core/vm.h"
#include "vm/number/num.h"
#include "vm/number/num_text.h"

enum { FIRST_CONSTANTS = 64 };

static uint64_t hash_bytes(const void *data, size_t size)
{
    const unsigned char *p = data;
    uint64_t h = 0xcbf29ce484222325;
    for (size_t i = 0; i < size; i++)
        h = (h ^ p[i]) * 0x100000001b3;
    return h;
}

static size_t limbs_size(const bigint *n)
{
    return (size_t)(n->size < 0 ? -n->size : n->size) * sizeof n->limbs[0];
}

static uint64_t constant_hash(value v)
{
    if (value_is(v, OBJ_BIGINT)) {
        const bigint *n = value_as_object(v);
        return hash_bytes(n->limbs, limbs_size(n));
    }
    if (value_is(v, OBJ_BYTES)) {
        const bytes *b = value_as_object(v);
        return hash_bytes(b->data, b->size);
    }
    if (value_is(v, OBJ_FLOAT))
        return hash_bytes(&((const boxed_float *)value_as_object(v))->number, sizeof(double));
    return hash_bytes(&v, sizeof v);
}

/* 0.0 and -0.0 are two constants, and a NaN is one. */
static uint64_t float_bits(value boxed)
{
    uint64_t bits;
    memcpy(&bits, &((const boxed_float *)value_as_object(boxed))->number, sizeof bits);
    return bits;
}

static bool same_constant(value a, value b)
{
    if (a == b)
        return true;
    if (value_is(a, OBJ_BIGINT) && value_is(b, OBJ_BIGINT)) {
        const bigint *m = value_as_object(a), *n = value_as_object(b);
        return m->size == n->size && memcmp(m->limbs, n->limbs, limbs_size(m)) == 0;
    }
    if (value_is(a, OBJ_BYTES) && value_is(b, OBJ_BYTES)) {
        const bytes *m = value_as_object(a), *n = value_as_object(b);
        return m->size == n->size && memcmp(m->data, n->data, m->size) == 0;
    }
    if (value_is(a, OBJ_FLOAT) && value_is(b, OBJ_FLOAT))
        return float_bits(a) == float_bits(b);
    return false;
}

/* Codes are treated as values, too: their first word is an even address, which no object's header
 * is, so they are compared by identity. */
static uint32_t *index_slot(compiler *c, value v)
{
    uint64_t h = constant_hash(v);
    uint32_t i = (uint32_t)(h ^ h >> 32) & c->index_mask;
    while (c->constant_index[i] && !same_constant(c->constants[c->constant_index[i] - 1], v))
        i = (i + 1) & c->index_mask;
    return &c->constant_index[i];
}

static bool grow_index(compiler *c)
{
    uint32_t size = c->constant_index ? (c->index_mask + 1) * 2 : FIRST_CONSTANTS * 2;
    uint32_t *fresh = calloc(size, sizeof *fresh), *old = c->constant_index;
    if (!fresh)
        return false;
    uint32_t old_size = old ? c->index_mask + 1 : 0;
    c->constant_index = fresh;
    c->index_mask = size - 1;
    for (uint32_t i = 0; i < old_size; i++)
        if (old[i])
            *index_slot(c, c->constants[old[i] - 1]) = old[i];
    free(old);
    return true;
}

static bool grow_constants(compiler *c)
{
    value *fresh =
        heap_grow_pinned(c->constants, &c->constant_capacity, FIRST_CONSTANTS, sizeof *fresh);
    if (!fresh)
        return false;
    heap_unpin(c->constants);
    c->constants = fresh;
    return true;
}

uint32_t compile_constant_append(compiler *c, value v)
{
    if (v == VALUE_ABSENT || (c->constant_count == c->constant_capacity && !grow_constants(c))) {
        c->failed = true;
        return NO_CONSTANT;
    }
    c->constants[c->constant_count] = v;
    return c->constant_count++;
}

uint32_t compile_constant(compiler *c, value v)
{
    if (v == VALUE_ABSENT ||
        ((!c->constant_index || c->constant_count * 2 > c->index_mask) && !grow_index(c))) {
        c->failed = true;
        return NO_CONSTANT;
    }
    uint32_t *slot = index_slot(c, v);
    if (*slot)
        return *slot - 1;
    uint32_t k = compile_constant_append(c, v);
    if (k != NO_CONSTANT)
        *slot = k + 1;
    return k;
}

uint32_t compile_code_constant(compiler *c, const code *target)
{
    return target ? compile_constant(c, value_object(target)) : NO_CONSTANT;
}

uint32_t compile_string(compiler *c, const char *utf8, size_t length)
{
    return compile_constant(c, str_intern(c->vm, utf8, length));
}

static value integer_value(compiler *c, const ast_node *ast, bool negative)
{
    const ast_integer *n = &ast->as.integer;
    if (n->fits)
        return num_int(c->vm, negative ? -n->value : n->value);
    bool has_sign = n->digits[0] == '-';
    value v = num_from_digits(c->vm, n->digits + has_sign, n->length - has_sign, n->base,
                              negative || has_sign);
    if (v != VALUE_NIL)
        return v;
    diag_error(c->diags, ast->span, "an integer of more than %llu bits",
               (unsigned long long)num_max_bits(c->vm));
    return value_int(0);
}

bool compile_literal(compiler *c, const ast_node *ast, value *out)
{
    bool negative = ast->kind == AST_UNARY && ast->op == OP_NEG;
    if (negative)
        ast = ast->as.unary.operand;
    if (ast->kind == AST_INT)
        *out = integer_value(c, ast, negative);
    else if (ast->kind == AST_FLOAT)
        *out = num_float(c->vm, negative ? -ast->as.number : ast->as.number);
    else if (negative)
        return false;
    else if (ast->kind == AST_STRING)
        *out = str_intern(c->vm, ast->as.text.bytes, ast->as.text.length);
    else if (ast->kind == AST_BYTES)
        *out = bytes_new(c->vm, ast->as.text.length ? ast->as.text.bytes : "", ast->as.text.length);
    else if (ast->kind == AST_NIL)
        *out = VALUE_NIL;
    else if (ast->kind == AST_TRUE || ast->kind == AST_FALSE)
        *out = value_bool(ast->kind == AST_TRUE);
    else
        return false;
    return true;
}

bool compile_small_literal(const ast_node *ast, int64_t low, int64_t high, int64_t *out)
{
    bool negative = ast->kind == AST_UNARY && ast->op == OP_NEG;
    if (negative)
        ast = ast->as.unary.operand;
    if (ast->kind != AST_INT || !ast->as.integer.fits)
        return false;
    *out = negative ? -ast->as.integer.value : ast->as.integer.value;
    return *out >= low && *out <= high;
}
