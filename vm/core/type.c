/* The kinds and types. */
#include "vm/core/type.h"

#include "vm/core/kind.h"

const char *const vm_type_names[TYPE_COUNT] = {
    [TYPE_NIL] = "nil",           [TYPE_BOOL] = "bool",       [TYPE_INT] = "int",
    [TYPE_FLOAT] = "float",       [TYPE_STRING] = "string",   [TYPE_BYTES] = "bytes",
    [TYPE_TUPLE] = "tuple",       [TYPE_LIST] = "list",       [TYPE_MAP] = "map",
    [TYPE_BUFFER] = "buffer",     [TYPE_FN] = "fn",           [TYPE_CHAN] = "chan",
    [TYPE_PROCESS] = "process",   [TYPE_ERROR] = "error",     [TYPE_RANGE] = "range",
    [TYPE_POINTER] = "pointer",   [TYPE_LIBRARY] = "library", [TYPE_STRUCT] = "struct",
    [TYPE_CALLBACK] = "callback", [TYPE_OBJECT] = "object",
};

static const char *const phrases[TYPE_COUNT] = {
    [TYPE_NIL] = "nil",
    [TYPE_BOOL] = "a bool",
    [TYPE_INT] = "an int",
    [TYPE_FLOAT] = "a float",
    [TYPE_STRING] = "a string",
    [TYPE_BYTES] = "bytes",
    [TYPE_TUPLE] = "a tuple",
    [TYPE_LIST] = "a list",
    [TYPE_MAP] = "a map",
    [TYPE_BUFFER] = "a buffer",
    [TYPE_FN] = "a function",
    [TYPE_CHAN] = "a channel",
    [TYPE_PROCESS] = "a process",
    [TYPE_ERROR] = "an error",
    [TYPE_RANGE] = "a range",
    [TYPE_POINTER] = "a pointer",
    [TYPE_LIBRARY] = "a library",
    [TYPE_STRUCT] = "a struct",
    [TYPE_CALLBACK] = "a callback",
    [TYPE_OBJECT] = "an object",
};

const char *vm_type_name(value v)
{
    return value_is(v, OBJ_HOSTED) ? value_hosted(v)->of->name : vm_type_names[value_type_of(v)];
}

const char *vm_type_phrase(value v)
{
    return value_is(v, OBJ_HOSTED) ? value_hosted(v)->of->phrase : phrases[value_type_of(v)];
}

const kind_traits kind_plain = {.show = NULL};

const uint8_t obj_natures[0x100] = {
#define KIND(enumerator, nature, type, traits) [OBJ_##enumerator] = NATURE_##nature,
#include "vm/core/object.def"
#undef KIND
};

const uint8_t vm_kind_types[OBJ_KIND_LIMIT] = {
#define KIND(enumerator, nature, type, traits) [OBJ_##enumerator] = TYPE_##type,
#include "vm/core/object.def"
#undef KIND
};
