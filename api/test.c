/* Tests: what a text has of them, and running one. */
#include <stdlib.h>

#include "api/error.h"
#include "api/host/enter.h"
#include "api/host/fail.h"
#include "api/host/host.h"
#include "api/host/live.h"
#include "api/loader.h"
#include "api/parsed.h"
#include "api/program.h"
#include "parser/parse.h"
#include "vm/core/scheduler.h"
#include "vm/outside/loop.h"

enum { MS = 1000000 };

typedef struct own_test {
    src_span span;
    char *name; /* owned, with a NUL behind it */
    size_t name_size;
    uint32_t line;
    src_span source; /* the line */
} own_test;

/* Once read it never changes. */
struct csp_tests {
    char *name, *text; /* owned */
    char *file;        /* owned: the name, from the root if there is such a file */
    char *common;      /* owned: the text with blanks for what does not belong to every test … */
    uint32_t common_end; /* … up to the last thing that does */
    own_test *items;     /* owned */
    size_t count;
};

static void free_tests(csp_tests *t)
{
    for (size_t i = 0; i < t->count; i++)
        free(t->items[i].name);
    free(t->items);
    free(t->common);
    free(t->text);
    free(t->name);
    free(t->file);
    free(t);
}

/* ---- Reading ---- */

/* What is there for every test: what comes before the statements. */
static bool is_common(const ast_node *item)
{
    return item->kind == AST_CONST || item->kind == AST_FN_DECL || item->kind == AST_IMPORT ||
           item->kind == AST_EXTERN;
}

/* Lines stay what they are. */
static void blank(char *text, src_span span)
{
    for (uint32_t i = span.start; i < span.end; i++)
        if (text[i] != '\n')
            text[i] = ' ';
}

static bool add_test(csp_tests *t, src_text *src, const ast_node *item)
{
    const ast_text *name = &item->as.test.name;
    own_test *made = &t->items[t->count];
    made->name = malloc((size_t)name->length + 1);
    if (!made->name)
        return false;
    if (name->length)
        memcpy(made->name, name->bytes, name->length);
    made->name[name->length] = '\0';
    made->name_size = name->length;
    made->span = item->span;
    made->source = src_line(src, item->span.start, &made->line);
    t->count++;
    return true;
}

static bool fill(csp_tests *t, parsed *p)
{
    ast_list items = p->ast->items;
    for (uint32_t i = 0; i < items.count; i++) {
        const ast_node *item = items.items[i];
        if (item->kind == AST_TEST && !add_test(t, &p->src, item))
            return false;
        if (is_common(item))
            t->common_end = item->span.end;
        else
            blank(t->common, item->span);
    }
    return true;
}

/* Of a text that compiles. NULL: no memory. */
static csp_tests *read_tests(const char *name, const char *text, size_t size)
{
    csp_tests *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->name = strdup(name);
    t->file = realpath(name, NULL);
    if (!t->file)
        t->file = strdup(name);
    t->text = malloc(size + 1);
    t->common = malloc(size + 1);
    if (t->text && t->common && size > 0) {
        memcpy(t->text, text, size);
        memcpy(t->common, text, size);
    }
    parsed p;
    parsed_read(&p, name, text, size, parse_module);
    uint32_t items = p.ast ? p.ast->items.count : 0;
    t->items = calloc((size_t)items + 1, sizeof *t->items);
    bool ok = p.ast && t->name && t->file && t->text && t->common && t->items && fill(t, &p) &&
              live_add(t, LIVE_TESTS);
    parsed_free(&p);
    if (ok)
        return t;
    free_tests(t);
    return NULL;
}

csp_status csp_tests_read(csp_vm *vm, const char *name, const char *text, size_t size,
                          csp_tests **tests)
{
    if (tests)
        *tests = NULL;
    if (!tests)
        return door_misuse(vm, __func__, "there is no place for the result");
    host *h = program_enter(vm, __func__, name, text, size);
    if (!h)
        return CSP_E_MISUSE;
    csp_status status = CSP_OK;
    if (!world_compile(h->world, name, text, size, 1, NULL))
        status = world_failure(h->world);
    else if (!(*tests = read_tests(name, text, size)))
        status = host_fail_memory(h);
    host_end(h);
    return status;
}

size_t csp_tests_count(const csp_tests *tests)
{
    return live_kind_of(tests) == LIVE_TESTS ? tests->count : 0;
}

bool csp_tests_get(const csp_tests *tests, size_t index, csp_test *test)
{
    if (test)
        *test = (csp_test){0};
    if (!test || index >= csp_tests_count(tests))
        return false;
    const own_test *t = &tests->items[index];
    *test = (csp_test){.name = t->name,
                       .name_size = t->name_size,
                       .line = t->line,
                       .source = tests->text + t->source.start,
                       .source_size = t->source.end - t->source.start};
    return true;
}

void csp_tests_free(csp_tests *tests)
{
    if (live_take(tests, LIVE_TESTS))
        free_tests(tests);
}

/* ---- Running ---- */

/* Nothing of the text is needed behind the test and what belongs to all. */
static const module *compile(world *w, const csp_tests *tests, const own_test *t)
{
    size_t size = t->span.end > tests->common_end ? t->span.end : tests->common_end;
    char *source = malloc(size + 1);
    if (!source) {
        error_set_memory(w);
        return NULL;
    }
    memcpy(source, tests->common, size);
    memcpy(source + t->span.start, tests->text + t->span.start, t->span.end - t->span.start);
    const module *m = world_compile_test(w, tests->name, source, tests->text, size);
    free(source);
    return m;
}

static csp_status run(world *w, const csp_tests *tests, const own_test *t,
                      const csp_test_options *o)
{
    int64_t deadline = o->milliseconds ? loop_now() + (int64_t)o->milliseconds * MS : LOOP_NEVER;
    vm_test test = {.file = tests->file, .updates = o->updates};
    w->test = true;
    w->vm->test = &test;
    if (o->seeded)
        sched_seed(w->vm, o->seed);
    csp_status status = program_execute(w, compile(w, tests, t), deadline);
    w->vm->test = NULL;
    return status == CSP_OK && w->vm->counts.leaked > 0 ? CSP_STUCK : status;
}

/* False: it is misuse, which has been told. */
static bool read_options(csp_vm *vm, const char *function, const csp_test_options *given,
                         csp_test_options *options)
{
    *options = (csp_test_options){.struct_size = sizeof *options};
    if (!given)
        return true;
    if (given->struct_size < sizeof *options) {
        door_misuse(vm, function, "`struct_size` is not sizeof(csp_test_options)");
        return false;
    }
    memcpy(options, given, sizeof *options);
    return true;
}

csp_status csp_test_run(csp_vm *vm, const csp_tests *tests, size_t index,
                        const csp_test_options *given)
{
    csp_test_options options;
    if (live_kind_of(tests) != LIVE_TESTS)
        return door_misuse(vm, __func__, "these are no tests");
    if (index >= tests->count)
        return door_misuse(vm, __func__, "there is no test of that number");
    if (!read_options(vm, __func__, given, &options))
        return CSP_E_MISUSE;
    host *h = host_begin(vm, __func__);
    if (!h)
        return CSP_E_MISUSE;
    loader_settle(h->world);
    csp_status status = run(h->world, tests, &tests->items[index], &options);
    host_end(h);
    return status;
}
