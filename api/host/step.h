/* Around each step of a native of the host: its context is the running one, it is in the VM, and
 * has a scope for its handles. Natives of one VM never nest; those of several may. Inline: it is
 * the larger part of a short native's time. */
#ifndef CSP_API_HOST_STEP_H
#define CSP_API_HOST_STEP_H

#include "api/host/context.h"
#include "api/host/host.h"

/* What held before. */
typedef struct step_before {
    csp_context *running;
    csp_error *error; /* what the host had failed with */
} step_before;

static inline bool step_push_scope(host *h)
{
    handles *of = &h->handles;
    uint32_t open = door_scopes(h->door);
    if (__builtin_expect(open >= of->scopes_capacity || of->serial == UINT32_MAX, 0))
        return handle_scope_push(h);
    of->scopes[open] = (handle_scope){of->used, ++of->serial, true};
    door_set_scopes(h->door, open + 1);
    return true;
}

static inline void step_pop_scope(host *h)
{
    const handles *of = &h->handles;
    uint32_t place = door_scopes(h->door) - 1;
    const handle_scope *s = &of->scopes[place];
    if (__builtin_expect(s->native && of->used == s->first, 1))
        door_set_scopes(h->door, place); /* most natives make no value that needs a slot */
    else
        handle_scope_pop(h);
}

/* What the host had failed with before, unless the native has left an error of its own. */
void step_put_back(world *w, csp_error *before);
/* The native returned a wrong verdict: tells what is wrong, and makes that its verdict. */
void step_refuse(csp_context *c, csp_verdict v);

/* False: it could not be begun, and that is raised. */
static inline bool step_begin(csp_context *c, step_before *before)
{
    host *h = c->host;
    if (__builtin_expect(!step_push_scope(h), 0)) {
        vm_raise_memory(h->vm);
        return false;
    }
    *before = (step_before){context_running, h->world->error};
    if (__builtin_expect(before->error != NULL, 0))
        h->world->error = NULL;
    context_running = h->context = c;
    c->given = 0;
    c->code = (int)(h->natives.steps++ & INT32_MAX) | 1 << 30;
    door_native_begin(h->door);
    return true;
}

/* Afterwards c->verdict and c->result are valid. */
static inline void step_end(csp_context *c, const step_before *before, csp_verdict v)
{
    host *h = c->host;
    if (__builtin_expect(v.code == 0 || v.code != c->given, 0))
        step_refuse(c, v);
    door_native_end(h->door);
    h->context = NULL;
    context_running = before->running;
    step_pop_scope(h);
    if (__builtin_expect(before->error != NULL, 0))
        step_put_back(h->world, before->error);
}

#endif
