#include "api/session.h"

#include <stdlib.h>

#include "api/error.h"
#include "api/host/fail.h"
#include "api/host/host.h"
#include "api/host/live.h"
#include "api/session_text.h"
#include "api/symbol.h"
#include "base/array.h"
#include "vm/core/string.h"
#include "vm/process/kill.h"

static cell *variable_cell(const csp_session *s, uint32_t i)
{
    return value_as_object(s->cells[i]);
}

static void each_name(csp_vm *vm, void (*each)(void *user, const char *name, value v), void *user)
{
    for (const csp_session *s = world_of(vm)->sessions; s; s = s->next) {
        uint32_t last = name_index_find(&s->names, "_");
        for (uint32_t i = 0; i < s->total; i++)
            if (i != last)
                each(user, s->variables[i].name, variable_cell(s, i)->item);
        if (last != NAME_INDEX_NONE)
            each(user, "_", variable_cell(s, last)->item);
    }
}

static bool evaluation_init(evaluation *e)
{
    *e = (evaluation){.process = heap_pinned(sizeof(process *))};
    return e->process != NULL;
}

static void evaluation_free(evaluation *e)
{
    error_free(e->why);
    heap_unpin(e->process);
}

csp_session *csp_session_new(csp_vm *vm)
{
    host *h = door_enter(vm, __func__, 0);
    if (!h)
        return NULL;
    csp_session *s = calloc(1, sizeof *s);
    if (s && evaluation_init(&s->evaluation) && live_add(s, LIVE_SESSION)) {
        s->world = h->world;
        s->line = 1;
        s->next = h->world->sessions;
        h->world->sessions = s;
        vm->each_name = each_name;
    } else {
        if (s)
            evaluation_free(&s->evaluation);
        free(s);
        s = NULL;
        host_fail_memory(h);
    }
    door_leave(h);
    return s;
}

host *session_enter(csp_session *s, const char *function)
{
    return live_kind_of(s) == LIVE_SESSION ? door_enter(s->world->vm, function, 0) : NULL;
}

char *session_tell(csp_session *s, const char *function, const char *name,
                   char *(*tell)(csp_session *s, const char *name))
{
    host *h = session_enter(s, function);
    if (!h)
        return NULL;
    bool sound = door_check_text(h->vm, function, name, "", 0) == CSP_OK;
    char *told = sound ? tell(s, name) : NULL;
    door_leave(h);
    return told;
}

void csp_session_free(csp_session *s)
{
    host *h = session_enter(s, __func__);
    if (!h)
        return;
    if (*s->evaluation.process)
        vm_kill(h->vm, *s->evaluation.process, "the session is over");
    session_free(s);
    door_leave(h);
}

static void free_variable(session_variable *v)
{
    free(v->name);
    session_text_drop(v->text);
}

void session_free(csp_session *s)
{
    live_take(s, LIVE_SESSION);
    csp_session **link = &s->world->sessions;
    while (*link != s)
        link = &(*link)->next;
    *link = s->next;
    name_index_clear(&s->names);
    name_index_clear(&s->staged);
    name_index_clear(&s->late);
    for (uint32_t i = 0; i < s->total; i++)
        free_variable(&s->variables[i]);
    free(s->variables);
    free(s->file);
    if (s->cells)
        heap_unpin(s->cells);
    for (uint32_t i = 0; i < s->late_count; i++)
        free(s->late_names[i]);
    free(s->late_names);
    evaluation_free(&s->evaluation);
    if (s->late_cells)
        heap_unpin(s->late_cells);
    free(s);
}

/* ---- Variables ---- */

/* The cell in which functions look up the name; VALUE_ABSENT: none does. */
static value find_late(const csp_session *s, const char *name)
{
    uint32_t i = name_index_find(&s->late, name);
    return i == NAME_INDEX_NONE ? VALUE_ABSENT : s->late_cells[i];
}

static void describe(const csp_session *s, uint32_t i, resolve_session_name *out)
{
    cell *c = variable_cell(s, i);
    const session_variable *v = &s->variables[i];
    *out = (resolve_session_name){.cell = value_object(c),
                                  .late = find_late(s, v->name),
                                  .assignable = v->assignable,
                                  .by_name = v->by_name,
                                  .home = v->home};
    /* The arity of a function that can be assigned, or captures something of this session, is
     * checked when it is called. */
    if (out->assignable || !value_is(c->item, OBJ_CLOSURE))
        return;
    const closure *fn = value_as_object(c->item);
    out->is_function = fn->code->captures == 0 && symbol_of_closure(s->world, fn, &out->function);
}

bool session_find(csp_session *s, const char *name, resolve_session_name *out)
{
    uint32_t i = name_index_find(&s->staged, name);
    if (i == NAME_INDEX_NONE)
        i = name_index_find(&s->names, name);
    if (i == NAME_INDEX_NONE)
        return false;
    describe(s, i, out);
    return true;
}

value session_value(const csp_session *s, const char *name)
{
    uint32_t i = name_index_find(&s->names, name);
    return i == NAME_INDEX_NONE ? VALUE_ABSENT : variable_cell(s, i)->item;
}

const void *session_module(const csp_session *s, const char *name)
{
    uint32_t i = name_index_find(&s->names, name);
    return i == NAME_INDEX_NONE ? NULL : s->variables[i].home;
}

/* Room for one cell more than `count`. */
static bool reserve_cell(value **cells, uint32_t *capacity, uint32_t count)
{
    enum { FIRST_CELLS = 32 };
    return count < *capacity || handle_grow_slots(cells, capacity, FIRST_CELLS);
}

static bool reserve_cells(csp_session *s)
{
    /* Makes room in `names` too: what the input has defined is entered there when nothing can fail
     * any more. */
    uint32_t staged = s->total - s->count + 1;
    if (!name_index_reserve(&s->staged, staged) ||
        !name_index_reserve(&s->names, s->count + staged))
        return false;
    session_variable *variables =
        array_room32(s->variables, &s->variable_capacity, s->total + 1, sizeof *variables);
    if (!variables)
        return false;
    s->variables = variables;
    return reserve_cell(&s->cells, &s->cell_capacity, s->total);
}

static bool reserve_late(csp_session *s)
{
    if (!name_index_reserve(&s->late, s->late_count + 1))
        return false;
    char **names =
        array_room32(s->late_names, &s->late_name_capacity, s->late_count + 1, sizeof *names);
    if (!names)
        return false;
    s->late_names = names;
    return reserve_cell(&s->late_cells, &s->late_cell_capacity, s->late_count);
}

/* VALUE_ABSENT: no memory. */
static value new_cell(const csp_session *s, const char *name, uint64_t flags)
{
    csp_vm *vm = s->world->vm;
    value label = str_new(vm, name, strlen(name));
    cell *c = label == VALUE_ABSENT ? NULL : heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *c);
    if (!c)
        return VALUE_ABSENT;
    *c = (cell){.header = OBJ_CELL | OBJ_IMMUTABLE | flags, .name = label};
    return value_object(c);
}

uint64_t session_late(csp_session *s, const char *name)
{
    value found = find_late(s, name);
    if (found != VALUE_ABSENT)
        return found;
    value made = new_cell(s, name, CELL_LATE);
    char *copy = made == VALUE_ABSENT ? NULL : strdup(name);
    if (!copy || !reserve_late(s)) {
        free(copy);
        return VALUE_ABSENT;
    }
    name_index_set(&s->late, copy, s->late_count);
    s->late_names[s->late_count] = copy;
    s->late_cells[s->late_count++] = made;
    return made;
}

bool session_define(csp_session *s, const char *name, const resolve_session_name *how,
                    resolve_session_name *out)
{
    value made = new_cell(s, name, 0);
    if (made == VALUE_ABSENT || (how->by_name && session_late(s, name) == VALUE_ABSENT))
        return false;
    session_variable variable = {.name = strdup(name),
                                 .text = how->item ? session_text_of(s, how) : NULL,
                                 .assignable = how->assignable,
                                 .by_name = how->by_name,
                                 .home = how->home};
    if (!variable.name || (how->item && !variable.text) || !reserve_cells(s)) {
        free_variable(&variable);
        return false;
    }
    s->variables[s->total] = variable;
    s->cells[s->total] = made;
    name_index_set(&s->staged, variable.name, s->total);
    describe(s, s->total++, out);
    return true;
}

/* The input has ended; its variables are those before `end`. */
static void forget_staged(csp_session *s, uint32_t end)
{
    name_index_clear(&s->staged);
    for (uint32_t i = s->count; i < end; i++)
        s->cells[i] = VALUE_ABSENT;
    s->total = s->count;
}

void session_drop_staged(csp_session *s)
{
    for (uint32_t i = s->count; i < s->total; i++)
        free_variable(&s->variables[i]);
    forget_staged(s, s->total);
}

void session_commit(csp_session *s)
{
    uint32_t end = s->total;
    for (uint32_t i = s->count; i < end; i++) {
        session_variable variable = s->variables[i];
        value c = s->cells[i];
        if (((cell *)value_as_object(c))->item == VALUE_ABSENT) {
            free_variable(&variable);
            continue;
        }
        uint32_t to = name_index_find(&s->names, variable.name);
        if (to == NAME_INDEX_NONE) {
            to = s->count++;
            name_index_set(&s->names, variable.name, to);
        } else {
            session_text_drop(s->variables[to].text);
            free(variable.name);
            variable.name = s->variables[to].name; /* the index points to it */
        }
        s->variables[to] = variable;
        s->cells[to] = c;
    }
    forget_staged(s, end);
}

/* ---- Names that the host binds ---- */

/* For those who look it up. */
static void set_late(csp_session *s, const char *name, value v)
{
    value late = find_late(s, name);
    if (late != VALUE_ABSENT)
        ((cell *)value_as_object(late))->item = v;
}

/* Behind what the input under way has defined: it becomes the session's with that. */
static bool append(csp_session *s, const char *name, value made)
{
    char *copy = strdup(name);
    if (!copy || !reserve_cells(s)) {
        free(copy);
        return false;
    }
    s->variables[s->total] = (session_variable){.name = copy};
    s->cells[s->total] = made;
    if (s->total > s->count)
        name_index_set(&s->staged, copy, s->total);
    else
        name_index_set(&s->names, copy, s->count++);
    s->total++;
    return true;
}

bool session_bind(csp_session *s, const char *name, value v)
{
    value made = new_cell(s, name, 0);
    if (made == VALUE_ABSENT)
        return false;
    ((cell *)value_as_object(made))->item = v;
    uint32_t i = name_index_find(&s->names, name);
    if (i == NAME_INDEX_NONE) {
        if (!append(s, name, made))
            return false;
    } else {
        session_text_drop(s->variables[i].text);
        s->variables[i] = (session_variable){.name = s->variables[i].name};
        s->cells[i] = made;
    }
    set_late(s, name, v);
    return true;
}

/* The last one takes its place, and what the input under way has defined moves up. */
static void remove_variable(csp_session *s, uint32_t i)
{
    name_index_remove(&s->names, s->variables[i].name);
    free_variable(&s->variables[i]);
    uint32_t last = --s->count, staged = --s->total - last;
    if (i < last) {
        s->variables[i] = s->variables[last];
        s->cells[i] = s->cells[last];
        name_index_set(&s->names, s->variables[i].name, i);
    }
    memmove(&s->variables[last], &s->variables[last + 1], staged * sizeof *s->variables);
    memmove(&s->cells[last], &s->cells[last + 1], staged * sizeof *s->cells);
    for (uint32_t k = last; k < s->total; k++)
        name_index_set(&s->staged, s->variables[k].name, k);
    s->cells[s->total] = VALUE_ABSENT;
}

bool session_unbind(csp_session *s, const char *name)
{
    uint32_t i = name_index_find(&s->names, name), staged = name_index_find(&s->staged, name);
    if (i == NAME_INDEX_NONE && staged == NAME_INDEX_NONE)
        return false;
    set_late(s, name, VALUE_ABSENT);
    if (staged != NAME_INDEX_NONE)
        variable_cell(s, staged)->item = VALUE_ABSENT; /* so it will not be the session's */
    if (i != NAME_INDEX_NONE)
        remove_variable(s, i);
    return true;
}
