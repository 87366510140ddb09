/* Objects of the collected heap: their layouts.
 *
 * Word 0 of every object is its header:
 *
 *     bits 0..7    kind (object.def). It is odd, so a header is never an aligned pointer, and a
 *                  free-list link is never a header
 *     bits 8..15   flags
 *     bits 16..63  owner: the number of the process that may use the object; 0 if it needs none
 *
 * Whatever is not deeply immutable has an owner: lists, maps, buffers, and the tuples, closures and
 * errors that hold such. Type and owner are checked by one compare: `object->header == (owner |
 * OBJ_LIST)`. Using an object of another owner is the crash `moved`. OBJ_IMMUTABLE means "immutable
 * throughout". It is set for strings, numbers and handles, and computed when a tuple, closure,
 * error or frozen container is made. Messages that carry it are shared and never walked. A message
 * on its way belongs to OWNER_TRANSIT.
 *
 * All objects are zeroed when allocated (heap.h). */
#ifndef CSP_VM_CORE_OBJECT_H
#define CSP_VM_CORE_OBJECT_H

#include <stddef.h>

#include "vm/core/value.h"

/* The place of each kind in object.def. */
enum {
#define KIND(enumerator, nature, type, traits) OBJ_PLACE_##enumerator,
#include "vm/core/object.def"
#undef KIND
    OBJ_PLACES
};

typedef enum obj_kind {
    OBJ_NONE,
#define KIND(enumerator, nature, type, traits) OBJ_##enumerator = 2 * OBJ_PLACE_##enumerator + 1,
#include "vm/core/object.def"
#undef KIND
    OBJ_KIND_LIMIT = 2 * OBJ_PLACES + 1
} obj_kind;
_Static_assert(OBJ_KIND_LIMIT <= 0xff, "a kind is eight bits of a header");

/* What object.def says about a kind; NONE: there is no such kind. */
typedef enum obj_nature {
    NATURE_NONE,
    NATURE_CONSTANT,
    NATURE_HOLDER,
    NATURE_MUTABLE,
    NATURE_HIDDEN
} obj_nature;
extern const uint8_t obj_natures[0x100];

static inline obj_nature obj_nature_of(obj_kind kind)
{
    return (obj_nature)obj_natures[kind & 0xff];
}
/* Whether a program may see objects of that kind. */
static inline bool obj_is_visible(obj_kind kind)
{
    return obj_nature_of(kind) >= NATURE_CONSTANT && obj_nature_of(kind) <= NATURE_MUTABLE;
}
/* Whether they can be mutable inside, and so have to be copied, moved and adopted. */
static inline bool obj_is_container(obj_kind kind)
{
    return obj_nature_of(kind) == NATURE_HOLDER || obj_nature_of(kind) == NATURE_MUTABLE;
}

/* The number of container kinds. Code that lists them all asserts it, so that a new one is not
 * forgotten there. */
enum {
    OBJ_CONTAINERS =
#define KIND(enumerator, nature, type, traits) \
    (NATURE_##nature == NATURE_HOLDER || NATURE_##nature == NATURE_MUTABLE) +
#include "vm/core/object.def"
#undef KIND
        0
};

enum {
    OBJ_IMMUTABLE = 1 << 8, /* immutable throughout */
    OBJ_FROZEN = 1 << 9,    /* a list or map that can no longer change (then OBJ_IMMUTABLE too) */
    OBJ_FLAG_A = 1 << 10,   /* the kind's own: a closed channel, an ASCII-only string, … */
    OBJ_FLAG_B = 1 << 11,
    OBJ_FLAG_C = 1 << 12,
    OBJ_FLAG_D = 1 << 15
};
#define OWNER_SHIFT   16
#define OWNER_MASK    (~(uint64_t)0xffff)
#define OWNER_TRANSIT OWNER_MASK /* belongs to a message on its way */

typedef struct object {
    uint64_t header;
} object;

static inline uint64_t obj_header(value v) { return ((const object *)value_as_object(v))->header; }
#define OBJ_KIND_MASK ((uint64_t)0xff)
static inline obj_kind obj_kind_of(uint64_t header) { return (obj_kind)(header & OBJ_KIND_MASK); }
/* The kind of any value; OBJ_NONE for what is not an object. */
static inline obj_kind value_kind(value v)
{
    return value_is_object(v) ? obj_kind_of(obj_header(v)) : OBJ_NONE;
}
static inline bool value_is(value v, obj_kind kind)
{
    return value_is_object(v) && (obj_header(v) & OBJ_KIND_MASK) == (uint64_t)kind;
}
static inline bool value_is_immutable(value v)
{
    return !value_is_object(v) || (obj_header(v) & OBJ_IMMUTABLE) != 0;
}

/* nil, false and every error are falsy. */
static inline bool value_truthy(value v)
{
    if (v == VALUE_TRUE || (v & 3) != 0)
        return true;
    if (v == VALUE_FALSE || v == VALUE_NIL)
        return false;
    return !value_is(v, OBJ_ERROR);
}

/* Text: valid UTF-8, terminated by a NUL that is not counted. OBJ_FLAG_A: ASCII only. A long text
 * that is not ASCII has room after its NUL for a table of offsets (one for each 64 code points),
 * filled when it is first indexed. */
#define STRING_ASCII OBJ_FLAG_A
typedef struct string {
    uint64_t header;
    uint32_t size;   /* bytes */
    uint32_t length; /* code points */
    uint32_t hash;   /* 0: not computed yet */
    char text[];
} string;
#define STRING_MAX ((size_t)0x7fffffff)

/* Ends with a NUL that is not counted, as text does: hosts read it as one. */
typedef struct bytes {
    uint64_t header;
    uint32_t size;
    uint32_t hash;
    uint8_t data[];
} bytes;

/* Sign and magnitude: |size| limbs, least significant first; the size is negative for a negative
 * number. A bigint never fits an int. */
typedef struct bigint {
    uint64_t header;
    int32_t size;
    uint32_t pad;
    uint64_t limbs[];
} bigint;

typedef struct boxed_float {
    uint64_t header;
    double number;
} boxed_float;

/* `to` is VALUE_NIL for an open range. Bounds are small ints or bigints. A closed range includes
 * `to` (OBJ_FLAG_A). */
#define RANGE_CLOSED OBJ_FLAG_A
typedef struct range {
    uint64_t header;
    value from, to;
} range;

typedef struct tuple {
    uint64_t header;
    uint64_t count;
    value items[];
} tuple;

/* Elements may also be removed at the front: then `items` has moved on in its block, which is kept
 * alive only by `block`. */
typedef struct list {
    uint64_t header;
    value *items; /* the first element */
    uint32_t count;
    uint32_t capacity; /* from items to the end of the block */
    value *block;      /* NULL while there is none (`items` is NULL too) */
} list;
#define LIST_MAX ((size_t)0x7fffffff)

/* Keys in order of insertion, in one of two forms. A map of a few names has a shape (shape.h): the
 * keys stand there, and the map holds only its items. Any other has a table of entries.
 *
 * Both begin inside the map's own object: the items, if it was made with room for them, and the
 * table, if it fits there. What outgrows the object gets a block of its own. */
typedef struct map_entry {
    value key, item;
    uint64_t hash;
} map_entry;

/* Entries stand in order of insertion, a removed one with the key VALUE_ABSENT. From more than
 * MAP_LINEAR entries on there is an open-addressing index of 32-bit entry numbers + 1. */
enum { MAP_LINEAR = 8 };
typedef struct map_table {
    map_entry *entries;
    uint32_t *index;
    /* live entries, and all with the removed ones */
    uint32_t count, used;
    uint32_t capacity;   /* of entries */
    uint32_t index_mask; /* size - 1, 0: none */
    uint32_t version;    /* changes when keys are added or removed */
    uint32_t first;      /* no live entry stands before it */
} map_table;

typedef struct map {
    uint64_t header;
    uint32_t shape;  /* its number, or SHAPE_NONE: there is a table */
    uint16_t room;   /* for so many items; 0 with a table */
    uint16_t fields; /* items; 0 with a table */
    union {
        value *items;
        map_table *table;
    } at;
    value inside[];
} map;
/* Odd, as all numbers of shapes are: the word that it begins is never the address of an object. */
#define SHAPE_NONE 1u
enum { SHAPE_KEYS = 32 }; /* of a shape, at most */

typedef struct buffer {
    uint64_t header;
    uint8_t *data;
    size_t size, capacity;
    uint32_t pinned; /* atomic: calls of C that have it; a worker's may end at any time */
} buffer;

static inline bool buffer_is_pinned(const buffer *b)
{
    return __atomic_load_n(&b->pinned, __ATOMIC_ACQUIRE) > 0;
}

/* The bytes of a C struct. The value of a nested struct's field shares the bytes of the whole, and
 * what is kept for them. */
typedef struct cvalue {
    uint64_t header;
    const struct cstruct *of;
    uint8_t *data; /* `size` bytes inside `block`, aligned as C requires */
    void *block;   /* keeps them alive: the base of a HEAP_BYTES block */
    size_t size;
    map *kept; /* what pointers in the block lead to, by their addresses; NULL: nothing yet */
} cvalue;
#define STRUCT_SHARED OBJ_FLAG_A /* another value has the same block */

struct csp_vm;
struct native_entry;
/* A class of objects of the host's (hosted.h). It lives as long as the VM. */
typedef struct hosted_class {
    const char *name;   /* "Enemy" */
    const char *phrase; /* "an Enemy" */
    /* What has to be done once nobody can use data any more; NULL: nothing. It must not touch the
     * VM's heap. */
    void (*finalize)(struct csp_vm *vm, const struct hosted_class *of, void *data);
    bool shared; /* a handle like a channel; else an object has one owner */
    bool hidden; /* the VM's own: not counted */
    /* For `for`: this native, called with the object, returns the next element, nil at the end, or
     * an error, with which the loop crashes. NULL: `for` cannot iterate over it. `quick`, if not
     * NULL, is tried first and returns an element that is already there; ABSENT: the native must be
     * called. */
    const struct native_entry *next;
    value (*quick)(struct csp_vm *vm, void *data);
} hosted_class;
typedef struct host_object {
    uint64_t header;
    void *data; /* NULL: it has been closed, or moved away */
    const hosted_class *of;
    uint32_t entry, serial; /* its place in the VM's table */
} host_object;

struct code;
/* Captured values are copied in when the closure is made; a call copies them to the registers after
 * the parameters. */
typedef struct closure {
    uint64_t header;
    const struct code *code;
    value captures[];
} closure;

struct native_entry;
typedef struct native {
    uint64_t header;
    const struct native_entry *entry;
    const struct code *code; /* the frame of a resumable one, or NULL */
} native;

/* kind and message are strings; data is any value; trace is an OBJ_TRACE or VALUE_NIL; cause is
 * another error or VALUE_NIL. */
typedef struct error {
    uint64_t header;
    value kind, message, data, trace, cause;
} error;

/* The frames of a process when it crashed, innermost first: positions (bytecode.h), with TRACE_TAIL
 * where tail calls replaced frames. `omitted` frames in the middle were left out. `origin` is where
 * the process was spawned, and by whom (origin.h). */
typedef struct trace {
    uint64_t header;
    uint64_t process;
    uint32_t origin;
    uint32_t count, omitted, omitted_after;
    uint64_t parent; /* the number of the spawning process; 0: none, or not known */
    void *modules;   /* whose positions these are: the module, or a block of several */
    uint32_t positions[];
} trace;
#define TRACE_TAIL 0x80000000u

/* A top-level const (set once, when the module loads) or a variable of a session. item is
 * VALUE_ABSENT until set. CELL_LATE: a name of a session that functions of any process look up.
 * Then item is what every process may use; a value that belongs to the session's process is in
 * `own`, and other processes get a copy. */
typedef struct cell {
    uint64_t header;
    value item;
    value name;
    value own;
} cell;
#define CELL_LATE OBJ_FLAG_A

static inline string *value_string(value v) { return (string *)value_as_object(v); }
static inline bytes *value_bytes(value v) { return (bytes *)value_as_object(v); }
static inline tuple *value_tuple(value v) { return (tuple *)value_as_object(v); }
static inline list *value_list(value v) { return (list *)value_as_object(v); }
static inline map *value_map(value v) { return (map *)value_as_object(v); }
static inline cvalue *value_struct(value v) { return (cvalue *)value_as_object(v); }
static inline host_object *value_hosted(value v) { return (host_object *)value_as_object(v); }
static inline error *value_error(value v) { return (error *)value_as_object(v); }

#endif
