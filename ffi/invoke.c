/* Calls of invoke.h; plans: plan.c. */
#include "ffi/invoke.h"

#include <ffi.h>

#include "ffi/invoke_block.h"
#include "ffi/native_switch.h"

void invoke_put(const invoke_plan *p, uint32_t i, void *block, const void *bytes)
{
    char *to = (char *)block + p->at[i];
    ctype type = p->types[i];
    if (type.kind != CTYPE_STRUCT) {
        invoke_word(p, i, block, ctype_load(type.kind, bytes));
    } else if (p->direct && p->second[i] != BLOCK_TOGETHER) {
        memcpy(to, bytes, 8);
        memcpy((char *)block + p->second[i], (const char *)bytes + 8, type.of->size - 8);
    } else {
        memcpy(to, bytes, type.of->size);
    }
}

#ifdef INVOKE_DIRECT
/* What the function has left in its registers, as a result. */
static void convert(const invoke_plan *p, const uint64_t raw[4], uint64_t *result)
{
    unsigned general = 0, vectors = 2;
    switch ((invoke_shape)p->shape) {
    case INVOKE_UNSIGNED: *result = raw[0] << p->unused >> p->unused; break;
    case INVOKE_SIGNED: *result = (uint64_t)((int64_t)(raw[0] << p->unused) >> p->unused); break;
    case INVOKE_BOOL: *result = (raw[0] & 0xff) != 0; break;
    case INVOKE_FLOAT: *result = raw[2] << p->unused >> p->unused; break;
    case INVOKE_PARTS: /* in the order of their registers */
        for (unsigned i = 0; i < p->parts; i++)
            result[i] = raw[p->vector[i] ? vectors++ : general++];
        break;
    case INVOKE_MEMORY:
    case INVOKE_NOTHING: break;
    }
}

static void call_direct(const invoke_plan *p, invoke_fn *fn, void *block, uint64_t *result)
{
    uint64_t raw[4];
    if (p->shape == INVOKE_MEMORY)
        memcpy(block, &result, sizeof result);
    invoke_direct(fn, block, p->vectors, p->words, raw);
    convert(p, raw, result);
}
#endif

/* libffi writes scalars that are no larger as a whole ffi_arg, floats by their own size. */
static void call_libffi(const invoke_plan *p, invoke_fn *fn, char *block, uint64_t *result)
{
    void **values = (void **)(void *)(block + p->pointers);
    for (uint32_t i = 0; i < p->count; i++)
        values[i] = block + p->at[i];
    *result = 0;
    ffi_call(p->cif, fn, result, values);
    *result = ctype_extend(p->signature->result.kind, *result);
}

void invoke_call(const invoke_plan *p, invoke_fn *fn, void *block, void *result)
{
#ifdef INVOKE_DIRECT
    if (p->direct) {
        call_direct(p, fn, block, result);
        return;
    }
#endif
    call_libffi(p, fn, block, result);
}

/* --- on a native stack */

typedef struct running {
    const invoke_plan *plan;
    invoke_fn *fn;
    void *block;
    void *result;
} running;

static bool is_large(const invoke_plan *p)
{
    return p->result_size > sizeof(((native_stack *)0)->result);
}

/* What `arg` points to is gone when the function calls back. */
static void run(void *arg)
{
    running r = *(running *)arg;
    invoke_call(r.plan, r.fn, r.block, r.result);
}

static bool goes_directly(const invoke_plan *p)
{
#ifdef NATIVE_CALLS
    return p->direct;
#else
    return (void)p, false;
#endif
}

native_outcome invoke_enter(native_stack *s, const invoke_plan *p, invoke_fn *fn, void *block,
                            int error)
{
    size_t room = is_large(p) ? p->result_size : 0;
    if (p->block_size + room > NATIVE_CALL_ROOM / 2 &&
        native_room(s) < NATIVE_CALL_ROOM + room + p->block_size)
        return NATIVE_NO_ROOM;
    s->error = error;
    native_entry e = {.function = (const void *)(uintptr_t)fn, .room = room, .plan = p};
    void *result = room ? native_place(s, room) : s->result;
    running r = {p, fn, block, result};
    if (goes_directly(p)) {
        e.block = block;
        if (p->shape == INVOKE_MEMORY)
            memcpy(block, &result, sizeof result);
    } else {
        e.fn = run;
        e.arg = &r;
    }
    return native_begin(s, &e);
}

const void *invoke_result(native_stack *s)
{
    const invoke_plan *p = s->plan;
    if (is_large(p))
        return s->result_bytes;
#ifdef NATIVE_CALLS
    if (p->direct)
        convert(p, s->raw, s->result);
#endif
    return s->result;
}
