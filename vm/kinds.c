/* The traits of all kinds, from the rooms that implement them. */
#include "vm/core/kind.h"

const kind_traits *const kind_table[OBJ_KIND_LIMIT] = {
    [OBJ_NONE] = &kind_plain,
#define KIND(enumerator, nature, type, traits) [OBJ_##enumerator] = &traits,
#include "vm/core/object.def"
#undef KIND
};
