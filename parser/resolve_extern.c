/* `extern`: what its text alone tells of types, names and attributes. The world then looks for
 * what C has. */
#include "parser/resolve_extern.h"

#include <string.h>

/* ---- names ---- */

static bool names_init(resolver *r, extern_names *n, uint32_t count)
{
    uint32_t size = 8;
    while (size < 2 * count)
        size *= 2;
    n->slots = arena_alloc(r->arena, size * sizeof *n->slots);
    n->mask = size - 1;
    r->failed |= n->slots == NULL;
    return n->slots != NULL;
}

static extern_name *find_name(const extern_names *n, const ast_name *name)
{
    uint32_t i = name->hash & n->mask;
    while (n->slots[i].name && n->slots[i].name != name)
        i = (i + 1) & n->mask;
    return &n->slots[i];
}

/* What has the name already; else NULL, and from now on it is the index's. */
static const extern_name *add_name(extern_names *n, const ast_name *name, uint32_t index)
{
    extern_name *slot = find_name(n, name);
    if (slot->name)
        return slot;
    *slot = (extern_name){name, index};
    return NULL;
}

const ast_extern_item *extern_item(const extern_check *c, const ast_name *name)
{
    const extern_name *slot = find_name(&c->names, name);
    return slot->name ? &c->block->items[slot->index] : NULL;
}

static const char *item_word(const ast_extern_item *item)
{
    return item->is_struct ? "struct" : "function";
}

static void check_item_names(extern_check *c)
{
    const ast_extern *block = c->block;
    for (uint32_t i = 0; i < block->count; i++) {
        const ast_extern_item *item = &block->items[i];
        const char *name = item->name->text;
        if (item->is_struct && ctype_find(name, item->name->length) != CTYPE_KINDS)
            diag_error(c->r->diags, item->name_span, "`%s` is a type of C already", name);
        const extern_name *old = add_name(&c->names, item->name, i);
        if (!old)
            continue;
        const ast_extern_item *first = &block->items[old->index];
        diag *d = diag_error(c->r->diags, item->name_span, "`%s` is declared twice", name);
        diag_related(d, first->name_span, "a %s of that name", item_word(first));
        if (item->is_struct != first->is_struct)
            diag_hint(d, "functions and structs share their names: write `fn %s_of = \"%s\"(…)`",
                      name, name);
    }
}

static void check_field_names(extern_check *c, const ast_extern_item *item)
{
    extern_names names;
    if (item->count < 2 || !names_init(c->r, &names, item->count))
        return;
    for (uint32_t i = 0; i < item->count; i++) {
        const ast_cfield *field = &item->fields[i];
        const extern_name *old = field->name ? add_name(&names, field->name, i) : NULL;
        if (!old)
            continue;
        diag *d = diag_error(c->r->diags, field->name_span, "two %s of `%s` are called `%s`",
                             item->is_struct ? "fields" : "parameters", item->name->text,
                             field->name->text);
        diag_related(d, item->fields[old->index].name_span, "the first");
    }
}

/* A text that C is given as a name. */
static bool is_plain(ast_text text)
{
    return text.length > 0 && memchr(text.bytes, '\0', text.length) == NULL;
}

/* ---- structs ---- */

static void check_struct(extern_check *c, ast_extern_item *item)
{
    check_field_names(c, item);
    for (uint32_t i = 0; i < item->count; i++) {
        ast_cfield *field = &item->fields[i];
        extern_check_type(c, &field->type, EXTERN_FIELD);
        const ast_integer *length = field->length ? &field->length->as.integer : NULL;
        if (length && length->fits && length->value == 0)
            diag_error(c->r->diags, field->length->span, "an array has at least one element");
        else if (length && (!length->fits || length->value > EXTERN_ELEMENTS))
            diag_error(c->r->diags, field->length->span, "an array has at most %u elements",
                       EXTERN_ELEMENTS);
    }
}

/* The struct that the field holds by value, or NULL. */
static const ast_extern_item *inner_struct(const ast_cfield *field)
{
    return field->type.pointer || field->type.is_function ? NULL : field->type.structure;
}

static uint64_t field_length(const ast_cfield *field)
{
    const ast_integer *length = field->length ? &field->length->as.integer : NULL;
    bool is_right = length && length->fits && length->value <= EXTERN_ELEMENTS;
    return is_right ? (uint64_t)length->value : 1;
}

static void report_circle(extern_check *c, const ast_cfield *field, const ast_extern_item *of)
{
    diag *d = diag_error(c->r->diags, field->type.span, "the struct `%s` would hold itself",
                         of->name->text);
    diag_hint(d, "a pointer to it is written `%s*`", field->type.name->text);
}

/* A struct whose fields are being looked at. */
typedef struct step {
    uint32_t item, field;
} step;

/* Counts the elements of a struct and of all that it holds, innermost first, without recursion:
 * chains are as long as their author likes. */
static void measure_from(extern_check *c, uint32_t start, step *steps)
{
    uint32_t depth = 0;
    steps[depth++] = (step){start, 0};
    while (depth > 0) {
        step *top = &steps[depth - 1];
        const ast_extern_item *item = &c->block->items[top->item];
        extern_measure *m = &c->measures[top->item];
        m->state = EXTERN_OPEN;
        if (top->field == item->count) {
            m->state = EXTERN_DONE;
            depth--;
            continue;
        }
        const ast_cfield *field = &item->fields[top->field];
        const ast_extern_item *inner = inner_struct(field);
        uint32_t index = inner ? (uint32_t)(inner - c->block->items) : 0;
        if (inner && c->measures[index].state == EXTERN_NEW) {
            steps[depth++] = (step){index, 0};
            continue;
        }
        if (inner && c->measures[index].state == EXTERN_OPEN)
            report_circle(c, field, inner);
        uint64_t each = inner ? c->measures[index].elements : 1;
        uint64_t all = m->elements + each * field_length(field);
        m->elements = all > EXTERN_ELEMENTS ? EXTERN_ELEMENTS + 1 : (uint32_t)all;
        top->field++;
    }
}

static void measure_structs(extern_check *c)
{
    uint32_t count = c->block->count;
    c->measures = arena_alloc(c->r->arena, (count + 1) * sizeof *c->measures);
    step *steps = arena_alloc(c->r->arena, (count + 1) * sizeof *steps);
    if (!c->measures || !steps) {
        c->r->failed = true;
        return;
    }
    for (uint32_t i = 0; i < count; i++)
        if (c->block->items[i].is_struct && c->measures[i].state == EXTERN_NEW)
            measure_from(c, i, steps);
}

/* ---- functions ---- */

static bool is_pointer(ctype_kind kind)
{
    return kind == CTYPE_CSTRING || kind == CTYPE_POINTER || kind == CTYPE_STRUCT_POINTER;
}

/* `f` in `owned(f)`: it must take what it is to free. */
static void check_freeing(extern_check *c, const ast_extern_item *item, const ast_extern_item *f)
{
    const ast_ctype *param = f->count > 0 ? &f->fields[0].type : NULL;
    ctype_kind kind = param ? extern_kind(param) : CTYPE_VOID;
    bool same = kind == CTYPE_POINTER ||
                (kind == CTYPE_STRUCT_POINTER && param->structure == item->result->structure);
    if (!f->is_struct && f->count == 1 && !f->variadic && same)
        return;
    diag *d = diag_error(c->r->diags, item->owned_span, "`%s` does not take what it is to free",
                         f->name->text);
    diag_related(d, f->name_span, "declared here");
    diag_hint(d, "it has one parameter, a `pointer`%s",
              item->result->structure ? " or the same `name*`" : "");
}

static void check_owned(extern_check *c, const ast_extern_item *item)
{
    ctype_kind kind = item->result ? extern_kind(item->result) : CTYPE_VOID;
    if (kind == CTYPE_KINDS)
        return; /* it was reported */
    if (!is_pointer(kind)) {
        diag *d = diag_error(c->r->diags, item->owned_span, "only a pointer can be owned");
        diag_hint(d, "`owned` follows `cstring`, `pointer` or `name*`");
        return;
    }
    /* What is not declared here may be a function of the library, which only the world knows. */
    const ast_extern_item *f = extern_item(c, item->owned);
    if (f)
        check_freeing(c, item, f);
}

static void check_function(extern_check *c, ast_extern_item *item)
{
    diag_list *diags = c->r->diags;
    if (item->symbol.bytes && !is_plain(item->symbol))
        diag_error(diags, item->symbol_span, "C has no such name");
    if (item->count > CTYPE_PARAMS)
        diag_error(diags, item->fields[CTYPE_PARAMS].span,
                   "a C function takes at most %d arguments", CTYPE_PARAMS);
    if (item->variadic && item->count == 0) {
        diag *d = diag_error(diags, item->name_span, "`...` follows one parameter at least");
        diag_hint(d, "write `fn %s(format: cstring, ...)`", item->name->text);
    }
    check_field_names(c, item);
    for (uint32_t i = 0; i < item->count; i++)
        extern_check_type(c, &item->fields[i].type, EXTERN_PARAM);
    if (item->result)
        extern_check_type(c, item->result, EXTERN_RESULT);
    if (item->result && item->fails)
        extern_check_literal(c, item->result, item->fails, "result");
}

/* ---- the block ---- */

static void check_block(resolver *r, ast_extern *block)
{
    extern_check c = {.r = r, .block = block};
    if (!is_plain(block->path))
        diag_error(r->diags, block->path_span, "no library has such a name");
    if (!names_init(r, &c.names, block->count))
        return;
    check_item_names(&c);
    for (uint32_t i = 0; i < block->count && !r->failed; i++)
        if (block->items[i].is_struct)
            check_struct(&c, &block->items[i]);
    measure_structs(&c);
    for (uint32_t i = 0; i < block->count && !r->failed; i++)
        if (!block->items[i].is_struct)
            check_function(&c, &block->items[i]);
    for (uint32_t i = 0; i < block->count && !r->failed; i++)
        if (block->items[i].owned)
            check_owned(&c, &block->items[i]);
    if (!r->failed)
        extern_check_values(&c);
}

/* Something in it could not be read: who knows what it declares. */
static bool has_lost(const resolver *r, src_span span)
{
    for (uint32_t i = 0; i < r->diags->muted_count; i++)
        if (r->diags->muted[i].start < span.end && r->diags->muted[i].end > span.start)
            return true;
    return false;
}

static bool ask_world(resolver *r, const ast_extern *block, src_span span, const void **home)
{
    const resolve_world *world = r->world;
    uint32_t errors = r->diags->errors;
    if (!world->foreign) {
        diag_error(r->diags, (src_span){span.start, block->alias_span.end},
                   "no C can be called here");
        return false;
    }
    bool ok = world->foreign(world->user, block, r->diags, home);
    if (!ok && r->diags->errors == errors)
        r->failed = true;
    return ok;
}

void resolve_extern(resolver *r, ast_node *node)
{
    ast_extern *block = node->as.ext;
    uint32_t errors = r->diags->errors;
    const void *home = NULL;
    check_block(r, block);
    bool ok = !r->failed && r->diags->errors == errors && !has_lost(r, node->span) &&
              ask_world(r, block, node->span, &home);
    ast_binding *b =
        resolve_declare(r, ok ? BINDING_MODULE : BINDING_BAD, block->alias, block->alias_span);
    b->import = (resolve_import){.home = home, .library = true};
    block->binding = b;
}
