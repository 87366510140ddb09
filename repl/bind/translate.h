/* C types in csp's words. */
#ifndef CSP_REPL_BIND_TRANSLATE_H
#define CSP_REPL_BIND_TRANSLATE_H

#include "repl/bind/header.h"

typedef enum translate_place {
    AT_PARAM,
    AT_RESULT,
    AT_FIELD,
    AT_CALLBACK /* what a callback gets or gives */
} translate_place;

/* Adds the type, for a result of `void` nothing. NULL, or why it cannot be expressed (out is then
 * of no use). A pointer to a struct is `name*` where that is printed. */
const char *translate(const header *h, const c_type *type, translate_place place, text *out);

/* Why a struct cannot be expressed, or NULL; then its `elements` are known. Those that it holds are
 * judged before. */
const char *translate_record(const header *h, c_record *record);

/* How many elements an array has, those of arrays in it counted each; *type becomes what they are.
 * What is no array is 1; -1: nobody knows. */
int64_t translate_array(const header *h, const c_type **type);

/* Whether csp has a type of that name. */
bool translate_is_type(const char *name);

/* A record of the compiler or the library, of which programs know nothing: all its names are
 * reserved ones. */
bool translate_is_private(const c_record *record);

/* Why a function cannot be called, and which parameter is the reason, or NULL. */
const char *translate_signature(const header *h, const c_type *function, uint32_t *where);

/* The struct that a type is or points to, which a declaration that has it needs; or NULL.
 * `by_value`: only what it is. */
c_record *translate_needs(const header *h, const c_type *type, bool by_value);

#endif
