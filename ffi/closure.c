#include "ffi/closure.h"

#include <ffi.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ffi/invoke_block.h"
#include "ffi/native_layout.h"
#include "ffi/thread.h"

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

void cclosure_answer_elsewhere(const native_callback *c, uint64_t word)
{
    answer(c->closure->signature->result.kind, c->result, word);
}

void cclosure_answer_bytes(const native_callback *c, const void *bytes)
{
    ctype type = c->closure->signature->result;
    if (type.kind == CTYPE_STRUCT)
        memcpy(c->result, bytes, type.of->size);
    else if (type.kind != CTYPE_VOID)
        cclosure_answer(c, ctype_load(type.kind, bytes));
}

void cclosure_answer_otherwise(const native_callback *c)
{
    answer_otherwise(c->closure, c->result);
}

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
static void called(native_callback *call)
{
    const cclosure *c = call->closure;
    int error = ffi_errno();
    native_stack *s = native_current();
    bool dead = __atomic_load_n(&c->dead, __ATOMIC_ACQUIRE);
    if (!s || dead || s->owner != __atomic_load_n(&c->owner, __ATOMIC_RELAXED)) {
        tell_stray(c, dead);
        answer_otherwise(c, call->result);
    } else {
        call->error = error;
        native_suspend(s, call);
        error = call->error;
    }
    ffi_set_errno(error);
}

static void called_by_libffi(ffi_cif *cif, void *result, void **args, void *data)
{
    (void)cif;
    native_callback call = {.closure = data, .args = args, .result = result};
    called(&call);
}

/* --- without libffi */

#ifdef INVOKE_DIRECT
_Static_assert(offsetof(cclosure, owner) == CLOSURE_OWNER, "closure_*.S knows it");
_Static_assert(offsetof(cclosure, dead) == CLOSURE_DEAD, "closure_*.S knows it");
_Static_assert(offsetof(ffi_thread, current) == THREAD_CURRENT, "closure_*.S knows it");
_Static_assert(offsetof(ffi_thread, error) == THREAD_ERROR, "closure_*.S knows it");
_Static_assert(offsetof(ffi_thread, modes) == THREAD_MODES, "closure_*.S knows it");
_Static_assert(offsetof(native_callback, closure) == CALLBACK_CLOSURE, "closure_*.S knows it");
_Static_assert(offsetof(native_callback, args) == CALLBACK_ARGS, "closure_*.S knows it");
_Static_assert(offsetof(native_callback, block) == CALLBACK_BLOCK, "closure_*.S knows it");
_Static_assert(offsetof(native_callback, result) == CALLBACK_RESULT, "closure_*.S knows it");
_Static_assert(offsetof(native_callback, error) == CALLBACK_ERROR, "closure_*.S knows it");
_Static_assert(sizeof(native_callback) == CALLBACK_SIZE, "closure_*.S knows it");

/* The code that libffi writes for a closure: it puts its own address into r10, and jumps to where
 * the word behind the code says. Where it is anything else it is left alone. */
static const unsigned char stub_code[] = {
    0xf3, 0x0f, 0x1e, 0xfa,                   /* endbr64 */
    0x4c, 0x8d, 0x15, 0xf5, 0xff, 0xff, 0xff, /* leaq -11(%rip), %r10 */
    0xff, 0x25, 0x07, 0x00, 0x00, 0x00,       /* jmpq *7(%rip) */
    0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00  /* nopl 0(%rax) */
};
_Static_assert(sizeof stub_code == 24, "the address follows");

/* closure_enter does by itself what `called` does, but what the latter is needed for: C is on a
 * foreign thread, the closure is another's or gone, or there is no room. */
void closure_enter(void);
void closure_enter_words(void);
void closure_enter_by_c(void);
uint64_t cclosure_entered(const cclosure *c, const char *block);

/* From either. */
uint64_t cclosure_entered(const cclosure *c, const char *block)
{
    uint64_t result = 0;
    native_callback call = {.closure = c, .block = block, .result = &result};
    called(&call);
    return result;
}

static void enter_directly(const cclosure *c)
{
    const ffi_closure *stub = c->stub;
#ifdef FFI_ASAN /* it has to be told of each change of stacks */
    void (*enter)(void) = closure_enter_by_c;
#else
    bool words = c->signature->plan && c->signature->plan->vectors == 0;
    void (*enter)(void) = words ? closure_enter_words : closure_enter;
#endif
    char *to = (char *)c->stub + sizeof stub_code;
    if (offsetof(ffi_closure, user_data) == STUB_USER &&
        sizeof stub->tramp >= sizeof stub_code + sizeof enter && c->signature->plan &&
        c->signature->plan->direct && memcmp(stub, stub_code, sizeof stub_code) == 0 &&
        memcmp(c->code, stub_code, sizeof stub_code) == 0)
        memcpy(to, &enter, sizeof enter);
}
#else
static void enter_directly(const cclosure *c) { (void)c; }
#endif

/* --- making, freeing */

cclosure *cclosure_new(csignature *s, const cclosure_options *o, ffi_refusal *why)
{
    size_t length = o->where ? strlen(o->where) : 0;
    cclosure *c = calloc(1, sizeof *c + length + 1);
    if (!c) {
        (void)ffi_refuse_memory(why);
        return NULL;
    }
    c->stub = ffi_closure_alloc(sizeof(ffi_closure), &c->code);
    if (!c->stub || ffi_prep_closure_loc(c->stub, s->cif, called_by_libffi, c, c->code) != FFI_OK) {
        (void)ffi_refuse(why, "the system gives no memory for a callback's code");
        if (c->stub)
            ffi_closure_free(c->stub);
        free(c);
        return NULL;
    }
    c->signature = s;
    enter_directly(c);
    c->owner = o->owner;
    c->otherwise = o->otherwise;
    c->user = o->user;
    if (length)
        memcpy(c->where, o->where, length);
    (void)ffi_block_hold(s->block);
    return c;
}

void *cclosure_code(const cclosure *c) { return c->code; }

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
