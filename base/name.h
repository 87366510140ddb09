/* Which characters make up a name, both for the lexer and for printing names without quotes. */
#ifndef CSP_BASE_NAME_H
#define CSP_BASE_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The length in bytes of the character at `text` (`size` bytes are left) if a name may begin with
 * it (first) or continue with it: Unicode's XID_Start or `_`, and XID_Continue. 0: it may not, or
 * it is not UTF-8, or size is 0. */
unsigned name_char(const char *text, size_t size, bool first);

/* Whether the whole text is a name; a single `_` is not, keywords are. */
bool name_is(const char *text, size_t size);

#endif
