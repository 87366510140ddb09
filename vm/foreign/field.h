/* What lies in C's memory, and in the values of its structs: read and written by its types. */
#ifndef CSP_VM_FOREIGN_FIELD_H
#define CSP_VM_FOREIGN_FIELD_H

#include "vm/foreign/convert.h"

/* v.name and v.name = item, of a struct's value or a view. A nested struct is read as one that
 * shares the bytes, an array as a new list; an array is set from a list of at most its length, and
 * the rest becomes 0. FAIL: key_error, type_error, value_error, moved; then nothing is written. */
verdict cfield_get(csp_vm *vm, process *p, value v, value name, value *out);
verdict cfield_set(csp_vm *vm, process *p, value v, value name, value item);
/* Whether v is such a value. */
bool cfield_has(value v);
/* Calls `each` with their names. */
void cfield_each(value v, void (*each)(void *user, const char *name), void *user);
/* key_error "`timeval` has no field `secs`; did you mean `sec`?". Always FAIL. */
verdict cfield_missing(csp_vm *vm, const cstruct *of, value name);

/* Sets the field of v, a struct's value of p's. */
verdict cfield_store(csp_vm *vm, process *p, value v, const cfield *field, value item);

/* What lies at `at`, memory of `holder`: a struct's value, a pointer, a buffer or bytes. A text,
 * bytes or struct whose address is written there is kept alive as long as the holder, or, if the
 * holder is a pointer that nobody has to free, as long as p. */
verdict cmemory_load(csp_vm *vm, process *p, value holder, uint8_t *at, ctype t, value *out);
verdict cmemory_store(csp_vm *vm, process *p, value holder, uint8_t *at, ctype t, value v,
                      const cplace *place);
/* Where those are kept, by address: a map, or NULL for none yet. NULL: raised. */
map **cmemory_keeper(csp_vm *vm, process *p, value holder);

#endif
