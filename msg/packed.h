/* The packed form of a value that is outside of any VM: bytes that are the same on all machines.
 *
 *     message   = "csp" version(1) marks value
 *     marks     = a byte: 1 if the value has references, else 0
 *     value     = a byte 0x80 … 0xff: the int 0 … 127
 *               | tag, and what packed_tag says below
 *     varint    = 7 bits a byte, the lowest first; all but the last have the bit 0x80; no longer
 *                 than need be
 *
 * Texts, bytes and magnitudes of 64 bytes and more, and tuples, lists, maps, errors and buffers,
 * are numbered from 0 on in the order of their tags. A reference names one of them, which may be a
 * container that it stands in: so sharing and cycles are kept. A tuple, list, map or error that is
 * immutable throughout has PACKED_IMMUTABLE in its tag, and holds nothing that is not.
 *
 * What is read by packed_next is known to be well formed: msg_check has seen it, or it was made
 * here. */
#ifndef CSP_MSG_PACKED_H
#define CSP_MSG_PACKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef enum packed_tag {
    PACKED_NIL,
    PACKED_FALSE,
    PACKED_TRUE,
    PACKED_INT,       /* varint: zigzag; not 0 … 127, and no more than 64 bits */
    PACKED_POSITIVE,  /* varint size, magnitude, lowest byte first: an int of more than 64 bits */
    PACKED_NEGATIVE,  /* the same */
    PACKED_FLOAT,     /* 8 bytes, IEEE 754, lowest first */
    PACKED_STRING,    /* varint size, UTF-8, NUL */
    PACKED_BYTES,     /* varint size, bytes, NUL */
    PACKED_RANGE,     /* two values: ints; the second may be nil */
    PACKED_INCLUSIVE, /* a range that includes its end */
    PACKED_BUFFER,    /* varint size, bytes, NUL */
    PACKED_TUPLE,     /* varint count, values */
    PACKED_LIST,      /* varint count, values */
    PACKED_MAP,       /* varint count, and for each entry key and item; keys are immutable */
    PACKED_ERROR,     /* four values: kind and message (strings), data, cause (an error or nil) */
    PACKED_REFERENCE, /* varint number */
    PACKED_TAGS
} packed_tag;

enum {
    PACKED_IMMUTABLE = 0x40,
    PACKED_SMALL = 0x80,
    PACKED_SHARED = 64, /* scalars of so many bytes are numbered */
    PACKED_VERSION = 1,
    PACKED_HEAD = 5,
    PACKED_MARKS = 4, /* where in the head they stand */
    PACKED_HAS_REFERENCES = 1
};
/* The most bytes of a string or a magnitude, and the most elements of a list. */
#define PACKED_MAX ((uint64_t)0x7fffffff)

/* One value, or the beginning of a container, whose parts come next. */
typedef struct packed_item {
    packed_tag tag;
    bool immutable;
    union {
        int64_t number; /* INT */
        double real;    /* FLOAT */
        uint64_t count; /* of bytes or elements; REFERENCE: the number */
    };
    const uint8_t *data; /* `count` bytes */
} packed_item;

static inline uint64_t packed_varint(const uint8_t **at)
{
    const uint8_t *p = *at;
    uint64_t n = *p & 0x7f;
    for (unsigned shift = 7; *p++ & 0x80; shift += 7)
        n |= (uint64_t)(*p & 0x7f) << shift;
    *at = p;
    return n;
}

static inline uint64_t packed_word(const uint8_t *p)
{
    uint64_t word = 0;
    for (unsigned i = 0; i < 8; i++)
        word |= (uint64_t)p[i] << 8 * i;
    return word;
}

static inline bool packed_is_block(packed_tag tag)
{
    return tag == PACKED_STRING || tag == PACKED_BYTES || tag == PACKED_BUFFER ||
           tag == PACKED_POSITIVE || tag == PACKED_NEGATIVE;
}

static inline bool packed_has_nul(packed_tag tag)
{
    return tag == PACKED_STRING || tag == PACKED_BYTES || tag == PACKED_BUFFER;
}

/* Reads the value at *at, and moves it on. */
static inline void packed_next(const uint8_t **at, packed_item *out)
{
    uint8_t head = *(*at)++;
    *out = (packed_item){.count = 0};
    if (head & PACKED_SMALL) {
        out->tag = PACKED_INT;
        out->number = head & 0x7f;
        return;
    }
    out->immutable = (head & PACKED_IMMUTABLE) != 0;
    out->tag = (packed_tag)(head & 0x3f);
    if (out->tag == PACKED_INT) {
        uint64_t n = packed_varint(at);
        out->number = (int64_t)(n >> 1 ^ -(n & 1));
    } else if (out->tag == PACKED_FLOAT) {
        uint64_t word = packed_word(*at);
        memcpy(&out->real, &word, sizeof out->real);
        *at += sizeof word;
    } else if (packed_is_block(out->tag)) {
        out->count = packed_varint(at);
        out->data = *at;
        *at += out->count + packed_has_nul(out->tag);
    } else if (out->tag >= PACKED_TUPLE && out->tag != PACKED_ERROR) {
        out->count = packed_varint(at);
    }
}

/* How many values it consists of. */
static inline uint64_t packed_parts(const packed_item *item)
{
    switch (item->tag) {
    case PACKED_TUPLE:
    case PACKED_LIST: return item->count;
    case PACKED_MAP: return 2 * item->count;
    case PACKED_ERROR: return 4;
    case PACKED_RANGE:
    case PACKED_INCLUSIVE: return 2;
    default: return 0;
    }
}

static inline bool packed_is_numbered(const packed_item *item)
{
    if (item->tag >= PACKED_BUFFER)
        return item->tag != PACKED_REFERENCE;
    return packed_is_block(item->tag) && item->count >= PACKED_SHARED;
}

/* ---- Writing ---- */

/* Must begin as all zeroes. When memory has run out `failed` is set, and what is added is lost. */
typedef struct packer {
    uint8_t *data; /* malloc'ed */
    size_t size, capacity;
    size_t start; /* of the message */
    bool failed;
} packer;

/* Room for so many bytes, which the caller fills, before it adds them to `size`; NULL: there
 * is none. */
uint8_t *pack_room(packer *p, size_t size);
void pack_head(packer *p);
void pack_tag(packer *p, packed_tag tag); /* for values that are a tag alone */
void pack_int(packer *p, int64_t n);
void pack_float(packer *p, double d);
/* A block (packed_is_block) at once; or only what comes before, and after, its bytes. */
void pack_block(packer *p, packed_tag tag, const void *data, size_t size);
void pack_block_begin(packer *p, packed_tag tag, uint64_t size);
void pack_block_end(packer *p, packed_tag tag);
/* The beginning of a TUPLE, LIST, MAP, ERROR, RANGE or INCLUSIVE. */
void pack_open(packer *p, packed_tag tag, bool immutable, uint64_t count);
void pack_reference(packer *p, uint64_t number);
/* The canonical form of ±magnitude (lowest byte first), which may also fit 64 bits. */
void pack_magnitude(packer *p, bool negative, const uint8_t *magnitude, size_t size);
void pack_drop(packer *p);

/* ---- Checking ---- */

/* Whether the bytes are a message, all of them and nothing else. Never recurses; takes memory in
 * proportion to what it is given. Also false if memory runs out. [any thread] */
bool packed_check(const uint8_t *packed, size_t size);

#endif
