/* C types in csp's words. */
#ifndef CSP_REPL_BIND_TRANSLATE_H
#define CSP_REPL_BIND_TRANSLATE_H

#include "repl/bind/header.h"

typedef enum translate_place {
    AT_PARAM,
    AT_RESULT,
    AT_FIELD,
    AT_CALLBACK /* what a callback gets or returns */
} translate_place;

/* Adds the type; for a result of `void`, nothing. NULL, or why it cannot be expressed (out is then
 * useless). A pointer to a struct is `name*` if that is printed. */
const char *translate(const header *h, const c_type *type, translate_place place, text *out);

/* Why a struct cannot be expressed, or NULL; then its `elements` are known. The structs that it
 * contains are judged first. */
const char *translate_record(const header *h, c_record *record);

/* How many elements an array has, counting those of nested arrays; *type becomes their type.
 * Anything else is 1; -1: unknown. */
int64_t translate_array(const header *h, const c_type **type);

/* Whether csp has a type with that name. */
bool translate_is_type(const char *name);

/* A record of the compiler or the library that programs know nothing about: all its names are
 * reserved ones. */
bool translate_is_private(const c_record *record);

/* Why a function cannot be called, and which parameter is the reason, or NULL. */
const char *translate_signature(const header *h, const c_type *function, uint32_t *where);

/* The struct that a type is or points to, which a declaration with that type needs; or NULL.
 * `by_value`: only what it is. */
c_record *translate_needs(const header *h, const c_type *type, bool by_value);

#endif
