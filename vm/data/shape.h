/* Shapes: the keys of a map, in order, shared by all maps that got the same keys in the same order.
 *
 * A shape never changes. Adding a key to a map gives the map the shape with one key more, and each
 * shape is reached from one other, so the same names in the same order lead to the same shape. An
 * instruction that reads or writes a field remembers the number of the shape that it saw last, and
 * where the field is in it.
 *
 * Keys of shapes are names: short strings that the program's text has (interned ones). A map gets
 * a table instead, for good, when it gets any other key, when a key is removed, when it has more
 * than SHAPE_KEYS keys, and when there are too many shapes: a map that is used as a dictionary
 * makes none, or few.
 *
 * Shapes belong to their VM, and live as long as it does: numbers are never used again. That takes
 * no more than some 300 KB, because there are no more than SHAPES. Those that maps get by adding
 * keys one by one, which may be in any order, are at most half of them, and at most SHAPE_BRANCHES
 * from any one shape; the rest is for literals. */
#ifndef CSP_VM_DATA_SHAPE_H
#define CSP_VM_DATA_SHAPE_H

#include "vm/core/object.h"

typedef struct csp_vm csp_vm;

enum {
    SHAPE_KEY_SIZE = 64, /* bytes of a key, at most */
    SHAPES = 1024,
    SHAPE_BRANCHES = 16
};
/* Of maps without keys. It is there before anything has been made. */
#define SHAPE_EMPTY 3u

typedef struct shape_key {
    value name;
    uint64_t hash;
} shape_key;

typedef struct shape {
    uint32_t number;   /* odd */
    uint32_t parent;   /* the number of the shape without the last key */
    uint16_t count;    /* of keys */
    uint16_t branches; /* shapes that came from this one */
    uint8_t *index;    /* of more than MAP_LINEAR keys, by hash: place + 1; else NULL */
    shape_key keys[];
} shape;

typedef struct shapes {
    uint32_t count;                /* in `of` */
    uint32_t added;                /* of these, those that adding keys one by one has made */
    uint16_t children[2 * SHAPES]; /* open addressing by parent and last key: place in `of` */
    shape *of[SHAPES];             /* by number / 2; the first is none */
} shapes;

/* The keys of a number that is not SHAPE_EMPTY or SHAPE_NONE. */
const shape *shape_of(const csp_vm *vm, uint32_t number);

/* Whether literals may have this key in a shape. */
bool shape_is_key(value key);

/* The number of the shape with one key more, which the given one does not have; SHAPE_NONE: the map
 * gets a table. `hash`: map_hash of the key. `literal`: every map that comes from the same place
 * has these keys. */
uint32_t shape_with(csp_vm *vm, uint32_t number, value key, uint64_t hash, bool literal);

/* The places of keys with that hash, one after the other: as map_probe. */
uint32_t shape_probe(const shape *s, uint64_t hash, uint64_t *cursor);

/* The place of a name: this very object, not an equal one. UINT32_MAX: it is not there. */
uint32_t shape_find(const shape *s, value name);

#endif
