/* The Ffi module: memory of the program's own, what C wants of a program, what is declared. Types
 * have the names that `extern` gives them. */
#include <string.h>

#include "base/suggest.h"
#include "ffi/ctype_parse.h"
#include "stdlib/ffi_parts.h"
#include "stdlib/natives.h"
#include "vm/foreign/callback.h"
#include "vm/foreign/convert.h"
#include "vm/foreign/field.h"
#include "vm/foreign/foreign.h"
#include "vm/foreign/release.h"
#include "vm/native.h"

/* --- memory of the program's own */

static verdict ffi_alloc(csp_vm *vm, process *p, value *args, value *result)
{
    uint64_t size = 0;
    if (!ffi_is_granted(vm) || ffi_count(vm, p, args[0], &size) != VERDICT_DONE)
        return VERDICT_FAIL;
    vm_charge(vm, size / (16 << 10)); /* for the zeroes */
    return release_alloc(vm, p, size, result);
}

static verdict ffi_free(csp_vm *vm, process *p, value *args, value *result)
{
    *result = VALUE_NIL;
    if (value_is(args[0], OBJ_CALLBACK))
        return callback_free(vm, p, args[0]);
    if (value_is(args[0], OBJ_POINTER))
        return release_run(vm, args[0]);
    return vm_raise_type(vm, p, args[0], "a pointer or a callback");
}

/* --- functions for C to keep */

/* The one callback of a C function's parameters. NULL: raised. */
static csignature *only_callback(csp_vm *vm, const foreign_fn *f)
{
    const csignature *found = NULL, *of = f->of ? f->of->signature : NULL;
    uint32_t count = 0;
    for (uint32_t i = 0; of && i < of->count; i++)
        if (of->params[i].kind == CTYPE_FUNCTION) {
            found = of->params[i].signature;
            count++;
        }
    if (count == 1)
        return (csignature *)(uintptr_t)found;
    vm_raise(vm, ERR_VALUE, "`%s` takes %u callbacks, so the type must be given as a text", f->name,
             count);
    return NULL;
}

static verdict callback_of_text(csp_vm *vm, process *p, const char *text, value f, value *result)
{
    ffi_refusal why = {0};
    ffi_block *block = ffi_block_new();
    csignature *s = block ? ctype_parse_function(block, text, &why) : NULL;
    if (s)
        *result = callback_new(vm, p, s, f);
    else if (block)
        convert_refused(vm, ERR_VALUE, &why, NULL);
    else
        vm_raise_memory(vm);
    ffi_block_release(block); /* the callback holds it */
    return s && *result != VALUE_ABSENT ? VERDICT_DONE : VERDICT_FAIL;
}

static verdict ffi_callback(csp_vm *vm, process *p, value *args, value *result)
{
    if (!ffi_is_granted(vm))
        return VERDICT_FAIL;
    if (!value_is(args[0], OBJ_FOREIGN)) {
        const char *text = ffi_text(vm, p, args[0], "a C function, or a type as text");
        return text ? callback_of_text(vm, p, text, args[1], result) : VERDICT_FAIL;
    }
    csignature *s = only_callback(vm, value_as_object(args[0]));
    if (!s)
        return VERDICT_FAIL;
    *result = callback_new(vm, p, s, args[1]);
    return *result == VALUE_ABSENT ? VERDICT_FAIL : VERDICT_DONE;
}

/* --- what is declared */

static verdict ffi_errno_of(csp_vm *vm, process *p, value *args, value *result)
{
    (void)vm, (void)args;
    *result = value_int(foreign_errno(p));
    return VERDICT_DONE;
}

static const clibrary *library_of(csp_vm *vm, process *p, value v)
{
    if (value_is(v, OBJ_LIBRARY))
        return value_as_object(v);
    vm_raise_type(vm, p, v, "a library (what `extern … as c` calls `c`)");
    return NULL;
}

static verdict no_type(csp_vm *vm, const clibrary *l, const char *name)
{
    suggestion s;
    suggest_init(&s, name, strlen(name));
    for (const cstruct *of = NULL; l && (of = cstruct_next(l->block, of));)
        suggest_offer(&s, of->name);
    for (int kind = 0; kind < CTYPE_KINDS; kind++)
        if (*ctype_kind_name((ctype_kind)kind) && kind != CTYPE_VOID && kind != CTYPE_BUFFER)
            suggest_offer(&s, ctype_kind_name((ctype_kind)kind));
    if (s.best)
        return vm_raise(vm, ERR_KEY, "no type `%s` is declared; did you mean `%s`?", name, s.best);
    return vm_raise(vm, ERR_KEY, "no type `%s` is declared", name);
}

/* A type of the library's (NULL: a scalar), complete. */
static verdict type_named(csp_vm *vm, process *p, const clibrary *l, value v, ctype *out)
{
    const char *name = ffi_text(vm, p, v, "the name of a type, a string");
    if (!name)
        return VERDICT_FAIL;
    size_t length = strlen(name);
    bool points = length > 1 && name[length - 1] == '*';
    const cstruct *of = l ? cstruct_find(l->block, name, length - points) : NULL;
    ctype_kind kind = ctype_find(name, length - points);
    if (!of && (kind == CTYPE_KINDS || kind == CTYPE_VOID || kind == CTYPE_BUFFER))
        return no_type(vm, l, name);
    if (of && !points && of->size == 0)
        return vm_raise(vm, ERR_VALUE, "C alone knows what is in `%s`", of->name);
    if (of)
        *out = (ctype){.kind = points ? CTYPE_STRUCT_POINTER : CTYPE_STRUCT, .of = of};
    else
        *out = ctype_scalar(points ? CTYPE_POINTER : kind);
    return VERDICT_DONE;
}

static verdict ffi_sizeof(csp_vm *vm, process *p, value *args, value *result)
{
    ctype type = {.kind = CTYPE_VOID};
    bool has_library = native_argc(vm) > 1;
    const clibrary *l = has_library ? library_of(vm, p, args[0]) : NULL;
    if ((has_library && !l) || type_named(vm, p, l, args[has_library], &type) != VERDICT_DONE)
        return VERDICT_FAIL;
    *result = value_int(ctype_size(type));
    return VERDICT_DONE;
}

static verdict ffi_offsetof(csp_vm *vm, process *p, value *args, value *result)
{
    ctype type = {.kind = CTYPE_VOID};
    const clibrary *l = library_of(vm, p, args[0]);
    if (!l || type_named(vm, p, l, args[1], &type) != VERDICT_DONE)
        return VERDICT_FAIL;
    if (type.kind != CTYPE_STRUCT)
        return vm_raise(vm, ERR_VALUE, "`%s` is no struct", value_string(args[1])->text);
    const char *name = ffi_text(vm, p, args[2], "the name of a field, a string");
    if (!name)
        return VERDICT_FAIL;
    const cfield *f = cstruct_field(type.of, name, strlen(name));
    if (!f)
        return cfield_missing(vm, type.of, args[2]);
    *result = value_int(f->offset);
    return VERDICT_DONE;
}

static void offer(void *s, const char *name) { suggest_offer(s, name); }

static verdict ffi_symbol(csp_vm *vm, process *p, value *args, value *result)
{
    const clibrary *l = library_of(vm, p, args[0]);
    const char *name = l ? ffi_text(vm, p, args[1], "the name of a symbol, a string") : NULL;
    if (!name)
        return VERDICT_FAIL;
    bool is_data;
    void *address = library_symbol(l->library, name, &is_data);
    if (address)
        return vm_give(vm, cpointer_new(vm, address, NULL), result);
    char versions[200];
    if (library_versions(l->library, name, versions, sizeof versions) > 0)
        return vm_raise(vm, ERR_KEY,
                        "%s has no symbol `%s`; it has %s, and a version cannot be asked for",
                        l->library->name, name, versions);
    suggestion s;
    suggest_init(&s, name, strlen(name));
    library_each(l->library, offer, &s);
    if (s.best)
        return vm_raise(vm, ERR_KEY, "%s has no symbol `%s`; did you mean `%s`?", l->library->name,
                        name, s.best);
    return vm_raise(vm, ERR_KEY, "%s has no symbol `%s`", l->library->name, name);
}

static verdict ffi_cast(csp_vm *vm, process *p, value *args, value *result)
{
    ctype type = {.kind = CTYPE_VOID};
    int64_t offset = 0;
    uint8_t *at = NULL;
    const clibrary *l = library_of(vm, p, args[1]);
    *result = VALUE_NIL;
    if (!l || type_named(vm, p, l, args[2], &type) != VERDICT_DONE ||
        ffi_offset(vm, p, native_optional(vm, args, 3, VALUE_ABSENT), &offset) != VERDICT_DONE)
        return VERDICT_FAIL;
    bool is_struct = type.kind == CTYPE_STRUCT || type.kind == CTYPE_STRUCT_POINTER;
    if (!is_struct && type.kind != CTYPE_POINTER)
        return vm_raise(vm, ERR_VALUE,
                        "a pointer becomes a view of a struct or a `pointer`; "
                        "`Ffi.read` gives the `%s` there",
                        value_string(args[2])->text);
    if (args[0] == VALUE_NIL)
        return VERDICT_DONE;
    if (!value_is(args[0], OBJ_POINTER))
        return vm_raise_type(vm, p, args[0], "a pointer or nil");
    uint64_t size = is_struct ? type.of->size : 0;
    if (ffi_place(vm, p, args[0], offset, size, false, &at) != VERDICT_DONE)
        return VERDICT_FAIL;
    return vm_give(vm, cpointer_within(vm, args[0], at, is_struct ? type.of : NULL), result);
}

const native_entry ffi_natives[] = {
    {"alloc", "alloc(n)",
     "a pointer to n bytes of memory, all 0, aligned for any type; they are freed by Ffi.free(p), "
     "when the process "
     "ends, or when nobody holds the pointer any more. A negative n is value_error",
     ffi_alloc, 1, 1, 0},
    {"bytes_at", "bytes_at(p, n)",
     "a copy of the n bytes at p (a pointer, buffer, bytes or struct): Ffi.bytes_at(p, 16)",
     ffi_bytes_at, 2, 2, FFI_BYTES_SLOTS},
    {"callback", "callback(type, f)",
     "the function f for C to keep and call while this process is inside C, until Ffi.free; type "
     "is its C type, "
     "\"fn(pointer, pointer): i32\", or a C function that takes one callback. A type that cannot "
     "be read is value_error",
     ffi_callback, 2, 2, 0},
    {"cast", "cast(p, c, type, offset = 0)",
     "the pointer p as a view of a struct that c declares, or as a plain \"pointer\", offset bytes "
     "further on; nil "
     "gives nil: Ffi.cast(p, c, \"timeval\").sec. An unknown type is key_error",
     ffi_cast, 3, 4, 0},
    {"errno", "errno()", "C's errno after this process' last call of a C function, an int",
     ffi_errno_of, 0, 0, 0},
    {"free", "free(p)",
     "gives back what Ffi.alloc, Ffi.callback or an owned function has given; any later use, and "
     "freeing it again, is "
     "value_error; freeing a callback again does nothing",
     ffi_free, 1, 1, 0},
    {"offsetof", "offsetof(c, name, field)",
     "how many bytes from the beginning of a struct that c declares its field lies; an unknown "
     "name is key_error: "
     "Ffi.offsetof(c, \"timeval\", \"usec\")",
     ffi_offsetof, 3, 3, 0},
    {"read", "read(p, type, offset = 0)",
     "the value of this type (\"i8\" … \"u64\", \"isize\", \"usize\", \"f32\", \"f64\", \"bool\", "
     "\"pointer\", "
     "\"cstring\") that lies offset bytes from p (a pointer, buffer, bytes or struct); an unknown "
     "type is value_error, "
     "and so is a place outside of what is known to be there",
     ffi_read, 2, 3, 0},
    {"sizeof", "sizeof(c, type)",
     "the bytes of a struct that c declares, or of any type; sizeof(\"i32\") does without c. An "
     "unknown type is "
     "key_error",
     ffi_sizeof, 1, 2, 0},
    {"string_at", "string_at(p, n = nil)",
     "a copy of the text at p, up to its NUL or of n bytes; as bytes if it is not UTF-8",
     ffi_string_at, 1, 2, FFI_TEXT_SLOTS},
    {"symbol", "symbol(c, name)",
     "a pointer to the function or variable that C calls so; one that is not there is key_error: "
     "Ffi.read(Ffi.symbol(c, \"environ\"), \"pointer\")",
     ffi_symbol, 2, 2, 0},
    {"write", "write(p, type, v, offset = 0)",
     "writes v as this type offset bytes from p (a pointer, buffer or struct), as a field of that "
     "type is set; gives "
     "nil",
     ffi_write, 3, 4, 0},
    {NULL, NULL, NULL, NULL, 0, 0, 0},
};
