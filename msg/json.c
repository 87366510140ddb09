/* Messages from JSON. The text is read twice. The first pass checks it, and notes how many elements
 * each array and object has and which members are replaced by later ones of the same name. The
 * second pass packs it. */
#include <errno.h>
#include <gmp.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/json_reader.h"
#include "msg/message.h"

enum { FEWEST_NAMES = 16 }; /* of an object's table: a power of two */

/* The names of an object that is open: open addressing. Each depth has one, used again by the next
 * object there. */
typedef struct names {
    struct name {
        size_t from, size; /* of the raw text; from is 0: free */
        uint32_t hash;
        bool escaped;
    } * places;
    size_t size, room, count; /* in use, allocated, entered */
    size_t of;                /* the object's place in `counts` */
} names;

typedef struct reading {
    json_reader reader;
    const char *text;
    char *scratch[2]; /* for decoded names */
    size_t scratch_room[2];
    uint64_t *counts; /* of each array and object, in the order of their beginnings */
    size_t count, counts_room;
    size_t *replaced; /* where the names of replaced members begin */
    size_t replaced_count, replaced_room;
    names open[JSON_DEPTH];
    uint64_t seed;
} reading;

/* --- names */

/* The text of a string token; `which` scratch it may use. NULL: out of memory. */
static const char *decoded(reading *r, unsigned which, size_t from, bool escaped, size_t *size)
{
    if (!escaped)
        return r->text + from;
    char *scratch = array_room(r->scratch[which], &r->scratch_room[which], *size, 1);
    if (!scratch)
        return NULL;
    r->scratch[which] = scratch;
    *size = json_decode(r->text + from, *size, scratch);
    return scratch;
}

static uint32_t hash_name(const reading *r, const char *name, size_t size)
{
    uint64_t h = r->seed ^ size;
    for (size_t i = 0; i < size; i++)
        h = (h ^ (unsigned char)name[i]) * HASH_FACTOR;
    return hash_place(hash_stir(h));
}

/* Makes it that many empty places. False: no memory, and it is as it was. */
static bool clear_places(names *n, size_t size)
{
    struct name *places = array_room(n->places, &n->room, size, sizeof *places);
    if (!places)
        return false;
    n->places = places;
    n->size = size;
    memset(places, 0, size * sizeof *places);
    return true;
}

static bool widen(names *n)
{
    size_t size = 2 * n->size, old = n->size;
    struct name *before = malloc(old * sizeof *before);
    if (!before)
        return false;
    memcpy(before, n->places, old * sizeof *before);
    bool ok = clear_places(n, size);
    for (size_t i = 0; ok && i < old; i++) {
        if (!before[i].from)
            continue;
        size_t at = before[i].hash & (size - 1);
        while (n->places[at].from)
            at = (at + 1) & (size - 1);
        n->places[at] = before[i];
    }
    free(before);
    return ok;
}

static bool same_name(reading *r, const struct name *a, const char *name, size_t size, bool *ok)
{
    size_t length = a->size;
    const char *text = decoded(r, 1, a->from, a->escaped, &length);
    *ok = text != NULL;
    return text && length == size && memcmp(text, name, size) == 0;
}

/* The name that was read last: enters it, and notes the member that it replaces. */
static bool enter_name(reading *r)
{
    names *n = &r->open[r->reader.depth - 1];
    struct name fresh = {.from = r->reader.from,
                         .size = r->reader.to - r->reader.from,
                         .escaped = r->reader.escaped};
    size_t size = fresh.size;
    const char *name = decoded(r, 0, fresh.from, fresh.escaped, &size);
    if (!name || (2 * (n->count + 1) > n->size && !widen(n)))
        return false;
    fresh.hash = hash_name(r, name, size);
    size_t at = fresh.hash & (n->size - 1);
    for (bool ok = true; n->places[at].from; at = (at + 1) & (n->size - 1)) {
        struct name *old = &n->places[at];
        if (old->hash == fresh.hash && same_name(r, old, name, size, &ok)) {
            size_t *replaced =
                array_room(r->replaced, &r->replaced_room, r->replaced_count + 1, sizeof *replaced);
            if (!replaced)
                return false;
            r->replaced = replaced;
            r->replaced[r->replaced_count++] = old->from;
            *old = fresh;
            return true;
        }
        if (!ok)
            return false;
    }
    n->places[at] = fresh;
    n->count++;
    r->counts[n->of]++;
    return true;
}

/* --- judging */

static bool open_container(reading *r, bool object)
{
    uint64_t *counts = array_room(r->counts, &r->counts_room, r->count + 1, sizeof *counts);
    if (!counts)
        return false;
    r->counts = counts;
    r->counts[r->count] = 0;
    names *n = &r->open[r->reader.depth - 1];
    n->of = r->count++;
    n->count = 0;
    n->size = FEWEST_NAMES;
    return !object || clear_places(n, FEWEST_NAMES);
}

static bool in_array(const json_reader *r, unsigned depth)
{
    return depth > 0 && !(r->objects[(depth - 1) / 8] >> (depth - 1) % 8 & 1);
}

static bool judge(reading *r)
{
    for (;;) {
        unsigned depth = r->reader.depth;
        json_token token = json_next(&r->reader);
        if (token == JSON_BAD || token == JSON_END)
            return token == JSON_END;
        if (token != JSON_CLOSE && in_array(&r->reader, depth))
            r->counts[r->open[depth - 1].of]++;
        if (token == JSON_NAME && !enter_name(r))
            return false;
        bool opens = token == JSON_ARRAY || token == JSON_OBJECT;
        if (opens && !open_container(r, token == JSON_OBJECT))
            return false;
    }
}

/* --- packing */

static int compare_places(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return x < y ? -1 : x > y;
}

/* GMP aborts when there is no memory; what is larger than this is refused. */
enum { MOST_DIGITS = 1 << 25 };

static bool pack_digits(packer *p, const char *digits, size_t size)
{
    if (size > MOST_DIGITS)
        return false;
    mpz_t z;
    mpz_init(z);
    mpz_set_str(z, digits, 10);
    size_t count;
    uint8_t *magnitude = mpz_export(NULL, &count, -1, 1, 0, 0, z);
    pack_magnitude(p, *digits == '-', magnitude, count);
    free(magnitude);
    mpz_clear(z);
    return true;
}

static bool pack_number(packer *p, const char *digits, size_t size, bool real)
{
    enum { SHORT = 400 };
    char room[SHORT + 1], *text = size > SHORT ? malloc(size + 1) : room;
    if (!text)
        return false;
    memcpy(text, digits, size);
    text[size] = '\0';
    bool ok = true;
    errno = 0;
    long long n = real ? 0 : strtoll(text, NULL, 10);
    if (real) {
        locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
        double d = plain ? strtod_l(text, NULL, plain) : HUGE_VAL;
        if (plain)
            freelocale(plain);
        ok = isfinite(d); /* the others are beyond doubles */
        pack_float(p, d);
    } else if (errno == 0) {
        pack_int(p, n);
    } else {
        ok = pack_digits(p, text, size);
    }
    if (text != room)
        free(text);
    return ok;
}

static bool pack_string(packer *p, const json_reader *r)
{
    size_t size = r->to - r->from;
    char *text = NULL;
    if (r->escaped) {
        text = malloc(size);
        if (!text)
            return false;
        size = json_decode(r->text + r->from, size, text);
    }
    bool ok = size <= PACKED_MAX;
    if (ok)
        pack_block(p, PACKED_STRING, text ? text : r->text + r->from, size);
    free(text);
    return ok;
}

/* Reads the value of a member that is replaced. */
static void skip_value(reading *r)
{
    unsigned depth = r->reader.depth;
    do {
        json_token token = json_next(&r->reader);
        r->count += token == JSON_ARRAY || token == JSON_OBJECT;
    } while (r->reader.depth > depth);
}

static bool pack_token(reading *r, packer *p, json_token token)
{
    const json_reader *j = &r->reader;
    switch (token) {
    case JSON_NULL: pack_tag(p, PACKED_NIL); return true;
    case JSON_FALSE: pack_tag(p, PACKED_FALSE); return true;
    case JSON_TRUE: pack_tag(p, PACKED_TRUE); return true;
    case JSON_INT:
    case JSON_REAL: return pack_number(p, j->text + j->from, j->to - j->from, token == JSON_REAL);
    case JSON_STRING:
    case JSON_NAME: return pack_string(p, j);
    case JSON_ARRAY:
    case JSON_OBJECT: {
        uint64_t count = r->counts[r->count++];
        pack_open(p, token == JSON_ARRAY ? PACKED_LIST : PACKED_MAP, false, count);
        return count <= PACKED_MAX;
    }
    default: return true;
    }
}

static bool pack(reading *r, packer *p)
{
    size_t next = 0; /* of the replaced members */
    if (r->replaced)
        qsort(r->replaced, r->replaced_count, sizeof *r->replaced, compare_places);
    r->count = 0;
    pack_head(p);
    for (;;) {
        json_token token = json_next(&r->reader);
        if (token == JSON_END)
            return !p->failed;
        if (token == JSON_NAME) {
            /* those inside of a replaced member are gone with it */
            while (next < r->replaced_count && r->replaced[next] < r->reader.from)
                next++;
            if (next < r->replaced_count && r->replaced[next] == r->reader.from) {
                skip_value(r);
                continue;
            }
        }
        if (!pack_token(r, p, token))
            return false;
    }
}

csp_msg *csp_msg_json(const char *json, size_t size)
{
    reading *r = json ? calloc(1, sizeof *r) : NULL;
    if (!r)
        return NULL;
    packer p = {0};
    r->text = json;
    r->seed = (uint64_t)(uintptr_t)r;
    json_read(&r->reader, json, size);
    bool ok = judge(r);
    json_read(&r->reader, json, size);
    ok = ok && pack(r, &p);
    free(r->scratch[0]);
    free(r->scratch[1]);
    free(r->counts);
    free(r->replaced);
    for (unsigned i = 0; i < JSON_DEPTH; i++)
        free(r->open[i].places);
    free(r);
    if (!ok)
        pack_drop(&p);
    return ok ? message_of(&p) : NULL;
}
