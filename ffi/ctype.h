/* Types of C, declared while the program runs: scalars, structs, what functions take and give.
 *
 * All that one `extern` block declares belongs to one ffi_block, an arena: declare on one thread;
 * what is finished is only read, by any thread. It is counted: the maker holds it, and so does
 * whoever lets C run beyond the maker's end (a call on a worker, a closure that C keeps).
 *
 * A *word* is how a scalar is handed over everywhere in this room, as an argument, as a result,
 * read from or written to memory: 64 bits, an integer extended by its own sign or by zeros, a bool
 * 0 or 1, a pointer as it is, an f64's bits, an f32's bits in the low half (and zeros above). */
#ifndef CSP_FFI_CTYPE_H
#define CSP_FFI_CTYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum ctype_kind {
#define CTYPE(enumerator, name, type, ffi, class) CTYPE_##enumerator,
#include "ffi/ctype.def"
#undef CTYPE
    CTYPE_KINDS
} ctype_kind;

typedef enum ctype_class {
    CTYPE_CLASS_NONE,
    CTYPE_CLASS_SIGNED,
    CTYPE_CLASS_UNSIGNED,
    CTYPE_CLASS_BOOL,
    CTYPE_CLASS_FLOAT,
    CTYPE_CLASS_STRUCT
} ctype_class;

typedef struct ffi_block ffi_block;
typedef struct cstruct cstruct;
typedef struct csignature csignature;

/* A type. A value, copied freely. */
typedef struct ctype {
    ctype_kind kind;
    union {
        const cstruct *of;           /* STRUCT, STRUCT_POINTER */
        const csignature *signature; /* FUNCTION; NULL: of no matter */
    };
} ctype;

typedef struct cfield {
    const char *name;
    ctype type;      /* of one element */
    uint32_t count;  /* elements; 1 where it is no array */
    bool is_array;   /* `name: type[count]` */
    uint32_t offset; /* bytes from the struct's beginning */
} cfield;

enum {
    CTYPE_VALUE_ELEMENTS = 1000, /* scalars in a struct that is passed by value, at most */
    CTYPE_PARAMS = 255,          /* arguments of a call, at most, variadic ones included */
    CTYPE_NAME = 128             /* bytes: room for the text of most types */
};

struct cstruct {
    const char *name;
    uint32_t field_count;
    cfield *fields;
    uint32_t size, align; /* bytes; size is a multiple of align; 0: not finished */
    bool has_pointers;    /* that a program may set to what is its own; nested structs' too */
    /* How it is passed by value: */
    uint32_t elements;     /* scalars, those of nested structs and arrays counted each */
    uint8_t eightbytes;    /* 1 or 2: in registers, on x86-64; 0: in memory */
    bool vector[2];        /* which of them are passed in registers of the vector unit */
    struct _ffi_type *ffi; /* for libffi; NULL: it has too many elements to be passed by value */
    /* of ctype.c: */
    uint32_t field_room;
    uint8_t state;
    cstruct *next;
};

struct csignature {
    ctype result;
    uint32_t count; /* parameters, without variadic ones */
    ctype *params;
    bool variadic;
    bool has_otherwise; /* of a callback: what C gets when it crashes … */
    uint64_t otherwise; /* … is this word, and C runs on */
    /* invoke.h, closure.h: */
    const struct invoke_plan *plan;
    struct invoke_plan *variadic_plans;
    void *cif; /* libffi's ffi_cif */
    ffi_block *block;
};

/* Why a declaration is refused: one sentence for people, without a full stop. */
typedef struct ffi_refusal {
    bool memory; /* there is none; the text says so, too */
    char text[256];
} ffi_refusal;

/* --- the owner */

ffi_block *ffi_block_new(void);          /* held once; NULL: no memory */
ffi_block *ffi_block_hold(ffi_block *b); /* gives b. [any thread] */
void ffi_block_release(ffi_block *b);    /* the last one frees it; NULL is allowed. [any thread] */
/* Zeroed memory, aligned to 16, that lives as long as the block; NULL: none. */
void *ffi_block_alloc(ffi_block *b, size_t size);
/* A copy with a NUL behind it. */
const char *ffi_block_text(ffi_block *b, const char *text, size_t length);

/* --- scalars */

/* The kind of that name; CTYPE_KINDS: there is none. */
ctype_kind ctype_find(const char *name, size_t length);
/* The name of a kind; "" for those that have none. For "did you mean". */
const char *ctype_kind_name(ctype_kind kind);
ctype_class ctype_class_of(ctype_kind kind);
static inline ctype ctype_scalar(ctype_kind kind) { return (ctype){.kind = kind, {NULL}}; }

/* Bytes. Of a finished type; void: size 0, alignment 1. */
uint32_t ctype_size(ctype t);
uint32_t ctype_align(ctype t);
/* The type as a program writes it: "i32", "timeval", "timeval*", "fn(pointer, pointer): i32"; cut
 * to `size` bytes. Gives `out`. */
const char *ctype_text(ctype t, char *out, size_t size);

/* Whether a value fills its word. */
static inline bool ctype_is_word(ctype_kind kind)
{
    static const uint32_t words = 0
#define CTYPE(enumerator, name, type, ffi, class) \
    | (uint32_t)(sizeof(type) == 8) << CTYPE_##enumerator
#include "ffi/ctype.def"
#undef CTYPE
        ;
    return words >> kind & 1;
}

/* Reads and writes a scalar of any alignment in memory, as a word. Not for VOID and STRUCT. */
uint64_t ctype_load(ctype_kind kind, const void *from);
void ctype_store(ctype_kind kind, void *to, uint64_t word);
/* The word that a register's content stands for: only the type's own bits count (a function that
 * gives an i8 or a bool may leave anything above it). */
uint64_t ctype_extend(ctype_kind kind, uint64_t raw);
/* Whether the integer kind holds this number. `negative`: it is n as int64_t, below 0. */
bool ctype_fits(ctype_kind kind, uint64_t n, bool negative);

static inline uint64_t ctype_word_f64(double x)
{
    uint64_t word;
    __builtin_memcpy(&word, &x, sizeof word);
    return word;
}
static inline uint64_t ctype_word_f32(float x)
{
    uint32_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    return bits;
}
static inline double ctype_f64(uint64_t word)
{
    double x;
    __builtin_memcpy(&x, &word, sizeof x);
    return x;
}
static inline float ctype_f32(uint64_t word)
{
    uint32_t bits = (uint32_t)word;
    float x;
    __builtin_memcpy(&x, &bits, sizeof x);
    return x;
}

/* --- structs: declare all of a block, add their fields, then finish each */

/* A struct without fields yet: may be named at once in fields and parameters. NULL: no memory. */
cstruct *cstruct_new(ffi_block *b, const char *name, size_t length);
/* The struct of that name in the block, or NULL. cstruct_next goes through all; NULL begins and
 * ends. */
cstruct *cstruct_find(const ffi_block *b, const char *name, size_t length);
cstruct *cstruct_next(const ffi_block *b, const cstruct *s);
/* Adds a field. count: elements of an array, or -1 where it is none. False: refused: a void or a
 * buffer (nothing would keep it alive), an array of none or of too many. The name is copied. */
bool cstruct_add(ffi_block *b, cstruct *s, const char *name, size_t length, ctype type,
                 int64_t count, ffi_refusal *why);
/* Lays it out, and what it holds by value. False: refused: no fields, a struct that holds itself,
 * one of more than 2^31 - 1 bytes. May be called again. */
bool cstruct_finish(ffi_block *b, cstruct *s, ffi_refusal *why);
/* NULL: there is no such field. */
const cfield *cstruct_field(const cstruct *s, const char *name, size_t length);
/* The first bytes from *from on, which is moved there, that belong to a field and not to
 * padding: *size of them, of one field or nested one. False: there are none left. */
bool cstruct_next_bytes(const cstruct *s, size_t *from, size_t *size);

/* --- signatures */

/* With room for `count` parameters, all void until they are set. NULL: no memory. */
csignature *csignature_new(ffi_block *b, uint32_t count);
/* Checks it, when all structs are finished, and makes what libffi wants to know. False: refused:
 * void as a parameter, too many of them, a struct by value with too many elements, variadic without
 * a parameter before. Then invoke_prepare and cclosure_new may be called. */
bool csignature_finish(csignature *s, ffi_refusal *why);

/* For the files of this room. */
struct _ffi_type *ctype_ffi(ctype t);
bool ffi_refuse(ffi_refusal *why, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool ffi_refuse_memory(ffi_refusal *why);

#endif
