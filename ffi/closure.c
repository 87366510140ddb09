#include "ffi/closure.h"

#include <ffi.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ffi/thread.h"

struct cclosure {
    ffi_closure *stub; /* libffi's, beside its code: written here, run at `code` */
    void *code;
    csignature *signature;
    uint64_t owner, otherwise; /* atomic */
    void *user;
    bool dead; /* atomic */
    cclosure *next;
    char where[]; /* "": not to be told */
};

static void (*stray_teller)(const char *where, bool dead); /* atomic */

void cclosure_stray(void (*tell)(const char *where, bool dead))
{
    __atomic_store_n(&stray_teller, tell, __ATOMIC_RELEASE);
}

/* --- results: libffi wants those that are smaller than a register as a whole one */

static void answer(ctype_kind kind, void *result, uint64_t word)
{
    switch (ctype_class_of(kind)) {
    case CTYPE_CLASS_SIGNED:
    case CTYPE_CLASS_UNSIGNED:
    case CTYPE_CLASS_BOOL:
        word = ctype_extend(kind, word);
        memcpy(result, &word, sizeof(ffi_arg));
        break;
    case CTYPE_CLASS_FLOAT: ctype_store(kind, result, word); break;
    case CTYPE_CLASS_NONE:
    case CTYPE_CLASS_STRUCT: break;
    }
}

static void answer_otherwise(const cclosure *c, void *result)
{
    ctype type = c->signature->result;
    if (type.kind == CTYPE_STRUCT)
        memset(result, 0, type.of->size);
    else
        answer(type.kind, result, __atomic_load_n(&c->otherwise, __ATOMIC_RELAXED));
}

void cclosure_answer(const native_callback *c, uint64_t word)
{
    answer(c->closure->signature->result.kind, c->result, word);
}

void cclosure_answer_bytes(const native_callback *c, const void *bytes)
{
    ctype type = c->closure->signature->result;
    if (type.kind == CTYPE_STRUCT)
        memcpy(c->result, bytes, type.of->size);
    else if (type.kind != CTYPE_VOID)
        answer(type.kind, c->result, ctype_load(type.kind, bytes));
}

void cclosure_answer_otherwise(const native_callback *c)
{
    answer_otherwise(c->closure, c->result);
}

uint64_t cclosure_word(const native_callback *c, uint32_t i)
{
    return ctype_load(c->closure->signature->params[i].kind, c->args[i]);
}

const void *cclosure_bytes(const native_callback *c, uint32_t i) { return c->args[i]; }

/* --- being called */

static void tell_stray(const cclosure *c, bool dead)
{
    void (*tell)(const char *, bool) = __atomic_load_n(&stray_teller, __ATOMIC_ACQUIRE);
    if (tell) {
        tell(c->where, dead);
        return;
    }
    char line[512];
    int n = snprintf(line, sizeof line, "C called a callback %s%s%s%s\n",
                     dead ? "that is gone" : "at a time or on a thread where it cannot run",
                     *c->where ? " (made at " : "", c->where, *c->where ? ")" : "");
    ssize_t written =
        write(STDERR_FILENO, line, n < (int)sizeof line ? (size_t)n : sizeof line - 1);
    (void)written;
}

/* On whatever thread, at whatever time. errno is C's, before and after. */
static void called(ffi_cif *cif, void *result, void **args, void *data)
{
    (void)cif;
    const cclosure *c = data;
    int error = ffi_errno();
    native_stack *s = native_current();
    bool dead = __atomic_load_n(&c->dead, __ATOMIC_ACQUIRE);
    if (!s || dead || s->owner != __atomic_load_n(&c->owner, __ATOMIC_RELAXED)) {
        tell_stray(c, dead);
        answer_otherwise(c, result);
    } else {
        native_callback call = {c, args, result, error};
        native_suspend(s, &call);
        error = call.error;
    }
    ffi_set_errno(error);
}

/* --- making, freeing */

cclosure *cclosure_new(csignature *s, const cclosure_options *o, ffi_refusal *why)
{
    size_t length = o->where ? strlen(o->where) : 0;
    cclosure *c = calloc(1, sizeof *c + length + 1);
    if (!c) {
        (void)ffi_refuse_memory(why);
        return NULL;
    }
    c->stub = ffi_closure_alloc(sizeof *c->stub, &c->code);
    if (!c->stub || ffi_prep_closure_loc(c->stub, s->cif, called, c, c->code) != FFI_OK) {
        (void)ffi_refuse(why, "the system gives no memory for a callback's code");
        if (c->stub)
            ffi_closure_free(c->stub);
        free(c);
        return NULL;
    }
    c->signature = s;
    c->owner = o->owner;
    c->otherwise = o->otherwise;
    c->user = o->user;
    if (length)
        memcpy(c->where, o->where, length);
    (void)ffi_block_hold(s->block);
    return c;
}

void *cclosure_code(const cclosure *c) { return c->code; }
const csignature *cclosure_signature(const cclosure *c) { return c->signature; }
void *cclosure_user(const cclosure *c) { return c->user; }

void cclosure_reuse(cclosure *c, uint64_t owner, uint64_t otherwise, void *user)
{
    __atomic_store_n(&c->owner, owner, __ATOMIC_RELAXED);
    __atomic_store_n(&c->otherwise, otherwise, __ATOMIC_RELAXED);
    c->user = user;
}

void cclosure_free(cclosure *c)
{
    ffi_block *b = c->signature->block;
    ffi_closure_free(c->stub);
    free(c);
    ffi_block_release(b);
}

/* In the order of their burials. */
static struct {
    pthread_mutex_t lock;
    cclosure *first, *last;
    unsigned count;
} tombs = {.lock = PTHREAD_MUTEX_INITIALIZER};

void cclosure_bury(cclosure *c)
{
    __atomic_store_n(&c->dead, true, __ATOMIC_RELEASE);
    cclosure *oldest = NULL;
    pthread_mutex_lock(&tombs.lock);
    if (tombs.last)
        tombs.last->next = c;
    else
        tombs.first = c;
    tombs.last = c;
    if (++tombs.count > CCLOSURE_TOMBS) {
        oldest = tombs.first;
        tombs.first = oldest->next;
        tombs.count--;
    }
    pthread_mutex_unlock(&tombs.lock);
    if (oldest)
        cclosure_free(oldest);
}
