#include "vm/data/children.h"

#include <stddef.h>

#include "vm/core/bytecode.h"
#include "vm/core/object.h"

_Static_assert(sizeof(map_entry) == 3 * sizeof(value),
               "the items of a map stand three words apart");
_Static_assert(offsetof(error, cause) == offsetof(error, kind) + 4 * sizeof(value),
               "an error's five values stand side by side");

children children_of(value v)
{
    switch (value_kind(v)) {
    case OBJ_TUPLE: return (children){value_tuple(v)->items, value_tuple(v)->count, 1};
    case OBJ_LIST: return (children){value_list(v)->items, value_list(v)->count, 1};
    case OBJ_MAP:
        return (children){value_map(v)->used ? &value_map(v)->entries->item : NULL,
                          value_map(v)->used, 3};
    case OBJ_ERROR: return (children){&value_error(v)->kind, 5, 1};
    case OBJ_CLOSURE: {
        closure *f = value_as_object(v);
        return (children){f->captures, f->code->captures, 1};
    }
    case OBJ_NONE:
    case OBJ_STRING:
    case OBJ_BYTES:
    case OBJ_BIGINT:
    case OBJ_FLOAT:
    case OBJ_RANGE:
    case OBJ_CHANNEL:
    case OBJ_END:
    case OBJ_PROCESS:
    case OBJ_NATIVE:
    case OBJ_BUFFER:
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
    return (children){NULL, 0, 1};
}

content content_of(value v)
{
    switch (value_kind(v)) {
    case OBJ_STRING: return (content){value_string(v)->text, value_string(v)->size};
    case OBJ_BYTES: return (content){value_bytes(v)->data, value_bytes(v)->size};
    case OBJ_BUFFER:
        return (content){((buffer *)value_as_object(v))->data,
                         ((buffer *)value_as_object(v))->size};
    case OBJ_TUPLE: return (content){value_tuple(v)->items, value_tuple(v)->count * sizeof(value)};
    case OBJ_LIST: return (content){value_list(v)->items, value_list(v)->count * sizeof(value)};
    default: return (content){NULL, 0};
    }
}
