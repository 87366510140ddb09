/* Which characters make a name: what the lexer reads as one and what is printed without quotes is
 * the same. */
#ifndef CSP_BASE_NAME_H
#define CSP_BASE_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The length in bytes of the character at `text` (`size` bytes are left) if a name may begin with
 * it (first) or go on with it: Unicode's XID_Start or `_`, and XID_Continue. 0: it is none, or no
 * UTF-8, or size is 0. */
unsigned name_char(const char *text, size_t size, bool first);

/* Whether the text is a name from end to end; a single `_` is none. Keywords are. */
bool name_is(const char *text, size_t size);

#endif
