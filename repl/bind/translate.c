#include "repl/bind/translate.h"

#include <limits.h>
#include <string.h>

#include "repl/bind/type.h"

enum {
    MAX_PARAMS = 255,
    MAX_ELEMENTS = 1 << 30,
    MAX_VALUE_ELEMENTS = 1000,
    MAX_NESTING = 64,
    TYPEDEFS = 1000
};

/* ---- numbers ---- */

static const char *integer_name(size_t size, bool is_signed)
{
    static const char *const names[][2] = {
        {"u8", "i8"}, {"u16", "i16"}, {"u32", "i32"}, {"u64", "i64"}};
    return names[size == 1 ? 0 : size == 2 ? 1 : size == 4 ? 2 : 3][is_signed];
}

static const char *scalar_name(c_scalar scalar)
{
    switch (scalar) {
    case C_VOID: return "void";
    case C_BOOL: return "bool";
    case C_CHAR: return integer_name(1, CHAR_MIN < 0);
    case C_SIGNED_CHAR: return "i8";
    case C_UNSIGNED_CHAR: return "u8";
    case C_SHORT: return integer_name(sizeof(short), true);
    case C_UNSIGNED_SHORT: return integer_name(sizeof(short), false);
    case C_INT: return integer_name(sizeof(int), true);
    case C_UNSIGNED: return integer_name(sizeof(int), false);
    case C_LONG: return integer_name(sizeof(long), true);
    case C_UNSIGNED_LONG: return integer_name(sizeof(long), false);
    case C_LONG_LONG: return integer_name(sizeof(long long), true);
    case C_UNSIGNED_LONG_LONG: return integer_name(sizeof(long long), false);
    case C_FLOAT_TYPE: return "f32";
    case C_DOUBLE: return "f64";
    }
    return "void";
}

/* Typedefs that say more than the type that they stand for. */
static const char *typedef_name(const char *name)
{
    static const char *const rows[][2] = {{"size_t", "usize"},
                                          {"uintptr_t", "usize"},
                                          {"ssize_t", "isize"},
                                          {"ptrdiff_t", "isize"},
                                          {"intptr_t", "isize"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(name, rows[i][0]) == 0)
            return rows[i][1];
    return NULL;
}

bool translate_is_type(const char *name)
{
    static const char *const others[] = {"cstring", "buffer", "pointer", "usize", "isize"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(name, others[i]) == 0)
            return true;
    for (int scalar = C_VOID; scalar <= C_DOUBLE; scalar++)
        if (strcmp(name, scalar_name((c_scalar)scalar)) == 0)
            return true;
    return false;
}

static const char *enum_name(const header *h, const c_enum *e)
{
    const c_type *base = e->base ? type_resolve(h, e->base) : NULL;
    if (base && base->kind == C_SCALAR)
        return scalar_name((c_scalar)base->scalar);
    return integer_name(e->is_wide ? 8 : 4, e->is_signed);
}

/* ---- structs ---- */

bool translate_is_private(const c_record *record)
{
    const c_field *field = record->fields;
    while (field && field->name && field->name[0] == '_')
        field = field->next;
    return !field;
}

static bool is_va_list(const c_record *record)
{
    return record->tag &&
           (strcmp(record->tag, "__va_list_tag") == 0 || strcmp(record->tag, "__va_list") == 0);
}

int64_t translate_array(const header *h, const c_type **type)
{
    int64_t all = 1;
    const c_type *t = type_resolve(h, *type);
    for (; t->kind == C_ARRAY; t = type_resolve(h, t->of)) {
        if (t->length < 0 || t->length > MAX_ELEMENTS)
            return t->length < 0 ? -1 : MAX_ELEMENTS + 1;
        all = all > MAX_ELEMENTS ? all : all * t->length;
        *type = t->of;
    }
    return all;
}

static bool is_over_aligned(const header *h, const c_field *field)
{
    const c_type *type = field->type;
    for (int i = 0; i < TYPEDEFS && (type->kind == C_TYPEDEF || type->kind == C_ARRAY); i++) {
        const c_typedef *found =
            type->kind == C_TYPEDEF ? table_find(&h->typedefs, type->name) : NULL;
        if (found && found->is_aligned)
            return true;
        type = found ? found->type : type->of;
        if (!type)
            return false;
    }
    return field->is_aligned;
}

/* The last field may be an array that only stands for what follows. */
static bool is_tail(const c_field *field, int64_t length) { return !field->next && length <= 0; }

/* Pointers can be expressed whatever they point to. */
static const char *judge_pointer(const header *h, const c_type *type)
{
    const c_type *of = type_resolve(h, type_resolve(h, type)->of);
    return of->kind == C_RECORD && is_va_list(of->record) ? "va_list" : NULL;
}

static const char *judge_field(const header *h, c_record *record, const c_field *field)
{
    const c_type *type = field->type;
    text ignored = {0};
    int64_t length = translate_array(h, &type);
    if (field->is_bit_field)
        return "a bit field";
    if (is_over_aligned(h, field))
        return "a field with an alignment of its own";
    if (is_tail(field, length))
        return NULL;
    if (length <= 0 || length > MAX_ELEMENTS)
        return "an array of an unusual length";
    bool is_pointer = type_resolve(h, type)->kind == C_POINTER;
    c_record *inner = is_pointer ? NULL : translate_needs(h, type, true);
    const char *why = is_pointer ? judge_pointer(h, type) : translate(h, type, AT_FIELD, &ignored);
    text_free(&ignored);
    record->elements += (inner ? inner->elements : 1) * (uint64_t)length;
    if (inner && inner->nesting >= record->nesting)
        record->nesting = inner->nesting + 1;
    if (record->nesting > MAX_NESTING)
        return "structs nested more than 64 deep";
    return why ? why : record->elements > MAX_ELEMENTS ? "too many elements" : NULL;
}

static const char *judge(const header *h, c_record *record)
{
    if (is_va_list(record))
        return "va_list";
    if (record->is_union)
        return "a union";
    if (!record->is_complete)
        return "a struct of which C alone knows the fields";
    if (record->is_packed)
        return "a packed or aligned struct";
    const char *why = NULL;
    for (const c_field *field = record->fields; field && !why; field = field->next) {
        why = judge_field(h, record, field);
        record->where = !why ? NULL : field->name ? field->name : "a field";
    }
    return why || record->elements > 0 ? why : "a struct without fields";
}

const char *translate_record(const header *h, c_record *record)
{
    if (!record->is_judged)
        record->why = judge(h, record);
    record->is_judged = true;
    return record->why;
}

c_record *translate_needs(const header *h, const c_type *type, bool by_value)
{
    translate_array(h, &type);
    const c_type *t = type_resolve(h, type);
    bool is_pointer = t->kind == C_POINTER && !by_value;
    if (is_pointer)
        t = type_resolve(h, t->of);
    if (t->kind != C_RECORD || translate_record(h, t->record) ||
        (is_pointer && translate_is_private(t->record)))
        return NULL;
    return t->record;
}

/* ---- pointers ---- */

static const char *translate_callback(const header *h, const c_type *function, text *out)
{
    if (function->is_variadic || !function->is_prototype || function->count > MAX_PARAMS)
        return "a callback whose arguments are not known";
    const char *why = NULL;
    text_put(out, "fn(");
    for (const c_type *param = function->params; param && !why; param = param->next) {
        why = translate(h, param, AT_CALLBACK, out);
        text_put(out, param->next ? ", " : "");
    }
    text_put(out, ")");
    const c_type *result = type_resolve(h, function->of);
    if (why || (result->kind == C_SCALAR && result->scalar == C_VOID))
        return why;
    text_put(out, ": ");
    return translate(h, function->of, AT_CALLBACK, out);
}

/* What C returns to us, and what a callback gets, is not a function of ours. */
static void translate_function(const header *h, const c_type *function, translate_place place,
                               text *out)
{
    text callback = {0};
    bool is_callback = place == AT_PARAM || place == AT_FIELD;
    const char *why = is_callback ? translate_callback(h, function, &callback) : "no callback";
    text_put(out, why ? "pointer" : callback.bytes);
    text_free(&callback);
}

static const char *translate_pointer(const header *h, const c_type *pointer, translate_place place,
                                     text *out)
{
    const c_type *of = type_resolve(h, pointer->of);
    bool is_text = of->kind == C_SCALAR && of->scalar == C_CHAR && type_is_const(h, pointer->of);
    c_record *record = of->kind == C_RECORD ? of->record : NULL;
    if (record && is_va_list(record))
        return "va_list";
    if (of->kind == C_FUNCTION)
        translate_function(h, of, place, out);
    else if (record && record->is_printed && !translate_is_private(record))
        text_print(out, "%s*", record->shown);
    else
        text_put(out, is_text ? "cstring" : "pointer");
    return NULL;
}

/* ---- all ---- */

static const char *translate_value(const header *h, c_record *record, translate_place place,
                                   text *out)
{
    const char *why = translate_record(h, record);
    bool is_struct = !record->is_union && record->is_complete && !is_va_list(record);
    if (why && is_struct)
        why = "a struct that is known by pointer only";
    if (!why && place != AT_FIELD && record->elements > MAX_VALUE_ELEMENTS)
        why = "a struct of more than 1000 elements by value";
    if (!why)
        text_put(out, record->shown ? record->shown : "?");
    return why;
}

/* A name for the type itself: not a typedef that says more. */
static const char *known_name(const header *h, const c_type *type)
{
    for (int i = 0; type && type->kind == C_TYPEDEF && i < TYPEDEFS; i++) {
        const char *name = typedef_name(type->name);
        if (name)
            return name;
        const c_typedef *found = table_find(&h->typedefs, type->name);
        type = found ? found->type : NULL;
    }
    return NULL;
}

const char *translate(const header *h, const c_type *type, translate_place place, text *out)
{
    const char *known = known_name(h, type);
    const c_type *t = type_resolve(h, type);
    if (known) {
        text_put(out, known);
        return NULL;
    }
    switch (t->kind) {
    case C_SCALAR: text_put(out, scalar_name((c_scalar)t->scalar)); return NULL;
    case C_ENUM:
        text_put(out, enum_name(h, t->enumeration));
        return t->enumeration->is_packed ? "a packed enum" : NULL;
    case C_RECORD: return translate_value(h, t->record, place, out);
    case C_POINTER: return translate_pointer(h, t, place, out);
    case C_FUNCTION: translate_function(h, t, place, out); return NULL;
    case C_ARRAY: text_put(out, "pointer"); return NULL;
    case C_TYPEDEF:
    case C_OTHER: return t->name;
    }
    return NULL;
}

const char *translate_signature(const header *h, const c_type *function, uint32_t *where)
{
    text ignored = {0};
    const char *why = NULL;
    *where = 0;
    if (function->kind != C_FUNCTION)
        why = function->kind == C_OTHER ? function->name : "no function";
    else if (!function->is_prototype)
        why = "it is declared without its parameters";
    else if (function->count > MAX_PARAMS || (function->is_variadic && function->count == 0))
        why = function->is_variadic ? "`...` follows no parameter"
                                    : "it has more than 255 parameters";
    if (why)
        return why;
    for (const c_type *param = function->params; param && !why; param = param->next, ++*where)
        why = translate(h, param, AT_PARAM, &ignored);
    if (!why) {
        *where = 0;
        why = translate(h, function->of, AT_RESULT, &ignored);
    }
    text_free(&ignored);
    return why;
}
