/* Whether bytes are a packed message. Open containers are on a stack. What is numbered is in a
 * table, so that references can be checked. Each map has a table of those keys that can be compared
 * by their bytes. */
#include "base/array.h"
#include "msg/packed.h"

#include <stdlib.h>
#include <sys/random.h>

#include "base/hash.h"
#include "base/utf8.h"

/* A container that has begun. */
typedef struct open_part {
    uint64_t left; /* values still to come */
    uint64_t keys; /* of a map: where its table of keys begins, and … */
    uint32_t bits; /* … its size is 1 << bits; 0: none */
    uint8_t tag;
    bool immutable; /* whatever is inside must be */
    size_t number;  /* its own, if it has one, and … */
    size_t innermost /* … the first number inside of the key that it stands in; 0: in no key */;
} open_part;

/* What has a number. */
typedef struct numbered {
    const uint8_t *start;
    uint8_t tag;
    bool immutable;
    bool open; /* a container that has not ended */
} numbered;

typedef struct checker {
    const uint8_t *at, *end;
    open_part *open;
    numbered *all;
    const uint8_t **keys; /* the tables of all open maps, one behind the other */
    size_t depth, open_room, count, all_room, keys_used, keys_room;
    size_t innermost; /* as in an open_part, for the value that is read */
    uint64_t seed;
    bool references;
    /* what the value that is read must be, beside well formed */
    bool immutable, is_key, is_text, is_int, is_cause;
} checker;

static size_t left(const checker *c) { return (size_t)(c->end - c->at); }

static bool read_varint(checker *c, uint64_t *out)
{
    uint64_t n = 0;
    for (unsigned shift = 0; c->at < c->end && shift < 64; shift += 7) {
        uint8_t byte = *c->at++;
        if (shift == 63 && byte > 1)
            return false;
        n |= (uint64_t)(byte & 0x7f) << shift;
        if (byte & 0x80)
            continue;
        *out = n;
        return byte != 0 || shift == 0;
    }
    return false;
}

/* --- keys */

static uint32_t hash_bytes(uint64_t seed, const uint8_t *data, size_t size)
{
    uint64_t h = seed ^ size;
    for (; size >= 8; data += 8, size -= 8)
        h = hash_stir((h ^ packed_word(data)) * HASH_FACTOR + seed);
    uint64_t last = 0;
    for (size_t i = 0; i < size; i++)
        last |= (uint64_t)data[i] << 8 * i;
    return hash_place(hash_stir(h ^ last));
}

/* The bytes of a scalar as its writer has made them. */
static size_t scalar_size(const uint8_t *start)
{
    packed_item item;
    const uint8_t *at = start;
    packed_next(&at, &item);
    return (size_t)(at - start);
}

/* Enters a key in the map's table: false if it is there already. Equal floats and containers may
 * differ in their bytes; they are left to whoever makes a map of them. */
static bool enter_key(checker *c, const open_part *of, const uint8_t *key)
{
    if (!(*key & PACKED_SMALL) && (*key & 0x3f) == PACKED_REFERENCE) {
        const uint8_t *at = key;
        packed_item item;
        packed_next(&at, &item);
        key = c->all[item.count].start;
    }
    uint8_t tag = *key & PACKED_SMALL ? PACKED_INT : *key & 0x3f;
    if (tag == PACKED_FLOAT || tag >= PACKED_RANGE)
        return true;
    size_t size = scalar_size(key);
    uint32_t mask = (uint32_t)(((uint64_t)1 << of->bits) - 1),
             place = hash_bytes(c->seed, key, size) & mask;
    const uint8_t **table = c->keys + of->keys;
    for (; table[place]; place = (place + 1) & mask)
        if (*table[place] == *key && scalar_size(table[place]) == size &&
            memcmp(table[place], key, size) == 0)
            return false;
    table[place] = key;
    return true;
}

static bool make_table(checker *c, open_part *of, uint64_t count)
{
    of->keys = c->keys_used;
    of->bits = 0;
    if (count < 2)
        return true;
    for (of->bits = 2; (uint64_t)1 << of->bits < 2 * count;)
        of->bits++;
    size_t size = (size_t)1 << of->bits;
    const uint8_t **keys = array_room(c->keys, &c->keys_room, c->keys_used + size, sizeof *keys);
    if (!keys)
        return false;
    c->keys = keys;
    memset(c->keys + c->keys_used, 0, size * sizeof *c->keys);
    c->keys_used += size;
    return true;
}

/* --- values */

static bool number(checker *c, const uint8_t *start, packed_tag tag, bool immutable)
{
    numbered *all = array_room(c->all, &c->all_room, c->count + 1, sizeof *all);
    if (!all)
        return false;
    c->all = all;
    c->all[c->count++] = (numbered){start, (uint8_t)tag, immutable, tag >= PACKED_TUPLE};
    return true;
}

static bool begin(checker *c, packed_tag tag, bool immutable, uint64_t parts, uint64_t count)
{
    open_part *open = array_room(c->open, &c->open_room, c->depth + 1, sizeof *open);
    if (!open)
        return false;
    c->open = open;
    open_part *o = &c->open[c->depth];
    *o = (open_part){.left = parts,
                     .tag = (uint8_t)tag,
                     .immutable = immutable,
                     .number = c->count - 1,
                     .innermost = c->innermost};
    c->depth++;
    return tag != PACKED_MAP || make_table(c, o, count);
}

static bool check_magnitude(const checker *c, packed_tag tag, uint64_t size)
{
    const uint8_t *m = c->at;
    if (size < 8 || m[size - 1] == 0)
        return false;
    uint64_t most = (uint64_t)INT64_MAX + (tag == PACKED_NEGATIVE);
    return size > 8 || packed_word(m) > most;
}

static bool check_block(checker *c, packed_tag tag, const uint8_t *start)
{
    uint64_t size;
    bool ends = packed_has_nul(tag);
    if (!read_varint(c, &size) || size > left(c) || left(c) - size < ends)
        return false;
    if (tag != PACKED_BUFFER && size > PACKED_MAX)
        return false;
    if (ends && c->at[size] != 0)
        return false;
    if (tag == PACKED_STRING && utf8_check((const char *)c->at, size) != size)
        return false;
    bool is_int = tag == PACKED_POSITIVE || tag == PACKED_NEGATIVE;
    if (is_int && !check_magnitude(c, tag, size))
        return false;
    c->at += size + ends;
    bool numbered_ = tag == PACKED_BUFFER || size >= PACKED_SHARED;
    return !numbered_ || number(c, start, tag, tag != PACKED_BUFFER);
}

static bool check_container(checker *c, packed_tag tag, bool immutable, const uint8_t *start)
{
    uint64_t count = 0;
    bool counts = tag == PACKED_TUPLE || tag == PACKED_LIST || tag == PACKED_MAP;
    if (counts && (!read_varint(c, &count) || count > PACKED_MAX))
        return false;
    packed_item item = {.tag = tag, .count = count};
    uint64_t parts = packed_parts(&item);
    if (parts > left(c)) /* each takes a byte */
        return false;
    bool range = tag == PACKED_RANGE || tag == PACKED_INCLUSIVE;
    return (range || number(c, start, tag, immutable)) && begin(c, tag, immutable, parts, count);
}

/* A key has a hash as soon as it has been read, so it cannot hold what it stands in. */
static bool check_reference(checker *c, uint8_t *tag, bool *immutable)
{
    uint64_t n;
    if (!c->references || !read_varint(c, &n) || n >= c->count)
        return false;
    if (n < c->innermost && c->all[n].open)
        return false;
    *tag = c->all[n].tag;
    *immutable = c->all[n].immutable;
    return true;
}

/* Whether what has been read, or referred to, may stand here. */
static bool may_stand(const checker *c, uint8_t tag, bool immutable)
{
    if (c->immutable && tag >= PACKED_BUFFER && !immutable)
        return false;
    if (c->is_text)
        return tag == PACKED_STRING;
    if (c->is_int)
        return tag == PACKED_INT || tag == PACKED_POSITIVE || tag == PACKED_NEGATIVE ||
               (tag == PACKED_NIL && c->is_cause);
    return !c->is_cause || tag == PACKED_ERROR || tag == PACKED_NIL;
}

static bool check_value(checker *c)
{
    if (c->at == c->end)
        return false;
    const uint8_t *start = c->at++;
    uint8_t head = *start;
    if (head & PACKED_SMALL)
        return may_stand(c, PACKED_INT, true);
    bool immutable = (head & PACKED_IMMUTABLE) != 0;
    uint8_t tag = head & (uint8_t)~PACKED_IMMUTABLE;
    uint64_t n;
    if (immutable && (tag < PACKED_TUPLE || tag > PACKED_ERROR))
        return false;
    if (tag == PACKED_REFERENCE)
        return check_reference(c, &tag, &immutable) && may_stand(c, tag, immutable);
    if (!may_stand(c, tag, immutable))
        return false;
    switch (tag) {
    case PACKED_NIL:
    case PACKED_FALSE:
    case PACKED_TRUE: return true;
    case PACKED_INT: return read_varint(c, &n) && ((n & 1) || n >> 1 >= 0x80);
    case PACKED_FLOAT:
        if (left(c) < 8)
            return false;
        c->at += 8;
        return true;
    case PACKED_POSITIVE:
    case PACKED_NEGATIVE:
    case PACKED_STRING:
    case PACKED_BYTES:
    case PACKED_BUFFER: return check_block(c, (packed_tag)tag, start);
    case PACKED_RANGE:
    case PACKED_INCLUSIVE:
    case PACKED_TUPLE:
    case PACKED_LIST:
    case PACKED_MAP:
    case PACKED_ERROR: return check_container(c, (packed_tag)tag, immutable, start);
    default: return false;
    }
}

/* What the next part of the innermost container must be. */
static void expect(checker *c, const open_part *o)
{
    c->is_key = o->tag == PACKED_MAP && o->left % 2 == 0;
    c->immutable = o->immutable || c->is_key;
    c->innermost = c->is_key ? c->count : o->innermost;
    c->is_text = o->tag == PACKED_ERROR && o->left > 2;
    c->is_int = o->tag == PACKED_RANGE || o->tag == PACKED_INCLUSIVE;
    c->is_cause = o->left == 1 && (o->tag == PACKED_ERROR || c->is_int);
    if (o->tag == PACKED_INCLUSIVE) /* it has an end */
        c->is_cause = false;
}

static bool check_all(checker *c)
{
    if (!check_value(c))
        return false;
    while (c->depth > 0) {
        open_part *o = &c->open[c->depth - 1];
        if (o->left == 0) {
            if (o->tag == PACKED_MAP)
                c->keys_used = o->keys;
            if (o->tag >= PACKED_TUPLE)
                c->all[o->number].open = false;
            c->depth--;
            continue;
        }
        expect(c, o);
        o->left--;
        const uint8_t *start = c->at;
        bool enters = c->is_key && o->bits > 0;
        open_part of = *o;
        if (!check_value(c) || (enters && !enter_key(c, &of, start)))
            return false;
    }
    return c->at == c->end;
}

bool packed_check(const uint8_t *packed, size_t size)
{
    static const uint8_t head[PACKED_MARKS] = {'c', 's', 'p', PACKED_VERSION};
    if (size <= PACKED_HEAD || memcmp(packed, head, sizeof head) != 0 ||
        packed[PACKED_MARKS] > PACKED_HAS_REFERENCES)
        return false;
    checker c = {.at = packed + PACKED_HEAD, .end = packed + size};
    c.references = packed[PACKED_MARKS] & PACKED_HAS_REFERENCES;
    if (getrandom(&c.seed, sizeof c.seed, GRND_NONBLOCK) != (ssize_t)sizeof c.seed)
        c.seed = (uint64_t)(uintptr_t)&c;
    bool good = check_all(&c);
    free(c.open);
    free(c.all);
    free(c.keys);
    return good;
}
