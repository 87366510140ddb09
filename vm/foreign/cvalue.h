/* Values that C knows: pointers, values of structs, and what functions and libraries of C are to a
 * program.
 *
 *   OBJ_POINTER   an address. Immutable, a handle: shared with other processes, equal by address, a
 *                 map's key. Where it is known which struct lies there it has that struct's fields:
 *                 a *view* of C's memory, read and written in place. What `owned` gave has a
 *                 release: once that has run, each use is value_error.
 *   OBJ_STRUCT    a struct's bytes (object.h). Mutable, with an owner like a list: copied in
 *                 messages, equal by its fields. The value of a nested struct's field shares the
 *                 bytes of the whole (`block`).
 *   OBJ_FOREIGN   a C function, or a struct's constructor; immutable.
 *   OBJ_LIBRARY   what `extern … as c` calls `c`; immutable.
 *   OBJ_CALLBACK  a function of the program that C may keep; immutable, a handle (callback.h). */
#ifndef CSP_VM_FOREIGN_CVALUE_H
#define CSP_VM_FOREIGN_CVALUE_H

#include "ffi/function.h"
#include "vm/core/vm.h"

struct release;

/* Most are no more than an address, and only that large. */
typedef struct cpointer {
    uint64_t header; /* OBJ_POINTER | OBJ_IMMUTABLE, perhaps CPOINTER_VIEW */
    void *address;   /* never NULL: that is nil */
} cpointer;

/* One with CPOINTER_VIEW. */
#define CPOINTER_VIEW OBJ_FLAG_A
typedef struct cview {
    cpointer pointer;
    const cstruct *of; /* what lies there; NULL: not known, no fields */
    value owner;       /* the cowner whose memory it leads into, itself or another, or VALUE_NIL */
} cview;

/* A pointer to what has to be given back. */
typedef struct cowner {
    cview view;
    struct release *release; /* release.h */
    map *kept;               /* what pointers in its memory lead to, by their addresses */
} cowner;

typedef struct clibrary {
    uint64_t header; /* OBJ_LIBRARY | OBJ_IMMUTABLE */
    ffi_block *block;
    const library *library;
    struct worker_line *line; /* of its functions that are one_thread, once one has been called */
} clibrary;

typedef struct foreign_fn {
    uint64_t header;      /* OBJ_FOREIGN | OBJ_IMMUTABLE */
    const cfunction *of;  /* a C function; NULL: a constructor */
    const cstruct *makes; /* the struct that the constructor makes */
    const char *name;     /* as the program calls it */
    const code *code;     /* of its frames */
    clibrary *library;    /* the library that it belongs to */
    bool framed;          /* each call has a frame from its beginning */
    /* The one that changes, for watch.c: the period in which a call has been timed; whether one has
     * been told of. */
    uint32_t timed;
    bool told;
} foreign_fn;

static inline cpointer *value_pointer(value v) { return (cpointer *)value_as_object(v); }
/* NULL: v, a pointer, is an address and no more. */
static inline const cview *value_view(value v)
{
    return obj_header(v) & CPOINTER_VIEW ? (const cview *)value_as_object(v) : NULL;
}
/* What lies where v, a pointer, leads to; NULL: that is not known. */
static inline const cstruct *value_view_of(value v)
{
    const cview *view = value_view(v);
    return view ? view->of : NULL;
}
/* The owner of what v, a pointer, leads into; NULL: nobody gives that back. */
static inline cowner *value_owner(value v)
{
    const cview *view = value_view(v);
    return view && view->owner != VALUE_NIL ? (cowner *)value_as_object(view->owner) : NULL;
}

/* Makers: VALUE_ABSENT where memory has run out. */

/* No more than an address. Not for NULL. */
static inline value cpointer_made(csp_vm *vm, uint64_t address)
{
    cpointer *made = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *made);
    if (!made)
        return VALUE_ABSENT;
    *made = (cpointer){OBJ_POINTER | OBJ_IMMUTABLE, (void *)(uintptr_t)address};
    return value_object(made);
}
/* VALUE_NIL for NULL. */
value cpointer_new(csp_vm *vm, void *address, const cstruct *of);
/* One that is to have a release; not for NULL. */
value cpointer_new_owner(csp_vm *vm, void *address, const cstruct *of);
/* A pointer to `address` inside the memory that v, a pointer, leads to. It is valid as long as that
 * memory. */
value cpointer_within(csp_vm *vm, value v, void *address, const cstruct *of);
/* FAIL (value_error): what v, a pointer, leads to has been given back to C. To be asked before
 * each use of the address. */
verdict cpointer_check(csp_vm *vm, value v);

/* A struct's value of p's, all zero, or a copy of these bytes. */
value cvalue_new(csp_vm *vm, const process *p, const cstruct *of);
value cvalue_copy(csp_vm *vm, const process *p, const cstruct *of, const void *from);
/* The field of v, a struct's value, that lies `offset` bytes from its beginning and is a struct
 * itself. */
value cvalue_within(csp_vm *vm, value v, uint32_t offset, const cstruct *of);

#endif
