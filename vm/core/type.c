#include "vm/core/type.h"

#include "vm/core/object.h"

const char *const vm_type_names[TYPE_COUNT] = {
    [TYPE_NIL] = "nil",         [TYPE_BOOL] = "bool",       [TYPE_INT] = "int",
    [TYPE_FLOAT] = "float",     [TYPE_STRING] = "string",   [TYPE_BYTES] = "bytes",
    [TYPE_TUPLE] = "tuple",     [TYPE_LIST] = "list",       [TYPE_MAP] = "map",
    [TYPE_BUFFER] = "buffer",   [TYPE_FN] = "fn",           [TYPE_CHAN] = "chan",
    [TYPE_PROCESS] = "process", [TYPE_ERROR] = "error",     [TYPE_RANGE] = "range",
    [TYPE_POINTER] = "pointer", [TYPE_LIBRARY] = "library",
};

static const char *const phrases[TYPE_COUNT] = {
    [TYPE_NIL] = "nil",           [TYPE_BOOL] = "a bool",       [TYPE_INT] = "an int",
    [TYPE_FLOAT] = "a float",     [TYPE_STRING] = "a string",   [TYPE_BYTES] = "bytes",
    [TYPE_TUPLE] = "a tuple",     [TYPE_LIST] = "a list",       [TYPE_MAP] = "a map",
    [TYPE_BUFFER] = "a buffer",   [TYPE_FN] = "a function",     [TYPE_CHAN] = "a channel",
    [TYPE_PROCESS] = "a process", [TYPE_ERROR] = "an error",    [TYPE_RANGE] = "a range",
    [TYPE_POINTER] = "a pointer", [TYPE_LIBRARY] = "a library",
};

const char *vm_type_phrase(value v) { return phrases[value_type_of(v)]; }

value_type value_type_of(value v)
{
    if (value_is_int(v))
        return TYPE_INT;
    if (value_is_flonum(v))
        return TYPE_FLOAT;
    if (v == VALUE_TRUE || v == VALUE_FALSE)
        return TYPE_BOOL;
    switch (value_kind(v)) {
    case OBJ_STRING: return TYPE_STRING;
    case OBJ_BYTES: return TYPE_BYTES;
    case OBJ_BIGINT: return TYPE_INT;
    case OBJ_FLOAT: return TYPE_FLOAT;
    case OBJ_RANGE: return TYPE_RANGE;
    case OBJ_CHANNEL:
    case OBJ_END: return TYPE_CHAN;
    case OBJ_PROCESS: return TYPE_PROCESS;
    case OBJ_NATIVE:
    case OBJ_CLOSURE: return TYPE_FN;
    case OBJ_TUPLE: return TYPE_TUPLE;
    case OBJ_ERROR: return TYPE_ERROR;
    case OBJ_LIST: return TYPE_LIST;
    case OBJ_MAP: return TYPE_MAP;
    case OBJ_BUFFER: return TYPE_BUFFER;
    case OBJ_NONE:
    /* the rest no program ever holds */
    case OBJ_NODE:
    case OBJ_PAR:
    case OBJ_DEFER:
    case OBJ_TRACE:
    case OBJ_CELL:
    case OBJ_WALK:
    case OBJ_CAUSE:
    case OBJ_SIDE:
    case OBJ_ALT:
    case OBJ_KIND_LIMIT: break;
    }
    return TYPE_NIL;
}
