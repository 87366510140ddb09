#include "api/host/context.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/error.h"
#include "api/host/class.h"
#include "api/host/host.h"
#include "api/host/native.h"
#include "api/host/step.h"
#include "api/host/walks.h"
#include "base/utf8.h"
#include "vm/core/string.h"
#include "vm/number/num.h"

_Thread_local csp_context *context_running __attribute__((tls_model("initial-exec")));

/* ---- One step ---- */

void step_refuse(csp_context *c, csp_verdict v)
{
    host *h = c->host;
    const char *name = c->native->entry.name;
    if (v.code != 0)
        door_misuse(h->vm, name, "the verdict that it gives is another call's");
    else if (c->given)
        door_misuse(h->vm, name, "it gives another verdict than its first one");
    else
        door_misuse(h->vm, name, "it gives no verdict: see csp_return");
    c->verdict = VERDICT_FAIL;
    c->result = error_make(h->vm, ERR_MISUSE, "the native `%s` gave no verdict of its own", name);
}

void step_put_back(world *w, csp_error *before)
{
    if (w->error)
        error_free(before);
    else
        w->error = before;
}

/* ---- Who may use it ---- */

static inline csp_verdict gave(csp_context *c, verdict v, value result)
{
    c->verdict = v;
    c->result = result;
    return (csp_verdict){c->given = c->code};
}

static csp_vm *running_vm(void) { return context_running ? context_running->host->vm : NULL; }

bool context_refuse(const csp_context *c, const char *function)
{
    const char *what = "the context is no longer valid, or another thread's: its call is over";
    if (!c)
        what = "the context is NULL";
    else if (c == context_running)
        what = "the context has given its verdict";
    door_misuse(running_vm(), function, "%s", what);
    return false;
}

csp_verdict context_gave(csp_context *c, verdict v, value result)
{
    if (v == VERDICT_FAIL && result == VALUE_ABSENT)
        result = c->host->vm->memory_error;
    return gave(c, v, result);
}

csp_verdict context_gave_raised(csp_context *c)
{
    scheduler *s = &c->host->vm->sched;
    value raised = s->raised;
    s->raised = VALUE_ABSENT;
    return context_gave(c, VERDICT_FAIL, raised);
}

bool context_gave_pending(csp_context *c, csp_verdict *out)
{
    world *w = c->host->world;
    csp_error *pending = error_take(w);
    if (!pending)
        return false;
    const char *message = error_message_of(pending);
    value made = context_error(w->vm, error_kind_of(pending), message, strlen(message));
    error_free(pending);
    *out = context_gave(c, VERDICT_FAIL, made);
    return true;
}

csp_verdict context_gave_misuse(csp_context *c, const char *function, const char *what)
{
    csp_vm *vm = c->host->vm;
    door_misuse(vm, function, "%s", what);
    return context_gave(c, VERDICT_FAIL, error_make(vm, ERR_MISUSE, "%s: %s", function, what));
}

value context_error(csp_vm *vm, const char *kind, const char *message, size_t size)
{
    size_t length = strlen(kind);
    bool valid = utf8_check(kind, length) == length;
    value what = valid ? str_intern(vm, kind, length) : str_repaired(vm, kind, length);
    value why = what == VALUE_ABSENT ? VALUE_ABSENT : str_repaired(vm, message, size);
    return why == VALUE_ABSENT ? VALUE_ABSENT : error_new(vm, what, why, VALUE_NIL);
}

/* A copy, for the calling process, of what belongs to the host's own. */
static verdict copy_for(csp_context *c, value v, value *out)
{
    csp_vm *vm = c->host->vm;
    value message;
    verdict done = host_walk(vm, vm->own.process, WALK_MESSAGE, 1, &v, &message);
    return done == VERDICT_DONE ? host_walk(vm, c->caller, WALK_ADOPT, 1, &message, out) : done;
}

bool context_value(csp_context *c, csp_value given, const char *function, value *v,
                   csp_verdict *out)
{
    csp_vm *vm = c->host->vm;
    if (!handle_value(c->host, given, function, v)) {
        if (!context_gave_pending(c, out))
            *out = context_gave(c, VERDICT_DONE, VALUE_NIL);
        return false;
    }
    if (__builtin_expect(!value_is_object(*v) || value_usable(c->caller, *v), 1))
        return true;
    verdict done = vm->own.process && value_usable(vm->own.process, *v) ? copy_for(c, *v, v)
                                                                        : vm_raise_moved(vm, *v);
    if (done != VERDICT_DONE)
        *out = context_gave_raised(c);
    return done == VERDICT_DONE;
}

/* ---- What it is ---- */

csp_vm *csp_context_vm(csp_context *c)
{
    return context_check(c, "csp_context_vm") ? c->host->vm : NULL;
}

void *csp_context_user(csp_context *c)
{
    return context_check(c, "csp_context_user") ? c->host->world->user : NULL;
}

void *csp_context_data(csp_context *c)
{
    return context_check(c, "csp_context_data") ? c->native->data : NULL;
}

uint64_t csp_context_process(csp_context *c)
{
    return context_check(c, "csp_context_process") ? process_number(c->caller) : 0;
}

bool csp_context_failed(csp_context *c)
{
    return context_check(c, "csp_context_failed") && c->failed;
}

void csp_charge(csp_context *c, uint64_t reductions)
{
    enum { MOST = 1 << 30 }; /* at once: more than any limit, and no sum of them overflows */
    if (context_check(c, "csp_charge"))
        vm_charge(c->host->vm, reductions < MOST ? reductions : MOST);
}

/* ---- Arguments ---- */

bool context_int64(value v, int64_t *out)
{
    if (value_is_int(v)) {
        *out = value_as_int(v);
        return true;
    }
    if (!value_is(v, OBJ_BIGINT))
        return false;
    const bigint *b = value_as_object(v);
    uint64_t limb = b->limbs[0];
    bool negative = b->size < 0;
    if ((b->size != 1 && b->size != -1) || limb > (uint64_t)INT64_MAX + negative)
        return false;
    *out = negative ? (int64_t)-limb : (int64_t)limb;
    return true;
}

uint32_t csp_arg_count(const csp_context *c)
{
    if (!context_check(c, "csp_arg_count"))
        return 0;
    uint32_t count = c->native->of->count;
    return c->argc > count ? c->argc : count;
}

/* What has been given, or ABSENT: nothing, or arg_slowly knows more. */
static inline value arg_quickly(const csp_context *c, uint32_t index)
{
    bool valid = c && c == context_running && !c->given;
    return __builtin_expect(valid && index < c->argc, 1) ? c->args[index] : VALUE_ABSENT;
}

/* ABSENT: outside, or the context may not be used; told. */
static __attribute__((noinline)) value arg(csp_context *c, uint32_t index, const char *function)
{
    if (!context_check(c, function))
        return VALUE_ABSENT;
    value v = arg_quickly(c, index);
    if (v != VALUE_ABSENT)
        return v;
    if (index < c->native->of->count)
        return c->native->defaults[index];
    door_misuse(c->host->vm, function, "there is no argument %u: the call has %u, counted from 0",
                index, csp_arg_count(c));
    return VALUE_ABSENT;
}

/* It is there, and of another type. */
static void wrong_type(const csp_context *c, uint32_t index, const char *function, const char *what)
{
    const signature *of = c->native->of;
    const char *name = of->params[index < of->count ? index : of->count].name;
    door_misuse(c->host->vm, function, "the argument `%s` of `%s` is not %s", name,
                c->native->entry.name, what);
}

csp_value csp_arg(csp_context *c, uint32_t index)
{
    value v = arg(c, index, "csp_arg");
    return v == VALUE_ABSENT ? CSP_NONE : handle_new(c->host, v, "csp_arg");
}

/* An int that is not quickly found: a default, a large one; or told. */
static __attribute__((noinline)) int64_t arg_int(csp_context *c, uint32_t index)
{
    value v = arg(c, index, "csp_arg_int");
    int64_t n = 0;
    if (v != VALUE_ABSENT && !context_int64(v, &n))
        wrong_type(c, index, "csp_arg_int", "an int of 64 bits");
    return n;
}

int64_t csp_arg_int(csp_context *c, uint32_t index)
{
    value v = arg_quickly(c, index);
    return __builtin_expect(value_is_int(v), 1) ? value_as_int(v) : arg_int(c, index);
}

static __attribute__((noinline)) double arg_float(csp_context *c, uint32_t index)
{
    value v = arg(c, index, "csp_arg_float");
    if (v != VALUE_ABSENT && value_is_number(v))
        return num_as_double(v);
    if (v != VALUE_ABSENT)
        wrong_type(c, index, "csp_arg_float", "a number");
    return 0;
}

double csp_arg_float(csp_context *c, uint32_t index)
{
    value v = arg_quickly(c, index);
    return __builtin_expect(value_is_flonum(v), 1) ? value_as_flonum(v) : arg_float(c, index);
}

bool csp_arg_bool(csp_context *c, uint32_t index)
{
    value v = arg(c, index, "csp_arg_bool");
    if (v != VALUE_ABSENT && v != VALUE_TRUE && v != VALUE_FALSE)
        wrong_type(c, index, "csp_arg_bool", "a bool");
    return v == VALUE_TRUE;
}

const char *csp_arg_text(csp_context *c, uint32_t index, size_t *size)
{
    value v = arg(c, index, "csp_arg_text");
    if (size)
        *size = 0;
    if (value_is(v, OBJ_STRING)) {
        if (size)
            *size = value_string(v)->size;
        return value_string(v)->text;
    }
    if (value_is(v, OBJ_BYTES)) {
        if (size)
            *size = value_bytes(v)->size;
        return (const char *)value_bytes(v)->data;
    }
    if (v != VALUE_ABSENT)
        wrong_type(c, index, "csp_arg_text", "a string or bytes");
    return NULL;
}

void *csp_arg_object(csp_context *c, uint32_t index, const csp_class *of)
{
    value v = arg(c, index, "csp_arg_object");
    const host_object *o = value_is(v, OBJ_HOSTED) ? value_hosted(v) : NULL;
    if (o && !o->of->hidden && ((const host_class *)(const void *)o->of)->given == of && o->data)
        return o->data;
    if (v != VALUE_ABSENT)
        wrong_type(c, index, "csp_arg_object", o && of ? "of that class" : "an object");
    return NULL;
}

/* ---- Verdicts ---- */

csp_verdict csp_return(csp_context *c, csp_value given)
{
    csp_verdict out;
    value v;
    if (!context_check(c, "csp_return"))
        return context_none();
    return context_value(c, given, "csp_return", &v, &out) ? context_gave(c, VERDICT_DONE, v) : out;
}

static csp_verdict gave_made(csp_context *c, value v)
{
    return context_gave(c, v == VALUE_ABSENT ? VERDICT_FAIL : VERDICT_DONE, v);
}

static __attribute__((noinline)) csp_verdict return_int(csp_context *c, int64_t n)
{
    if (!context_check(c, "csp_return_int"))
        return context_none();
    return gave_made(c, num_int(c->host->vm, n));
}

csp_verdict csp_return_int(csp_context *c, int64_t n)
{
    bool valid = c && c == context_running && !c->given;
    if (__builtin_expect(valid && value_fits_int(n), 1))
        return gave(c, VERDICT_DONE, value_int(n));
    return return_int(c, n);
}

csp_verdict csp_return_float(csp_context *c, double d)
{
    if (!context_check(c, "csp_return_float"))
        return context_none();
    return gave_made(c, num_float(c->host->vm, d));
}

/* An error of what is formatted. */
static value error_formatted(csp_vm *vm, const char *kind, const char *format, va_list arguments)
{
    char *message = NULL;
    int size = vasprintf(&message, format, arguments);
    value made = size < 0 ? VALUE_ABSENT : context_error(vm, kind, message, (size_t)size);
    if (size >= 0)
        free(message);
    return made;
}

static csp_verdict gave_error(csp_context *c, const char *function, verdict how, const char *kind,
                              const char *format, va_list arguments)
{
    if (!context_check(c, function))
        return context_none();
    if (!kind || !*kind || !format)
        return context_gave_misuse(c, function, "the kind or the message is NULL or empty");
    value made = error_formatted(c->host->vm, kind, format, arguments);
    return context_gave(c, made == VALUE_ABSENT ? VERDICT_FAIL : how, made);
}

csp_verdict csp_return_error(csp_context *c, const char *kind, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    csp_verdict v = gave_error(c, "csp_return_error", VERDICT_DONE, kind, format, arguments);
    va_end(arguments);
    return v;
}

csp_verdict csp_crash(csp_context *c, const char *kind, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    csp_verdict v = gave_error(c, "csp_crash", VERDICT_FAIL, kind, format, arguments);
    va_end(arguments);
    return v;
}
