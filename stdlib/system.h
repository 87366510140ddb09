/* What the modules that deal with the system share: paths and data as arguments, its failures as
 * values. */
#ifndef CSP_STDLIB_SYSTEM_H
#define CSP_STDLIB_SYSTEM_H

#include "vm/native.h"

/* A path, or another text for the system: a string or bytes without a NUL, copied by malloc. NULL:
 * raised. */
char *system_path_arg(csp_vm *vm, process *p, value v, const char *what);
/* The bytes of a string, bytes or a buffer; good until something is allocated. False: raised. */
bool system_data_arg(csp_vm *vm, process *p, value v, const char **data, size_t *size);
/* What the system calls something: a string, or bytes where that is no UTF-8. ABSENT: no memory. */
value system_name(csp_vm *vm, const char *name, size_t size);

/* What has failed: "cannot OP SUBJECT: why". `key` is what the subject is called in the error's
 * data: "path", "address", "command". */
typedef struct system_failure {
    int error; /* an errno; 0: none, and `kind` and `why` say it all */
    const char *op, *key, *subject;
    const char *say;        /* "listen on", what the message has for the op; NULL: that itself */
    const char *other;      /* "rename a to OTHER"; or NULL */
    const char *kind, *why; /* NULL: as errno has it */
    const char *more;       /* a further key of the data, or NULL … */
    value more_value;       /* … and what it has, an immutable value */
} system_failure;
/* The error value. ABSENT: no memory. */
value system_error(csp_vm *vm, process *p, const system_failure *f);

/* Whether that errno says that no descriptor is left. Then system_make_room closes those that
 * nobody holds any more, and the caller tries once again. */
bool system_has_no_room(int why);
void system_make_room(csp_vm *vm);

/* A map under construction: false: no memory. */
bool system_put(csp_vm *vm, value in, const char *key, value item);

#endif
