#include "repl/bind/print.h"

#include <ctype.h>
#include <string.h>

#include "repl/bind/print_constant.h"
#include "repl/bind/translate.h"
#include "repl/bind/type.h"

/* ---- lists ---- */

/* "fn f(", the parts separated by commas, and ")", on one line, or on as many as needed. */
typedef struct listing {
    text *out;
    size_t line; /* where the last line begins */
    uint32_t count;
} listing;

static void begin(listing *l, text *out) { *l = (listing){.out = out, .line = out->length}; }

/* `reserve`: columns needed after the last one. */
static void add_part(listing *l, const char *part, size_t reserve)
{
    if (l->count++ > 0)
        text_put(l->out, ",");
    if (l->out->length - l->line + 1 + strlen(part) + reserve > PRINT_COLUMNS && l->count > 1) {
        text_put(l->out, "\n");
        l->line = l->out->length;
        text_put(l->out, "        ");
    } else if (l->count > 1) {
        text_put(l->out, " ");
    }
    text_put(l->out, part);
}

/* ---- functions ---- */

/* Functions and fields may be called by any word. */
static const table none;

/* The name of a parameter, or NULL; `used`: those before it. */
static const char *parameter_name(const c_function *f, uint32_t i, table *used)
{
    const char *name = f->params && i < f->param_count ? f->params[i] : NULL;
    if (!name)
        return NULL;
    name += strspn(name, "_");
    if (!*name || isdigit((unsigned char)*name) || strchr(name, '$') || table_find(used, name))
        return NULL;
    table_set(used, name, used);
    return name;
}

static void put_parameters(const header *h, const c_function *f, const c_type *type, listing *l,
                           size_t reserve)
{
    table used = {0};
    uint32_t i = 0;
    for (const c_type *param = type->params; param; param = param->next, i++) {
        text part = {0};
        const char *name = parameter_name(f, i, &used);
        if (name)
            text_print(&part, "%s: ", name);
        translate(h, param, AT_PARAM, &part);
        add_part(l, part.bytes, param->next ? 1 : reserve);
        text_free(&part);
    }
    if (type->is_variadic)
        add_part(l, "...", reserve);
}

static void put_function(const header *h, const c_function *f, table *names, text *out)
{
    const c_type *type = type_resolve(h, f->type);
    const c_type *given = type_resolve(h, type->of);
    const char *name = select_free_name(names, &none, f->name, "fn_");
    text result = {0};
    listing l;
    begin(&l, out);
    text_print(out, "    fn %s", name);
    if (strcmp(name, f->symbol) != 0)
        text_print(out, " = \"%s\"", f->symbol);
    text_put(out, "(");
    text_put(&result, ")");
    if (given->kind != C_SCALAR || given->scalar != C_VOID) {
        text_put(&result, ": ");
        translate(h, type->of, AT_RESULT, &result);
    }
    put_parameters(h, f, type, &l, result.length);
    text_print(out, "%s\n", result.bytes);
    text_free(&result);
}

/* Prints why not, in place of the function. */
static void put_refusal(const c_function *f, text *out)
{
    const char *name =
        f->where > 0 && f->params && f->where <= f->param_count ? f->params[f->where - 1] : NULL;
    text_print(out, "    # %s: ", f->name);
    if (name)
        text_print(out, "%s is ", name);
    else if (f->where > 0)
        text_print(out, "parameter %u is ", f->where);
    text_print(out, "%s\n", f->why);
}

static bool put_functions(const header *h, text *out)
{
    bool any = false;
    table names = {0};
    for (const c_function *f = h->function_list; f; f = f->next) {
        if (!f->is_selected)
            continue;
        if (f->why)
            put_refusal(f, out);
        else
            put_function(h, f, &names, out);
        any = true;
    }
    return any;
}

/* ---- structs ---- */

/* A field, or nothing if it only stands for what follows the struct. */
static void put_field(const header *h, const c_field *field, const char *name, listing *l)
{
    text part = {0};
    const c_type *type = type_resolve(h, field->type), *element = field->type;
    int64_t length = translate_array(h, &element);
    const c_type *of = type_resolve(h, element);
    text_print(&part, "%s: ", name);
    if (type->kind == C_ARRAY && of->kind == C_SCALAR && of->scalar == C_CHAR)
        text_put(&part, "u8"); /* bytes: nobody wants negative ones */
    else
        translate(h, element, AT_FIELD, &part);
    if (type->kind == C_ARRAY)
        text_print(&part, "[%lld]", (long long)length);
    if (length > 0)
        add_part(l, part.bytes, 2);
    text_free(&part);
}

static void put_struct(const header *h, const c_record *record, text *out)
{
    table names = {0};
    listing l;
    begin(&l, out);
    text_print(out, "    struct %s { ", record->shown);
    for (const c_field *field = record->fields; field; field = field->next)
        put_field(h, field, select_free_name(&names, &none, field->name ? field->name : "_", "_"),
                  &l);
    text_put(out, " }\n");
}

static void put_struct_refusal(const c_record *record, text *out)
{
    text_print(out, "    # %s %s: ", record->is_union ? "union" : "struct",
               record->alias ? record->alias : record->tag);
    if (record->is_union)
        text_put(out, "by `pointer` only\n");
    else if (record->where)
        text_print(out, "by `pointer` only: %s is %s\n", record->where, record->why);
    else
        text_print(out, "by `pointer` only: it is %s\n", record->why);
}

static bool put_structs(const header *h, text *out)
{
    bool any = false;
    for (const c_record *record = h->complete; record; record = record->next_complete) {
        if (record->is_printed)
            put_struct(h, record, out);
        else if (record->is_selected)
            put_struct_refusal(record, out);
        any |= record->is_printed || record->is_selected;
    }
    return any;
}

/* ---- the block ---- */

static bool put_variables(const selection *s, const header *h, text *out)
{
    bool any = false;
    table seen = {0};
    for (const c_variable *v = h->variables; v; v = v->next) {
        if (!select_name(s, v->name) || table_find(&seen, v->name))
            continue;
        table_set(&seen, v->name, &seen);
        text_print(out, "    # %s is a variable: `Ffi.symbol(%s, \"%s\")` is its address\n",
                   v->name, s->alias, v->name);
        any = true;
    }
    return any;
}

static void put_library(const selection *s, text *out)
{
    if (!s->library.handle)
        text_print(out,
                   "# `%s` cannot be opened here: whether it has these functions is not known\n",
                   s->library.name);
    text_print(out, "extern \"");
    for (const char *at = s->library.name; *at; at++)
        text_print(out, *at == '"' || *at == '\\' || *at == '$' ? "\\%c" : "%c", *at);
    text_print(out, "\" as %s {\n", s->alias);
}

static bool put_block(const selection *s, const header *h, text *out)
{
    text structs = {0}, functions = {0}, variables = {0};
    bool any = put_structs(h, &structs), any_function = put_functions(h, &functions);
    bool any_variable = put_variables(s, h, &variables);
    if (any || any_function || any_variable) {
        put_library(s, out);
        text_print(out, "%s%s%s%s", any ? structs.bytes : "", any && any_function ? "\n" : "",
                   any_function ? functions.bytes : "", any_variable ? variables.bytes : "");
        if (s->elsewhere > 0)
            text_print(
                out,
                "    # `--all` adds what included headers declare, functions of this library: %u\n",
                s->elsewhere);
        text_put(out, "}\n");
    }
    text_free(&structs);
    text_free(&functions);
    text_free(&variables);
    return any || any_function || any_variable;
}

bool print_all(const selection *s, const header *h, const char *path, text *out)
{
    text block = {0}, constants = {0};
    bool any = put_block(s, h, &block), any_constant = print_constants(s, h, &constants);
    text_print(out, "# Made by `csp bind %s`\n", path);
    text_print(out, "%s%s%s", any ? block.bytes : "", any && any_constant ? "\n" : "",
               any_constant ? constants.bytes : "");
    text_free(&block);
    text_free(&constants);
    return any || any_constant;
}
