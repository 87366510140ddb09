/* Values to C and back: the table of conversions. Scalars and pointers go as words (ctype.h),
 * structs as their bytes. */
#ifndef CSP_VM_FOREIGN_CONVERT_H
#define CSP_VM_FOREIGN_CONVERT_H

#include "ffi/ctype.h"
#include "vm/core/concurrency.h"
#include "vm/foreign/cvalue.h"

/* What a value is for, so that errors can say it. */
typedef enum cplace_kind {
    CPLACE_ARGUMENT, /* "argument 2 `e` of `ldexp`": index from 0, name NULL: it has none */
    CPLACE_RESULT,   /* "result of the callback `compare` of `qsort`"; name, of: may be NULL */
    CPLACE_FIELD,    /* "field `sec` of `timeval`" */
    CPLACE_VALUE     /* nothing is said but what is wrong */
} cplace_kind;
typedef struct cplace {
    cplace_kind kind;
    uint32_t index;
    const char *name, *of;
} cplace;

/* A value of p's as C wants it. Structs: *word is the address of their bytes. What it points to
 * stays alive as long as v does. Functions (CTYPE_FUNCTION): only what C may keep, a pointer's
 * worth: nil and OBJ_CALLBACK; else type_error. FAIL: type_error, value_error, moved. Texts are
 * searched for NULs, and charged. */
verdict convert_to_c(csp_vm *vm, process *p, ctype t, value v, const cplace *at, uint64_t *word);
/* The same for the most common ones; false: to be converted as above. */
static inline bool convert_quickly(ctype_kind kind, value v, uint64_t *word)
{
    switch (kind) {
    case CTYPE_I32:
        *word = (uint64_t)value_as_int(v);
        return value_is_int(v) && value_as_int(v) == (int32_t)*word;
    case CTYPE_I64:
    case CTYPE_ISIZE: *word = (uint64_t)value_as_int(v); return value_is_int(v);
    case CTYPE_U64:
    case CTYPE_USIZE:
        *word = (uint64_t)value_as_int(v);
        return value_is_int(v) && value_as_int(v) >= 0;
    case CTYPE_F64:
        if (!value_is_flonum(v))
            return false;
        *word = ctype_word_f64(value_as_flonum(v));
        return true;
    default: return false;
    }
}
/* What an argument beyond the declared ones of a variadic function is passed as, and its word. */
verdict convert_variadic(csp_vm *vm, process *p, value v, const cplace *at, ctype_kind *kind,
                         uint64_t *word);
/* A value of p's for what C returns. Structs: `word` is the address of their bytes, which are
 * copied. FAIL: out_of_memory. */
verdict convert_from_c(csp_vm *vm, process *p, ctype t, uint64_t word, value *out);

/* The same for the most common ones; false: to be converted as above. */
static inline bool convert_from_c_quickly(csp_vm *vm, ctype_kind kind, uint64_t word, value *out)
{
    if (kind == CTYPE_POINTER)
        return word && (*out = cpointer_made(vm, word)) != VALUE_ABSENT;
    switch (kind) {
    case CTYPE_F64: return (*out = value_flonum(ctype_f64(word))) != VALUE_ABSENT;
    case CTYPE_I8:
    case CTYPE_I16:
    case CTYPE_I32: *out = value_int((int64_t)word); return true;
    case CTYPE_I64:
    case CTYPE_ISIZE: *out = value_int((int64_t)word); return value_fits_int((int64_t)word);
    case CTYPE_USIZE:
    case CTYPE_U64: *out = value_int((int64_t)word); return word <= (uint64_t)INT_SMALL_MAX;
    default: return false;
    }
}

/* type_error "argument 1 `x` of `cos`: expected a number, got a string"; `moved` where v is
 * another's. Always FAIL. */
verdict convert_refuse(csp_vm *vm, process *p, value v, const cplace *at, const char *expected);
/* Any error of a place: "<place>: <message>". Always FAIL. */
verdict convert_raise(csp_vm *vm, int error_kind, const cplace *at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* What ffi/ has refused: out_of_memory, or an error of this kind. `of`: the C function that it is
 * about, or NULL. Always FAIL. */
verdict convert_refused(csp_vm *vm, int error_kind, const ffi_refusal *why, const char *of);

#endif
