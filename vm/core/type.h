/* Names of types. */
#ifndef CSP_VM_CORE_TYPE_H
#define CSP_VM_CORE_TYPE_H

#include "vm/core/object.h"

typedef enum value_type {
    TYPE_NIL,
    TYPE_BOOL,
    TYPE_INT,
    TYPE_FLOAT,
    TYPE_STRING,
    TYPE_BYTES,
    TYPE_TUPLE,
    TYPE_LIST,
    TYPE_MAP,
    TYPE_BUFFER,
    TYPE_FN,
    TYPE_CHAN,
    TYPE_PROCESS,
    TYPE_ERROR,
    TYPE_RANGE,
    TYPE_POINTER,
    TYPE_LIBRARY,
    TYPE_STRUCT,
    TYPE_CALLBACK,
    TYPE_OBJECT,
    TYPE_COUNT
} value_type;
extern const char *const vm_type_names[TYPE_COUNT];
/* What type(v) returns; for an object of the host, the name of its class. */
const char *vm_type_name(value v);
/* What v is, for messages: "an int", "a channel", "nil". */
const char *vm_type_phrase(value v);

extern const uint8_t vm_kind_types[]; /* by kind; not for ints, flonums and bools */
static inline value_type value_type_of(value v)
{
    if (value_is_int(v))
        return TYPE_INT;
    if (value_is_flonum(v))
        return TYPE_FLOAT;
    if (v == VALUE_TRUE || v == VALUE_FALSE)
        return TYPE_BOOL;
    return (value_type)vm_kind_types[value_kind(v)];
}

#endif
