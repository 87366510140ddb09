/* x.name and x.name = v, for maps. */
#include "vm/data/field.h"

#include "base/foreign.h"
#include "base/suggest.h"
#include "vm/core/type.h"
#include "vm/core/vm.h"
#include "vm/data/map.h"

/* --- messages about missing fields */

enum { GUESS_KEYS = 200 }; /* keys to look at: no crash takes long to report */

/* The most similar key, or NULL. */
static const char *guess_key(const csp_vm *vm, const map *m, const string *name)
{
    suggestion s;
    suggest_init(&s, name->text, name->size);
    uint32_t position = 0, tried = 0;
    map_entry e;
    while (map_next(vm, m, &position, &e) && tried++ < GUESS_KEYS)
        if (value_is(e.key, OBJ_STRING))
            suggest_offer(&s, value_string(e.key)->text);
    return s.best;
}

static verdict raise_missing(csp_vm *vm, const map *m, value name)
{
    const char *field = value_string(name)->text, *guess = guess_key(vm, m, value_string(name));
    char hint[FOREIGN_HINT];
    if (guess)
        return vm_raise(vm, ERR_KEY, "the map has no field `%s`; did you mean `%s`?", field, guess);
    if (foreign_method("map", field, NULL, hint, sizeof hint))
        return vm_raise(vm, ERR_KEY, "the map has no field `%s`; maps have no methods: %s", field,
                        hint);
    return vm_raise(vm, ERR_KEY,
                    "the map has no field `%s`; `m[\"%s\"]` is nil where there is none", field,
                    field);
}

/* In other languages it would be a method. */
static verdict raise_no_fields(csp_vm *vm, value container, value name)
{
    const char *type = vm_type_name(container), *field = value_string(name)->text;
    char hint[FOREIGN_HINT];
    if (foreign_method(type, field, NULL, hint, sizeof hint))
        return vm_raise(vm, ERR_TYPE, "%s has no fields (`.%s`): %s", vm_type_phrase(container),
                        field, hint);
    return vm_raise(vm, ERR_TYPE, "%s has no fields (`.%s`)", vm_type_phrase(container), field);
}

verdict data_get_field(csp_vm *vm, process *p, value container, value name, field_hint *hint,
                       value *out)
{
    obj_kind kind = value_kind(container);
    if (kind != OBJ_NONE && !value_usable(p, container))
        return vm_raise_moved(vm, container);
    if (kind == OBJ_MAP) {
        const value *found = map_field(vm, value_map(container), name, hint);
        if (!found)
            return raise_missing(vm, value_map(container), name);
        *out = *found;
        return VERDICT_DONE;
    }
    return raise_no_fields(vm, container, name);
}

verdict data_set_field(csp_vm *vm, process *p, value container, value name, field_hint *hint,
                       value item)
{
    if (!value_is(container, OBJ_MAP)) {
        if (value_is_object(container) && !value_usable(p, container))
            return vm_raise_moved(vm, container);
        vm_raise(vm, ERR_TYPE, "%s has no fields to assign (`.%s`)", vm_type_phrase(container),
                 value_string(name)->text);
        return vm_blame(vm, p, container, VALUE_NIL);
    }
    map *m = data_own_map(vm, p, container);
    if (!m)
        return VERDICT_FAIL;
    value *found = map_field(vm, m, name, hint);
    if (!found)
        return map_add(vm, m, name, item) ? VERDICT_DONE : vm_raise_memory(vm);
    *found = item;
    return VERDICT_DONE;
}
