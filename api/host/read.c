/* Reading values. */
#include "api/host/fail.h"
#include "api/host/host.h"
#include "api/host/walks.h"
#include "vm/core/type.h"
#include "vm/data/index.h"
#include "vm/data/map.h"
#include "vm/data/map_find.h"
#include "vm/number/num.h"
#include "vm/report/trace.h"
#include "vm/walk/walk_equal.h"

csp_type csp_type_of(csp_vm *vm, csp_value given)
{
    static const csp_type types[TYPE_COUNT] = {
        [TYPE_NIL] = CSP_T_NIL,         [TYPE_BOOL] = CSP_T_BOOL,     [TYPE_INT] = CSP_T_INT,
        [TYPE_FLOAT] = CSP_T_FLOAT,     [TYPE_STRING] = CSP_T_STRING, [TYPE_BYTES] = CSP_T_BYTES,
        [TYPE_TUPLE] = CSP_T_TUPLE,     [TYPE_LIST] = CSP_T_LIST,     [TYPE_MAP] = CSP_T_MAP,
        [TYPE_BUFFER] = CSP_T_BUFFER,   [TYPE_FN] = CSP_T_FUNCTION,   [TYPE_CHAN] = CSP_T_CHANNEL,
        [TYPE_PROCESS] = CSP_T_PROCESS, [TYPE_ERROR] = CSP_T_ERROR,   [TYPE_RANGE] = CSP_T_RANGE,
        [TYPE_POINTER] = CSP_T_OTHER,   [TYPE_LIBRARY] = CSP_T_OTHER, [TYPE_STRUCT] = CSP_T_OTHER,
        [TYPE_CALLBACK] = CSP_T_OTHER,  [TYPE_OBJECT] = CSP_T_OBJECT,
    };
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return CSP_T_NONE;
    value v;
    csp_type type = CSP_T_NONE;
    if (handle_value(h, given, __func__, &v))
        type = types[value_type_of(v)];
    door_leave(h);
    return type;
}

/* ---- Text and bytes ---- */

static const char *text_of(value v, size_t *size)
{
    if (value_is(v, OBJ_STRING)) {
        *size = value_string(v)->size;
        return value_string(v)->text;
    }
    if (!value_is(v, OBJ_BYTES))
        return NULL;
    *size = value_bytes(v)->size;
    return (const char *)value_bytes(v)->data;
}

const char *csp_get_text(csp_vm *vm, csp_value given, size_t *size)
{
    size_t ignored;
    if (!size)
        size = &ignored;
    *size = 0;
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return NULL;
    value v;
    const char *found = NULL;
    if (handle_value(h, given, __func__, &v) && !(found = text_of(v, size)))
        host_refuse(h, v, "a string or bytes");
    door_leave(h);
    return found;
}

static void *buffer_of(host *h, value v, size_t *size)
{
    static uint8_t none[1]; /* for an empty one, which has no memory */
    const process *p = host_owner(h);
    if (!p)
        return NULL;
    if (!value_is(v, OBJ_BUFFER)) {
        host_refuse(h, v, "a buffer");
        return NULL;
    }
    if (!value_usable(p, v)) {
        vm_raise_moved(h->vm, v);
        host_fail_raised(h);
        return NULL;
    }
    const buffer *b = value_as_object(v);
    *size = b->size;
    return b->size > 0 ? b->data : none;
}

void *csp_get_buffer(csp_vm *vm, csp_value given, size_t *size)
{
    size_t ignored;
    if (!size)
        size = &ignored;
    *size = 0;
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return NULL;
    value v;
    void *data = handle_value(h, given, __func__, &v) ? buffer_of(h, v, size) : NULL;
    door_leave(h);
    return data;
}

/* ---- Containers ---- */

size_t csp_length(csp_vm *vm, csp_value given)
{
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return 0;
    value v;
    uint64_t length = 0;
    process *p = handle_value(h, given, __func__, &v) ? host_owner(h) : NULL;
    if (p && !host_done(h, data_length(vm, p, v, &length)))
        length = 0;
    door_leave(h);
    return length > SIZE_MAX ? SIZE_MAX : (size_t)length;
}

/* What can be asked of a value: ABSENT where it cannot, told. */
typedef value ask_fn(host *h, process *p, value of, value key);

static value at(host *h, process *p, value of, value index)
{
    value v;
    if (!value_is(of, OBJ_TUPLE) && !value_is(of, OBJ_LIST)) {
        vm_raise_type(h->vm, p, of, "a tuple or list");
        host_fail_raised(h);
        return VALUE_ABSENT;
    }
    return host_done(h, data_get(h->vm, p, of, index, &v)) ? v : VALUE_ABSENT;
}

static value get(host *h, process *p, value of, value key)
{
    csp_vm *vm = h->vm;
    const map *m = data_map(vm, p, of);
    if (!host_done(h, m ? map_key_check(vm, p, key) : VERDICT_FAIL))
        return VALUE_ABSENT;
    uint64_t hash;
    uint32_t entry;
    if (map_find_quick(vm, m, key, &hash, &entry) == VERDICT_DONE)
        return entry == MAP_NO_ENTRY ? VALUE_NIL : *map_item(m, entry);
    value asked[] = {of, key, VALUE_NIL}, found;
    return host_done(h, host_walk(vm, p, WALK_MAP_GET, 3, asked, &found)) ? found : VALUE_ABSENT;
}

static bool is_called(value name, const char *field)
{
    return strcmp(value_string(name)->text, field) == 0;
}

static value error_field(host *h, value of, value name)
{
    const struct error *e = value_error(of);
    if (is_called(name, "kind"))
        return e->kind;
    if (is_called(name, "message"))
        return e->message;
    if (is_called(name, "data"))
        return e->data;
    if (is_called(name, "cause"))
        return e->cause;
    if (!is_called(name, "trace"))
        return VALUE_NIL;
    value v = trace_value(h->vm, e->trace);
    if (v == VALUE_ABSENT)
        host_fail_memory(h);
    return v;
}

static value get_field(host *h, process *p, value of, value name)
{
    if (value_is(of, OBJ_RANGE)) {
        const range *r = value_as_object(of);
        return is_called(name, "start") ? r->from : is_called(name, "end") ? r->to : VALUE_NIL;
    }
    if (value_is(of, OBJ_ERROR) && value_usable(p, of))
        return error_field(h, of, name);
    return get(h, p, of, name);
}

static csp_value ask(host *h, csp_value of, value key, ask_fn *fn, const char *function)
{
    value v;
    process *p = key != VALUE_ABSENT && handle_value(h, of, function, &v) ? host_owner(h) : NULL;
    value found = p ? fn(h, p, v, key) : VALUE_ABSENT;
    return found == VALUE_ABSENT ? CSP_NONE : handle_new(h, found, function);
}

csp_value csp_at(csp_vm *vm, csp_value of, size_t index)
{
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return CSP_NONE;
    csp_value item = ask(h, of, num_uint(vm, index), at, __func__);
    door_leave(h);
    return item;
}

csp_value csp_get(csp_vm *vm, csp_value of, csp_value key)
{
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return CSP_NONE;
    value k;
    csp_value item = handle_value(h, key, __func__, &k) ? ask(h, of, k, get, __func__) : CSP_NONE;
    door_leave(h);
    return item;
}

csp_value csp_get_field(csp_vm *vm, csp_value of, const char *name)
{
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return CSP_NONE;
    csp_value item = ask(h, of, host_name(h, name, __func__), get_field, __func__);
    door_leave(h);
    return item;
}

/* ---- Going through a map ---- */

/* A position is the number of the next entry, with some of the map's version above it. */
enum { POSITION_BITS = sizeof(size_t) == 8 ? 32 : 24 };
#define POSITION_MASK (((size_t)1 << POSITION_BITS) - 1)

static size_t stamp(const map *m) { return (size_t)map_version(m) << POSITION_BITS; }

/* False: it is the end, or told. */
static bool next_entry(host *h, value of, size_t *position, map_entry *entry)
{
    process *p = host_owner(h);
    if (!p)
        return false;
    const map *m = data_map(h->vm, p, of);
    if (!m) {
        host_fail_raised(h);
        return false;
    }
    if (*position != 0 && (*position & ~POSITION_MASK) != stamp(m)) {
        host_fail(h, CSP_E_CRASH, "value_error", "the map changed while it was gone through");
        return false;
    }
    uint32_t next = (uint32_t)(*position & POSITION_MASK);
    bool more = map_next(h->vm, m, &next, entry);
    if (more)
        *position = stamp(m) | next;
    return more;
}

/* False: told. */
static bool give_handle(host *h, csp_value *to, value v, const char *function)
{
    if (!to)
        return true;
    *to = handle_new(h, v, function);
    return to->word != 0;
}

bool csp_next(csp_vm *vm, csp_value of, size_t *position, csp_value *key, csp_value *item)
{
    if (key)
        *key = CSP_NONE;
    if (item)
        *item = CSP_NONE;
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return false;
    value v;
    map_entry entry = {0};
    bool more = false;
    if (!position)
        door_misuse(vm, __func__, "the position is NULL");
    else if (handle_value(h, of, __func__, &v))
        more = next_entry(h, v, position, &entry);
    more = more && give_handle(h, key, entry.key, __func__) &&
           give_handle(h, item, entry.item, __func__);
    door_leave(h);
    return more;
}

/* ---- Whole values ---- */

static bool equal(host *h, value a, value b)
{
    process *p = host_owner(h);
    if (!p)
        return false;
    int quick = walk_equal_quick(h->vm, a, b);
    if (quick >= 0)
        return quick == 1;
    value both[] = {a, b}, is = VALUE_FALSE;
    return host_done(h, host_walk(h->vm, p, WALK_EQUAL, 2, both, &is)) && is == VALUE_TRUE;
}

bool csp_equal(csp_vm *vm, csp_value one, csp_value other)
{
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return false;
    value a, b;
    bool is = handle_value(h, one, __func__, &a) && handle_value(h, other, __func__, &b) &&
              equal(h, a, b);
    door_leave(h);
    return is;
}

char *csp_show(csp_vm *vm, csp_value given, size_t limit)
{
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return NULL;
    value v;
    char *shown = NULL;
    if (handle_value(h, given, __func__, &v) && !(shown = host_show(vm, v, limit, true)))
        host_fail_memory(h);
    door_leave(h);
    return shown;
}
