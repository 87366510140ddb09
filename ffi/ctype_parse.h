/* Types of functions that a program gives as text while it runs: `Ffi.callback("fn(pointer,
 * pointer): i32", f)`. */
#ifndef CSP_FFI_CTYPE_PARSE_H
#define CSP_FFI_CTYPE_PARSE_H

#include "ffi/ctype.h"

/* The signature that "fn(i32, pointer): f64 else 0.5" stands for, finished; its types have names
 * (ctype.def), or are functions themselves: there are no structs. NULL: refused, saying where;
 * or no memory. */
csignature *ctype_parse_function(ffi_block *b, const char *text, ffi_refusal *why);

/* The kind of that name for a place in memory. CTYPE_KINDS: refused, with "did you mean". */
ctype_kind ctype_parse_kind(const char *name, ffi_refusal *why);

#endif
