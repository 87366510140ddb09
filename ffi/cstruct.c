/* Structs and signatures of ctype.h. */
#include <ffi.h>
#include <limits.h>
#include <string.h>

#include "ffi/block.h"
#include "ffi/ctype.h"

enum { FRESH, UNDER_WAY, DONE }; /* cstruct.state */
enum { NESTED = 64 };            /* structs in structs by value, at most */

/* --- declaring */

cstruct *cstruct_new(ffi_block *b, const char *name, size_t length)
{
    cstruct *s = ffi_block_alloc(b, sizeof *s);
    if (!s || !(s->name = ffi_block_text(b, name, length)))
        return NULL;
    if (!b->last)
        b->last = &b->first;
    *b->last = s;
    b->last = &s->next;
    return s;
}

cstruct *cstruct_find(const ffi_block *b, const char *name, size_t length)
{
    for (cstruct *s = b->first; s; s = s->next)
        if (strlen(s->name) == length && memcmp(s->name, name, length) == 0)
            return s;
    return NULL;
}

cstruct *cstruct_next(const ffi_block *b, const cstruct *s) { return s ? s->next : b->first; }

static cfield *field_room(ffi_block *b, cstruct *s)
{
    if (s->field_count == s->field_room) {
        uint32_t room = s->field_room ? 2 * s->field_room : 8;
        cfield *fields = ffi_block_alloc(b, room * sizeof *fields);
        if (!fields)
            return NULL;
        if (s->field_count)
            memcpy(fields, s->fields, s->field_count * sizeof *fields);
        s->fields = fields;
        s->field_room = room;
    }
    return &s->fields[s->field_count];
}

bool cstruct_add(ffi_block *b, cstruct *s, const char *name, size_t length, ctype type,
                 int64_t count, ffi_refusal *why)
{
    if (type.kind == CTYPE_VOID)
        return ffi_refuse(why, "a field cannot be void");
    if (type.kind == CTYPE_BUFFER)
        return ffi_refuse(why, "a field cannot be a buffer, which nothing would keep alive: "
                               "declare a pointer");
    if (count == 0 || count < -1)
        return ffi_refuse(why, "an array has at least one element");
    if (count > INT_MAX)
        return ffi_refuse(why, "an array of %lld elements is too large", (long long)count);
    cfield *f = field_room(b, s);
    const char *copy = ffi_block_text(b, name, length);
    if (!f || !copy)
        return ffi_refuse_memory(why);
    *f = (cfield){.name = copy,
                  .type = type,
                  .count = count < 0 ? 1 : (uint32_t)count,
                  .is_array = count >= 0};
    s->field_count++;
    return true;
}

const cfield *cstruct_field(const cstruct *s, const char *name, size_t length)
{
    for (uint32_t i = 0; i < s->field_count; i++)
        if (strlen(s->fields[i].name) == length && memcmp(s->fields[i].name, name, length) == 0)
            return &s->fields[i];
    return NULL;
}

/* --- laying out */

static uint32_t elements_of(const cfield *f)
{
    uint64_t one = f->type.kind == CTYPE_STRUCT ? f->type.of->elements : 1;
    return one * f->count > UINT32_MAX ? UINT32_MAX : (uint32_t)(one * f->count);
}

static bool has_pointers(ctype t)
{
    return t.kind == CTYPE_STRUCT ? t.of->has_pointers
                                  : t.kind == CTYPE_CSTRING || t.kind == CTYPE_POINTER ||
                                        t.kind == CTYPE_STRUCT_POINTER;
}

static bool lay_out(cstruct *s, ffi_refusal *why)
{
    uint64_t end = 0, elements = 0;
    s->align = 1;
    s->has_pointers = false;
    for (uint32_t i = 0; i < s->field_count; i++) {
        cfield *f = &s->fields[i];
        uint32_t align = ctype_align(f->type);
        end = (end + align - 1) / align * align;
        f->offset = (uint32_t)end;
        end += (uint64_t)ctype_size(f->type) * f->count;
        elements += elements_of(f);
        s->has_pointers |= has_pointers(f->type);
        if (align > s->align)
            s->align = align;
        if (end > INT_MAX - 16)
            return ffi_refuse(why, "the struct `%s` has more than 2 GB", s->name);
    }
    s->elements = elements > UINT32_MAX ? UINT32_MAX : (uint32_t)elements;
    s->size = (uint32_t)((end + s->align - 1) / s->align * s->align);
    return true;
}

/* Whether eightbyte `part` of a struct at `from` has something that is no float. */
static bool has_integer(const cstruct *s, uint32_t from, uint32_t part)
{
    for (uint32_t i = 0; i < s->field_count; i++) {
        const cfield *f = &s->fields[i];
        uint32_t size = ctype_size(f->type);
        for (uint32_t k = 0; k < f->count; k++) {
            uint32_t at = from + f->offset + k * size;
            if (f->type.kind == CTYPE_STRUCT
                    ? has_integer(f->type.of, at, part)
                    : at / 8 == part && ctype_class_of(f->type.kind) != CTYPE_CLASS_FLOAT)
                return true;
        }
    }
    return false;
}

static void classify(cstruct *s)
{
    s->eightbytes = s->size <= 16 ? (uint8_t)((s->size + 7) / 8) : 0;
    for (uint32_t part = 0; part < s->eightbytes; part++)
        s->vector[part] = !has_integer(s, 0, part);
}

/* libffi wants each element of an array by itself. */
static bool describe(ffi_block *b, cstruct *s, ffi_refusal *why)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->field_count; i++)
        n += s->fields[i].count;
    ffi_type *t = ffi_block_alloc(b, sizeof *t);
    ffi_type **list = ffi_block_alloc(b, (n + 1) * sizeof(ffi_type *));
    if (!t || !list)
        return ffi_refuse_memory(why);
    n = 0;
    for (uint32_t i = 0; i < s->field_count; i++)
        for (uint32_t k = 0; k < s->fields[i].count; k++)
            list[n++] = ctype_ffi(s->fields[i].type);
    *t = (ffi_type){.size = s->size,
                    .alignment = (unsigned short)s->align,
                    .type = FFI_TYPE_STRUCT,
                    .elements = list};
    s->ffi = t;
    return true;
}

static bool finish(ffi_block *b, cstruct *s, int depth, ffi_refusal *why)
{
    if (s->state == DONE)
        return true;
    if (depth == NESTED)
        return ffi_refuse(why, "structs are nested more than %d deep", NESTED);
    if (s->state == UNDER_WAY)
        return ffi_refuse(why, "the struct `%s` holds itself by value", s->name);
    if (s->field_count == 0)
        return ffi_refuse(why, "the struct `%s` has no fields", s->name);
    s->state = UNDER_WAY;
    bool well = true;
    for (uint32_t i = 0; well && i < s->field_count; i++)
        if (s->fields[i].type.kind == CTYPE_STRUCT)
            well = finish(b, (cstruct *)s->fields[i].type.of, depth + 1, why);
    well = well && lay_out(s, why);
    if (well) {
        classify(s);
        well = s->elements > CTYPE_VALUE_ELEMENTS || describe(b, s, why);
    }
    s->state = well ? DONE : FRESH;
    return well;
}

bool cstruct_finish(ffi_block *b, cstruct *s, ffi_refusal *why) { return finish(b, s, 0, why); }

/* --- going through one */

/* The first field that ends behind byte `at`; NULL: there is none. */
static const cfield *field_at(const cstruct *s, uint64_t at)
{
    uint32_t low = 0, high = s->field_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const cfield *f = &s->fields[middle];
        if (f->offset + (uint64_t)ctype_size(f->type) * f->count > at)
            high = middle;
        else
            low = middle + 1;
    }
    return low < s->field_count ? &s->fields[low] : NULL;
}

bool cstruct_next_bytes(const cstruct *s, size_t *from, size_t *size)
{
    const cstruct *inner = s;
    uint64_t base = 0; /* of `inner` */
    for (;;) {
        const cfield *f = field_at(inner, *from - base);
        if (!f && inner == s)
            return false;
        if (!f) { /* the padding at its end: on from the outermost */
            *from = base + inner->size;
            inner = s;
            base = 0;
            continue;
        }
        uint64_t begin = base + f->offset, one = ctype_size(f->type);
        if (*from < begin)
            *from = begin;
        if (f->type.kind != CTYPE_STRUCT) {
            *size = begin + one * f->count - *from;
            return true;
        }
        base = begin + (*from - begin) / one * one;
        inner = f->type.of;
    }
}

/* --- signatures */

csignature *csignature_new(ffi_block *b, uint32_t count)
{
    csignature *s = ffi_block_alloc(b, sizeof *s);
    if (!s || !(s->params = ffi_block_alloc(b, (count + 1) * sizeof *s->params)))
        return NULL;
    s->count = count;
    s->block = b;
    return s;
}

static bool by_value(ctype t, ffi_refusal *why)
{
    if (t.kind != CTYPE_STRUCT)
        return true;
    if (t.of->state != DONE)
        return ffi_refuse(why, "the struct `%s` is not complete", t.of->name);
    if (t.of->elements > CTYPE_VALUE_ELEMENTS)
        return ffi_refuse(why, "the struct `%s` has more than %d elements: pass it by pointer",
                          t.of->name, CTYPE_VALUE_ELEMENTS);
    return true;
}

bool csignature_finish(csignature *s, ffi_refusal *why)
{
    if (s->count > CTYPE_PARAMS)
        return ffi_refuse(why, "more than %d parameters", CTYPE_PARAMS);
    if (s->variadic && s->count == 0)
        return ffi_refuse(why, "there must be a parameter before `...`");
    for (uint32_t i = 0; i < s->count; i++) {
        if (s->params[i].kind == CTYPE_VOID)
            return ffi_refuse(why, "a parameter cannot be void");
        if (!by_value(s->params[i], why))
            return false;
    }
    if (!by_value(s->result, why))
        return false;
    if (s->cif)
        return true;
    ffi_cif *cif = ffi_block_alloc(s->block, sizeof *cif);
    ffi_type **types = ffi_block_alloc(s->block, (s->count + 1) * sizeof(ffi_type *));
    if (!cif || !types)
        return ffi_refuse_memory(why);
    for (uint32_t i = 0; i < s->count; i++)
        types[i] = ctype_ffi(s->params[i]);
    ffi_status status =
        s->variadic ? ffi_prep_cif_var(cif, FFI_DEFAULT_ABI, s->count, s->count,
                                       ctype_ffi(s->result), types)
                    : ffi_prep_cif(cif, FFI_DEFAULT_ABI, s->count, ctype_ffi(s->result), types);
    if (status != FFI_OK)
        return ffi_refuse(why, "libffi does not know how to pass this (status %d)", (int)status);
    s->cif = cif;
    return true;
}
