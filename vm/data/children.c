#include "vm/data/children.h"

#include <stddef.h>

#include "vm/core/bytecode.h"
#include "vm/core/object.h"

_Static_assert(sizeof(map_entry) == 3 * sizeof(value),
               "the items of a table stand three words apart");
_Static_assert(offsetof(error, cause) == offsetof(error, kind) + 4 * sizeof(value),
               "an error's five values stand side by side");

_Static_assert(OBJ_CONTAINERS == 8, "what a container holds is known: here it is all but buffers "
                                    "and structs, which hold bytes, and "
                                    "objects of the host");
children children_of(value v)
{
    switch (value_kind(v)) {
    case OBJ_TUPLE: return (children){value_tuple(v)->items, value_tuple(v)->count, 1};
    case OBJ_LIST: return (children){value_list(v)->items, value_list(v)->count, 1};
    case OBJ_MAP: {
        const map *m = value_map(v);
        if (m->shape != SHAPE_NONE)
            return (children){m->at.items, m->fields, 1};
        const map_table *t = m->at.table;
        return (children){t->used ? &t->entries->item : NULL, t->used, 3};
    }
    case OBJ_ERROR: return (children){&value_error(v)->kind, 5, 1};
    case OBJ_CLOSURE: {
        closure *f = value_as_object(v);
        return (children){f->captures, f->code->captures, 1};
    }
    default: break;
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
    case OBJ_STRUCT: return (content){value_struct(v)->data, value_struct(v)->size};
    case OBJ_TUPLE: return (content){value_tuple(v)->items, value_tuple(v)->count * sizeof(value)};
    case OBJ_LIST: return (content){value_list(v)->items, value_list(v)->count * sizeof(value)};
    default: return (content){NULL, 0};
    }
}
