/* Calls that need more than the fast path: defaults, rest parameters, natives, spread and
 * named arguments. */
#include "vm/run/call.h"

#include "vm/code/native.h"
#include "vm/core/kind.h"
#include "vm/core/stack.h"
#include "vm/core/vm.h"
#include "vm/data/list.h"
#include "vm/foreign/ccall.h"

static bool show_closure(text *t, value v)
{
    const code *c =
        ((closure *)value_as_object(v))->code; /* NULL: it was moved, and this is a report */
    if (!c || !value_is(c->name, OBJ_STRING) || value_string(c->name)->size == 0)
        return text_printf(t, "<fn>");
    const string *name = value_string(c->name);
    return text_printf(t, "<fn ") && text_add(t, name->text, name->size) && text_put(t, '>');
}

const kind_traits kind_closure = {.show = show_closure};

static const char *name_of(const code *c)
{
    return value_is(c->name, OBJ_STRING) ? value_string(c->name)->text : "fn";
}

static verdict arity(csp_vm *vm, const char *name, uint32_t min, uint32_t max, bool open,
                     uint32_t given)
{
    const char *are = given == 1 ? "is" : "are";
    if (open)
        return vm_raise(vm, ERR_ARITY, "`%s` takes at least %u argument%s, but %u %s given", name,
                        min, min == 1 ? "" : "s", given, are);
    if (min == max)
        return vm_raise(vm, ERR_ARITY, "`%s` takes %u argument%s, but %u %s given", name, min,
                        min == 1 ? "" : "s", given, are);
    return vm_raise(vm, ERR_ARITY, "`%s` takes %u to %u arguments, but %u %s given", name, min, max,
                    given, are);
}

/* The registers of a closure after its parameters: what it captured. */
static void place_captures(const closure *f, value *at)
{
    for (uint32_t i = 0; i < f->code->captures; i++)
        at[i] = f->captures[i];
}

static verdict enter_closure(csp_vm *vm, process *p, value **window, uint32_t argc,
                             const closure *f)
{
    const code *c = f->code;
    if (argc < c->required || (argc > c->params && !c->has_rest))
        return arity(vm, name_of(c), c->required, c->params, c->has_rest, argc);
    uint32_t need = c->registers > argc ? c->registers : argc;
    value *n = process_reserve(vm, p, *window, need);
    if (!n)
        return VERDICT_FAIL;
    *window = n;
    uint32_t extra = argc > c->params ? argc - c->params : 0;
    if (c->has_rest) {
        value rest = list_new(vm, p, n + c->params, extra);
        if (rest == VALUE_ABSENT)
            return vm_raise_memory(vm);
        n[c->params] = rest;
    }
    for (uint32_t i = argc; i < c->params; i++)
        n[i] = VALUE_ABSENT;
    place_captures(f, n + c->params + c->has_rest);
    return VERDICT_CALL;
}

static verdict enter_native(csp_vm *vm, process *p, value **window, uint32_t argc, const native *f,
                            const code **callee);

verdict call_become(csp_vm *vm, process *p, value **window, const code **callee)
{
    const scheduler *s = &vm->sched;
    if (s->become_in_place) {
        value fn = native_value(vm, s->become);
        if (fn == VALUE_ABSENT)
            return vm_raise_memory(vm);
        return enter_native(vm, p, window, s->native_argc, value_as_object(fn), callee);
    }
    const code *c = native_code(vm, s->become, false);
    if (!c)
        return vm_raise_memory(vm);
    value *n = process_reserve(vm, p, *window, c->registers);
    if (!n)
        return VERDICT_FAIL;
    for (uint32_t i = 0; i < c->registers; i++)
        n[i] = i < s->become_argc ? s->become_args[i] : VALUE_ABSENT;
    *window = n;
    *callee = c;
    return VERDICT_CALL;
}

static verdict enter_native(csp_vm *vm, process *p, value **window, uint32_t argc, const native *f,
                            const code **callee)
{
    const native_entry *e = f->entry;
    bool open = e->max == NATIVE_VARIADIC;
    if (argc < e->min || (argc > e->max && !open))
        return arity(vm, e->name, e->min, e->max, open, argc);
    if (!e->slots) {
        value result = VALUE_NIL;
        vm->sched.native_argc = argc;
        verdict v = e->fn(vm, p, *window, &result);
        (*window)[-2] = result;
        return v == VERDICT_CALL ? call_become(vm, p, window, callee) : v;
    }
    const code *c = f->code;
    uint32_t need = c->registers > argc ? c->registers : argc;
    value *n = process_reserve(vm, p, *window, need);
    if (!n)
        return VERDICT_FAIL;
    *window = n;
    if (open) {
        value all = list_new(vm, p, n, argc);
        if (all == VALUE_ABSENT)
            return vm_raise_memory(vm);
        n[0] = all;
        argc = 1;
    }
    for (uint32_t i = argc; i < c->registers; i++)
        n[i] = VALUE_ABSENT;
    *callee = c;
    return VERDICT_CALL;
}

verdict call_arrange(csp_vm *vm, process *p, value **window, uint32_t argc, const code **callee)
{
    value fn = (*window)[-2];
    if (value_is_object(fn) && value_usable(p, fn)) {
        obj_kind kind = obj_kind_of(obj_header(fn));
        if (kind == OBJ_CLOSURE) {
            *callee = ((closure *)value_as_object(fn))->code;
            return enter_closure(vm, p, window, argc, value_as_object(fn));
        }
        if (kind == OBJ_NATIVE)
            return enter_native(vm, p, window, argc, value_as_object(fn), callee);
        if (kind == OBJ_FOREIGN)
            return ccall_enter(vm, p, window, argc, value_as_object(fn), callee);
    }
    return vm_raise_type(vm, p, fn, "a function");
}

/* What calls by name need to know of a function. */
typedef struct callee_names {
    const char *name;
    uint32_t params, required;
    const value *of_code;         /* strings, or NIL; else … */
    const char *const *of_native; /* … these */
} callee_names;

/* False: its arguments have no names. */
static bool names_of(value fn, callee_names *out)
{
    if (value_is(fn, OBJ_CLOSURE)) {
        const code *c = ((closure *)value_as_object(fn))->code;
        *out = (callee_names){name_of(c), c->params, c->required, c->param_names, NULL};
        return true;
    }
    const native_entry *e =
        value_is(fn, OBJ_NATIVE) ? ((const native *)value_as_object(fn))->entry : NULL;
    if (!e || !e->names)
        return false;
    *out = (callee_names){e->name, 0, e->min, NULL, e->names};
    while (e->names[out->params])
        out->params++;
    return true;
}

/* NULL: it has none. */
static const char *param_name(const callee_names *of, uint32_t i)
{
    if (of->of_native)
        return of->of_native[i];
    return value_is(of->of_code[i], OBJ_STRING) ? value_string(of->of_code[i])->text : NULL;
}

/* The parameter of that name, or -1. */
static int32_t param_named(const callee_names *of, const char *name)
{
    for (uint32_t i = 0; i < of->params; i++) {
        const char *param = param_name(of, i);
        if (param && strcmp(param, name) == 0)
            return (int32_t)i;
    }
    return -1;
}

static verdict raise_missing(csp_vm *vm, const callee_names *of, uint32_t parameter)
{
    const char *name = param_name(of, parameter);
    if (!name)
        return vm_raise(vm, ERR_ARITY, "argument %u of `%s` is missing", parameter + 1, of->name);
    return vm_raise(vm, ERR_ARITY, "the argument `%s` of `%s` is missing", name, of->name);
}

/* Behind the arguments of a native with options: ABSENT, and the options. */
static verdict add_options(csp_vm *vm, const native_entry *e, list *args, const list *named)
{
    uint32_t count = 0, behind = args->count + 1;
    while (e->options[count])
        count++;
    if (args->count < e->min)
        return arity(vm, e->name, e->min, e->max, true, args->count);
    if (!list_reserve(vm, args, behind + count))
        return vm_raise_memory(vm);
    while (args->count < behind + count)
        args->items[args->count++] = VALUE_ABSENT;
    for (uint32_t i = 0; i + 1 < named->count; i += 2) {
        const char *name = value_string(named->items[i])->text;
        uint32_t at = 0;
        while (at < count && strcmp(e->options[at], name) != 0)
            at++;
        if (at == count)
            return vm_raise(vm, ERR_ARITY, "`%s` has no parameter `%s`", e->name, name);
        if (args->items[behind + at] != VALUE_ABSENT)
            return vm_raise(vm, ERR_ARITY, "the argument `%s` of `%s` is given twice", name,
                            e->name);
        args->items[behind + at] = named->items[i + 1];
    }
    return VERDICT_DONE;
}

/* Moves named arguments (name, value, …) into the list of positional ones; parameters left out in
 * between are ABSENT. */
static verdict merge_named(csp_vm *vm, value fn, list *args, const list *named)
{
    callee_names of;
    const native_entry *e =
        value_is(fn, OBJ_NATIVE) ? ((const native *)value_as_object(fn))->entry : NULL;
    if (e && e->options)
        return add_options(vm, e, args, named);
    if (!names_of(fn, &of))
        return vm_raise(vm, ERR_ARITY, "this function takes no named arguments");
    uint32_t given = args->count;
    if (given > of.params)
        given = of.params;
    if (args->count < of.params) {
        if (!list_reserve(vm, args, of.params))
            return vm_raise_memory(vm);
        while (args->count < of.params)
            args->items[args->count++] = VALUE_ABSENT;
    }
    for (uint32_t i = 0; i + 1 < named->count; i += 2) {
        const char *name = value_string(named->items[i])->text;
        int32_t at = param_named(&of, name);
        if (at < 0)
            return vm_raise(vm, ERR_ARITY, "`%s` has no parameter `%s`", of.name, name);
        if ((uint32_t)at < given || args->items[at] != VALUE_ABSENT)
            return vm_raise(vm, ERR_ARITY, "the argument `%s` of `%s` is given twice", name,
                            of.name);
        args->items[at] = named->items[i + 1];
    }
    for (uint32_t i = 0; i < of.required; i++) {
        if (args->items[i] == VALUE_ABSENT)
            return raise_missing(vm, &of, i);
    }
    return VERDICT_DONE;
}

verdict call_spread(csp_vm *vm, process *p, value **window, const code **callee)
{
    value fn = (*window)[-2];
    list *args = value_list((*window)[0]);
    value named = (*window)[1];
    if (value_is(named, OBJ_LIST)) {
        verdict v = merge_named(vm, fn, args, value_list(named));
        if (v != VERDICT_DONE)
            return v;
    }
    value *n = process_reserve(vm, p, *window, args->count + 2);
    if (!n)
        return VERDICT_FAIL;
    *window = n;
    if (args->count)
        memcpy(n, args->items, args->count * sizeof *n);
    vm_charge(vm, args->count / 16);
    return call_arrange(vm, p, window, args->count, callee);
}
