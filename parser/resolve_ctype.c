/* The types in an `extern`. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/foreign_c.h"
#include "parser/resolve_extern.h"

/* ---- unknown types ---- */

static void hint_unknown(const extern_check *c, const ast_ctype *type, diag *d)
{
    const char *name = type->name->text;
    const foreign_ctype *row = foreign_find_ctype(name);
    suggestion s;
    suggest_init(&s, name, type->name->length);
    for (int kind = 0; kind < CTYPE_KINDS; kind++)
        suggest_offer(&s, ctype_kind_name((ctype_kind)kind));
    for (uint32_t i = 0; i < c->block->count; i++)
        if (c->block->items[i].is_struct)
            suggest_offer(&s, c->block->items[i].name->text);
    if (row && *row->type == '\0')
        diag_hint(d,
                  "no call can pass such a value: pass it by pointer, and read it with `Ffi.read`");
    else if (row && type->pointer)
        diag_hint(d, "did you mean `%s`?", *row->of_pointer ? row->of_pointer : "pointer");
    else if (row)
        diag_hint(d, "did you mean `%s`?", row->type);
    else if (s.best)
        diag_hint(d, "did you mean `%s%s`?", s.best, type->pointer ? "*" : "");
    else if (type->pointer)
        diag_hint(d, "a struct of which C alone knows the fields is declared by `struct %s { }`",
                  name);
    else
        diag_hint(d, "a struct is declared in the same `extern`: `struct %s { x: f64 }`", name);
}

static void report_unknown(extern_check *c, const ast_ctype *type)
{
    if (type->name->lost)
        return; /* declared in what could not be read, as far as anyone knows */
    diag *d = diag_error(c->r->diags, type->span, "unknown type `%s`", type->name->text);
    if (c->r->diags->errors <= DIAG_MAX)
        hint_unknown(c, type, d);
}

/* ---- what may stand where ---- */

static const char *place_text(extern_place place)
{
    switch (place) {
    case EXTERN_PARAM:
    case EXTERN_CALLBACK_PARAM: return "a parameter";
    case EXTERN_FIELD: return "a field";
    case EXTERN_RESULT:
    case EXTERN_CALLBACK_RESULT: return "a result";
    }
    return "";
}

static void check_void(extern_check *c, const ast_ctype *type, extern_place place)
{
    if (place == EXTERN_RESULT || place == EXTERN_CALLBACK_RESULT)
        return;
    diag *d = diag_error(c->r->diags, type->span, "%s cannot be `void`", place_text(place));
    if (place == EXTERN_PARAM || place == EXTERN_CALLBACK_PARAM)
        diag_hint(d, "a function without parameters is declared by `()`");
}

static void check_buffer(extern_check *c, const ast_ctype *type, extern_place place)
{
    if (place == EXTERN_PARAM)
        return;
    diag *d = diag_error(c->r->diags, type->span, "%s cannot be a `buffer`", place_text(place));
    diag_hint(d, place == EXTERN_RESULT || place == EXTERN_CALLBACK_PARAM
                     ? "what C gives is a `pointer`; `Ffi.bytes_at` reads what it points to"
                     : "nothing would keep it alive: write `pointer`");
}

static void check_star(extern_check *c, const ast_ctype *type, ctype_kind kind)
{
    if (ctype_class_of(kind) != CTYPE_CLASS_NONE && kind != CTYPE_CSTRING && kind != CTYPE_BUFFER &&
        kind != CTYPE_POINTER)
        return; /* a pointer to a number */
    diag *d = diag_error(c->r->diags, type->span, "there is no `%s*`", type->name->text);
    diag_hint(d, "write `pointer`");
}

static void check_named(extern_check *c, ast_ctype *type, extern_place place)
{
    ctype_kind kind = ctype_find(type->name->text, type->name->length);
    if (kind != CTYPE_KINDS && type->pointer) {
        check_star(c, type, kind);
    } else if (kind == CTYPE_VOID) {
        check_void(c, type, place);
    } else if (kind == CTYPE_BUFFER) {
        check_buffer(c, type, place);
    } else if (kind == CTYPE_KINDS) {
        const ast_extern_item *item = extern_item(c, type->name);
        if (item && item->is_struct)
            type->structure = item;
        else
            report_unknown(c, type);
    }
}

void extern_check_type(extern_check *c, ast_ctype *type, extern_place place)
{
    if (!type->is_function) {
        check_named(c, type, place);
        return;
    }
    if (type->count > CTYPE_PARAMS)
        diag_error(c->r->diags, type->params[CTYPE_PARAMS].span,
                   "a callback takes at most %d arguments", CTYPE_PARAMS);
    for (uint32_t i = 0; i < type->count; i++)
        extern_check_type(c, &type->params[i], EXTERN_CALLBACK_PARAM);
    if (type->result)
        extern_check_type(c, type->result, EXTERN_CALLBACK_RESULT);
    if (type->otherwise)
        extern_check_literal(c, type->result, type->otherwise, "callback's result");
}

ctype_kind extern_kind(const ast_ctype *type)
{
    if (type->is_function)
        return CTYPE_FUNCTION;
    if (type->structure)
        return type->pointer ? CTYPE_STRUCT_POINTER : CTYPE_STRUCT;
    ctype_kind kind = ctype_find(type->name->text, type->name->length);
    return kind != CTYPE_KINDS && type->pointer ? CTYPE_POINTER : kind;
}

/* ---- literals ---- */

/* An integer literal in 64 bits. False: it has more. */
static bool integer_value(const ast_integer *integer, uint64_t *out, bool *negative)
{
    const char *digits = integer->digits;
    *negative = digits[0] == '-';
    errno = 0;
    unsigned long long n = strtoull(digits + *negative, NULL, integer->base);
    *out = *negative ? 0 - (uint64_t)n : (uint64_t)n;
    return errno == 0 && (!*negative || n <= (unsigned long long)INT64_MAX + 1);
}

static bool is_address(ctype_kind kind)
{
    return kind == CTYPE_CSTRING || kind == CTYPE_BUFFER || kind == CTYPE_POINTER ||
           kind == CTYPE_STRUCT_POINTER || kind == CTYPE_FUNCTION;
}

static bool fits(ctype_kind kind, const ast_node *literal)
{
    const ast_node *value = literal->as.unary.operand;
    uint64_t n;
    bool negative;
    if (is_address(kind))
        return value->kind == AST_NIL;
    switch (ctype_class_of(kind)) {
    case CTYPE_CLASS_BOOL: return value->kind == AST_TRUE || value->kind == AST_FALSE;
    case CTYPE_CLASS_FLOAT: return value->kind == AST_FLOAT || value->kind == AST_INT;
    case CTYPE_CLASS_SIGNED:
    case CTYPE_CLASS_UNSIGNED:
        return value->kind == AST_INT && integer_value(&value->as.integer, &n, &negative) &&
               ctype_fits(kind, n, negative);
    case CTYPE_CLASS_NONE:
    case CTYPE_CLASS_STRUCT: break;
    }
    return false;
}

static double float_value(const ast_node *value)
{
    if (value->kind == AST_FLOAT)
        return value->as.number;
    const ast_integer *integer = &value->as.integer;
    if (integer->fits || integer->base == 10)
        return integer->fits ? (double)integer->value : strtod(integer->digits, NULL);
    uint64_t n;
    bool negative;
    return integer_value(integer, &n, &negative) ? (double)n : (double)INFINITY;
}

uint64_t resolve_c_word(const ast_ctype *type, const ast_node *literal)
{
    const ast_node *value = literal->as.unary.operand;
    ctype_kind kind = extern_kind(type);
    uint64_t n = 0;
    bool negative;
    if (kind == CTYPE_F32)
        return ctype_word_f32((float)float_value(value));
    if (kind == CTYPE_F64)
        return ctype_word_f64(float_value(value));
    if (value->kind == AST_INT)
        integer_value(&value->as.integer, &n, &negative);
    return value->kind == AST_TRUE ? 1 : n;
}

/* `(size_t)-1` is what C says, and means the greatest number. */
static void hint_literal(diag *d, ctype_kind kind, const ast_node *literal)
{
    const ast_node *value = literal->as.unary.operand;
    bool negative = value->kind == AST_INT && value->as.integer.digits[0] == '-';
    ctype_class class = ctype_class_of(kind);
    if (kind == CTYPE_VOID || kind == CTYPE_STRUCT)
        diag_hint(d, "drop it: there is no such value");
    else if (class == CTYPE_CLASS_BOOL)
        diag_hint(d, "write `true` or `false`");
    else if (class == CTYPE_CLASS_FLOAT)
        diag_hint(d, "write a number");
    else if (is_address(kind))
        diag_hint(d, "write `nil`");
    else if (negative && class == CTYPE_CLASS_UNSIGNED)
        diag_hint(d, "an unsigned -1 is %llu here",
                  ctype_size(ctype_scalar(kind)) == 8
                      ? UINT64_MAX
                      : (1ULL << 8 * ctype_size(ctype_scalar(kind))) - 1);
    else
        diag_hint(d, "write an int that it can be");
}

void extern_check_literal(extern_check *c, const ast_ctype *type, const ast_node *literal,
                          const char *what)
{
    ctype_kind kind = type ? extern_kind(type) : CTYPE_VOID;
    if (kind == CTYPE_KINDS || fits(kind, literal))
        return;
    const char *text = c->r->diags->src->text;
    diag *d =
        type ? diag_error(c->r->diags, literal->span, "the %s, `%.*s`, is never this", what,
                          (int)(type->span.end - type->span.start), text + type->span.start)
             : diag_error(c->r->diags, literal->span, "there is no %s that could be this", what);
    hint_literal(d, kind, literal);
}

/* ---- structs by value ---- */

static void check_value(extern_check *c, const ast_ctype *type, bool is_passed)
{
    if (type->is_function) {
        for (uint32_t i = 0; i < type->count; i++)
            check_value(c, &type->params[i], true);
        if (type->result)
            check_value(c, type->result, true);
        return;
    }
    if (!type->structure || type->pointer)
        return;
    const char *name = type->name->text;
    diag *d = NULL;
    if (type->structure->count == 0)
        d = diag_error(c->r->diags, type->span, "of the struct `%s` C alone knows the fields",
                       name);
    else if (is_passed &&
             c->measures[type->structure - c->block->items].elements > CTYPE_VALUE_ELEMENTS)
        d = diag_error(c->r->diags, type->span, "the struct `%s` has more than %d elements", name,
                       CTYPE_VALUE_ELEMENTS);
    if (d)
        diag_hint(d, "pass it by pointer: `%s*`", name);
}

void extern_check_values(extern_check *c)
{
    for (uint32_t i = 0; i < c->block->count; i++) {
        const ast_extern_item *item = &c->block->items[i];
        for (uint32_t k = 0; k < item->count; k++)
            check_value(c, &item->fields[k].type, !item->is_struct);
        if (item->result)
            check_value(c, item->result, true);
    }
}
