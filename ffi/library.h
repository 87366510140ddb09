/* Libraries that are loaded while the program runs.
 *
 * They are opened with RTLD_NOW | RTLD_LOCAL and never closed, since C may have left something
 * behind that points into them. Any thread may call these functions. */
#ifndef CSP_FFI_LIBRARY_H
#define CSP_FFI_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

#include "ffi/ctype.h"

typedef struct library {
    void *handle;     /* dlopen's */
    const char *name; /* for people: the last part of its file's name */
} library;

/* Opens what a program calls `name`: "c" and "m" are the C library and its mathematics; a name
 * with a `/` is a path, relative to `folder` (NULL: the current one); any other is searched for by
 * the system. A linker script (a text with GROUP or INPUT) stands for the first library that it
 * names. The library belongs to the block. NULL: refused, with the system's reason. */
const library *library_open(ffi_block *b, const char *name, const char *folder, ffi_refusal *why);

/* The address of a symbol of the library or of what it needs; NULL: there is none, or its address
 * is 0. *is_data: it is known to be a variable, not a function. */
void *library_symbol(const library *l, const char *name, bool *is_data);

/* Calls `offer` with the name of each function that the library itself exports, unsorted, some
 * perhaps twice; the names live as long as the library. For "did you mean": takes some 0.1 ms for
 * a thousand. */
void library_each(const library *l, void (*offer)(void *data, const char *name), void *data);

/* How many versions of a function the library itself exports that its plain name does not mean;
 * `text`, of `size` bytes (at least 64), gets "`f@V_1`, `f@V_2`", as many as have room. For
 * messages, where library_symbol finds nothing. */
unsigned library_versions(const library *l, const char *name, char *text, size_t size);

/* Where an address lies, for reports. The texts live as long as the library. */
typedef struct library_place {
    const char *library; /* the last part of its file's name; "" where it is unknown */
    const char *symbol;  /* the exported one at or before it, NULL: none is known */
    size_t offset;       /* bytes behind the symbol */
} library_place;
library_place library_whence(const void *address);

#endif
