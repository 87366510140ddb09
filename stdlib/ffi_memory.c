/* The Ffi module: values, bytes and texts in memory that C knows. */
#include <string.h>

#include "ffi/ctype_parse.h"
#include "stdlib/ffi_parts.h"
#include "vm/core/steps.h"
#include "vm/core/type.h"
#include "vm/data/children.h"
#include "vm/foreign/field.h"
#include "vm/foreign/release.h"
#include "vm/native.h"

bool ffi_is_granted(csp_vm *vm) { return vm_may(vm, MAY_CALL_C); }

const char *ffi_text(csp_vm *vm, process *p, value v, const char *what)
{
    if (!value_is(v, OBJ_STRING)) {
        vm_raise_type(vm, p, v, what);
        return NULL;
    }
    const string *s = value_string(v);
    if (strlen(s->text) == s->size)
        return s->text;
    vm_raise(vm, ERR_VALUE, "the name has a NUL in it");
    return NULL;
}

/* --- places in memory */

verdict ffi_offset(csp_vm *vm, process *p, value v, int64_t *offset)
{
    *offset = 0;
    if (v == VALUE_ABSENT)
        return VERDICT_DONE;
    if (!value_is_integer(v))
        return vm_raise_type(vm, p, v, "an int as an offset");
    if (!value_is_int(v))
        return vm_raise(vm, ERR_VALUE, "the offset is no address's");
    *offset = value_as_int(v);
    return VERDICT_DONE;
}

static verdict within(csp_vm *vm, value v, content in, int64_t offset, uint64_t size)
{
    if (offset >= 0 && (uint64_t)offset <= in.size && size <= in.size - (uint64_t)offset)
        return VERDICT_DONE;
    return vm_raise(vm, ERR_VALUE, "%llu bytes from %lld on are not all in the %zu bytes of the %s",
                    (unsigned long long)size, (long long)offset, in.size, vm_type_name(v));
}

verdict ffi_place(csp_vm *vm, process *p, value v, int64_t offset, uint64_t size, bool writes,
                  uint8_t **at)
{
    bool has_bytes =
        value_is(v, OBJ_BUFFER) || value_is(v, OBJ_STRUCT) || (value_is(v, OBJ_BYTES) && !writes);
    if (!value_is(v, OBJ_POINTER) && !(has_bytes && value_usable(p, v)))
        return vm_raise_type(vm, p, v,
                             writes ? "a pointer, buffer or struct"
                                    : "a pointer, buffer, bytes or struct");
    if (has_bytes) {
        content in = content_of(v);
        if (within(vm, v, in, offset, size) != VERDICT_DONE)
            return VERDICT_FAIL;
        *at = (uint8_t *)in.data + (in.data ? offset : 0);
        return VERDICT_DONE;
    }
    if (cpointer_check(vm, v) != VERDICT_DONE ||
        release_bounds(vm, v, (uint64_t)offset, size) != VERDICT_DONE)
        return VERDICT_FAIL;
    *at = (uint8_t *)((uintptr_t)value_pointer(v)->address + (uintptr_t)offset);
    return VERDICT_DONE;
}

static bool is_address(ctype_kind kind) { return kind == CTYPE_POINTER || kind == CTYPE_CSTRING; }

/* The place of a scalar: arguments are where, its type, its offset. */
static verdict scalar_place(csp_vm *vm, process *p, const value *args, value from, bool writes,
                            ctype *type, uint8_t **at)
{
    int64_t offset = 0;
    ffi_refusal why = {0};
    const char *name = ffi_text(vm, p, args[1], "the name of a type (\"i32\")");
    if (!name || ffi_offset(vm, p, from, &offset) != VERDICT_DONE)
        return VERDICT_FAIL;
    *type = ctype_scalar(ctype_parse_kind(name, &why));
    if (type->kind == CTYPE_KINDS)
        return convert_refused(vm, ERR_VALUE, &why, NULL);
    if (is_address(type->kind) && !ffi_is_granted(vm))
        return VERDICT_FAIL;
    return ffi_place(vm, p, args[0], offset, ctype_size(*type), writes, at);
}

verdict ffi_read(csp_vm *vm, process *p, value *args, value *result)
{
    ctype type = {.kind = CTYPE_VOID};
    uint8_t *at = NULL;
    if (scalar_place(vm, p, args, native_optional(vm, args, 2, VALUE_ABSENT), false, &type, &at) !=
        VERDICT_DONE)
        return VERDICT_FAIL;
    return cmemory_load(vm, p, args[0], at, type, result);
}

verdict ffi_write(csp_vm *vm, process *p, value *args, value *result)
{
    const cplace place = {.kind = CPLACE_VALUE};
    ctype type = {.kind = CTYPE_VOID};
    uint8_t *at = NULL;
    *result = VALUE_NIL;
    if (scalar_place(vm, p, args, native_optional(vm, args, 3, VALUE_ABSENT), true, &type, &at) !=
        VERDICT_DONE)
        return VERDICT_FAIL;
    return cmemory_store(vm, p, args[0], at, type, args[2], &place);
}

/* --- bytes and text */

verdict ffi_count(csp_vm *vm, process *p, value v, uint64_t *count)
{
    if (!value_is_integer(v))
        return vm_raise_type(vm, p, v, "a number of bytes, an int");
    if (num_compare(v, value_int(0)) < 0)
        return vm_raise(vm, ERR_VALUE, "a negative number of bytes");
    if (!value_is_int(v) || value_as_int(v) > (int64_t)STRING_MAX)
        return vm_raise(vm, ERR_OUT_OF_MEMORY, "more than %zu bytes", STRING_MAX);
    *count = (uint64_t)value_as_int(v);
    return VERDICT_DONE;
}

/* How many bytes there are at most behind what v leads to, as far as that is known. */
static size_t room_of(value v)
{
    if (!value_is(v, OBJ_POINTER))
        return content_of(v).size;
    return release_room(v);
}

/* Looks for the NUL, in steps; *size is where it is. */
static verdict find_end(csp_vm *vm, const uint8_t *at, size_t room, value *done, uint64_t *size)
{
    size_t from = *done == VALUE_ABSENT ? 0 : (size_t)value_as_int(*done);
    size_t count = long_part(vm, room - from);
    size_t length = strnlen((const char *)at + from, count);
    vm_charge(vm, length / LONG_BYTES_PER_REDUCTION);
    *size = from + length;
    if (length < count)
        return VERDICT_DONE;
    if (*size == room)
        return vm_raise(vm, ERR_VALUE, "there is no NUL in the %zu bytes", room);
    if (*size > STRING_MAX)
        return vm_raise(vm, ERR_OUT_OF_MEMORY, "more than %zu bytes", STRING_MAX);
    *done = value_int((int64_t)*size);
    return VERDICT_YIELD;
}

enum { SIZE_SLOT, END_SLOT, COPY_SLOT, COPIED_SLOT = FFI_BYTES_SLOTS, TEXT_SLOT };

static verdict measure(csp_vm *vm, process *p, value *args, value *slots, uint64_t *size)
{
    uint8_t *at = NULL;
    bool given = args[1] != VALUE_ABSENT && args[1] != VALUE_NIL;
    verdict v = VERDICT_DONE;
    if (slots[SIZE_SLOT] != VALUE_ABSENT)
        *size = (uint64_t)value_as_int(slots[SIZE_SLOT]);
    else if (given)
        v = ffi_count(vm, p, args[1], size);
    else if ((v = ffi_place(vm, p, args[0], 0, 0, false, &at)) == VERDICT_DONE && at)
        v = find_end(vm, at, room_of(args[0]), &slots[END_SLOT], size);
    if (v == VERDICT_DONE)
        slots[SIZE_SLOT] = value_int((int64_t)*size);
    return v;
}

static verdict copy_bytes(csp_vm *vm, const uint8_t *from, size_t size, value *slots, value *result)
{
    if (slots[0] == VALUE_ABSENT) {
        bytes *blank = bytes_blank(vm, size);
        if (!blank)
            return vm_raise_memory(vm);
        slots[0] = value_object(blank);
        slots[1] = value_int(0);
    }
    size_t at = (size_t)value_as_int(slots[1]);
    bool all = long_copy(vm, value_bytes(slots[0])->data, from, size, &at);
    slots[1] = value_int((int64_t)at);
    *result = slots[0];
    return all ? VERDICT_DONE : VERDICT_YIELD;
}

static verdict take_bytes(csp_vm *vm, process *p, value *args, value *slots, value *result)
{
    uint64_t size = 0;
    uint8_t *at = NULL;
    verdict v = measure(vm, p, args, slots, &size);
    if (v == VERDICT_DONE)
        v = ffi_place(vm, p, args[0], 0, size, false, &at);
    return v == VERDICT_DONE ? copy_bytes(vm, at, size, slots + COPY_SLOT, result) : v;
}

verdict ffi_bytes_at(csp_vm *vm, process *p, value *args, value *result)
{
    if (args[1] == VALUE_NIL)
        return vm_raise_type(vm, p, args[1], "a number of bytes, an int");
    return take_bytes(vm, p, args, args + 2, result);
}

/* C may change what is there at any moment: what is looked at is a copy. */
verdict ffi_string_at(csp_vm *vm, process *p, value *args, value *result)
{
    value *slots = args + 2, copied = slots[COPIED_SLOT];
    verdict v = VERDICT_DONE;
    if (copied == VALUE_ABSENT) {
        v = take_bytes(vm, p, args, slots, &copied);
        if (v != VERDICT_DONE)
            return v;
        slots[COPIED_SLOT] = copied;
    }
    const bytes *b = value_bytes(copied);
    v = string_of_bytes(vm, b->data, b->size, slots + TEXT_SLOT, result);
    if (v == VERDICT_DONE && value_is(*result, OBJ_ERROR))
        *result = copied;
    return v;
}
