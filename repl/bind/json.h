/* JSON (RFC 8259) as a stream of events. Needs memory for the depth and for the longest string, not
 * for the text; depth is limited by memory alone, and nothing recurses. */
#ifndef CSP_REPL_BIND_JSON_H
#define CSP_REPL_BIND_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef enum json_event {
    JSON_BAD, /* not JSON: `error` says why; every further event is the same */
    JSON_END, /* of the text, after its one value */
    JSON_OBJECT,
    JSON_OBJECT_END,
    JSON_ARRAY,
    JSON_ARRAY_END,
    JSON_KEY, /* in `text`, as for the next ones */
    JSON_STRING,
    JSON_NUMBER, /* as it is written */
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL
} json_event;

/* Reads at most `size` more bytes of the text, and returns how many; 0: its end; -1: it cannot
 * be read. */
typedef ssize_t (*json_source)(void *user, char *bytes, size_t size);

typedef struct json_reader {
    const char
        *text; /* of the event: valid until the next one, NUL-terminated; UTF-8 is not checked */
    size_t length;
    const char *error;
    uint64_t offset; /* of the next byte to be read */
    /* the reader's own */
    json_source source;
    void *user;
    char *buffer, *token;
    size_t used, filled, capacity;
    uint8_t *open; /* for each open bracket, whether it is an object's */
    size_t depth, open_capacity;
    uint8_t state;
    bool at_end;
} json_reader;

/* False: no memory. */
bool json_start(json_reader *r, json_source source, void *user);
json_event json_next(json_reader *r);
/* Skips the rest of what `event`, the last one, has begun: an object or array, or the value of a
 * key. False: not JSON. */
bool json_skip(json_reader *r, json_event event);
void json_stop(json_reader *r);

#endif
