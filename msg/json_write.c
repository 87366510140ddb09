/* JSON of messages. */
#include <errno.h>
#include <gmp.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/json.h"
#include "msg/message.h"

/* A container that has begun. */
typedef struct part {
    const csp_msg *of, *next;
    uint64_t left;
} part;

typedef struct writer {
    json json;
    packer out;
    part *open;
    size_t depth, room;
    uint8_t *standing; /* by number: whether the container has begun and not ended */
    bool is_key;       /* what is written is the text of a key */
    bool failed;
} writer;

/* As long as a string of csp may be: shared parts are written as often as they occur. */
static void add(void *to, const char *piece, size_t size)
{
    writer *w = to;
    uint8_t *room = size > PACKED_MAX - w->out.size ? NULL : pack_room(&w->out, size);
    if (!room) {
        w->failed = true;
        return;
    }
    memcpy(room, piece, size);
    w->out.size += size;
}

/* --- scalars as text */

static void write_base64(writer *w, const uint8_t *data, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    json_raw(&w->json, "\"");
    for (size_t i = 0; i < size && !w->failed; i += 3) {
        uint32_t bits = (uint32_t)data[i] << 16;
        bits |= i + 1 < size ? (uint32_t)data[i + 1] << 8 : 0;
        bits |= i + 2 < size ? data[i + 2] : 0;
        char four[4] = {digits[bits >> 18], digits[bits >> 12 & 63], digits[bits >> 6 & 63],
                        digits[bits & 63]};
        if (i + 1 >= size)
            four[2] = '=';
        if (i + 2 >= size)
            four[3] = '=';
        add(w, four, sizeof four);
    }
    add(w, "\"", 1);
}

/* The shortest digits that read back; NULL: nan or inf. */
static const char *float_text(double d, char out[32])
{
    locale_t plain = isfinite(d) ? newlocale(LC_ALL_MASK, "C", (locale_t)0) : (locale_t)0;
    if (!plain)
        return NULL;
    locale_t before = uselocale(plain);
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(out, 32, "%.*g", digits, d);
        if (strtod(out, NULL) == d)
            break;
    }
    uselocale(before);
    freelocale(plain);
    if (!strpbrk(out, ".e"))
        memcpy(out + strlen(out), ".0", 3); /* it stays a float */
    return out;
}

/* malloc'ed */
static char *big_text(const csp_msg *m)
{
    mpz_t z;
    mpz_init(z);
    mpz_import(z, m->count, -1, 1, 0, 0, m->data);
    if (m->tag == PACKED_NEGATIVE)
        mpz_neg(z, z);
    char *text = malloc(mpz_sizeinbase(z, 10) + 2);
    if (text)
        mpz_get_str(text, 10, z);
    mpz_clear(z);
    return text;
}

static void write_number(writer *w, const csp_msg *m)
{
    char room[32], *large = NULL;
    const char *text = room;
    if (m->tag == PACKED_INT)
        snprintf(room, sizeof room, "%" PRId64, m->number);
    else if (m->tag == PACKED_FLOAT)
        text = float_text(m->real, room);
    else
        text = large = big_text(m);
    if (!text)
        w->failed = true;
    else
        json_raw(&w->json, text);
    free(large);
}

/* What is written as one piece. False: it is a container. */
static bool write_scalar(writer *w, const csp_msg *m)
{
    switch (m->tag) {
    case PACKED_NIL: json_null(&w->json); return true;
    case PACKED_FALSE:
    case PACKED_TRUE: json_bool(&w->json, m->tag == PACKED_TRUE); return true;
    case PACKED_INT:
    case PACKED_POSITIVE:
    case PACKED_NEGATIVE:
    case PACKED_FLOAT: write_number(w, m); return true;
    case PACKED_STRING: json_string(&w->json, (const char *)m->data, m->count); return true;
    case PACKED_BYTES:
    case PACKED_BUFFER: write_base64(w, m->data, m->count); return true;
    default: return false;
    }
}

/* --- containers */

static bool is_object(const csp_msg *m) { return m->tag >= PACKED_MAP || m->tag < PACKED_BUFFER; }

static bool begin(writer *w, const csp_msg *m)
{
    packed_item item = {.tag = m->tag, .count = m->count};
    uint64_t left = packed_parts(&item);
    const csp_msg *parts = left ? message_parts(m) : NULL;
    if (left && !parts)
        return false;
    if (m->numbered) {
        uint8_t *standing = &w->standing[m->numbered / 8], bit = (uint8_t)(1 << m->numbered % 8);
        if (*standing & bit) /* a cycle */
            return false;
        *standing |= bit;
    }
    part *open = array_room(w->open, &w->room, w->depth + 1, sizeof *open);
    if (!open)
        return false;
    w->open = open;
    w->open[w->depth++] = (part){m, parts, left};
    json_open(&w->json, is_object(m) ? '{' : '[');
    return true;
}

static void end(writer *w)
{
    const csp_msg *m = w->open[--w->depth].of;
    if (m->numbered)
        w->standing[m->numbered / 8] &= (uint8_t) ~(1 << m->numbered % 8);
    json_close(&w->json, is_object(m) ? '}' : ']');
}

static char *text_of(const csp_msg *m, uint8_t *standing, size_t *size);

/* A key that is no text is written as the text of its JSON. */
static bool write_key(writer *w, const csp_msg *key)
{
    if (key->tag == PACKED_STRING) {
        json_string(&w->json, (const char *)key->data, key->count);
    } else {
        size_t size;
        /* each level of keys in keys would double the backslashes */
        char *text = w->is_key ? NULL : text_of(key, w->standing, &size);
        if (!text)
            return false;
        bool quoted = *text == '"'; /* base64 */
        json_string(&w->json, text + quoted, size - 2 * quoted);
        free(text);
    }
    add(w, ":", 1);
    w->json.behind = false;
    return true;
}

/* The fields of what is written as an object, but no map. */
static const char *field_name(const part *p)
{
    static const char *const error_fields[] = {"cause", "data", "message", "kind"};
    static const char *const range_fields[] = {"end", "start"};
    return p->of->tag == PACKED_ERROR ? error_fields[p->left - 1] : range_fields[p->left - 1];
}

static bool write_part(writer *w)
{
    part *p = &w->open[w->depth - 1];
    if (p->left == 0) {
        end(w);
        return true;
    }
    const csp_msg *m = p->next++;
    if (p->of->tag == PACKED_MAP) {
        if (!write_key(w, m))
            return false;
        m = p->next++;
        p->left--;
    } else if (is_object(p->of)) {
        json_key(&w->json, field_name(p));
    }
    p->left--;
    return write_scalar(w, m) || begin(w, m);
}

static bool write_all(writer *w, const csp_msg *m)
{
    if (write_scalar(w, m))
        return !w->failed;
    if (!w->standing)
        w->standing = calloc(1, message_numbered(m) / 8 + 1);
    if (!w->standing || !begin(w, m))
        return false;
    while (w->depth > 0 && !w->failed)
        if (!write_part(w))
            return false;
    return !w->failed;
}

/* standing: of the writer to whose key it belongs; NULL: it is no key. */
static char *text_of(const csp_msg *m, uint8_t *standing, size_t *size)
{
    writer w = {.is_key = standing != NULL, .standing = standing};
    w.json = (json){.add = add, .to = &w};
    bool ok = write_all(&w, m);
    *size = w.out.size;
    add(&w, "", 1);
    free(w.open);
    if (!standing)
        free(w.standing);
    if (!ok || w.failed)
        pack_drop(&w.out);
    return (char *)w.out.data;
}

char *csp_msg_to_json(const csp_msg *m)
{
    size_t size;
    return m ? text_of(m, NULL, &size) : NULL;
}
