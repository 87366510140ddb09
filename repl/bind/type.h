/* C types as clang writes them: "int (*)(void *, const char **)". */
#ifndef CSP_REPL_BIND_TYPE_H
#define CSP_REPL_BIND_TYPE_H

#include "repl/bind/header.h"

typedef enum c_scalar {
    C_VOID,
    C_BOOL,
    C_CHAR,
    C_SIGNED_CHAR,
    C_UNSIGNED_CHAR,
    C_SHORT,
    C_UNSIGNED_SHORT,
    C_INT,
    C_UNSIGNED,
    C_LONG,
    C_UNSIGNED_LONG,
    C_LONG_LONG,
    C_UNSIGNED_LONG_LONG,
    C_FLOAT_TYPE,
    C_DOUBLE
} c_scalar;

/* What "(unnamed struct at …)" in a type stands for. */
typedef struct c_unnamed {
    c_record *record;
    c_enum *enumeration;
} c_unnamed;

/* Never NULL: a type that is not understood is C_OTHER. */
c_type *type_read(header *h, const char *written, c_unnamed unnamed);

/* The type behind all typedefs: never a C_TYPEDEF. */
const c_type *type_resolve(const header *h, const c_type *type);
/* Whether `const` stands before it or before a typedef that it stands for. */
bool type_is_const(const header *h, const c_type *type);

#endif
