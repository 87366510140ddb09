/* `--allow=LIST`: what a script may do, of all that its user may. */
#ifndef CSP_REPL_ALLOW_H
#define CSP_REPL_ALLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Adds the capabilities (CSP_MAY_…) that a list like "read,net" names; "" and "none" name none.
 * False: the word at *bad, of *size bytes, is no capability. */
bool allow_add(const char *list, uint64_t *capabilities, const char **bad, size_t *size);
/* All words of such a list, for messages. */
const char *allow_words(void);

#endif
