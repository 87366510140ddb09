#include "repl/bind/dump.h"

#include <stdlib.h>
#include <string.h>

#include "repl/bind/dump_node.h"
#include "repl/bind/dump_value.h"
#include "repl/bind/type.h"

/* The scope of a declaration: the file, or a record. */
typedef struct place {
    header *h;
    c_record *record;  /* NULL: the file */
    c_unnamed unnamed; /* the last ones without a name */
} place;

static void read_declaration(dump_stream *in, dump_node *n, void *user);

static bool same(const char *a, const char *b) { return a && strcmp(a, b) == 0; }

static c_type *written_type(place *p, const dump_node *n)
{
    c_type *type = type_read(p->h, n->type ? n->type : "", p->unnamed);
    if (type->kind == C_OTHER && n->plain_type) {
        c_type *plain = type_read(p->h, n->plain_type, p->unnamed);
        return plain->kind == C_OTHER ? type : plain;
    }
    return type;
}

/* ---- attributes ---- */

static void look_for_alignment(dump_stream *in, dump_node *n, void *user)
{
    (void)in;
    bool *is_aligned = user;
    *is_aligned |= dump_is(n, "AlignedAttr");
}

/* ---- structs and unions ---- */

static void read_member(dump_stream *in, dump_node *n, void *user)
{
    place *p = user;
    c_record *record = p->record;
    if (dump_is(n, "PackedAttr") || dump_is(n, "MaxFieldAlignmentAttr") ||
        dump_is(n, "AlignedAttr"))
        record->is_packed = true;
    if (!dump_is(n, "FieldDecl")) {
        read_declaration(in, n, user);
        return;
    }
    c_field *field = memory_get(sizeof *field);
    field->name = n->name;
    field->type = written_type(p, n);
    field->is_bit_field = n->is_bit_field;
    const c_type *inner = field->type;
    while (inner->kind == C_ARRAY || inner->kind == C_POINTER)
        inner = inner->of;
    c_record *unnamed = inner->record;
    if (unnamed && !unnamed->tag && !unnamed->within) {
        unnamed->within = record;
        unnamed->field = n->name;
    }
    *record->last = field;
    record->last = &field->next;
    dump_each(in, n, look_for_alignment, &field->is_aligned);
}

static void read_record(dump_stream *in, dump_node *n, place *outer)
{
    bool is_union = same(n->tag, "union");
    c_record *record =
        n->name ? header_record(outer->h, n->name, is_union) : header_add_record(outer->h);
    record->is_union = is_union;
    if (!n->name)
        outer->unnamed.record = record;
    if (!n->is_complete || record->is_complete)
        return;
    record->is_complete = true;
    record->is_own = n->file != NULL;
    record->is_packed = n->is_invalid;
    place p = {.h = outer->h, .record = record};
    dump_each(in, n, read_member, &p);
    *p.h->last_complete = record;
    p.h->last_complete = &record->next_complete;
}

/* ---- enums ---- */

/* An enum whose values are being read. */
typedef struct counting {
    c_enum *e;
    bool is_negative;
    uint64_t magnitude; /* of the next value that is not given */
} counting;

static void count_on(counting *c)
{
    c->magnitude += c->is_negative ? UINT64_MAX : 1;
    c->is_negative = c->is_negative && c->magnitude > 0;
}

static void read_enumerator(dump_stream *in, dump_node *n, void *user)
{
    counting *c = user;
    c->e->is_packed |= dump_is(n, "PackedAttr");
    if (!dump_is(n, "EnumConstantDecl") || !n->name)
        return;
    const char *said = dump_integer(in, n);
    if (said) {
        c->is_negative = *said == '-';
        c->magnitude = strtoull(said + c->is_negative, NULL, 10);
    }
    c_constant *constant = memory_get(sizeof *constant);
    text value = {0};
    text_print(&value, "%s%llu", c->is_negative ? "-" : "", (unsigned long long)c->magnitude);
    constant->name = n->name;
    constant->value = value.bytes;
    constant->length = value.length;
    *c->e->last = constant;
    c->e->last = &constant->next;
    c->e->is_signed |= c->is_negative;
    c->e->is_wide |= c->magnitude > (c->is_negative ? (uint64_t)INT32_MAX + 1 : UINT32_MAX);
    count_on(c);
}

static void read_enum(dump_stream *in, dump_node *n, place *p)
{
    c_enum *e = n->name ? header_enum(p->h, n->name) : header_add_enum(p->h);
    if (!n->name)
        p->unnamed.enumeration = e;
    if (e->constants)
        return;
    e->is_own = n->file != NULL;
    if (n->base)
        e->base = type_read(p->h, n->base, p->unnamed);
    counting c = {.e = e};
    dump_each(in, n, read_enumerator, &c);
    /* A value of more than 31 bits next to a negative one. */
    for (const c_constant *constant = e->constants; constant && e->is_signed;
         constant = constant->next)
        e->is_wide |= *constant->value != '-' && strtoull(constant->value, NULL, 10) > INT32_MAX;
}

/* ---- typedefs ---- */

static bool is_reserved(const char *name) { return name[0] == '_'; }

static void name_record(c_record *record, const char *name)
{
    if (!record->alias || (is_reserved(record->alias) && !is_reserved(name)))
        record->alias = name;
}

/* Whether the type is written `tag name`: clang's name for a type whose only name is
 * its typedef. */
static bool is_called(const dump_node *n, const char *tag)
{
    size_t length = strlen(tag);
    return n->type && strncmp(n->type, tag, length) == 0 && n->type[length] == ' ' &&
           same(n->type + length + 1, n->name);
}

static c_type *defined_type(place *p, const dump_node *n)
{
    c_record *record = p->unnamed.record;
    c_enum *e = p->unnamed.enumeration;
    c_type *type = memory_get(sizeof *type);
    if (record && !record->tag && !record->alias &&
        is_called(n, record->is_union ? "union" : "struct")) {
        *type = (c_type){.kind = C_RECORD, .record = record};
        if (!table_find(&p->h->tags, n->name))
            table_set(&p->h->tags, n->name, record);
    } else if (e && !e->tag && is_called(n, "enum")) {
        *type = (c_type){.kind = C_ENUM, .enumeration = e};
        if (!table_find(&p->h->enum_tags, n->name))
            table_set(&p->h->enum_tags, n->name, e);
    } else {
        return written_type(p, n);
    }
    return type;
}

static void read_typedef(dump_stream *in, dump_node *n, place *p)
{
    if (!n->name)
        return;
    c_typedef *made = memory_get(sizeof *made);
    made->type = defined_type(p, n);
    if (made->type->kind == C_RECORD)
        name_record(made->type->record, n->name);
    dump_each(in, n, look_for_alignment, &made->is_aligned);
    table_set(&p->h->typedefs, n->name, made);
}

/* ---- functions and variables ---- */

typedef struct parameters {
    const char *names[256];
    uint32_t count;
    bool any;
} parameters;

static void read_parameter(dump_stream *in, dump_node *n, void *user)
{
    (void)in;
    parameters *all = user;
    if (!dump_is(n, "ParmVarDecl"))
        return;
    all->any |= n->name != NULL;
    if (all->count < sizeof all->names / sizeof *all->names)
        all->names[all->count++] = n->name;
}

static c_function *function_of(place *p, const dump_node *n)
{
    c_function *f = table_find(&p->h->functions, n->name);
    if (f)
        return f;
    f = memory_get(sizeof *f);
    f->name = n->name;
    *p->h->last_function = f;
    p->h->last_function = &f->next;
    table_set(&p->h->functions, f->name, f);
    return f;
}

/* A function that is declared again keeps the names of its parameters. */
static void read_function(dump_stream *in, dump_node *n, place *p)
{
    if (n->is_implicit || n->is_invalid || !n->name)
        return;
    c_function *f = function_of(p, n);
    f->type = written_type(p, n);
    f->symbol = n->symbol ? n->symbol + (n->symbol[0] == '\1') : f->name;
    f->is_own |= n->file != NULL;
    f->is_main |= n->file && n->file->is_main;
    f->is_static |= same(n->storage, "static");
    parameters all = {.count = 0};
    dump_each(in, n, read_parameter, &all);
    if (!all.any)
        return;
    f->params = memory_get(all.count * sizeof *f->params);
    memcpy(f->params, all.names, all.count * sizeof *f->params);
    f->param_count = all.count;
}

static void read_variable(dump_stream *in, dump_node *n, place *p)
{
    if (!n->name || dump_macro(in, n, p->h) || !n->file || same(n->storage, "static"))
        return;
    c_variable *v = memory_get(sizeof *v);
    v->name = n->name;
    *p->h->last_variable = v;
    p->h->last_variable = &v->next;
}

/* ---- all ---- */

static void read_declaration(dump_stream *in, dump_node *n, void *user)
{
    place *p = user;
    if (dump_is(n, "RecordDecl"))
        read_record(in, n, p);
    else if (dump_is(n, "EnumDecl") && !dump_macro(in, n, p->h))
        read_enum(in, n, p);
    else if (dump_is(n, "TypedefDecl"))
        read_typedef(in, n, p);
    else if (dump_is(n, "FunctionDecl"))
        read_function(in, n, p);
    else if (dump_is(n, "VarDecl"))
        read_variable(in, n, p);
}

const char *dump_read(header *h, json_source source, void *user)
{
    dump_stream in = {.files = &h->files};
    if (!json_start(&in.json, source, user))
        return "out of memory";
    dump_node root;
    place file = {.h = h};
    bool is_tree = dump_root(&in, &root);
    if (is_tree) {
        dump_each(&in, &root, read_declaration, &file);
        dump_finish(&in, &root);
    }
    const char *error = in.json.error;
    if (!error && (!is_tree || json_next(&in.json) != JSON_END))
        error = in.json.error ? in.json.error : "no syntax tree";
    json_stop(&in.json);
    return error;
}
