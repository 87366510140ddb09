/* Calls of invoke.h; plans: plan.c. */
#include "ffi/invoke.h"

#include <ffi.h>

#include "ffi/invoke_block.h"
#include "ffi/thread.h"

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
/* A struct's parts come in the order of their registers. */
static void gather(const invoke_plan *p, const uint64_t raw[4], uint64_t *result)
{
    unsigned general = 0, vectors = 2;
    for (unsigned i = 0; i < p->parts; i++)
        result[i] = raw[p->vector[i] ? vectors++ : general++];
}

static void call_direct(const invoke_plan *p, invoke_fn *fn, void *block, uint64_t *result)
{
    uint64_t raw[4];
    if (p->in_memory)
        memcpy(block, &result, sizeof result);
    invoke_direct(fn, block, p->words, p->vectors, raw);
    ctype_kind kind = p->signature->result.kind;
    if (ctype_class_of(kind) == CTYPE_CLASS_STRUCT)
        gather(p, raw, result);
    else
        *result = ctype_extend(kind, raw[ctype_class_of(kind) == CTYPE_CLASS_FLOAT ? 2 : 0]);
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
    native_stack *s;
    const invoke_plan *plan;
    invoke_fn *fn;
    void *block;
    int error;
} running;

/* What `arg` points to is gone when the function calls back. */
static void run(void *arg)
{
    running r = *(running *)arg;
    void *result = r.plan->result_size > sizeof r.s->result ? r.s->result_bytes : r.s->result;
    ffi_set_errno(r.error);
    invoke_call(r.plan, r.fn, r.block, result);
    r.s->error = ffi_errno();
    r.s->result_bytes = result;
}

native_outcome invoke_enter(native_stack *s, const invoke_plan *p, invoke_fn *fn, void *block,
                            int error)
{
    size_t room = p->result_size > sizeof s->result ? p->result_size : 0;
    if (native_room(s) < NATIVE_CALL_ROOM + room + p->block_size)
        return NATIVE_NO_ROOM;
    running r = {s, p, fn, block, error};
    return native_enter(s, run, &r, (const void *)(uintptr_t)fn, room);
}
