#include "vm/foreign/construct.h"

#include <string.h>

#include "vm/core/vm.h"
#include "vm/data/map.h"
#include "vm/data/structure.h"
#include "vm/foreign/cvalue.h"
#include "vm/foreign/field.h"

static verdict store_all(csp_vm *vm, process *p, const cstruct *of, const map *given, value to)
{
    uint32_t position = 0;
    for (map_entry e; map_next(vm, given, &position, &e);) {
        const cfield *field =
            value_is(e.key, OBJ_STRING)
                ? cstruct_field(of, value_string(e.key)->text, value_string(e.key)->size)
                : NULL;
        if (!field)
            return cfield_missing(vm, of, e.key);
        if (cfield_store(vm, p, to, field, e.item) != VERDICT_DONE)
            return VERDICT_FAIL;
    }
    return VERDICT_DONE;
}

/* Where v is such a struct already, or a view of one: its bytes. */
static const uint8_t *bytes_of(const cstruct *of, value v)
{
    if (value_is(v, OBJ_STRUCT) && value_struct(v)->of == of)
        return value_struct(v)->data;
    return value_is(v, OBJ_POINTER) && value_view_of(v) == of ? value_pointer(v)->address : NULL;
}

static verdict copy(csp_vm *vm, process *p, value from, const uint8_t *at, value to)
{
    cvalue *made = value_struct(to);
    map *const *keeper = cmemory_keeper(vm, p, from);
    if (!keeper)
        return VERDICT_FAIL;
    memcpy(made->data, at, made->size);
    return struct_keep_copy(vm, *keeper, at, made->size, &made->kept, made->data)
               ? VERDICT_DONE
               : vm_raise_memory(vm);
}

verdict struct_construct(csp_vm *vm, process *p, const cstruct *of, uint32_t argc,
                         const value *args, value *out)
{
    if (argc > 1)
        return vm_raise(vm, ERR_ARITY, "`%s` takes 0 to 1 arguments, but %u are given", of->name,
                        argc);
    const uint8_t *same = argc == 1 && value_usable(p, args[0]) ? bytes_of(of, args[0]) : NULL;
    if (argc == 1 && !same && !(value_is(args[0], OBJ_MAP) && value_usable(p, args[0])))
        return vm_raise_type(vm, p, args[0], "a map of fields");
    if (same && value_is(args[0], OBJ_POINTER) && cpointer_check(vm, args[0]) != VERDICT_DONE)
        return VERDICT_FAIL;
    *out = cvalue_new(vm, p, of);
    if (*out == VALUE_ABSENT)
        return vm_raise_memory(vm);
    if (same)
        return copy(vm, p, args[0], same, *out);
    return argc == 0 ? VERDICT_DONE : store_all(vm, p, of, value_as_object(args[0]), *out);
}
