/* The signatures of natives, "hit(who: Enemy, damage: int = 1) -> bool", as csp.h has their
 * grammar. Reading one needs no VM, and takes any bytes. */
#ifndef CSP_API_HOST_SIGNATURE_H
#define CSP_API_HOST_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a parameter takes: a set of these. A class is taken if it is among the parameter's. */
enum {
    SIGNATURE_NIL = 1u << 0,
    SIGNATURE_BOOL = 1u << 1,
    SIGNATURE_INT = 1u << 2, /* that fits 64 bits */
    SIGNATURE_BIG = 1u << 3, /* any other */
    SIGNATURE_FLOAT = 1u << 4,
    SIGNATURE_STRING = 1u << 5,
    SIGNATURE_BYTES = 1u << 6,
    SIGNATURE_TUPLE = 1u << 7,
    SIGNATURE_LIST = 1u << 8,
    SIGNATURE_MAP = 1u << 9,
    SIGNATURE_BUFFER = 1u << 10,
    SIGNATURE_RANGE = 1u << 11,
    SIGNATURE_FN = 1u << 12,
    SIGNATURE_CHAN = 1u << 13,
    SIGNATURE_PROCESS = 1u << 14,
    SIGNATURE_ERROR = 1u << 15,
    SIGNATURE_CLASS = 1u << 16, /* one of the parameter's classes */
    SIGNATURE_ANY = 1u << 17    /* no type was given, or `any`: everything */
};

typedef enum signature_literal {
    SIGNATURE_NO_DEFAULT,
    SIGNATURE_DEFAULT_NIL,
    SIGNATURE_DEFAULT_TRUE,
    SIGNATURE_DEFAULT_FALSE,
    SIGNATURE_DEFAULT_INT,
    SIGNATURE_DEFAULT_FLOAT,
    SIGNATURE_DEFAULT_TEXT
} signature_literal;

typedef struct signature_class {
    const char *name;
    size_t at;      /* the offset in the text */
    const void *of; /* for whoever knows classes */
} signature_class;

typedef struct signature_param {
    const char *name;
    uint32_t types;
    uint32_t first_class, class_count; /* in the signature's classes */
    signature_literal fallback;
    union {
        int64_t number;
        double real;
        struct {
            const char *start;
            size_t size;
        } text;
    } as;
} signature_param;

enum {
    SIGNATURE_PARAMS = 250,     /* at most, without the rest */
    SIGNATURE_BYTES_MAX = 65536 /* of the text */
};

/* One block of memory, and what it points to lies in others of its own: signature_free. */
typedef struct signature {
    const char *name;
    uint32_t count;    /* parameters, without the rest */
    uint32_t required; /* so many come first and have no default */
    bool has_rest;
    signature_param *params; /* `count`, and behind them the rest */
    signature_class *classes;
    uint32_t class_count;
    char *texts; /* names, and texts of defaults */
} signature;

/* Why a text is no signature: a sentence without a full stop, and the offset of what is wrong. */
typedef struct signature_fault {
    size_t at;
    char what[160]; /* "": there is no memory */
} signature_fault;

/* Whether signatures have a type of that name, so that no class can. */
bool signature_has_type(const char *name);
/* NULL: *fault says why. Thread-safe. */
signature *signature_parse(const char *text, size_t size, signature_fault *fault);
void signature_free(signature *s); /* NULL is fine */

/* What a parameter takes, for "expected …": "an int or nil", into a buffer; long ones are cut. */
void signature_describe(const signature *s, const signature_param *p, char *out, size_t size);

#endif
