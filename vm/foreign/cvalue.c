#include "vm/foreign/cvalue.h"

#include <string.h>

#include "vm/core/kind.h"
#include "vm/core/vm.h"
#include "vm/data/structure.h"
#include "vm/foreign/release.h"

/* --- pointers */

static cview view_made(void *address, const cstruct *of, value owner)
{
    return (cview){{OBJ_POINTER | OBJ_IMMUTABLE | CPOINTER_VIEW, address}, of, owner};
}

static value new_view(csp_vm *vm, void *address, const cstruct *of, value owner)
{
    cview *made = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *made);
    if (!made)
        return VALUE_ABSENT;
    *made = view_made(address, of, owner);
    return value_object(made);
}

value cpointer_new(csp_vm *vm, void *address, const cstruct *of)
{
    if (!address)
        return VALUE_NIL;
    return of ? new_view(vm, address, of, VALUE_NIL)
              : cpointer_made(vm, (uint64_t)(uintptr_t)address);
}

value cpointer_new_owner(csp_vm *vm, void *address, const cstruct *of)
{
    cowner *made = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *made);
    if (!made)
        return VALUE_ABSENT;
    made->view = view_made(address, of, value_object(made));
    return value_object(made);
}

value cpointer_within(csp_vm *vm, value v, void *address, const cstruct *of)
{
    const cowner *owner = value_owner(v);
    if (!owner || !address)
        return cpointer_new(vm, address, of);
    return new_view(vm, address, of, value_object(owner));
}

verdict cpointer_check(csp_vm *vm, value v)
{
    const cowner *owner = value_owner(v);
    if (!owner || !release_is_done(owner->release))
        return VERDICT_DONE;
    return vm_raise(vm, ERR_VALUE, "what the pointer leads to has been freed");
}

/* --- structs */

static value make_struct(csp_vm *vm, uint64_t header, const cstruct *of, uint8_t *at, void *block)
{
    cvalue *made = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *made);
    if (!made)
        return VALUE_ABSENT;
    *made = (cvalue){header, of, at, block, of->size, NULL};
    return value_object(made);
}

value cvalue_new(csp_vm *vm, const process *p, const cstruct *of)
{
    void *block = heap_alloc(vm_heap(vm), HEAP_BYTES, of->size ? of->size : 1);
    return block ? make_struct(vm, OBJ_STRUCT | process_owner(p), of, block, block) : VALUE_ABSENT;
}

value cvalue_copy(csp_vm *vm, const process *p, const cstruct *of, const void *from)
{
    value made = cvalue_new(vm, p, of);
    if (made != VALUE_ABSENT)
        memcpy(value_struct(made)->data, from, of->size);
    return made;
}

value cvalue_within(csp_vm *vm, value v, uint32_t offset, const cstruct *of)
{
    cvalue *whole = value_struct(v);
    if (!whole->kept && of->has_pointers && !(whole->kept = struct_keeper(vm)))
        return VALUE_ABSENT;
    whole->header |= STRUCT_SHARED;
    value made = make_struct(vm, whole->header, of, whole->data + offset, whole->block);
    if (made != VALUE_ABSENT)
        value_struct(made)->kept = whole->kept;
    return made;
}

/* --- how they are shown and compared */

static bool show_pointer(text *t, value v)
{
    const cstruct *of = value_view_of(v);
    void *address = value_pointer(v)->address;
    if (of)
        return text_printf(t, "<%s* %p>", of->name, address);
    return text_printf(t, "<pointer %p>", address);
}

static uint64_t pointer_identity(value v) { return (uint64_t)(uintptr_t)value_pointer(v)->address; }

static bool show_library(text *t, value v)
{
    const clibrary *l = value_as_object(v);
    return text_printf(t, "<library %s>", l->library->name);
}

static bool show_foreign(text *t, value v)
{
    const foreign_fn *f = value_as_object(v);
    return text_printf(t, "<fn %s>", f->name);
}

const kind_traits kind_pointer = {.show = show_pointer, .identity = pointer_identity};
const kind_traits kind_library = {.show = show_library};
const kind_traits kind_foreign = {.show = show_foreign};
