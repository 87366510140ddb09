/* Making values. */
#include "api/host/fail.h"
#include "api/host/host.h"
#include "api/host/walks.h"
#include "base/utf8.h"
#include "vm/core/string.h"
#include "vm/data/index.h"
#include "vm/data/list.h"
#include "vm/data/long.h"
#include "vm/data/map.h"
#include "vm/number/num.h"
#include "vm/number/num_text.h"

/* Leaves with a handle of v. */
static csp_value leave_with(host *h, value v, const char *function)
{
    csp_value made = handle_new(h, v, function);
    door_leave(h);
    return made;
}

static csp_value leave_with_none(host *h)
{
    door_leave(h);
    return CSP_NONE;
}

/* ---- What needs no owner ---- */

csp_value csp_nil(void) { return CSP_VALUE_(VALUE_NIL); }

csp_value csp_bool(bool b) { return CSP_VALUE_(value_bool(b)); }

/* What the quick functions do when it is not that easy: apart, so that they need no frame. */

__attribute__((noinline)) static csp_value new_int(csp_vm *vm, int64_t n, const char *function)
{
    host *h = door_enter(vm, function, DOOR_NATIVE);
    return h ? leave_with(h, num_int(vm, n), function) : CSP_NONE;
}

__attribute__((noinline)) static csp_value new_float(csp_vm *vm, double d, const char *function)
{
    host *h = door_enter(vm, function, DOOR_NATIVE);
    return h ? leave_with(h, num_float(vm, d), function) : CSP_NONE;
}

csp_value csp_int(csp_vm *vm, int64_t n)
{
    if (__builtin_expect(door_glance(vm) && value_fits_int(n), 1))
        return CSP_VALUE_(value_int(n));
    return new_int(vm, n, __func__);
}

csp_value csp_uint(csp_vm *vm, uint64_t n)
{
    if (n <= (uint64_t)INT_SMALL_MAX && door_glance(vm))
        return CSP_VALUE_(value_int((int64_t)n));
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    return h ? leave_with(h, num_uint(vm, n), __func__) : CSP_NONE;
}

csp_value csp_float(csp_vm *vm, double d)
{
    value v = value_flonum(d);
    if (v != VALUE_ABSENT && door_glance(vm))
        return CSP_VALUE_(v);
    return new_float(vm, d, __func__);
}

csp_value csp_int_text(csp_vm *vm, const char *digits)
{
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return CSP_NONE;
    if (!digits) {
        door_misuse(vm, __func__, "the text is NULL");
        return leave_with_none(h);
    }
    uint64_t charged = vm->sched.charged;
    size_t size = strlen(digits);
    value v = num_parse_int(vm, digits, size, 10);
    if (!h->context)
        vm->sched.charged = charged;
    if (v == VALUE_NIL) {
        host_fail(h, CSP_E_CRASH, "value_error", "`%.*s` is no int", NUM_SHOWN, digits);
        return leave_with_none(h);
    }
    return leave_with(h, v, __func__);
}

/* ---- Text and bytes ---- */

/* ABSENT: it is no UTF-8, or there is no memory; told. */
static value new_string(host *h, const char *text, size_t size)
{
    size_t wrong = utf8_check(text, size);
    if (wrong < size) {
        host_fail(h, CSP_E_CRASH, "value_error", "byte %zu of the text is not UTF-8", wrong);
        return VALUE_ABSENT;
    }
    value v = str_new(h->vm, text, size);
    if (v == VALUE_ABSENT)
        host_fail_memory(h);
    return v;
}

/* NULL is a text only where it has no bytes. */
static csp_value make_string(csp_vm *vm, const char *text, size_t size, const char *function)
{
    host *h = door_enter(vm, function, DOOR_NATIVE);
    if (!h)
        return CSP_NONE;
    if (!text && size > 0) {
        door_misuse(vm, function, "the text is NULL");
        return leave_with_none(h);
    }
    value v = new_string(h, size > 0 ? text : "", size);
    return v == VALUE_ABSENT ? leave_with_none(h) : leave_with(h, v, function);
}

csp_value csp_string(csp_vm *vm, const char *text, size_t size)
{
    return make_string(vm, text, size, __func__);
}

csp_value csp_string_z(csp_vm *vm, const char *text)
{
    return make_string(vm, text, text ? strlen(text) : 1 /* its NUL is missing */, __func__);
}

csp_value csp_bytes(csp_vm *vm, const void *data, size_t size)
{
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return CSP_NONE;
    if (!data && size > 0) {
        door_misuse(vm, __func__, "the data is NULL");
        return leave_with_none(h);
    }
    return leave_with(h, bytes_new(vm, size > 0 ? data : "", size), __func__);
}

csp_value csp_buffer(csp_vm *vm, size_t size)
{
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return CSP_NONE;
    const process *p = host_owner(h);
    if (!p)
        return leave_with_none(h);
    value v = buffer_blank(vm, p, size);
    if (v != VALUE_ABSENT && size > 0)
        memset(((buffer *)value_as_object(v))->data, 0, size);
    return leave_with(h, v, __func__);
}

/* ---- Containers ---- */

static bool items_given(host *h, const char *function, size_t count, const csp_value *items)
{
    if (items || count == 0)
        return true;
    door_misuse(h->vm, function, "the items are NULL");
    return false;
}

csp_value csp_tuple(csp_vm *vm, size_t count, const csp_value *items)
{
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return CSP_NONE;
    const process *p = items_given(h, __func__, count, items) ? host_owner(h) : NULL;
    if (!p)
        return leave_with_none(h);
    if (count == 0)
        return leave_with(h, vm->empty_tuple, __func__);
    value made = count <= LIST_MAX ? tuple_blank(vm, count) : VALUE_ABSENT, item;
    for (size_t i = 0; made != VALUE_ABSENT && i < count; i++) {
        if (!handle_value(h, items[i], __func__, &item))
            return leave_with_none(h);
        tuple_fill(p, value_tuple(made), i, &item, 1);
    }
    return leave_with(h, made, __func__);
}

csp_value csp_list(csp_vm *vm, size_t count, const csp_value *items)
{
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return CSP_NONE;
    const process *p = items_given(h, __func__, count, items) ? host_owner(h) : NULL;
    if (!p)
        return leave_with_none(h);
    value made = count <= LIST_MAX ? list_blank(vm, p, count) : VALUE_ABSENT;
    for (size_t i = 0; made != VALUE_ABSENT && i < count; i++) {
        list *l = value_list(made);
        if (!handle_value(h, items[i], __func__, &l->items[i]))
            return leave_with_none(h);
        l->count++;
    }
    return leave_with(h, made, __func__);
}

csp_value csp_map(csp_vm *vm)
{
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return CSP_NONE;
    const process *p = host_owner(h);
    return p ? leave_with(h, map_new(vm, p, 0), __func__) : leave_with_none(h);
}

csp_value csp_error_value(csp_vm *vm, const char *kind, const char *message, csp_value data)
{
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return CSP_NONE;
    if (!kind || !message) {
        door_misuse(vm, __func__, "the kind or the message is NULL");
        return leave_with_none(h);
    }
    value with;
    const process *p = handle_value(h, data, __func__, &with) ? host_owner(h) : NULL;
    value k = p ? new_string(h, kind, strlen(kind)) : VALUE_ABSENT;
    value m = k != VALUE_ABSENT ? new_string(h, message, strlen(message)) : VALUE_ABSENT;
    if (m == VALUE_ABSENT)
        return leave_with_none(h);
    value made = error_new(vm, k, m, with);
    if (made != VALUE_ABSENT && !value_is_immutable(with))
        value_error(made)->header = OBJ_ERROR | process_owner(p);
    return leave_with(h, made, __func__);
}

/* ---- Changing them: the container itself, or CSP_NONE ---- */

static bool push(host *h, value to, value item)
{
    process *p = host_owner(h);
    if (!p)
        return false;
    list *l = data_own_list(h->vm, p, to);
    if (!l)
        return host_done(h, VERDICT_FAIL);
    if (list_push(h->vm, l, item))
        return true;
    host_fail_memory(h);
    return false;
}

static bool set(host *h, value to, value key, value item)
{
    process *p = host_owner(h);
    if (!p)
        return false;
    verdict v = data_set(h->vm, p, to, key, item);
    value put[] = {to, key, item}, done;
    if (v == VERDICT_CALL)
        v = host_walk(h->vm, p, WALK_MAP_PUT, 3, put, &done);
    return host_done(h, v);
}

csp_value csp_push(csp_vm *vm, csp_value to, csp_value item)
{
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return CSP_NONE;
    value l, v;
    bool done =
        handle_value(h, to, __func__, &l) && handle_value(h, item, __func__, &v) && push(h, l, v);
    door_leave(h);
    return done ? to : CSP_NONE;
}

csp_value csp_set(csp_vm *vm, csp_value to, csp_value key, csp_value item)
{
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return CSP_NONE;
    value c, k, v;
    bool done = handle_value(h, to, __func__, &c) && handle_value(h, key, __func__, &k) &&
                handle_value(h, item, __func__, &v) && set(h, c, k, v);
    door_leave(h);
    return done ? to : CSP_NONE;
}

value host_name(host *h, const char *name, const char *function)
{
    if (!name) {
        door_misuse(h->vm, function, "the name is NULL");
        return VALUE_ABSENT;
    }
    size_t size = strlen(name);
    if (utf8_check(name, size) < size)
        return new_string(h, name, size);
    value v = str_intern(h->vm, name, size);
    if (v == VALUE_ABSENT)
        host_fail_memory(h);
    return v;
}

static bool set_field(host *h, value to, const char *name, value item, const char *function)
{
    process *p = host_owner(h);
    value key = p ? host_name(h, name, function) : VALUE_ABSENT;
    if (key == VALUE_ABSENT)
        return false;
    return data_own_map(h->vm, p, to) ? set(h, to, key, item) : host_done(h, VERDICT_FAIL);
}

csp_value csp_set_field(csp_vm *vm, csp_value to, const char *name, csp_value item)
{
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return CSP_NONE;
    value m, v;
    bool done = handle_value(h, to, __func__, &m) && handle_value(h, item, __func__, &v) &&
                set_field(h, m, name, v, __func__);
    door_leave(h);
    return done ? to : CSP_NONE;
}

csp_value csp_freeze(csp_vm *vm, csp_value given)
{
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return CSP_NONE;
    value v;
    process *p = handle_value(h, given, __func__, &v) ? host_owner(h) : NULL;
    if (!p || !host_done(h, host_walk(vm, p, WALK_FREEZE, 1, &v, &v)))
        return leave_with_none(h);
    return leave_with(h, v, __func__);
}
