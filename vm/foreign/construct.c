#include "vm/foreign/construct.h"

#include <string.h>

#include "vm/core/vm.h"
#include "vm/data/map.h"
#include "vm/foreign/convert.h"
#include "vm/foreign/cvalue.h"

static verdict store(csp_vm *vm, process *p, const cstruct *of, const cfield *field, value v,
                     uint8_t *to)
{
    const cplace at = {CPLACE_FIELD, 0, field->name, of->name};
    uint64_t word;
    if (convert_to_c(vm, p, field->type, v, &at, &word) != VERDICT_DONE)
        return VERDICT_FAIL;
    if (field->type.kind == CTYPE_STRUCT)
        memmove(to + field->offset, (const void *)(uintptr_t)word, field->type.of->size);
    else
        ctype_store(field->type.kind, to + field->offset, word);
    return VERDICT_DONE;
}

static verdict store_all(csp_vm *vm, process *p, const cstruct *of, const map *given, uint8_t *to)
{
    uint32_t position = 0;
    for (const map_entry *e; (e = map_next(given, &position));) {
        const cfield *field =
            value_is(e->key, OBJ_STRING)
                ? cstruct_field(of, value_string(e->key)->text, value_string(e->key)->size)
                : NULL;
        if (!field)
            return vm_raise(vm, ERR_KEY, "`%s` has no such field", of->name);
        if (store(vm, p, of, field, e->item, to) != VERDICT_DONE)
            return VERDICT_FAIL;
    }
    return VERDICT_DONE;
}

verdict struct_construct(csp_vm *vm, process *p, const cstruct *of, uint32_t argc,
                         const value *args, value *out)
{
    if (argc > 1)
        return vm_raise(vm, ERR_ARITY, "`%s` takes 0 to 1 arguments, but %u are given", of->name,
                        argc);
    if (argc == 1 && !(value_is(args[0], OBJ_MAP) && value_usable(p, args[0])))
        return vm_raise_type(vm, p, args[0], "a map of fields");
    *out = cvalue_new(vm, p, of);
    if (*out == VALUE_ABSENT)
        return vm_raise_memory(vm);
    return argc == 0 ? VERDICT_DONE
                     : store_all(vm, p, of, value_as_object(args[0]), value_struct(*out)->data);
}
