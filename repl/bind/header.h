/* What a C header declares, as far as `csp bind` needs it. All of it is memory_get's. */
#ifndef CSP_REPL_BIND_HEADER_H
#define CSP_REPL_BIND_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "repl/bind/memory.h"

/* ---- types ---- */

typedef enum c_kind {
    C_SCALAR,
    C_TYPEDEF, /* `name` */
    C_RECORD,  /* a struct or union */
    C_ENUM,
    C_POINTER,
    C_ARRAY,
    C_FUNCTION,
    C_OTHER /* what csp cannot express: `name` says what it is */
} c_kind;

typedef struct c_type {
    c_kind kind;
    bool is_const;
    bool is_variadic;  /* a function */
    bool is_prototype; /* … whose parameters are known */
    uint8_t scalar;    /* a c_scalar (type.h) */
    uint32_t count;    /* … how many */
    int64_t length;    /* of an array; -1: not given */
    const char *name;  /* see kind */
    struct c_type *of; /* what it points to, is an array of, or returns */
    struct c_type *params, *next;
    struct c_record *record;
    struct c_enum *enumeration;
} c_type;

typedef struct c_typedef {
    c_type *type;
    bool is_aligned; /* by an attribute */
} c_typedef;

/* ---- declarations ---- */

typedef struct c_field {
    const char *name; /* NULL: an anonymous struct or union */
    c_type *type;
    bool is_bit_field, is_aligned;
    struct c_field *next;
} c_field;

typedef struct c_record {
    const char *tag, *alias;       /* its name, the typedef's; NULL: none */
    const struct c_record *within; /* without a name: the field of a record whose type it is */
    const char *field;
    bool is_union, is_complete;
    bool is_own;                  /* declared by what is to be bound */
    bool is_selected, is_printed; /* see select.h */
    bool is_packed;               /* its layout is not the usual one */
    bool is_judged;               /* see translate.h */
    const char *why;              /* why it cannot be expressed … */
    const char *where;            /* … and the field that is the reason; or NULL */
    uint32_t nesting;             /* structs in structs by value */
    uint64_t elements;            /* scalars in it */
    const char *shown;            /* what csp calls it */
    c_field *fields, **last;
    struct c_record *next, *next_complete;
} c_record;

typedef enum c_constant_kind { C_INTEGER, C_FLOAT, C_BYTES } c_constant_kind;

typedef struct c_constant {
    const char *name;
    c_constant_kind kind;
    const char *value; /* digits, or bytes */
    size_t length;
    struct c_constant *next;
} c_constant;

typedef struct c_enum {
    const char *tag;
    bool is_own, is_packed;
    bool is_signed; /* has a negative value */
    bool is_wide;   /* has one of more than 32 bits */
    c_type *base;   /* if given; else NULL */
    c_constant *constants, **last;
    struct c_enum *next;
} c_enum;

typedef struct c_function {
    const char *name, *symbol; /* symbol: what the linker calls it */
    c_type *type;
    const char **params; /* names; a NULL among them: none given */
    uint32_t param_count;
    bool is_own;
    bool is_main;   /* declared by the header itself, or by a part of it */
    bool is_static; /* it has no symbol */
    bool is_selected;
    const char *why; /* why it cannot be called; NULL: it can be … */
    uint32_t where;  /* … and the parameter, counted from 1, that is the reason; 0: none is */
    struct c_function *next;
} c_function;

typedef struct c_variable {
    const char *name;
    struct c_variable *next;
} c_variable;

/* ---- macros ---- */

typedef struct c_macro {
    const char *name, *params, *body; /* params: with their brackets; NULL: none */
    uint32_t number;
    bool is_own;
    bool is_gone;             /* by #undef */
    uint8_t closing;          /* see macros.c */
    bool has_text, has_float; /* in what it expands to */
    bool is_probed;
    const c_constant *value; /* NULL: it is not a constant */
    struct c_macro *next;
} c_macro;

/* ---- all of it ---- */

/* A file whose declarations are wanted. */
typedef struct c_file {
    bool is_main; /* the header itself, or a part of it; otherwise a header that it includes */
} c_file;

typedef struct header {
    table files; /* of c_file, by their paths */
    table typedefs, tags, enum_tags, functions, macro_names;
    c_record *records, **last_record;
    c_record *complete, **last_complete; /* each after those that it contains */
    c_enum *enums, **last_enum;
    c_function *function_list, **last_function;
    c_variable *variables, **last_variable;
    c_macro *macros, **last_macro;
    uint32_t macro_count;
    const c_constant **values; /* of macros, by number: an int, a text, a float; NULL: none */
} header;

/* The record or enum with that tag; made if it is new. */
c_record *header_record(header *h, const char *tag, bool is_union);
c_enum *header_enum(header *h, const char *tag);
c_record *header_add_record(header *h);
c_enum *header_add_enum(header *h);
void header_init(header *h);

/* The part of a path after its last `/`. */
const char *header_last_part(const char *path);

#endif
