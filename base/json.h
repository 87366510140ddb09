/* Writing JSON (RFC 8259) piece by piece, without blanks. Commas are added automatically. Allocates
 * nothing. */
#ifndef CSP_BASE_JSON_H
#define CSP_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct json {
    void (*add)(void *to, const char *piece, size_t size); /* takes the next piece of the text */
    void *to;
    bool behind; /* a comma must come before the next value */
} json;

void json_open(json *j, char bracket); /* `{` or `[` */
void json_close(json *j, char bracket);
/* The key of an object's next value: a name, which needs no escapes. */
void json_key(json *j, const char *key);

/* A text. Each byte that is not UTF-8 becomes U+FFFD. Control characters, and what any system takes
 * for the end of a line, are escaped. */
void json_string(json *j, const char *text, size_t size);
void json_text(json *j, const char *text); /* NUL-terminated; NULL: null */
void json_int(json *j, uint64_t n);
void json_bool(json *j, bool truth);
void json_null(json *j);
void json_raw(json *j, const char *value); /* a value that is JSON already */

#endif
