/* Program texts looked at word by word, without more of the language than its comments and the
 * quotes of its texts. */
#ifndef CSP_REPL_SCAN_H
#define CSP_REPL_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/* The place after a text in quotes that begins at `at`. raw: it has no escapes. */
const char *scan_text(const char *at, bool raw);
/* The next word at or after `at`, not in a comment, nor in a text unless `in_texts`. NULL: there is
 * none. */
const char *scan_word(const char *at, bool in_texts, size_t *size);

#endif
