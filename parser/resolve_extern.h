/* What resolve_extern.c and resolve_ctype.c share: the checks of one `extern`. */
#ifndef CSP_PARSER_RESOLVE_EXTERN_H
#define CSP_PARSER_RESOLVE_EXTERN_H

#include "ffi/ctype.h"
#include "parser/resolve_internal.h"

enum {
    EXTERN_ELEMENTS = 1 << 30
}; /* of an array, and counted in a struct: more is as good as this */

/* A hash table of names; the values are indices. */
typedef struct extern_name {
    const ast_name *name;
    uint32_t index;
} extern_name;

typedef struct extern_names {
    extern_name *slots;
    uint32_t mask;
} extern_names;

enum { EXTERN_NEW, EXTERN_OPEN, EXTERN_DONE };

typedef struct extern_measure {
    uint8_t state;
    uint32_t elements; /* scalars, those of nested structs and arrays counted each */
} extern_measure;

typedef struct extern_check {
    resolver *r;
    ast_extern *block;
    extern_names names;       /* of its items */
    extern_measure *measures; /* of the items that are structs */
} extern_check;

/* Where a type stands. */
typedef enum extern_place {
    EXTERN_PARAM,
    EXTERN_RESULT,
    EXTERN_FIELD,
    EXTERN_CALLBACK_PARAM,
    EXTERN_CALLBACK_RESULT
} extern_place;

/* The item of that name, or NULL. */
const ast_extern_item *extern_item(const extern_check *c, const ast_name *name);

/* --- resolve_ctype.c */
/* Finds out what the type is, with all types in it, and reports what cannot be. */
void extern_check_type(extern_check *c, ast_ctype *type, extern_place place);
/* Of a type that was checked: CTYPE_KINDS where it is none. A pointer to a scalar is a POINTER. */
ctype_kind extern_kind(const ast_ctype *type);
/* The literal must be a value of the type; `what` it is a value of. */
void extern_check_literal(extern_check *c, const ast_ctype *type, const ast_node *literal,
                          const char *what);
/* When structs are measured: those that are passed by value. */
void extern_check_values(extern_check *c);

#endif
