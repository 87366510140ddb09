/* Scopes: how long handles live. */
#include <stdlib.h>

#include "api/host/fail.h"
#include "api/host/host.h"
#include "base/array.h"

/* Slots that stay when a scope is closed. */
enum { KEPT_SLOTS = 1 << 14 };

static bool grow(handles *of)
{
    handle_scope *larger =
        array_room32(of->scopes, &of->scopes_capacity, of->scopes_capacity + 1, sizeof *larger);
    if (larger)
        of->scopes = larger;
    return larger;
}

/* NULL: told. */
static handle_scope *push(host *h, const char *function)
{
    handles *of = &h->handles;
    uint32_t open = door_scopes(h->door);
    if (open == SCOPES_MAX) {
        door_misuse(h->vm, function, "65,536 scopes are open: each has to be closed");
        return NULL;
    }
    if (open == of->scopes_capacity && !grow(of)) {
        host_fail_memory(h);
        return NULL;
    }
    if (++of->serial == 0)
        of->serial = 1;
    door_set_scopes(h->door, open + 1);
    handle_scope *s = &of->scopes[open];
    *s = (handle_scope){.first = of->used, .serial = of->serial};
    return s;
}

/* After many values their memory is given back. */
static void shrink(handles *of)
{
    heap_unpin(of->slots);
    free(of->serials);
    of->slots = NULL;
    of->serials = NULL;
    of->capacity = of->serials_capacity = 0;
}

/* Closes the scope at that place, and those inside it. */
static void close_from(host *h, uint32_t place)
{
    handles *of = &h->handles;
    uint32_t first = of->scopes[place].first;
    if (of->used > first)
        memset(of->slots + first, 0, (of->used - first) * sizeof *of->slots);
    of->used = first;
    door_set_scopes(h->door, place);
    if (first == 0 && of->capacity > KEPT_SLOTS)
        shrink(of);
}

/* Where the scope is among the open ones, which the caller may close; false: it is none, told. */
static bool find(host *h, csp_scope scope, const char *function, uint32_t *place)
{
    const handles *of = &h->handles;
    uint32_t open = door_scopes(h->door);
    if (scope.mark >= open || of->scopes[scope.mark].serial != scope.serial) {
        door_misuse(h->vm, function, "the scope has been closed, or is not of this VM");
        return false;
    }
    for (uint32_t i = scope.mark; i < open; i++)
        if (of->scopes[i].native) {
            door_misuse(h->vm, function, "the scope was opened outside of the native");
            return false;
        }
    *place = scope.mark;
    return true;
}

csp_scope csp_scope_open(csp_vm *vm)
{
    csp_scope scope = {0, 0};
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return scope;
    const handle_scope *s = push(h, __func__);
    if (s)
        scope = (csp_scope){door_scopes(h->door) - 1, s->serial};
    door_leave(h);
    return scope;
}

void csp_scope_close(csp_vm *vm, csp_scope scope)
{
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return;
    uint32_t place;
    if (find(h, scope, __func__, &place))
        close_from(h, place);
    door_leave(h);
}

csp_value csp_scope_return(csp_vm *vm, csp_scope scope, csp_value v)
{
    csp_value kept = CSP_NONE;
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return kept;
    uint32_t place;
    value held = VALUE_ABSENT;
    bool given = handle_value(h, v, __func__, &held);
    if (find(h, scope, __func__, &place)) {
        close_from(h, place);
        if (given)
            kept = handle_new(h, held, __func__);
    }
    door_leave(h);
    return kept;
}

bool handle_scope_push(host *h)
{
    handle_scope *s = push(h, "a native");
    if (s)
        s->native = true;
    return s != NULL;
}

void handle_scope_pop(host *h)
{
    uint32_t place = door_scopes(h->door);
    while (!h->handles.scopes[--place].native)
        continue;
    close_from(h, place);
}
