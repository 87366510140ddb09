/* Plans of invoke.h: where each argument goes, found out once. */
#include <ffi.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "ffi/block.h"
#include "ffi/invoke.h"
#include "ffi/invoke_block.h"

enum { REMEMBERED = 16 }; /* variadic plans of one signature */

/* --- x86-64: which registers are taken */

typedef struct taken {
    uint32_t general, vectors, words;
} taken;

/* A struct is passed in registers as a whole, or on the stack. */
static bool fits_registers(const taken *t, const cstruct *of)
{
    uint32_t vectors = 0;
    for (uint32_t i = 0; i < of->eightbytes; i++)
        vectors += of->vector[i];
    return of->eightbytes > 0 && t->vectors + vectors <= BLOCK_VECTORS &&
           t->general + of->eightbytes - vectors <= BLOCK_GENERAL;
}

static uint32_t on_stack(taken *t, uint32_t size)
{
    uint32_t at = BLOCK_STACK + 8 * t->words;
    t->words += (size + 7) / 8;
    return at;
}

static uint32_t in_register(taken *t, bool vector)
{
    return vector ? BLOCK_VECTOR(t->vectors++) : BLOCK_WORD(t->general++);
}

/* The offset of the argument in the block. *second: of a struct's second eightbyte, where that is
 * not behind the first; else TOGETHER. */
static uint32_t assign(taken *t, ctype type, uint32_t *second)
{
    *second = BLOCK_TOGETHER;
    if (type.kind == CTYPE_STRUCT) {
        const cstruct *of = type.of;
        if (!fits_registers(t, of))
            return on_stack(t, of->size);
        uint32_t at = in_register(t, of->vector[0]);
        uint32_t next = of->eightbytes == 2 ? in_register(t, of->vector[1]) : at;
        if (of->eightbytes == 2 && of->vector[0] != of->vector[1])
            *second = next;
        return at;
    }
    bool vector = ctype_class_of(type.kind) == CTYPE_CLASS_FLOAT;
    if (vector ? t->vectors < BLOCK_VECTORS : t->general < BLOCK_GENERAL)
        return in_register(t, vector);
    return on_stack(t, 8);
}

static bool result_in_memory(ctype result)
{
    return result.kind == CTYPE_STRUCT && result.of->eightbytes == 0;
}

#ifdef INVOKE_DIRECT
static bool direct_allowed = true; /* atomic */

bool invoke_set_direct(bool allowed)
{
    return __atomic_exchange_n(&direct_allowed, allowed, __ATOMIC_RELAXED);
}

static bool may_be_direct(void) { return __atomic_load_n(&direct_allowed, __ATOMIC_RELAXED); }
#else
bool invoke_set_direct(bool allowed)
{
    (void)allowed;
    return false;
}

static bool may_be_direct(void) { return false; }
#endif

/* --- what libffi is known to pass wrongly */

#ifdef __x86_64__
/* Up to 3.4.6 a struct of an integer and a float whose integer goes into the last general register
 * destroys the first vector register, if that has been taken. Whether the one at hand does is
 * tried, since versions are patched. */
typedef struct probed {
    int64_t n;
    double x;
} probed;

static double probe(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, double x, probed s)
{
    return (double)(a + b + c + d + e + s.n) + x + s.x;
}

static bool breaks_sixth;

static void try_sixth(void)
{
    ffi_type *fields[] = {&ffi_type_sint64, &ffi_type_double, NULL};
    ffi_type type = {.size = 16, .alignment = 8, .type = FFI_TYPE_STRUCT, .elements = fields};
    ffi_type *types[7] = {[5] = &ffi_type_double, [6] = &type};
    int64_t one = 1;
    double x = 1024;
    probed s[2] = {{1, 64}, {0, 0}};
    void *values[7] = {[5] = &x, [6] = s};
    for (int i = 0; i < 5; i++) {
        types[i] = &ffi_type_sint64;
        values[i] = &one;
    }
    ffi_cif cif;
    double result = 0;
    breaks_sixth = true;
    if (ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 7, &ffi_type_double, types) != FFI_OK)
        return;
    ffi_call(&cif, FFI_FN(probe), &result, values);
    breaks_sixth = result != 6 + 1024 + 64;
}

/* 3.5 and newer can say it. */
extern const char *ffi_get_version(void) __attribute__((weak));

static bool libffi_can(const ctype *types, uint32_t count, ctype result, ffi_refusal *why)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, try_sixth);
    if (!breaks_sixth)
        return true;
    taken t = {.general = result_in_memory(result)};
    for (uint32_t i = 0; i < count; i++) {
        const cstruct *of = types[i].kind == CTYPE_STRUCT ? types[i].of : NULL;
        if (of && of->eightbytes == 2 && !of->vector[0] && of->vector[1] &&
            t.general == BLOCK_GENERAL - 1 && t.vectors > 0 && fits_registers(&t, of))
            return ffi_refuse(why,
                              "libffi %s passes the struct `%s`, parameter %u, wrongly (mended in "
                              "3.4.7): pass it by pointer",
                              ffi_get_version ? ffi_get_version() : "before 3.4.7", of->name,
                              i + 1);
        uint32_t second;
        (void)assign(&t, types[i], &second);
    }
    return true;
}
#else
static bool libffi_can(const ctype *types, uint32_t count, ctype result, ffi_refusal *why)
{
    (void)types, (void)count, (void)result, (void)why;
    return true;
}
#endif

/* --- making a plan, in one piece of memory */

typedef struct pieces {
    invoke_plan *plan;
    uint32_t *at, *second;
    ctype *types;
    ffi_cif *cif;
    ffi_type **ffi;
} pieces;

/* Gives the size of all; memory 0: only that. */
static size_t cut(pieces *to, uintptr_t memory, uint32_t count)
{
    size_t used = 0;
#define PIECE(member, number) \
    (to->member = (void *)(memory + used), used += ((number) * sizeof *to->member + 15) / 16 * 16)
    PIECE(plan, 1);
    PIECE(at, count);
    PIECE(second, count);
    PIECE(types, count);
    PIECE(cif, 1);
    PIECE(ffi, count + 1);
#undef PIECE
    return used;
}

static size_t size_of(uint32_t count)
{
    pieces m;
    return cut(&m, 0, count);
}

static void plan_direct(pieces *m, invoke_plan *p)
{
    taken t = {.general = p->shape == INVOKE_MEMORY};
    for (uint32_t i = 0; i < p->count; i++)
        m->at[i] = assign(&t, m->types[i], &m->second[i]);
    p->direct = true;
    p->vectors = (uint8_t)t.vectors;
    p->words = t.words;
    p->block_size = (BLOCK_STACK + 8 * t.words + 15) / 16 * 16;
}

static bool plan_libffi(pieces *m, invoke_plan *p, ffi_refusal *why)
{
    const csignature *s = p->signature;
    if (!libffi_can(m->types, p->count, s->result, why))
        return false;
    uint32_t used = 0;
    for (uint32_t i = 0; i < p->count; i++) {
        m->at[i] = used;
        m->ffi[i] = ctype_ffi(m->types[i]);
        used += (ctype_size(m->types[i]) + 7) / 8 * 8;
    }
    p->pointers = used;
    p->block_size = (used + 8 * p->count + 15) / 16 * 16;
    p->cif = m->cif;
    ffi_status status =
        s->variadic ? ffi_prep_cif_var(m->cif, FFI_DEFAULT_ABI, s->count, p->count,
                                       ctype_ffi(s->result), m->ffi)
                    : ffi_prep_cif(m->cif, FFI_DEFAULT_ABI, p->count, ctype_ffi(s->result), m->ffi);
    return status == FFI_OK ||
           ffi_refuse(why, "libffi does not know how to pass this (status %d)", (int)status);
}

static invoke_shape shape_of(ctype result)
{
    switch (ctype_class_of(result.kind)) {
    case CTYPE_CLASS_NONE: break;
    case CTYPE_CLASS_SIGNED: return INVOKE_SIGNED;
    case CTYPE_CLASS_UNSIGNED: return INVOKE_UNSIGNED;
    case CTYPE_CLASS_BOOL: return INVOKE_BOOL;
    case CTYPE_CLASS_FLOAT: return INVOKE_FLOAT;
    case CTYPE_CLASS_STRUCT: return result_in_memory(result) ? INVOKE_MEMORY : INVOKE_PARTS;
    }
    return INVOKE_NOTHING;
}

static void plan_result(invoke_plan *p, ctype result)
{
    uint32_t size = ctype_size(result);
    p->shape = (uint8_t)shape_of(result);
    p->unused = size < 8 ? (uint8_t)(64 - 8 * size) : 0;
    p->result_size = size ? (size + 15) / 16 * 16 : 16;
    if (result.kind != CTYPE_STRUCT)
        return;
    p->parts = result.of->eightbytes;
    p->vector[0] = result.of->vector[0];
    p->vector[1] = result.of->vector[1];
}

/* In zeroed memory. */
static invoke_plan *make_plan(void *memory, const csignature *s, const ctype_kind *kinds,
                              uint32_t extra, ffi_refusal *why)
{
    pieces m;
    (void)cut(&m, (uintptr_t)memory, s->count + extra);
    if (s->count)
        memcpy(m.types, s->params, s->count * sizeof *m.types);
    for (uint32_t i = 0; i < extra; i++)
        m.types[s->count + i] = ctype_scalar(kinds[i]);
    invoke_plan *p = m.plan;
    *p = (invoke_plan){.signature = s,
                       .at = m.at,
                       .second = m.second,
                       .types = m.types,
                       .count = s->count + extra};
    plan_result(p, s->result);
    if (may_be_direct())
        plan_direct(&m, p);
    else if (!plan_libffi(&m, p, why))
        return NULL;
    return p;
}

const invoke_plan *invoke_prepare(csignature *s, ffi_refusal *why)
{
    if (!s->plan) {
        void *memory = ffi_block_alloc(s->block, size_of(s->count));
        if (!memory)
            (void)ffi_refuse_memory(why);
        else
            s->plan = make_plan(memory, s, NULL, 0, why);
    }
    return s->plan;
}

static bool has_structs(const csignature *s)
{
    bool found = s->result.kind == CTYPE_STRUCT;
    for (uint32_t i = 0; i < s->count; i++)
        found |= s->params[i].kind == CTYPE_STRUCT;
    return found;
}

void invoke_prepare_closure(csignature *s)
{
    ffi_refusal why;
    if (may_be_direct() && !has_structs(s))
        (void)invoke_prepare(s, &why);
}

/* --- variadic plans */

void invoke_release(const invoke_plan *plan)
{
    invoke_plan *p = (invoke_plan *)plan;
    if (p->users && __atomic_sub_fetch(&p->users, 1, __ATOMIC_ACQ_REL) == 0)
        free(p);
}

static const invoke_plan *hold_plan(invoke_plan *p)
{
    __atomic_add_fetch(&p->users, 1, __ATOMIC_RELAXED);
    return p;
}

static void forget_all(void *data)
{
    csignature *s = data;
    for (invoke_plan *p = s->variadic_plans, *next; p; p = next) {
        next = p->next;
        invoke_release(p);
    }
    s->variadic_plans = NULL;
}

static bool same_kinds(const invoke_plan *p, const ctype_kind *kinds, uint32_t extra)
{
    uint32_t fixed = p->signature->count;
    if (p->count != fixed + extra)
        return false;
    for (uint32_t i = 0; i < extra; i++)
        if (p->types[fixed + i].kind != kinds[i])
            return false;
    return true;
}

/* The ones used last come first; what is too many is forgotten. */
static invoke_plan *find_variadic(csignature *s, const ctype_kind *kinds, uint32_t extra)
{
    unsigned seen = 0;
    for (invoke_plan **at = &s->variadic_plans, *p; (p = *at) != NULL; at = &p->next) {
        if (same_kinds(p, kinds, extra)) {
            *at = p->next;
            p->next = s->variadic_plans;
            return s->variadic_plans = p;
        }
        if (++seen == REMEMBERED) {
            *at = NULL;
            invoke_release(p);
            return NULL;
        }
    }
    return NULL;
}

static bool is_promoted(ctype_kind k)
{
    return k == CTYPE_I32 || k == CTYPE_I64 || k == CTYPE_U64 || k == CTYPE_F64 ||
           k == CTYPE_CSTRING || k == CTYPE_POINTER;
}

const invoke_plan *invoke_variadic(csignature *s, const ctype_kind *kinds, uint32_t extra,
                                   ffi_refusal *why)
{
    if (extra == 0)
        return invoke_prepare(s, why);
    invoke_plan *p = s->variadic ? find_variadic(s, kinds, extra) : NULL;
    if (p)
        return hold_plan(p);
    bool well = s->variadic;
    for (uint32_t i = 0; well && i < extra; i++)
        well = is_promoted(kinds[i]);
    if (!well || s->count + extra > CTYPE_PARAMS) {
        (void)ffi_refuse(why, well ? "more than %d arguments" : "not what `...` passes",
                         CTYPE_PARAMS);
        return NULL;
    }
    void *memory = calloc(1, size_of(s->count + extra));
    if (!memory || (!s->variadic_plans && !ffi_block_atend(s->block, forget_all, s))) {
        (void)ffi_refuse_memory(why);
        free(memory);
        return NULL;
    }
    p = make_plan(memory, s, kinds, extra, why);
    if (!p) {
        free(memory);
        return NULL;
    }
    p->users = 2; /* the list, and the caller */
    p->next = s->variadic_plans;
    return s->variadic_plans = p;
}
