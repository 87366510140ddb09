#include "api/session_names.h"

#include <stdlib.h>

#include "api/host/fail.h"
#include "api/host/host.h"
#include "api/loader.h"
#include "api/session_text.h"
#include "api/symbol.h"
#include "include/csp_tools.h"

/* ---- What a session has ---- */

static csp_name_kind kind_of(const session_variable *v)
{
    if (!v->text)
        return CSP_NAME_LET;
    switch (v->text->statement) {
    case AST_FN_DECL: return CSP_NAME_FN;
    case AST_CONST: return CSP_NAME_CONST;
    case AST_IMPORT: return CSP_NAME_IMPORT;
    case AST_EXTERN: return CSP_NAME_EXTERN;
    default: return v->assignable ? CSP_NAME_VAR : CSP_NAME_LET;
    }
}

/* Names that the host has set come first. */
static uint64_t order_of(const session_variable *v) { return v->text ? v->text->order + 1 : 0; }

static int compare_order(const void *a, const void *b)
{
    uint64_t one = order_of(*(const session_variable *const *)a);
    uint64_t other = order_of(*(const session_variable *const *)b);
    return one < other ? -1 : one > other;
}

static csp_name describe(const session_variable *v)
{
    csp_name name = {.name = v->name, .kind = kind_of(v)};
    const session_text *text = v->text;
    if (text) {
        name.text = text->text;
        name.file = text->file;
        name.line = text->line;
    }
    return name;
}

csp_status csp_each_name(csp_session *s, void (*each)(void *user, const csp_name *name), void *user)
{
    host *h = session_enter(s, __func__);
    if (!h)
        return CSP_E_MISUSE;
    csp_status status = CSP_OK;
    const session_variable **sorted = calloc(s->count + 1u, sizeof *sorted);
    if (!each)
        status = door_misuse(h->vm, __func__, "there is no function to call");
    else if (!sorted)
        status = host_fail_memory(h);
    else {
        for (uint32_t i = 0; i < s->count; i++)
            sorted[i] = &s->variables[i];
        qsort(sorted, s->count, sizeof *sorted, compare_order);
        door_hook_begin(h);
        for (uint32_t i = 0, count = s->count; i < count; i++) {
            csp_name name = describe(sorted[i]);
            each(user, &name);
        }
        door_hook_end(h);
    }
    free(sorted);
    door_leave(h);
    return status;
}

/* ---- What a name stands for ---- */

static bool find_member(csp_session *s, const char *home, const char *name, resolve_symbol *out)
{
    const void *imported = session_module(s, home);
    int index = world_find_module(s->world, home);
    if (imported)
        return !world_is_library(imported) &&
               loader_member(s->world, imported, name, out) == RESOLVE_FOUND;
    return index >= 0 && world_member(s->world, index, name, out) == RESOLVE_FOUND;
}

bool session_function(csp_session *s, const char *name, resolve_symbol *out)
{
    const char *point = strchr(name, '.');
    if (point) {
        char *home = strndup(name, (size_t)(point - name));
        bool found = home && find_member(s, home, point + 1, out);
        free(home);
        return found;
    }
    value v = session_value(s, name);
    if (value_is(v, OBJ_CLOSURE))
        return symbol_of_closure(s->world, value_as_object(v), out);
    return v == VALUE_ABSENT && find_member(s, "", name, out);
}

/* ---- Inputs of a file ---- */

csp_status csp_session_file(csp_session *s, const char *name)
{
    host *h = session_enter(s, __func__);
    if (!h)
        return CSP_E_MISUSE;
    csp_status status = CSP_OK;
    char *copy = name ? strdup(name) : NULL;
    if (name && door_check_text(h->vm, __func__, name, "", 0) != CSP_OK) {
        free(copy);
        status = CSP_E_MISUSE;
    } else if (name && !copy) {
        status = host_fail_memory(h);
    } else {
        free(s->file);
        s->file = copy;
        s->file_line = 1;
    }
    door_leave(h);
    return status;
}
