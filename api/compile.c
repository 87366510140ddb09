/* Compiling texts: programs, inputs of sessions, tests, and what is only checked. */
#include <stdlib.h>

#include "api/error.h"
#include "api/loader.h"
#include "api/resolver.h"
#include "api/world.h"
#include "compiler/compile.h"
#include "parser/lint.h"
#include "parser/parse.h"
#include "stdlib/sources.h"
#include "vm/code/code_table.h"
#include "vm/process/output.h"

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
    resolve_world answers = resolver_answers(&r);
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
