/* Json.parse: what its files share. The state of a parse is an object that a slot of the native's
 * frame holds; each step reads some of the text and makes values of it as they come. Whatever may
 * be long (a text, a number, a map that grows, the search for the line of an error) takes as many
 * steps as it needs. */
#ifndef CSP_STDLIB_JSON_PARSE_H
#define CSP_STDLIB_JSON_PARSE_H

#include "vm/core/steps.h"
#include "vm/native.h"
#include "vm/walk/walk_state.h"

/* What comes next. TEXT, NUMBER: the rest of a long one; PUT: `part` to where it belongs;
 * PLACE: the line of what is wrong. */
typedef enum json_state {
    AWAIT_VALUE,
    AWAIT_VALUE_OR_CLOSE,
    AWAIT_NAME,
    AWAIT_NAME_OR_CLOSE,
    AWAIT_COLON,
    AWAIT_COMMA_OR_CLOSE,
    AWAIT_NOTHING,
    AWAIT_TEXT,
    AWAIT_NUMBER,
    AWAIT_PUT,
    AWAIT_PLACE
} json_state;

/* A number that is read character by character. */
typedef enum number_phase {
    PHASE_SIGN,
    PHASE_FIRST,
    PHASE_ZERO, /* after a zero */
    PHASE_WHOLE,
    PHASE_POINT,
    PHASE_FRACTION,
    PHASE_EXPONENT,
    PHASE_EXPONENT_SIGN,
    PHASE_EXPONENT_DIGITS
} number_phase;

/* Digits beyond these affect a double only by whether they are all zero. */
enum { NUMBER_DIGITS = 800 };

typedef struct json_number {
    number_phase phase;
    size_t from;
    uint32_t count; /* of digits, without zeros in front */
    bool negative, exponent_negative;
    bool more;        /* digits that are not zero were left out */
    bool whole, real; /* its end is found; a float */
    size_t copied;    /* of an int's digits */
    int64_t scale;    /* the digits stand for themselves * 10 ** scale */
    int64_t exponent;
    char digits[NUMBER_DIGITS + 2];
} json_number;

enum { JSON_KEYS = 256 }; /* a power of two */

typedef struct json_parse {
    uint64_t header;
    walk_stack open; /* json_level, the outermost at the bottom */
    uint64_t depth, most;
    const char *text;
    size_t size, at;
    bool trusted; /* the text is known to be UTF-8 */
    bool is_name; /* a text that is being read is the key of a member */
    json_state state;
    value part;          /* what was read last */
    value put[4];        /* the walk that puts it into a large map */
    value growth;        /* the walk that makes room in a long list */
    value long_text;     /* a draft, then the string */
    size_t from;         /* where the text begins that is being read */
    bool whole;          /* its end is found */
    json_number *number; /* NULL until there is a long one */
    bool parsing;        /* its digits are made an int elsewhere */
    /* what is wrong, and how far its line is known */
    const char *expected; /* NULL: nothing so deep */
    size_t bad, bad_size; /* where; the bytes of a bad literal, or 0: a character */
    size_t counted, line, line_start;
    string *keys[JSON_KEYS]; /* names that have come before, so that equal ones are one string */
} json_parse;

/* An array or object that is open. */
typedef struct json_level {
    value made, key;
} json_level;
enum { JSON_LEVEL_WORDS = sizeof(json_level) / sizeof(uint64_t) };

/* The most that one step reads. */
enum { JSON_STEP = 16 << 10, JSON_BYTES_PER_REDUCTION = 2, JSON_SHORT = 1024 };

/* How many of the bytes that are left one step reads. */
static inline size_t json_part(const csp_vm *vm, size_t left)
{
    size_t part = long_part(vm, left);
    return part < JSON_STEP ? part : JSON_STEP;
}

/* All of them: DONE, YIELD (again, in the state that is set), CALL or FAIL. */

/* What stands at `at` is not what was expected: goes on by finding its line. `size`: of a literal;
 * 0: one character. */
verdict json_bad(json_parse *w, size_t at, size_t size, const char *expected);
/* The next step of that; at its end the error value, into *result (DONE). */
verdict json_locate(csp_vm *vm, process *p, json_parse *w, value *result);

/* Reads the text after the quote at `at`, or the number there, into w->part. */
verdict json_read_text(csp_vm *vm, json_parse *w);
verdict json_read_number(csp_vm *vm, json_parse *w);
verdict json_long_text(csp_vm *vm, json_parse *w);
verdict json_long_number(csp_vm *vm, process *p, json_parse *w);

/* As a native: (text, depth = 512); resumable. */
enum { JSON_PARSE_SLOTS = 1 };
native_fn json_parse_native;

#endif
