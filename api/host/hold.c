#include "api/host/hold.h"

#include "api/host/host.h"

void hold_destroy(host *h, const context_state *state)
{
    if (!state->destroy)
        return;
    door_hook_begin(h);
    state->destroy(state->state);
    door_hook_end(h);
}

void hold_let_go(csp_context *c, context_state *state)
{
    context_state held = *state;
    *state = (context_state){.held = false};
    if (held.held)
        hold_destroy(c->host, &held);
}

static bool is_held(const context_state *s, void *state) { return s->held && s->state == state; }

bool hold_takes(csp_context *c, const char *function, void *state, void (*destroy)(void *),
                csp_resume_fn *resume)
{
    context_state given = {state, destroy, true};
    csp_context *running = context_running;
    if (!context_check(c, function)) {
        /* a second verdict with the state of the first destroys nothing: the call has it */
        bool has = c && c == running && (is_held(&c->state, state) || is_held(&c->next, state));
        if (!has && running)
            hold_destroy(running->host, &given);
        else if (!has && destroy)
            destroy(state);
        return false;
    }
    c->resume = resume;
    c->kept = is_held(&c->state, state);
    *(c->kept ? &c->state : &c->next) = given;
    return true;
}

bool hold_allowed(csp_context *c, const char *function, csp_verdict *out)
{
    if (c->native->suspends)
        return true;
    hold_let_go(c, &c->next);
    *out = context_gave_misuse(c, function, "the native is not declared to suspend");
    return false;
}

void hold_take_called(csp_context *c, process *p)
{
    value *crash = native_crash(p);
    c->failed = *crash != VALUE_ABSENT;
    c->arrived = c->failed ? *crash : *native_result(p);
    *crash = VALUE_ABSENT;
}
