/* Making messages, counting them, and reading what they are. */
#include "msg/message.h"

#include <gmp.h>
#include <math.h>
#include <stdlib.h>

#include "base/utf8.h"

/* --- birth and end */

static msg_whole *blank(packed_tag tag, size_t extra)
{
    msg_whole *m = calloc(1, sizeof *m + extra);
    if (!m)
        return NULL;
    m->self.in = m;
    m->self.tag = tag;
    m->count = 1;
    return m;
}

static csp_msg *made(msg_whole *m) { return m ? &m->self : NULL; }

csp_msg *csp_msg_nil(void) { return made(blank(PACKED_NIL, 0)); }

csp_msg *csp_msg_bool(bool b) { return made(blank(b ? PACKED_TRUE : PACKED_FALSE, 0)); }

csp_msg *csp_msg_int(int64_t n)
{
    msg_whole *m = blank(PACKED_INT, 0);
    if (m)
        m->self.number = n;
    return made(m);
}

csp_msg *csp_msg_float(double d)
{
    msg_whole *m = blank(PACKED_FLOAT, 0);
    if (m)
        m->self.real = d;
    return made(m);
}

/* The bytes stand behind the message, with a NUL. */
static csp_msg *block(packed_tag tag, const void *data, size_t size)
{
    msg_whole *m = size > PACKED_MAX || (!data && size > 0) ? NULL : blank(tag, size + 1);
    if (!m)
        return NULL;
    uint8_t *bytes = (uint8_t *)(m + 1);
    if (size > 0)
        memcpy(bytes, data, size);
    m->self.data = bytes;
    m->self.count = size;
    m->self.numbered = size >= PACKED_SHARED;
    return &m->self;
}

csp_msg *csp_msg_text(const char *text, size_t size)
{
    if (text && utf8_check(text, size) != size)
        return NULL;
    return block(PACKED_STRING, text, size);
}

csp_msg *csp_msg_bytes(const void *data, size_t size) { return block(PACKED_BYTES, data, size); }

csp_msg *csp_msg_adopt(void *data, size_t size, void (*release)(void *data))
{
    msg_whole *m = size > PACKED_MAX || (!data && size > 0) ? NULL : blank(PACKED_BYTES, 0);
    if (!m) {
        if (release)
            release(data);
        return NULL;
    }
    m->self.data = data;
    m->self.count = size;
    m->self.numbered = size >= PACKED_SHARED;
    m->release = release;
    return &m->self;
}

/* What is known of the whole from its beginning alone. */
static void read_head(msg_whole *m, const uint8_t *packed)
{
    const uint8_t *at = packed + PACKED_HEAD;
    packed_item item;
    packed_next(&at, &item);
    csp_msg *n = &m->self;
    n->tag = item.tag;
    n->immutable = item.immutable;
    n->numbered = packed_is_numbered(&item);
    if (item.tag == PACKED_INT) {
        n->number = item.number;
    } else if (item.tag == PACKED_FLOAT) {
        n->real = item.real;
    } else if (item.tag >= PACKED_POSITIVE) {
        n->count = packed_parts(&item) ? item.tag == PACKED_ERROR ? 4 : item.count : 0;
        if (packed_is_block(item.tag)) {
            n->count = item.count;
            n->data = item.data;
        }
    }
}

csp_msg *message_of(packer *p)
{
    msg_whole *m = p->failed ? NULL : blank(PACKED_NIL, 0);
    if (!m) {
        pack_drop(p);
        return NULL;
    }
    uint8_t *exact = p->capacity - p->size > p->size / 8 ? realloc(p->data, p->size) : NULL;
    m->packed = exact ? exact : p->data;
    m->packed_size = p->size;
    *p = (packer){0};
    read_head(m, m->packed);
    return &m->self;
}

csp_msg *csp_msg_unpack(const void *packed, size_t size)
{
    if (!packed || !packed_check(packed, size))
        return NULL;
    packer p = {0};
    uint8_t *to = pack_room(&p, size);
    if (!to)
        return NULL;
    memcpy(to, packed, size);
    p.size = size;
    return message_of(&p);
}

csp_msg *csp_msg_hold(csp_msg *m)
{
    if (m) {
        msg_whole *of = (msg_whole *)(uintptr_t)m->in;
        atomic_fetch_add_explicit(&of->count, 1, memory_order_relaxed);
    }
    return m;
}

void csp_msg_free(csp_msg *m)
{
    msg_whole *of = m ? (msg_whole *)(uintptr_t)m->in : NULL;
    if (!of || atomic_fetch_sub_explicit(&of->count, 1, memory_order_acq_rel) != 1)
        return;
    if (of->release)
        of->release((void *)(uintptr_t)of->self.data);
    for (packed_block *b = of->blocks, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    free((void *)(uintptr_t)of->packed);
    free(of->tree);
    free(of);
}

/* --- the packed form */

void message_pack_scalar(packer *p, const csp_msg *m)
{
    if (m->tag == PACKED_INT)
        pack_int(p, m->number);
    else if (m->tag == PACKED_FLOAT)
        pack_float(p, m->real);
    else if (packed_is_block(m->tag))
        pack_block(p, m->tag, m->data, m->count);
    else
        pack_tag(p, m->tag);
}

static const uint8_t *pack_whole(msg_whole *m)
{
    packer p = {0};
    pack_head(&p);
    message_pack_scalar(&p, &m->self);
    if (p.failed) {
        pack_drop(&p);
        return NULL;
    }
    const uint8_t *none = NULL;
    if (!atomic_compare_exchange_strong(&m->packed, &none, p.data)) {
        free(p.data);
        return none;
    }
    return p.data;
}

/* All who pack a scalar come to the same size. */
static size_t scalar_size(const csp_msg *m)
{
    packer p = {0};
    pack_head(&p);
    if (packed_is_block(m->tag)) {
        pack_block_begin(&p, m->tag, m->count);
        p.size += m->count + packed_has_nul(m->tag);
    } else {
        message_pack_scalar(&p, m);
    }
    free(p.data);
    return p.size;
}

static packed_block *block_of(const csp_msg *m)
{
    packer p = {0};
    uint8_t *room = pack_room(&p, sizeof(packed_block));
    if (room)
        p.size = sizeof(packed_block);
    if (!room || !message_pack(&p, m)) {
        pack_drop(&p);
        return NULL;
    }
    packed_block *made_ = (packed_block *)(void *)p.data;
    made_->size = p.size - sizeof *made_;
    return made_;
}

static const void *pack_part(const csp_msg *m, size_t *size)
{
    csp_msg *part = (csp_msg *)(uintptr_t)m;
    msg_whole *of = (msg_whole *)(uintptr_t)m->in;
    packed_block *known = part->own;
    if (!known) {
        packed_block *fresh = block_of(m);
        if (!fresh)
            return NULL;
        if (atomic_compare_exchange_strong(&part->own, &known, fresh)) {
            known = fresh;
            fresh->next = of->blocks;
            while (!atomic_compare_exchange_weak(&of->blocks, &fresh->next, fresh)) {
            }
        } else {
            free(fresh);
        }
    }
    *size = known->size;
    return known->bytes;
}

const void *csp_msg_packed(const csp_msg *m, size_t *size)
{
    size_t none = 0;
    size_t *out = size ? size : &none;
    *out = 0;
    if (!m)
        return NULL;
    msg_whole *of = (msg_whole *)(uintptr_t)m->in;
    if (m != &of->self)
        return pack_part(m, out);
    const uint8_t *packed = of->packed;
    if (!packed)
        packed = pack_whole(of);
    if (packed)
        *out = of->packed_size ? of->packed_size : scalar_size(m);
    return packed;
}

size_t message_size(const csp_msg *m)
{
    const msg_whole *of = m->in;
    size_t content = packed_is_block(of->self.tag) ? of->self.count : 0;
    return sizeof *of + (of->packed_size ? of->packed_size : content);
}

/* --- readers */

csp_type csp_msg_type(const csp_msg *m)
{
    static const csp_type types[PACKED_TAGS] = {
        [PACKED_NIL] = CSP_T_NIL,         [PACKED_FALSE] = CSP_T_BOOL,
        [PACKED_TRUE] = CSP_T_BOOL,       [PACKED_INT] = CSP_T_INT,
        [PACKED_POSITIVE] = CSP_T_INT,    [PACKED_NEGATIVE] = CSP_T_INT,
        [PACKED_FLOAT] = CSP_T_FLOAT,     [PACKED_STRING] = CSP_T_STRING,
        [PACKED_BYTES] = CSP_T_BYTES,     [PACKED_RANGE] = CSP_T_RANGE,
        [PACKED_INCLUSIVE] = CSP_T_RANGE, [PACKED_BUFFER] = CSP_T_BUFFER,
        [PACKED_TUPLE] = CSP_T_TUPLE,     [PACKED_LIST] = CSP_T_LIST,
        [PACKED_MAP] = CSP_T_MAP,         [PACKED_ERROR] = CSP_T_ERROR,
    };
    return m ? types[m->tag] : CSP_T_NONE;
}

bool csp_msg_as_bool(const csp_msg *m, bool *out)
{
    bool is = m && out && (m->tag == PACKED_TRUE || m->tag == PACKED_FALSE);
    if (is)
        *out = m->tag == PACKED_TRUE;
    return is;
}

bool csp_msg_as_int(const csp_msg *m, int64_t *out)
{
    bool is = m && out && m->tag == PACKED_INT;
    if (is)
        *out = m->number;
    return is;
}

/* The nearest double of a magnitude of more than 63 bits; inf beyond. */
static double big_as_double(const csp_msg *m)
{
    mpz_t z;
    mpz_init(z);
    mpz_import(z, m->count, -1, 1, 0, 0, m->data);
    double d = HUGE_VAL;
    if (mpz_sizeinbase(z, 2) <= 1024) {
        /* mpz_get_d truncates; what is cut off decides how to round. */
        size_t bits = mpz_sizeinbase(z, 2);
        mp_bitcnt_t cut = bits > 55 ? bits - 55 : 0;
        bool more = cut > 0 && mpz_scan1(z, 0) < cut;
        mpz_tdiv_q_2exp(z, z, cut);
        d = ldexp((double)(mpz_get_ui(z) | more), (int)cut);
    }
    mpz_clear(z);
    return m->tag == PACKED_NEGATIVE ? -d : d;
}

bool csp_msg_as_float(const csp_msg *m, double *out)
{
    if (!m || !out)
        return false;
    switch (m->tag) {
    case PACKED_FLOAT: *out = m->real; return true;
    case PACKED_INT: *out = (double)m->number; return true;
    case PACKED_POSITIVE:
    case PACKED_NEGATIVE: *out = big_as_double(m); return true;
    default: return false;
    }
}

const char *csp_msg_as_text(const csp_msg *m, size_t *size)
{
    bool is = m && packed_has_nul(m->tag);
    if (size)
        *size = is ? m->count : 0;
    if (!is)
        return NULL;
    return m->data ? (const char *)m->data : "";
}

size_t csp_msg_length(const csp_msg *m)
{
    switch (m ? m->tag : PACKED_NIL) {
    case PACKED_STRING: return utf8_count((const char *)m->data, m->count);
    case PACKED_BYTES:
    case PACKED_BUFFER:
    case PACKED_TUPLE:
    case PACKED_LIST:
    case PACKED_MAP: return m->count;
    default: return 0;
    }
}

const csp_msg *csp_msg_at(const csp_msg *m, size_t index)
{
    if (!m || (m->tag != PACKED_TUPLE && m->tag != PACKED_LIST) || index >= m->count)
        return NULL;
    const csp_msg *parts = message_parts(m);
    return parts ? &parts[index] : NULL;
}
