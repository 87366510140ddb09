/* What stands before the cursor as a path to a live value: `m`, `m.a.b`, `xs[0].k`, `m["a"]`. */
#ifndef CSP_API_COMPLETE_PATH_H
#define CSP_API_COMPLETE_PATH_H

#include "api/session.h"

enum { COMPLETE_KEYS = 10000 }; /* of a map, no more are looked at */

/* Whether a byte can stand in a name. */
bool complete_in_word(char c);
/* Where the word that ends at `end` begins. */
size_t complete_word_start(const char *text, size_t end);
/* Where the path that ends at `end` begins; `end`: there is none. */
size_t complete_path_start(const char *text, size_t end);
/* The value that a path leads to, found without running anything. VALUE_ABSENT: there is none. */
value complete_path_value(const csp_session *s, const char *path, size_t size);

#endif
