#include "vm/foreign/callback.h"

#include <stdlib.h>

#include "ffi/closure.h"
#include "vm/code/native.h"
#include "vm/core/kind.h"
#include "vm/core/stack.h"
#include "vm/core/type.h"
#include "vm/foreign/convert.h"
#include "vm/report/trace.h"

bool callback_open(csp_vm *vm, process *p, csignature *s, ctarget *t, const char *where)
{
    ffi_refusal why = {0};
    const cclosure_options o = {
        .owner = process_number(p), .otherwise = s->otherwise, .user = t, .where = where};
    t->closure = cclosure_new(s, &o, &why);
    if (!t->closure)
        convert_refused(vm, ERR_FFI, &why, NULL);
    return t->closure != NULL;
}

/* The closure, and in it where it was made, for whoever hears of a stray call. */
static bool open_here(csp_vm *vm, process *p, csignature *s, ctarget *t)
{
    text where;
    text_init(&where, vm);
    trace_place(vm, native_call_position(vm), &where);
    text_put(&where, '\0');
    return callback_open(vm, p, s, t, where.block);
}

value callback_new(csp_vm *vm, process *p, csignature *s, value f)
{
    if (value_type_of(f) != TYPE_FN || !value_usable(p, f)) {
        vm_raise_type(vm, p, f, "a function");
        return VALUE_ABSENT;
    }
    if (!process_side(vm, p))
        return VALUE_ABSENT;
    ccallback *made = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *made);
    ctarget *t = made ? calloc(1, sizeof *t) : NULL;
    if (!t) {
        vm_raise_memory(vm);
        return VALUE_ABSENT;
    }
    t->kept = made;
    if (!open_here(vm, p, s, t)) {
        free(t);
        return VALUE_ABSENT;
    }
    *made =
        (ccallback){OBJ_CALLBACK | OBJ_IMMUTABLE, f, t, process_number(p), side_of(p)->kept, NULL};
    if (made->next)
        made->next->previous = made;
    side_of(p)->kept = made;
    return value_object(made);
}

static void drop_callback(ccallback *c)
{
    cclosure_bury(c->target->closure);
    free(c->target);
    c->target = NULL;
    c->function = VALUE_NIL;
}

/* From those of p, which made it. */
static void unlink_callback(process *p, ccallback *c)
{
    if (c->next)
        c->next->previous = c->previous;
    if (c->previous)
        c->previous->next = c->next;
    else
        side_of(p)->kept = c->next;
    c->next = c->previous = NULL;
}

verdict callback_free(csp_vm *vm, process *p, value v)
{
    ccallback *c = value_as_object(v);
    if (!c->target)
        return VERDICT_DONE;
    if (c->process != process_number(p))
        return vm_raise(vm, ERR_VALUE, "the callback is another process'");
    unlink_callback(p, c);
    drop_callback(c);
    return VERDICT_DONE;
}

/* With the function that it calls. */
static bool show(text *t, value v)
{
    const ccallback *c = value_as_object(v);
    value f = c->function;
    if (!c->target)
        return text_printf(t, "<freed callback>");
    bool (*show_function)(text *, value) = t->vm->kinds[value_kind(f)]->show;
    return text_printf(t, "<callback ") && show_function(t, f) && text_put(t, '>');
}

const kind_traits kind_callback = {.show = show};

void callback_free_all(process *p)
{
    for (ccallback *c = side_of(p)->kept; c; c = c->next)
        drop_callback(c);
    side_of(p)->kept = NULL;
}
