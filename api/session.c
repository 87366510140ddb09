#include "api/session.h"

#include <stdlib.h>

#include "api/error.h"
#include "api/loader.h"
#include "vm/text.h"
#include "vm/walk.h"

/* What csp_eval shows of a value. */
enum { SHOWN_BYTES = 64 << 10 };

csp_session *csp_session_new(csp_vm *vm)
{
    world *w = world_of(vm);
    csp_session *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->world = w;
    s->line = 1;
    s->next = w->sessions;
    w->sessions = s;
    return s;
}

void csp_session_free(csp_session *s)
{
    if (!s)
        return;
    csp_session **link = &s->world->sessions;
    while (*link != s)
        link = &(*link)->next;
    *link = s->next;
    for (uint32_t i = 0; i < s->total; i++)
        free(s->variables[i].name);
    free(s->variables);
    if (s->cells)
        heap_unpin(s->cells);
    free(s);
}

/* ---- Variables ---- */

static cell *variable_cell(const csp_session *s, uint32_t i) { return value_as_object(s->cells[i]); }

/* The newest of that name before `end`, or end. */
static uint32_t find_before(const csp_session *s, const char *name, uint32_t end)
{
    for (uint32_t i = end; i-- > 0;)
        if (strcmp(s->variables[i].name, name) == 0)
            return i;
    return end;
}

static void describe(const csp_session *s, uint32_t i, resolve_session_name *out)
{
    cell *c = variable_cell(s, i);
    *out = (resolve_session_name){
        .cell = value_object(c), .assignable = s->variables[i].assignable, .home = s->variables[i].home};
    /* The arity of what can be assigned, or captures something of this session, is looked at when it is called. */
    if (out->assignable || !value_is(c->item, OBJ_CLOSURE))
        return;
    const closure *fn = value_as_object(c->item);
    out->is_function = fn->code->captures == 0 && world_closure_symbol(s->world, fn, &out->function);
}

bool session_find(csp_session *s, const char *name, resolve_session_name *out)
{
    uint32_t i = find_before(s, name, s->total);
    if (i == s->total)
        return false;
    describe(s, i, out);
    return true;
}

value session_value(const csp_session *s, const char *name)
{
    uint32_t i = find_before(s, name, s->count);
    return i == s->count ? VALUE_ABSENT : variable_cell(s, i)->item;
}

const void *session_module(const csp_session *s, const char *name)
{
    uint32_t i = find_before(s, name, s->count);
    return i == s->count ? NULL : s->variables[i].home;
}

static bool reserve(csp_session *s)
{
    if (s->total < s->capacity)
        return true;
    uint32_t capacity = s->capacity ? s->capacity * 2 : 32;
    session_variable *variables = realloc(s->variables, capacity * sizeof *variables);
    if (!variables)
        return false;
    s->variables = variables;
    value *cells = heap_pinned(capacity * sizeof *cells);
    if (!cells)
        return false;
    if (s->cells) {
        memcpy(cells, s->cells, s->total * sizeof *cells);
        heap_unpin(s->cells);
    }
    s->cells = cells;
    s->capacity = capacity;
    return true;
}

bool session_define(csp_session *s, const char *name, bool assignable, const void *home, resolve_session_name *out)
{
    csp_vm *vm = s->world->vm;
    value label = str_new(vm, name, strlen(name));
    cell *c = label == VALUE_ABSENT ? NULL : heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *c);
    char *copy = c ? strdup(name) : NULL;
    if (!copy || !reserve(s)) {
        free(copy);
        return false;
    }
    *c = (cell){.header = OBJ_CELL | OBJ_IMMUTABLE, .name = label};
    s->variables[s->total] = (session_variable){.name = copy, .assignable = assignable, .home = home};
    s->cells[s->total] = value_object(c);
    describe(s, s->total++, out);
    return true;
}

static void remove_staged(csp_session *s)
{
    while (s->total > s->count) {
        s->total--;
        free(s->variables[s->total].name);
        s->cells[s->total] = VALUE_ABSENT;
    }
}

/* What the input has defined becomes the session's. A name that got no value, because the input failed before, is
 * what it was. */
static void commit(csp_session *s)
{
    uint32_t end = s->total;
    for (uint32_t i = s->count; i < end; i++) {
        session_variable variable = s->variables[i];
        value c = s->cells[i];
        uint32_t to =
            ((cell *)value_as_object(c))->item == VALUE_ABSENT ? end : find_before(s, variable.name, s->count);
        if (to == end) {
            free(variable.name);
            continue;
        }
        if (to == s->count)
            s->count++;
        else
            free(s->variables[to].name);
        s->variables[to] = variable;
        s->cells[to] = c;
    }
    s->total = s->count;
    for (uint32_t i = s->total; i < end; i++)
        s->cells[i] = VALUE_ABSENT;
}

/* ---- Evaluation ---- */

static uint32_t count_lines(const char *source, size_t size)
{
    uint32_t lines = size > 0 && source[size - 1] != '\n';
    for (size_t i = 0; i < size; i++)
        lines += source[i] == '\n';
    return lines;
}

static char *show(csp_vm *vm, value v)
{
    text t;
    text_init(&t, vm);
    if (!walk_show(vm, &t, v, SHOWN_BYTES))
        return NULL;
    char *shown = malloc(t.used + 1);
    if (!shown)
        return NULL;
    memcpy(shown, t.block, t.used);
    shown[t.used] = '\0';
    return shown;
}

static csp_status run(csp_session *s, const module *m, value *result)
{
    world *w = s->world;
    process *p = vm_start(w->vm, m->codes[0], s->number, PROCESS_MAIN | PROCESS_SYSTEM);
    if (!p) {
        error_set_memory(w);
        return CSP_E_MEMORY;
    }
    s->number = process_number(p);
    csp_status status = world_run(w, p, result);
    /* One that could not be stopped keeps the values: two processes must never own the same. */
    if (!process_ended(p))
        s->number = 0;
    return status;
}

csp_status csp_eval(csp_session *s, const char *source, size_t size, char **result)
{
    world *w = s->world;
    *result = NULL;
    if (!world_begin(w))
        return CSP_E_MISUSE;
    csp_error_free(csp_take_error(w->vm));
    loader_settle(w);
    const module *m = world_compile(w, "repl", source, size, s->line, s);
    s->line += count_lines(source, size);
    value v = VALUE_NIL;
    csp_status status;
    if (m) {
        status = run(s, m, &v);
        commit(s);
        if (status == CSP_OK && v != VALUE_NIL)
            *result = show(w->vm, v);
        output_finish(w->vm);
    } else {
        remove_staged(s);
        status = world_failure(w);
    }
    world_end(w);
    return status;
}
