/* Objects of the host. */
#include "api/host/class.h"
#include "api/host/host.h"
#include "vm/data/hosted.h"

/* A handle of the object that v is; where there can be none the object has never been. */
static csp_value handle_of(host *h, value v)
{
    csp_value made = handle_new(h, v, "csp_object");
    if (made.word == 0 && v != VALUE_ABSENT)
        hosted_forget(h->vm, v);
    return made;
}

csp_value csp_object(csp_vm *vm, const csp_class *of, void *data, size_t size)
{
    const host_class *c;
    csp_value made = CSP_NONE;
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return CSP_NONE;
    if (!data) {
        door_misuse(vm, __func__, "data is NULL, which stands for an object that is closed");
    } else if (class_of(h, of, __func__, &c) == CSP_OK) {
        process *p = host_owner(h);
        if (p)
            made = handle_of(h, hosted_new(vm, p, &c->of, data, size));
    }
    door_leave(h);
    return made;
}

/* Given away it is nobody's here. */
static void *data_of(host *h, value v, const csp_class *of)
{
    if (!value_is(v, OBJ_HOSTED))
        return NULL;
    const host_object *o = value_hosted(v);
    if (o->of->hidden || ((const host_class *)(const void *)o->of)->given != of)
        return NULL;
    if (!value_is_immutable(v)) {
        const process *p = host_owner(h);
        if (!p || !value_usable(p, v))
            return NULL;
    }
    return o->data;
}

void *csp_get_object(csp_vm *vm, csp_value v, const csp_class *of)
{
    value got;
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return NULL;
    void *data = NULL;
    if (!of)
        door_misuse(vm, __func__, "the class is NULL");
    else if (handle_value(h, v, __func__, &got))
        data = data_of(h, got, of);
    door_leave(h);
    return data;
}

void csp_object_close(csp_vm *vm, csp_value v)
{
    value got;
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return;
    if (!handle_value(h, v, __func__, &got)) {
        if (v.word == 0)
            door_misuse(vm, __func__, "the value is CSP_NONE");
    } else if (!value_is(got, OBJ_HOSTED)) {
        door_misuse(vm, __func__, "the value is no object of the host");
    } else {
        hosted_close(vm, got);
    }
    door_leave(h);
}
