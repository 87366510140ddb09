/* What names mean: the world's answers to the resolver, and compiling with them. */
#include <stdlib.h>

#include "api/error.h"
#include "api/foreign.h"
#include "api/loader.h"
#include "api/session.h"
#include "api/session_value.h"
#include "compiler/compile.h"
#include "parser/lint.h"
#include "parser/parse.h"
#include "stdlib/sources.h"
#include "vm/code/code_table.h"
#include "vm/code/native.h"
#include "vm/process/output.h"

/* One compilation. */
typedef struct resolver {
    world *world;
    csp_session *session;
} resolver;

/* ---- Parameter names ---- */

/* The signature kept for `of`, or a new one with room for `count` names, followed by NULL, and for
 * `room` bytes of text; *made tells which. NULL: no memory. */
static world_signature *signature_for(world *w, const native_entry *of, uint32_t count, size_t room,
                                      bool *made)
{
    world_signature **first = &w->signatures[((uintptr_t)of >> 4) % SIGNATURE_LISTS];
    for (world_signature *s = *first; s; s = s->next)
        if (s->of == of) {
            *made = false;
            return s;
        }
    world_signature *s = calloc(1, sizeof *s + (count + (size_t)1) * sizeof *s->names + room);
    if (!s)
        return NULL;
    *s = (world_signature){.next = *first, .of = of, .count = count};
    *first = s;
    *made = true;
    return s;
}

/* From "sort(xs, by = nil)", the names xs and by. */
static world_signature *native_signature(world *w, const native_entry *entry)
{
    bool made;
    world_signature *s = signature_for(w, entry, entry->max, strlen(entry->signature) + 1, &made);
    if (!s || !made)
        return s;
    char *texts = (char *)&s->names[s->count + 1];
    const char *at = strchr(entry->signature, '(');
    uint32_t count = 0;
    while (at && *at != ')' && *at != '\0' && count < s->count) {
        at += strspn(at, "(, [.");
        size_t length = strcspn(at, ",)=:[] ");
        if (length == 0)
            break;
        memcpy(texts, at, length);
        s->names[count++] = texts;
        texts += length + 1;
        at += length;
        at += strcspn(at, ",)");
    }
    /* A native that does not name all of its parameters cannot be called with named arguments. */
    s->count = count == entry->max ? count : 0;
    return s;
}

/* The parameter names of a code, kept beside it. NULL: no memory. */
static const char *const *code_names(world *w, const code *c)
{
    if (c->beside)
        return c->beside;
    const char **names = heap_alloc(vm_heap(w->vm), HEAP_BYTES, (c->params + 1u) * sizeof *names);
    if (!names)
        return NULL;
    for (uint32_t i = 0; i < c->params; i++)
        names[i] =
            value_is(c->param_names[i], OBJ_STRING) ? value_string(c->param_names[i])->text : "_";
    ((code *)(uintptr_t)c)->beside = names;
    return names;
}

/* ---- Symbols ---- */

static bool native_symbol(world *w, int index, const char *name, resolve_symbol *out)
{
    const native_entry *entry = world_native(w, index, name);
    if (!entry)
        return false;
    value v = native_value(w->vm, entry);
    bool variadic = entry->max == NATIVE_VARIADIC;
    const world_signature *s = variadic ? NULL : native_signature(w, entry);
    *out = (resolve_symbol){.kind = RESOLVE_FUNCTION,
                            .word = v,
                            .min = entry->min,
                            .max = variadic ? UINT32_MAX : entry->max,
                            .param_names = variadic        ? entry->options
                                           : s && s->count ? s->names
                                                           : NULL,
                            .options = variadic && entry->options};
    return true;
}

bool world_closure_symbol(world *w, const closure *fn, resolve_symbol *out)
{
    const code *c = fn->code;
    const char *const *names = code_names(w, c);
    if (!names)
        return false;
    *out = (resolve_symbol){.kind = RESOLVE_FUNCTION,
                            .word = value_object(fn),
                            .min = c->required,
                            .max = c->has_rest ? UINT32_MAX : c->params,
                            .param_names = names};
    return true;
}

static bool export_symbol(world *w, const module_export *e, resolve_symbol *out)
{
    if (value_is(e->item, OBJ_CELL)) {
        value item = ((const cell *)value_as_object(e->item))->item;
        *out = (resolve_symbol){.kind = RESOLVE_CONSTANT, .word = item};
        return item != VALUE_ABSENT;
    }
    return world_closure_symbol(w, value_as_object(e->item), out);
}

static resolve_status source_symbol(world *w, int index, const char *name, resolve_symbol *out)
{
    const module *m;
    if (!world_load_module(w, index, &m))
        return RESOLVE_FAILED;
    for (uint32_t i = 0; m && i < m->export_count; i++)
        if (strcmp(value_string(m->exports[i].name)->text, name) == 0)
            return export_symbol(w, &m->exports[i], out) ? RESOLVE_FOUND : RESOLVE_FAILED;
    return RESOLVE_NO_SUCH;
}

resolve_status world_member(world *w, int index, const char *name, resolve_symbol *out)
{
    uint64_t needs = capability_of(language_modules[index].name, name);
    /* What the library itself uses asks for them when it runs. */
    if (needs & ~w->vm->capabilities && !w->loading) {
        *out = (resolve_symbol){.needs = capability_name(needs)};
        return RESOLVE_DENIED;
    }
    if (native_symbol(w, index, name, out))
        return RESOLVE_FOUND;
    value constant = world_constant(w, index, name);
    if (constant != VALUE_ABSENT) {
        *out = (resolve_symbol){.kind = RESOLVE_CONSTANT, .word = constant};
        return RESOLVE_FOUND;
    }
    bool known = language_has_word(language_modules[index].members, name);
    /* The prelude's own source is compiled for its contents, not for every misspelling. */
    resolve_status status = RESOLVE_NO_SUCH;
    if (known || index != LANGUAGE_PRELUDE)
        status = source_symbol(w, index, name, out);
    return status == RESOLVE_NO_SUCH && known ? RESOLVE_NOT_YET : status;
}

/* ---- The answers ---- */

static resolve_status answer_global(void *user, const char *name, resolve_symbol *out)
{
    const resolver *r = user;
    return world_member(r->world, LANGUAGE_PRELUDE, name, out);
}

static resolve_status answer_module(void *user, const char *name)
{
    const resolver *r = user;
    int index = world_find_module(r->world, name);
    if (index <= LANGUAGE_PRELUDE)
        return loader_replaces(r->world, name) ? RESOLVE_FOUND : RESOLVE_NO_SUCH;
    return world_has_module(r->world, index) ? RESOLVE_FOUND : RESOLVE_NOT_YET;
}

static resolve_status answer_member(void *user, const char *home, const char *name,
                                    resolve_symbol *out)
{
    const resolver *r = user;
    int index = world_find_module(r->world, home);
    if (index < 0)
        return loader_replacement(r->world, home, name, out);
    return world_member(r->world, index, name, out);
}

static void suggest(void *user, const char *name) { suggest_offer(user, name); }

static void answer_candidates(void *user, const char *home, suggestion *s)
{
    const resolver *r = user;
    int index = home ? world_find_module(r->world, home) : LANGUAGE_PRELUDE;
    if (index < 0) {
        loader_each_replacement(r->world, home, suggest, s);
        return;
    }
    world_each_member(r->world, index, suggest, s);
    for (int i = LANGUAGE_PRELUDE + 1; !home && i < LANGUAGE_MODULES; i++)
        if (world_has_module(r->world, i))
            suggest_offer(s, language_modules[i].name);
    for (uint32_t i = 0; !home && r->session && i < r->session->count; i++)
        suggest_offer(s, r->session->variables[i].name);
}

static bool answer_session_find(void *user, const char *name, resolve_session_name *out)
{
    const resolver *r = user;
    return session_find(r->session, name, out);
}

static bool answer_session_define(void *user, const char *name, const resolve_session_name *how,
                                  resolve_session_name *out)
{
    const resolver *r = user;
    return session_define(r->session, name, how, out);
}

static uint64_t answer_session_late(void *user, const char *name)
{
    const resolver *r = user;
    return session_late(r->session, name);
}

static bool answer_import(void *user, const char *path, size_t length, src_span at,
                          diag_list *diags, resolve_import *out)
{
    const resolver *r = user;
    return loader_import(r->world, path, length, at, diags, out);
}

static resolve_status answer_imported(void *user, const void *home, const char *name,
                                      resolve_symbol *out)
{
    const resolver *r = user;
    return world_is_library(home) ? foreign_member(home, name, out)
                                  : loader_member(r->world, home, name, out);
}

void world_each_imported(const void *home, void (*each)(void *user, const char *name), void *user)
{
    if (world_is_library(home))
        foreign_each_member(home, each, user);
    else
        loader_each_member(home, each, user);
}

static void answer_imported_each(void *user, const void *home,
                                 void (*each)(void *data, const char *name), void *data)
{
    (void)user;
    world_each_imported(home, each, data);
}

static void answer_imported_candidates(void *user, const void *home, suggestion *s)
{
    (void)user;
    world_each_imported(home, suggest, s);
}

static bool answer_foreign(void *user, const ast_extern *block, diag_list *diags, const void **home)
{
    const resolver *r = user;
    return foreign_declare(r->world, block, diags, home);
}

static resolve_status answer_library(void *user, const void *home, resolve_symbol *out)
{
    (void)user;
    return world_is_library(home) ? foreign_value(home, out) : RESOLVE_NO_SUCH;
}

/* ---- Compilation ---- */

static const size_t SOURCE_MAX = (size_t)1 << 30;

/* Nobody asks for the value of a program's last expression. It is nil, so an error value that its
 * body yields has been returned by `try`. */
static bool end_with_nil(ast_module *ast)
{
    uint32_t count = ast->items.count, end = ast->src->length;
    ast_node **items = arena_alloc(ast->arena, (count + 1) * sizeof(void *));
    ast_node *nil = arena_alloc(ast->arena, sizeof *nil);
    if (!items || !nil)
        return false;
    for (uint32_t i = 0; i < count; i++)
        items[i] = ast->items.items[i];
    *nil = (ast_node){.kind = AST_NIL, .span = {end, end}};
    items[count] = nil;
    ast->items = (ast_list){items, count + 1};
    return true;
}

/* The answers for a compilation; r must outlive them. */
static resolve_world answers_of(resolver *r)
{
    world *w = r->world;
    return (resolve_world){.user = r,
                           .global = answer_global,
                           .module = answer_module,
                           .member = answer_member,
                           .candidates = answer_candidates,
                           .session_find = r->session ? answer_session_find : NULL,
                           .session_define = r->session ? answer_session_define : NULL,
                           .session_late = r->session ? answer_session_late : NULL,
                           .import = w->loading ? NULL : answer_import,
                           .imported = answer_imported,
                           .imported_candidates = answer_imported_candidates,
                           .imported_each = answer_imported_each,
                           .foreign = answer_foreign,
                           .library = answer_library,
                           .shown = r->session ? session_shown(r->session) : VALUE_ABSENT,
                           .body_name = w->loading ? NULL : loader_body_name(w)};
}

/* What the value of the body is to be that of, if it has one. */
static void end_with_test(const ast_module *ast)
{
    ast_node **items = ast->items.items;
    for (uint32_t i = 0; i + 1 < ast->items.count; i++)
        if (items[i]->kind == AST_TEST) {
            ast_node *test = items[i];
            items[i] = items[i + 1];
            items[i + 1] = test;
        }
}

/* LINT: also looks for mistakes that are not errors; TEST: the body runs the test that the text
 * has, and gives its value. */
typedef enum compile_how { COMPILE_PLAIN, COMPILE_LINT, COMPILE_TEST } compile_how;

/* NULL: errors in diags, or no memory. */
static module *compile(world *w, csp_session *session, compile_how how, arena *a, diag_list *diags)
{
    resolver r = {.world = w, .session = session};
    resolve_world answers = answers_of(&r);
    if (how == COMPILE_TEST) {
        answers.runs_tests = true;
        answers.body_name = "csp test";
    }
    ast_module *ast = session ? parse_input(a, diags) : parse_module(a, diags);
    if (!ast)
        return NULL;
    bool readable = diags->errors == 0;
    ast_module written = *ast;
    if (how == COMPILE_TEST)
        end_with_test(ast);
    else if (!session && !end_with_nil(ast))
        return NULL;
    /* Wrong names are reported even in a text that cannot be parsed: the resolver knows
     * the gaps. */
    const resolve_unit *unit = resolve_module(ast, &answers, session != NULL, diags);
    if (!unit && diags->errors == 0)
        return NULL;
    if (how == COMPILE_LINT && readable)
        lint_module(&written, diags);
    return unit && diags->errors == 0
               ? compile_unit(w->vm, ast, unit, &answers, session != NULL, diags)
               : NULL;
}

static bool is_interrupted(void *vm) { return vm_interrupted(vm); }

csp_status world_failure(const world *w)
{
    if (w->stopped)
        return w->stopped;
    return w->error && error_is_compile(w->error) ? CSP_E_COMPILE : CSP_E_MEMORY;
}

/* The compilation has ended early, and not because of an error in the text. */
static void give_up(world *w)
{
    if (w->stopped)
        return;
    if (vm_interrupted(w->vm)) {
        w->stopped = CSP_E_INTERRUPTED;
        error_set_interrupted(w);
    } else {
        error_set_memory(w);
    }
}

/* Notes about an input that is otherwise fine. */
static void tell_notes(world *w, diag_list *diags)
{
    static const diag_style styles[] = {
        [VM_PLAIN] = DIAG_TEXT, [VM_COLOUR] = DIAG_COLOUR, [VM_JSON] = DIAG_JSON};
    char *shown = diag_render(diags, styles[w->vm->host.style]);
    if (shown)
        vm_write(w->vm, 2, shown, strlen(shown));
    free(shown);
}

/* Sets the world's error to what was found, without mere warnings unless they are wanted; if there
 * is no memory, to that. */
static module *compile_text(world *w, const src_text *given, csp_session *session, compile_how how)
{
    src_text src = *given;
    diag_list diags;
    diag_init(&diags, &src);
    arena a;
    arena_init(&a);
    a.stop = is_interrupted;
    a.user = w->vm;
    module *m = compile(w, session, how, &a, &diags);
    if (!m && (a.failed || w->stopped || diags.errors == 0))
        give_up(w);
    else if (diags.errors > 0 || diags.warnings > 0)
        error_set_compile(w, &diags);
    else if (diags.notes > 0)
        tell_notes(w, &diags);
    diag_free(&diags);
    arena_free(&a);
    src_free(&src);
    return m;
}

bool world_is_too_large(world *w, size_t size)
{
    if (size > SOURCE_MAX)
        error_set_plain(w, "compile", "the source is larger than 1 GiB", NULL);
    return size > SOURCE_MAX;
}

module *world_compile(world *w, const char *name, const char *source, size_t size,
                      uint32_t first_line, csp_session *session)
{
    if (world_is_too_large(w, size))
        return NULL;
    src_text src;
    src_init(&src, name, source, size);
    src.first_line = first_line;
    module *m = compile_text(w, &src, session, COMPILE_PLAIN);
    if (m && (session || loader_body_name(w)))
        code_let_go(w->vm, m);
    return m;
}

module *world_compile_test(world *w, const char *name, const char *source, const char *whole,
                           size_t size)
{
    src_text src;
    src_init(&src, name, source, size);
    module *m = compile_text(w, &src, NULL, COMPILE_TEST);
    if (m)
        memcpy(m->text, whole, size);
    return m;
}

/* The library's own sources may use what nobody else may. */
static bool is_own_source(const char *source, size_t size)
{
    for (const struct stdlib_source *s = stdlib_sources; s->name; s++)
        if (s->length == size && memcmp(s->text, source, size) == 0)
            return true;
    return false;
}

void world_check(world *w, const char *name, const char *source, size_t size)
{
    if (world_is_too_large(w, size))
        return;
    src_text src;
    src_init(&src, name, source, size);
    bool own = is_own_source(source, size);
    w->loading += own;
    compile_text(w, &src, NULL, COMPILE_LINT);
    w->loading -= own;
}
