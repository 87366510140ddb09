/* Writing JSON (RFC 8259) piece by piece, without blanks; commas come by themselves. Allocates
 * nothing. */
#ifndef CSP_BASE_JSON_H
#define CSP_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct json {
    void (*add)(void *to, const char *piece, size_t size); /* takes the next piece of the text */
    void *to;
    bool behind; /* something that a comma has to divide from what comes next */
} json;

void json_open(json *j, char bracket); /* `{` or `[` */
void json_close(json *j, char bracket);
/* The key of an object's next value: a name, which needs no escapes. */
void json_key(json *j, const char *key);

/* A text: what is no UTF-8 in it becomes U+FFFD, a byte at a time. Control characters and what ends
 * a line anywhere are escaped. */
void json_string(json *j, const char *text, size_t size);
void json_text(json *j, const char *text); /* NUL-terminated; NULL: null */
void json_int(json *j, uint64_t n);
void json_bool(json *j, bool truth);
void json_null(json *j);
void json_raw(json *j, const char *value); /* a value that is JSON already */

#endif
