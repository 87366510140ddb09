#include "api/foreign.h"

#include <stdlib.h>

#include "api/foreign_text.h"
#include "api/locate.h"
#include "ffi/function.h"
#include "ffi/invoke.h"
#include "vm/foreign/foreign.h"

/* A function or struct of an `extern`. All texts are owned by the block. */
typedef struct foreign_item {
    const char *name;
    const char *text;    /* its declaration */
    const char *doc;     /* its `##` lines; NULL: none */
    cstruct *structure;  /* NULL: it is … */
    cfunction *function; /* … a function */
    value made;          /* its value */
    bool all_named;      /* a function whose parameters all have names */
} foreign_item;

/* What an `extern` declares. */
struct foreign_library {
    world_home home;
    struct foreign_library *next;
    ffi_block *block; /* held */
    const library *library;
    foreign_item *items; /* sorted by name */
    value object;        /* the library as a value */
    uint32_t count;
};

/* A block that is being declared. */
typedef struct declaration {
    ffi_block *block;
    const ast_extern *ast;
    diag_list *diags;
    cstruct **structs; /* the structs among the items, by their place */
    bool failed;       /* no memory */
} declaration;

/* ---- refusals ---- */

/* Reports why, at the place; without memory it reports nothing. Returns false. */
static bool refuse_declaration(declaration *d, src_span at, const ffi_refusal *why)
{
    if (why->memory)
        d->failed = true;
    else
        diag_error(d->diags, at, "%s", why->text);
    return false;
}

static void *kept(declaration *d, size_t size)
{
    void *made = ffi_block_alloc(d->block, size);
    d->failed |= made == NULL;
    return made;
}

/* ---- types ---- */

static csignature *declare_callback(declaration *d, const ast_ctype *ast);

static ctype type_of(declaration *d, const ast_ctype *ast)
{
    if (!ast)
        return ctype_scalar(CTYPE_VOID);
    if (ast->is_function)
        return (ctype){.kind = CTYPE_FUNCTION, .signature = declare_callback(d, ast)};
    if (ast->structure)
        return (ctype){.kind = ast->pointer ? CTYPE_STRUCT_POINTER : CTYPE_STRUCT,
                       .of = d->structs[ast->structure - d->ast->items]};
    return ctype_scalar(ast->pointer ? CTYPE_POINTER
                                     : ctype_find(ast->name->text, ast->name->length));
}

static csignature *declare_callback(declaration *d, const ast_ctype *ast)
{
    ffi_refusal why = {0};
    csignature *s = csignature_new(d->block, ast->count);
    if (!s) {
        d->failed = true;
        return NULL;
    }
    for (uint32_t i = 0; i < ast->count; i++)
        s->params[i] = type_of(d, &ast->params[i]);
    s->result = type_of(d, ast->result);
    s->has_otherwise = ast->otherwise != NULL;
    s->otherwise = ast->otherwise ? resolve_c_word(ast->result, ast->otherwise) : 0;
    if (!d->failed && !csignature_finish(s, &why))
        refuse_declaration(d, ast->span, &why);
    else if (!d->failed)
        invoke_prepare_closure(s);
    return s;
}

/* ---- structs ---- */

static void add_fields(declaration *d, const ast_extern_item *item, cstruct *s)
{
    for (uint32_t i = 0; i < item->count && !d->failed; i++) {
        const ast_cfield *field = &item->fields[i];
        ffi_refusal why = {0};
        int64_t length = field->length ? field->length->as.integer.value : -1;
        if (!cstruct_add(d->block, s, field->name->text, field->name->length,
                         type_of(d, &field->type), length, &why))
            refuse_declaration(d, field->span, &why);
    }
}

/* Structs without fields are known only by pointer, and have no layout. */
static void declare_structs(declaration *d)
{
    const ast_extern *ast = d->ast;
    d->structs = calloc(ast->count + 1u, sizeof(cstruct *));
    d->failed = d->structs == NULL;
    for (uint32_t i = 0; i < ast->count && !d->failed; i++) {
        const ast_name *name = ast->items[i].name;
        if (ast->items[i].is_struct &&
            !(d->structs[i] = cstruct_new(d->block, name->text, name->length)))
            d->failed = true;
    }
    /* Layouts first: a callback in a field may take any struct by value. */
    for (uint32_t i = 0; i < ast->count && !d->failed; i++)
        if (ast->items[i].is_struct)
            add_fields(d, &ast->items[i], d->structs[i]);
    for (uint32_t i = 0; i < ast->count && !d->failed; i++) {
        ffi_refusal why = {0};
        if (ast->items[i].is_struct && ast->items[i].count > 0 &&
            !cstruct_finish(d->block, d->structs[i], &why))
            refuse_declaration(d, ast->items[i].name_span, &why);
    }
}

/* ---- functions ---- */

static const char *const *param_names(declaration *d, const ast_extern_item *item)
{
    const char **names = kept(d, (item->count + 1u) * sizeof *names);
    for (uint32_t i = 0; names && i < item->count; i++) {
        const ast_name *name = item->fields[i].name;
        names[i] = name ? ffi_block_text(d->block, name->text, name->length) : "";
        d->failed |= names[i] == NULL;
    }
    return names;
}

static void declare_signature(declaration *d, const ast_extern_item *item, cfunction *f)
{
    ffi_refusal why = {0};
    csignature *s = f->signature;
    for (uint32_t i = 0; i < item->count; i++)
        s->params[i] = type_of(d, &item->fields[i].type);
    s->result = type_of(d, item->result);
    s->variadic = item->variadic;
    if (!d->failed && (!csignature_finish(s, &why) || !(f->plan = invoke_prepare(s, &why))))
        refuse_declaration(d, item->name_span, &why);
}

static void declare_function(declaration *d, const ast_extern_item *item, foreign_item *out)
{
    cfunction *f = out->function = kept(d, sizeof *f);
    csignature *s = csignature_new(d->block, item->count);
    d->failed |= s == NULL;
    if (d->failed)
        return;
    *f = (cfunction){.name = out->name,
                     .text = out->text,
                     .signature = s,
                     .params = param_names(d, item),
                     .blocking = item->blocking || d->ast->one_thread,
                     .one_thread = d->ast->one_thread,
                     .fails = item->fails != NULL,
                     .failure = item->fails ? resolve_c_word(item->result, item->fails) : 0};
    out->all_named = true;
    for (uint32_t i = 0; i < item->count; i++)
        out->all_named &= item->fields[i].name != NULL;
    declare_signature(d, item, f);
}

static void declare_item(declaration *d, uint32_t i, foreign_item *out)
{
    const ast_extern_item *item = &d->ast->items[i];
    out->name = ffi_block_text(d->block, item->name->text, item->name->length);
    out->doc = item->doc ? ffi_block_text(d->block, item->doc, item->doc_length) : NULL;
    char *text = foreign_text(item, d->diags->src->text);
    out->text = text ? ffi_block_text(d->block, text, strlen(text)) : NULL;
    free(text);
    d->failed |= !out->name || !out->text || (item->doc && !out->doc);
    if (item->is_struct)
        out->structure = d->structs[i];
    else if (!d->failed)
        declare_function(d, item, out);
}

/* ---- the library ---- */

static void suggest(void *s, const char *name) { suggest_offer(s, name); }

static void report_missing(declaration *d, const library *l, const ast_extern_item *item,
                           const char *symbol, bool is_data)
{
    if (is_data) {
        diag *at = diag_error(d->diags, item->name_span, "`%s` is a variable of %s, no function",
                              symbol, l->name);
        diag_hint(at, "`Ffi.symbol` gives its address");
        return;
    }
    diag *at = diag_error(d->diags, item->name_span, "%s has no function `%s`", l->name, symbol);
    if (d->diags->errors > DIAG_MAX)
        return; /* nobody will see it */
    char versions[200];
    if (library_versions(l, symbol, versions, sizeof versions) > 0) {
        diag_hint(at, "it has %s, for programs linked with it; a version cannot be asked for here",
                  versions);
        return;
    }
    suggestion s;
    suggest_init(&s, symbol, strlen(symbol));
    library_each(l, suggest, &s);
    if (s.best)
        diag_hint(at, "did you mean `%s`?", s.best);
    else
        diag_hint(
            at, "it may be a macro or an inline function of the header, or be in another library");
}

static void find_symbols(declaration *d, const library *l, foreign_item *items)
{
    for (uint32_t i = 0; i < d->ast->count; i++) {
        const ast_extern_item *item = &d->ast->items[i];
        if (item->is_struct)
            continue;
        const char *symbol = item->symbol.bytes ? item->symbol.bytes : item->name->text;
        bool is_data = false;
        void *address = library_symbol(l, symbol, &is_data);
        items[i].function->library = l;
        memcpy(&items[i].function->code, &address, sizeof address);
        if (!address || is_data)
            report_missing(d, l, item, symbol, is_data);
    }
}

/* A relative path is relative to the file that contains it. */
static const library *open_library(declaration *d, const world *w)
{
    ffi_refusal why = {0};
    char *folder = w->import_files ? locate_folder(d->diags->src->name) : NULL;
    const library *l =
        library_open(d->block, d->ast->path.bytes, folder && *folder ? folder : NULL, &why);
    free(folder);
    if (!l)
        refuse_declaration(d, d->ast->path_span, &why);
    return l;
}

/* ---- declaring ---- */

static int compare_items(const void *a, const void *b)
{
    return strcmp(((const foreign_item *)a)->name, ((const foreign_item *)b)->name);
}

static foreign_item *find_item(foreign_item *items, uint32_t count, const char *name)
{
    const foreign_item wanted = {.name = name};
    return bsearch(&wanted, items, count, sizeof *items, compare_items);
}

static void report_no_owner(const declaration *d, const ast_extern_item *item)
{
    const ast_name *owner = item->owned;
    diag *at = diag_error(d->diags, item->owned_span,
                          "neither this `extern` nor its library has a function `%s`", owner->text);
    suggestion s;
    suggest_init(&s, owner->text, owner->length);
    for (uint32_t i = 0; i < d->ast->count; i++)
        if (!d->ast->items[i].is_struct)
            suggest_offer(&s, d->ast->items[i].name->text);
    if (s.best)
        diag_hint(at, "did you mean `%s`?", s.best);
}

/* The library's function of that name, as if it had been declared: `fn free(p: pointer)`. NULL: it
 * has none, which is reported, or there is no memory. */
static cfunction *undeclared_owner(declaration *d, const library *l, const ast_extern_item *item)
{
    bool is_data = false;
    void *address = library_symbol(l, item->owned->text, &is_data);
    if (!address || is_data) {
        report_no_owner(d, item);
        return NULL;
    }
    cfunction *f = kept(d, sizeof *f);
    const char *name = ffi_block_text(d->block, item->owned->text, item->owned->length);
    const char **params = kept(d, 2 * sizeof *params);
    csignature *s = csignature_new(d->block, 1);
    ffi_refusal why = {0};
    d->failed |= !name || !s;
    if (d->failed)
        return NULL;
    params[0] = "";
    s->params[0] = ctype_scalar(CTYPE_POINTER);
    s->result = ctype_scalar(CTYPE_VOID);
    *f = (cfunction){.name = name, .text = name, .signature = s, .params = params, .library = l};
    memcpy(&f->code, &address, sizeof address);
    if (!csignature_finish(s, &why) || !(f->plan = invoke_prepare(s, &why)))
        refuse_declaration(d, item->owned_span, &why);
    return f;
}

/* The function that frees the result of `owned(f)`: one that is declared, or the library's. The
 * items are sorted. */
static void find_owners(declaration *d, const library *l, foreign_item *items)
{
    uint32_t count = d->ast->count;
    for (uint32_t i = 0; i < count && !d->failed; i++) {
        const ast_extern_item *item = &d->ast->items[i];
        if (!item->owned)
            continue;
        const foreign_item *owner = find_item(items, count, item->owned->text);
        find_item(items, count, item->name->text)->function->freed_by =
            owner ? owner->function : undeclared_owner(d, l, item);
    }
}

/* A struct without fields has no values. */
static bool is_member(const foreign_item *item)
{
    return !item->structure || item->structure->field_count > 0;
}

/* Makes values of the library and of its members; false: no memory. */
static bool make_values(const world *w, struct foreign_library *l)
{
    uint32_t count = 0;
    foreign_entry *members = calloc(l->count + 1u, sizeof *members);
    for (uint32_t i = 0; members && i < l->count; i++) {
        const foreign_item *item = &l->items[i];
        if (is_member(item))
            members[count++] = (foreign_entry){
                .name = item->name, .function = item->function, .makes = item->structure};
    }
    l->object =
        members ? foreign_add_library(w->vm, l->block, l->library, members, count) : VALUE_ABSENT;
    for (uint32_t i = l->count; l->object != VALUE_ABSENT && i-- > 0;)
        if (is_member(&l->items[i]))
            l->items[i].made = members[--count].made;
    free(members);
    return l->object != VALUE_ABSENT;
}

/* NULL: reported, or no memory. */
static struct foreign_library *declare(world *w, declaration *d)
{
    uint32_t errors = d->diags->errors, count = d->ast->count;
    struct foreign_library *made = kept(d, sizeof *made);
    foreign_item *items = kept(d, (count + 1u) * sizeof *items);
    if (d->failed)
        return NULL;
    declare_structs(d);
    for (uint32_t i = 0; i < count && !d->failed; i++)
        declare_item(d, i, &items[i]);
    const library *l = d->failed ? NULL : open_library(d, w);
    if (l)
        find_symbols(d, l, items);
    if (!l || d->failed || d->diags->errors > errors)
        return NULL;
    qsort(items, count, sizeof *items, compare_items);
    find_owners(d, l, items);
    if (d->failed || d->diags->errors > errors)
        return NULL;
    *made = (struct foreign_library){.home = {.is_library = true},
                                     .block = d->block,
                                     .library = l,
                                     .items = items,
                                     .count = count};
    return make_values(w, made) ? made : NULL;
}

static bool is_granted(const world *w, const ast_extern *ast, diag_list *diags)
{
    if (w->capabilities & CSP_MAY_CALL_C)
        return true;
    diag *d =
        diag_error(diags, ast->path_span, "C cannot be called here: CSP_MAY_CALL_C is not granted");
    diag_hint(d, "the command grants it, unless it is run with `--no-ffi`; another host does in "
                 "its csp_config");
    return false;
}

bool foreign_declare(world *w, const ast_extern *ast, diag_list *diags, const void **home)
{
    if (!is_granted(w, ast, diags))
        return false;
    declaration d = {.block = ffi_block_new(), .ast = ast, .diags = diags};
    struct foreign_library *made = d.block ? declare(w, &d) : NULL;
    free(d.structs);
    if (!made) {
        ffi_block_release(d.block);
        return false;
    }
    made->next = w->libraries;
    w->libraries = made;
    *home = made;
    return true;
}

void foreign_free(struct foreign_library *l)
{
    for (struct foreign_library *next; l; l = next) {
        next = l->next; /* in the block itself */
        ffi_block_release(l->block);
    }
}

/* ---- members ---- */

static const foreign_item *item_of(const void *home, const char *name)
{
    const struct foreign_library *l = home;
    return find_item(l->items, l->count, name);
}

resolve_status foreign_member(const void *home, const char *name, resolve_symbol *out)
{
    const foreign_item *item = item_of(home, name);
    if (!item || !is_member(item))
        return RESOLVE_NO_SUCH;
    *out = (resolve_symbol){.kind = RESOLVE_FUNCTION, .word = item->made, .max = 1};
    if (item->function) {
        const csignature *s = item->function->signature;
        out->min = s->count;
        out->max = s->variadic ? UINT32_MAX : s->count;
        out->param_names = item->all_named ? item->function->params : NULL;
    }
    return RESOLVE_FOUND;
}

void foreign_each_member(const void *home, void (*each)(void *user, const char *name), void *user)
{
    const struct foreign_library *l = home;
    for (uint32_t i = 0; i < l->count; i++)
        if (is_member(&l->items[i]))
            each(user, l->items[i].name);
}

resolve_status foreign_value(const void *home, resolve_symbol *out)
{
    const struct foreign_library *l = home;
    *out = (resolve_symbol){.kind = RESOLVE_CONSTANT, .word = l->object};
    return RESOLVE_FOUND;
}

bool foreign_describe(const void *home, const char *name, foreign_description *out)
{
    const foreign_item *item = item_of(home, name);
    if (!item)
        return false;
    *out = (foreign_description){item->text, item->doc, item->function && item->function->blocking};
    return true;
}
