#include "api/eval.h"

#include <stdlib.h>

#include "api/error.h"
#include "api/host/enter.h"
#include "api/host/host.h"
#include "api/host/live.h"
#include "api/host/walks.h"
#include "api/loader.h"
#include "api/session.h"
#include "vm/drive.h"
#include "vm/machine.h"
#include "vm/outside/bell.h"
#include "vm/outside/loop.h"
#include "vm/process/kill.h"
#include "vm/process/output.h"

/* SHOWN: the value of csp_eval as text. */
enum { SHOWN_BYTES = 64 << 10, LENT_BYTES = 1 << 20, MS = 1000000 };

static process *under_way(const csp_session *s) { return *s->evaluation.process; }

/* ---- The beginning ---- */

static uint32_t count_lines(const char *source, size_t size)
{
    uint32_t lines = size > 0 && source[size - 1] != '\n';
    for (size_t i = 0; i < size; i++)
        lines += source[i] == '\n';
    return lines;
}

static csp_status start(csp_session *s, const char *source, size_t size)
{
    world *w = s->world;
    loader_settle(w);
    /* When values have used up all memory, an input that drops them must still compile. */
    heap_lend(vm_heap(w->vm), LENT_BYTES);
    uint32_t *line = s->file ? &s->file_line : &s->line;
    const module *m = world_compile(w, s->file ? s->file : "repl", source, size, *line, s);
    heap_lend(vm_heap(w->vm), -LENT_BYTES);
    *line += count_lines(source, size);
    if (!m) {
        session_drop_staged(s);
        return world_failure(w);
    }
    process *p = vm_start(w->vm, m->codes[0], s->number, PROCESS_MAIN | PROCESS_SYSTEM);
    if (!p) {
        session_drop_staged(s);
        error_set_memory(w);
        return CSP_E_MEMORY;
    }
    s->number = process_number(p);
    *s->evaluation.process = p;
    s->evaluation.stopped = CSP_OK;
    return CSP_OK;
}

/* ---- The end ---- */

/* Its deferred calls might wait for ever, or for long. */
static void stop(csp_session *s, csp_status status, const char *reason)
{
    evaluation *e = &s->evaluation;
    e->stopped = status;
    e->why = error_take(s->world);
    e->until = loop_now() + VM_GRACE;
    vm_kill(s->world->vm, under_way(s), reason);
}

static void stop_interrupted(csp_session *s, const char *reason)
{
    if (reason)
        error_set_plain(s->world, "interrupted", reason, NULL);
    else
        error_set_interrupted(s->world);
    stop(s, CSP_E_INTERRUPTED, reason ? reason : "interrupted");
}

static void stop_deadlocked(csp_session *s)
{
    error_set_deadlock(s->world);
    stop(s, CSP_E_DEADLOCK, "deadlock");
}

/* Whether nothing will come any more of waiting for it. */
static bool is_over(csp_session *s)
{
    const evaluation *e = &s->evaluation;
    const csp_vm *vm = s->world->vm;
    return process_ended(under_way(s)) || vm->exit_status >= 0 ||
           (e->stopped != CSP_OK && loop_now() >= e->until);
}

/* The outcome of one that is over; *v is its value, or nil. */
static csp_status finish(csp_session *s, value *v)
{
    world *w = s->world;
    evaluation *e = &s->evaluation;
    const process *p = under_way(s);
    csp_status status = e->stopped;
    *v = VALUE_NIL;
    if (status != CSP_OK) {
        error_free(w->error);
        w->error = e->why;
        e->why = NULL;
    } else if (!process_ended(p)) {
        status = CSP_EXIT;
    } else if (p->flags & PROCESS_FAILED) {
        error_set_crash(w, "error", p, p->value);
        status = CSP_E_CRASH;
    } else {
        *v = p->value;
    }
    /* A process that could not be stopped keeps the values: two processes must never own the
     * same ones. */
    if (!process_ended(p))
        s->number = 0;
    *e->process = NULL;
    session_commit(s);
    return status;
}

/* ---- Running it ---- */

/* Until it is over. CSP_OK; when the time is up CSP_MORE or CSP_IDLE; CSP_E_INTERRUPTED. */
static csp_status wait(csp_session *s, int64_t deadline)
{
    csp_vm *vm = s->world->vm;
    while (!is_over(s)) {
        const evaluation *e = &s->evaluation;
        bool cut = e->stopped != CSP_OK && e->until < deadline;
        switch (vm_run(vm, under_way(s), cut ? e->until : deadline)) {
        case VM_DEADLOCK:
            if (e->stopped != CSP_OK) /* its deferred calls wait for ever */
                s->evaluation.until = 0;
            else
                stop_deadlocked(s);
            break;
        case VM_INTERRUPTED: return CSP_E_INTERRUPTED;
        case VM_DEADLINE:
            if (!cut)
                return vm_next_event(vm) == 0 ? CSP_MORE : CSP_IDLE;
            break;
        case VM_ENDED:
        case VM_EXIT:
        case VM_SPENT: break;
        }
    }
    return CSP_OK;
}

csp_status session_eval(csp_session *s, const char *source, size_t size, char **result)
{
    csp_vm *vm = s->world->vm;
    csp_status status = start(s, source, size);
    if (status != CSP_OK)
        return status;
    heap_hurry(&vm->heap, false);
    while (wait(s, LOOP_NEVER) == CSP_E_INTERRUPTED)
        if (s->evaluation.stopped == CSP_OK)
            stop_interrupted(s, NULL);
    value v;
    status = finish(s, &v);
    if (status == CSP_OK && v != VALUE_NIL)
        *result = host_show(vm, v, SHOWN_BYTES, false);
    output_finish(vm);
    return status;
}

/* ---- For the host ---- */

host *session_begin(csp_session *s, const char *function, bool busy)
{
    if (live_kind_of(s) != LIVE_SESSION)
        return NULL;
    csp_vm *vm = s->world->vm;
    host *h = host_begin(vm, function);
    if (!h || (under_way(s) != NULL) == busy)
        return h;
    host_end(h);
    door_misuse(vm, function,
                busy ? "no evaluation is under way" : "an evaluation is under way already");
    return NULL;
}

csp_status csp_eval(csp_session *s, const char *source, size_t size, char **result)
{
    if (result)
        *result = NULL;
    if (live_kind_of(s) != LIVE_SESSION)
        return CSP_E_MISUSE;
    csp_vm *vm = s->world->vm;
    if (!result)
        return door_misuse(vm, __func__, "there is no place for the result");
    if (door_check_text(vm, __func__, "", source, size) != CSP_OK)
        return CSP_E_MISUSE;
    host *h = session_begin(s, __func__, false);
    if (!h)
        return CSP_E_MISUSE;
    csp_status status = session_eval(s, source, size, result);
    host_end(h);
    return status;
}

csp_status csp_eval_start(csp_session *s, const char *source, size_t size)
{
    if (live_kind_of(s) != LIVE_SESSION ||
        door_check_text(s->world->vm, __func__, "", source, size) != CSP_OK)
        return CSP_E_MISUSE;
    host *h = session_begin(s, __func__, false);
    if (!h)
        return CSP_E_MISUSE;
    csp_status status = start(s, source, size);
    host_end(h);
    return status;
}

csp_status csp_eval_wait(csp_session *s, int milliseconds)
{
    host *h = session_begin(s, __func__, true);
    if (!h)
        return CSP_E_MISUSE;
    bell_rest(h->vm->bell);
    csp_status status =
        wait(s, milliseconds < 0 ? LOOP_NEVER : loop_now() + (int64_t)milliseconds * MS);
    vm_flush(h->vm);
    if (status == CSP_E_INTERRUPTED)
        error_set_interrupted(h->world);
    host_end(h);
    return status;
}

csp_status csp_eval_result(csp_session *s, csp_value *out)
{
    if (out)
        *out = CSP_NONE;
    host *h = session_begin(s, __func__, true);
    if (!h)
        return CSP_E_MISUSE;
    csp_status status = CSP_EMPTY;
    if (s->evaluation.stopped == CSP_OK && !is_over(s) && vm_stuck(h->vm))
        stop_deadlocked(s);
    if (is_over(s)) {
        value v;
        vm_flush(h->vm);
        status = finish(s, &v);
        if (out && status == CSP_OK)
            *out = handle_new(h, v, __func__);
    }
    host_end(h);
    return status;
}

csp_status csp_eval_stop(csp_session *s, const char *reason)
{
    host *h = session_begin(s, __func__, true);
    if (!h)
        return CSP_E_MISUSE;
    if (is_over(s))
        ; /* its outcome stands */
    else if (s->evaluation.stopped == CSP_OK)
        stop_interrupted(s, reason);
    else
        s->evaluation.until = 0;
    host_end(h);
    return CSP_OK;
}

uint64_t csp_eval_process(csp_session *s)
{
    host *h = session_enter(s, __func__);
    if (!h)
        return 0;
    const process *p = under_way(s);
    uint64_t number = p ? process_number(p) : 0;
    door_leave(h);
    return number;
}
