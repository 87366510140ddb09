/* Reading JSON (RFC 8259), token by token. Nothing else is accepted: no comments, no byte order
 * mark, no lone surrogates, no bytes that are not UTF-8, nothing after the value. Allocates
 * nothing; a token takes time in proportion to its length. */
#ifndef CSP_BASE_JSON_READER_H
#define CSP_BASE_JSON_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum json_token {
    JSON_BAD, /* the text is not JSON: `expected` */
    JSON_END, /* the end of the text, after its value */
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_INT,  /* a number without point and exponent */
    JSON_REAL, /* any other number */
    JSON_STRING,
    JSON_NAME, /* the key of a member, whose value comes next */
    JSON_ARRAY,
    JSON_OBJECT,
    JSON_CLOSE /* of the innermost array or object */
} json_token;

enum { JSON_DEPTH = 512 };

typedef struct json_reader {
    const char *text;
    size_t size, at;
    /* of the last token: the bytes of a number; of a string, those between its quotes */
    size_t from, to;
    bool escaped; /* in that string: json_decode is needed */
    /* Of JSON_BAD: what should have stood at `at`, in words. */
    const char *expected;
    unsigned depth;                  /* how many arrays and objects are open */
    uint8_t objects[JSON_DEPTH / 8]; /* which of them are objects: bits */
    uint8_t state;
} json_reader;

void json_read(json_reader *r, const char *text, size_t size);
/* After JSON_BAD or JSON_END it returns the same again. */
json_token json_next(json_reader *r);

/* Reads the escape whose backslash is at `text`, of which `size` bytes are left. Returns its length
 * in bytes, and what it stands for in *rune. 0: it is not valid, as a lone surrogate is not. */
size_t json_escape(const char *text, size_t size, uint32_t *rune);
/* Decodes a string token, whose `size` bytes are at `raw`, into `out`, which never needs more room
 * than that. Returns the number of bytes. */
size_t json_decode(const char *raw, size_t size, char *out);

#endif
