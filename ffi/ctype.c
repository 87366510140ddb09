#include "ffi/ctype.h"

#include <ffi.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ffi/block.h"

_Static_assert(sizeof(void *) == 8, "a word holds a pointer");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "a word begins with its low byte");

typedef struct kind_row {
    const char *name;
    uint32_t size, align;
    ffi_type *ffi;
    ctype_class class;
} kind_row;

static const kind_row rows[CTYPE_KINDS] = {
#define CTYPE(enumerator, name, type, ffi, class) \
    [CTYPE_##                                     \
        enumerator] = {name, sizeof(type), _Alignof(type), &ffi_type_##ffi, CTYPE_CLASS_##class},
#include "ffi/ctype.def"
#undef CTYPE
};

/* --- the owner */

typedef struct chunk {
    struct chunk *next;
    size_t used, size;
    _Alignas(16) char bytes[];
} chunk;

enum { CHUNK = 4000 };

ffi_block *ffi_block_new(void)
{
    ffi_block *b = calloc(1, sizeof *b);
    if (b)
        b->users = 1;
    return b;
}

ffi_block *ffi_block_hold(ffi_block *b)
{
    __atomic_add_fetch(&b->users, 1, __ATOMIC_RELAXED);
    return b;
}

void ffi_block_release(ffi_block *b)
{
    if (!b || __atomic_sub_fetch(&b->users, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    for (ffi_atend *e = b->atend; e; e = e->next)
        e->run(e->data);
    for (chunk *c = b->chunks, *next; c; c = next) {
        next = c->next;
        free(c);
    }
    free(b);
}

void *ffi_block_alloc(ffi_block *b, size_t size)
{
    size = (size + 15) & ~(size_t)15;
    chunk *c = b->chunks;
    if (!c || c->size - c->used < size) {
        size_t room = size > CHUNK / 4 ? size : CHUNK;
        chunk *fresh = calloc(1, sizeof *fresh + room);
        if (!fresh)
            return NULL;
        fresh->size = room;
        if (c && room != CHUNK) { /* a large one goes behind: there is room left in the first */
            fresh->next = c->next;
            c->next = fresh;
        } else {
            fresh->next = c;
            b->chunks = fresh;
        }
        c = fresh;
    }
    void *memory = c->bytes + c->used;
    c->used += size;
    return memory;
}

const char *ffi_block_text(ffi_block *b, const char *text, size_t length)
{
    char *copy = ffi_block_alloc(b, length + 1);
    if (copy)
        memcpy(copy, text, length);
    return copy;
}

bool ffi_block_atend(ffi_block *b, void (*run)(void *data), void *data)
{
    ffi_atend *e = ffi_block_alloc(b, sizeof *e);
    if (!e)
        return false;
    *e = (ffi_atend){b->atend, run, data};
    b->atend = e;
    return true;
}

bool ffi_refuse(ffi_refusal *why, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    why->memory = false;
    (void)vsnprintf(why->text, sizeof why->text, format, args);
    va_end(args);
    return false;
}

bool ffi_refuse_memory(ffi_refusal *why)
{
    (void)ffi_refuse(why, "out of memory");
    why->memory = true;
    return false;
}

/* --- scalars */

ctype_kind ctype_find(const char *name, size_t length)
{
    for (int k = 0; k < CTYPE_KINDS; k++)
        if (length > 0 && strlen(rows[k].name) == length && memcmp(rows[k].name, name, length) == 0)
            return (ctype_kind)k;
    return CTYPE_KINDS;
}

const char *ctype_kind_name(ctype_kind kind) { return rows[kind].name; }
ctype_class ctype_class_of(ctype_kind kind) { return rows[kind].class; }

uint32_t ctype_size(ctype t)
{
    if (t.kind == CTYPE_STRUCT)
        return t.of->size;
    return t.kind == CTYPE_VOID ? 0 : rows[t.kind].size;
}

uint32_t ctype_align(ctype t) { return t.kind == CTYPE_STRUCT ? t.of->align : rows[t.kind].align; }

struct _ffi_type *ctype_ffi(ctype t)
{
    return t.kind == CTYPE_STRUCT ? t.of->ffi : rows[t.kind].ffi;
}

typedef struct text {
    char *out;
    size_t size, used;
} text;

static void add_text(text *t, const char *more)
{
    while (*more && t->used + 1 < t->size)
        t->out[t->used++] = *more++;
}

enum { TEXT_NESTED = 4 }; /* functions in functions that are written out */

static void add_type(text *out, ctype t, int depth)
{
    if (t.kind == CTYPE_STRUCT || t.kind == CTYPE_STRUCT_POINTER) {
        add_text(out, t.of->name);
        add_text(out, t.kind == CTYPE_STRUCT ? "" : "*");
    } else if (t.kind != CTYPE_FUNCTION) {
        add_text(out, rows[t.kind].name);
    } else if (!t.signature || depth == TEXT_NESTED) {
        add_text(out, "fn");
    } else {
        add_text(out, "fn(");
        for (uint32_t i = 0; i < t.signature->count; i++) {
            add_text(out, i > 0 ? ", " : "");
            add_type(out, t.signature->params[i], depth + 1);
        }
        add_text(out, ")");
        if (t.signature->result.kind != CTYPE_VOID) {
            add_text(out, ": ");
            add_type(out, t.signature->result, depth + 1);
        }
    }
}

const char *ctype_text(ctype t, char *out, size_t size)
{
    text to = {out, size, 0};
    add_type(&to, t, 0);
    out[to.used] = 0;
    return out;
}

/* Bytes are copied, since C's memory may be aligned in any way; by sizes that compilers know. */
uint64_t ctype_load(ctype_kind kind, const void *from)
{
    uint64_t raw = 0;
    switch (rows[kind].size) {
    case 1: memcpy(&raw, from, 1); break;
    case 2: memcpy(&raw, from, 2); break;
    case 4: memcpy(&raw, from, 4); break;
    default: memcpy(&raw, from, 8); break;
    }
    return ctype_extend(kind, raw);
}

void ctype_store(ctype_kind kind, void *to, uint64_t word)
{
    switch (rows[kind].size) {
    case 1: memcpy(to, &word, 1); break;
    case 2: memcpy(to, &word, 2); break;
    case 4: memcpy(to, &word, 4); break;
    default: memcpy(to, &word, 8); break;
    }
}

uint64_t ctype_extend(ctype_kind kind, uint64_t raw)
{
    unsigned unused = 64 - 8 * rows[kind].size;
    switch (rows[kind].class) {
    case CTYPE_CLASS_SIGNED: return (uint64_t)((int64_t)(raw << unused) >> unused);
    case CTYPE_CLASS_BOOL: return (raw & 0xff) != 0;
    case CTYPE_CLASS_UNSIGNED:
    case CTYPE_CLASS_FLOAT: return raw << unused >> unused;
    case CTYPE_CLASS_NONE:
    case CTYPE_CLASS_STRUCT: break;
    }
    return raw;
}

bool ctype_fits(ctype_kind kind, uint64_t n, bool negative)
{
    if (rows[kind].class == CTYPE_CLASS_SIGNED) {
        unsigned bits = 8 * rows[kind].size - 1;
        uint64_t most = ((uint64_t)1 << bits) - 1;
        return negative ? ~n <= most : n <= most;
    }
    if (negative)
        return false;
    return rows[kind].class == CTYPE_CLASS_BOOL ? n <= 1 : ctype_extend(kind, n) == n;
}
