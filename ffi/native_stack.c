/* The pool of native_stack.h; calls: native_switch.c. */
#include "ffi/native_stack.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ffi/fault.h"
#include "ffi/native_pool.h"
#include "ffi/sanitize.h"

static size_t whole_size(const native_stacks *p) { return p->size + NATIVE_GUARD; }
static char *whole(const native_stack *s) { return s->low - NATIVE_GUARD; }

/* --- lists */

static void push(native_list *l, native_stack *s)
{
    s->previous = l->last;
    s->next = NULL;
    if (l->last)
        l->last->next = s;
    else
        l->first = s;
    l->last = s;
    l->count++;
}

static native_stack *take_from(native_list *l, native_stack *s)
{
    if (s->previous)
        s->previous->next = s->next;
    else
        l->first = s->next;
    if (s->next)
        s->next->previous = s->previous;
    else
        l->last = s->previous;
    l->count--;
    return s;
}

static native_stack *take_first(native_list *l)
{
    native_stack *s = l->first;
    if (!s)
        return NULL;
    l->first = s->next;
    *(l->first ? &l->first->previous : &l->last) = NULL;
    l->count--;
    return s;
}

/* --- the pool */

native_stacks *native_stacks_new(const native_options *o)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), size = o->size ? o->size : NATIVE_STACK_SIZE;
    if (size < NATIVE_STACK_SIZE_MIN)
        size = NATIVE_STACK_SIZE_MIN;
    if (size > NATIVE_STACK_SIZE_MAX)
        size = NATIVE_STACK_SIZE_MAX;
    native_stacks *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    if (!fault_open()) {
        free(p);
        return NULL;
    }
    pthread_mutex_init(&p->lock, NULL);
    p->users = 1;
    p->size = (size + page - 1) / page * page;
    p->data = o->data;
    return p;
}

native_stacks *native_stacks_hold(native_stacks *p)
{
    __atomic_add_fetch(&p->users, 1, __ATOMIC_RELAXED);
    return p;
}

static void unmap(native_stack *s)
{
    sanitize_deregister(s->valgrind);
    munmap(whole(s), whole_size(s->of));
    free(s->calls);
    free(s);
}

static void unmap_all(native_list *l)
{
    for (native_stack *s; (s = take_first(l)) != NULL;)
        unmap(s);
}

void native_stacks_release(native_stacks *p)
{
    if (!p || __atomic_sub_fetch(&p->users, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    for (native_stack *s = p->claimed.first; s; s = s->next)
        sanitize_clear(s->low, (size_t)(s->high - s->low));
    unmap_all(&p->claimed);
    unmap_all(&p->pooled);
    unmap_all(&p->retired);
    pthread_mutex_destroy(&p->lock);
    free(p);
    fault_close();
}

void native_stacks_terms(native_stacks *p, const native_terms *t) { p->terms = t; }

native_count native_stacks_count(native_stacks *p)
{
    pthread_mutex_lock(&p->lock);
    native_count n = {p->pooled.count, p->claimed.count, p->retired.count};
    pthread_mutex_unlock(&p->lock);
    return n;
}

/* --- stacks */

/* NULL: there are no addresses left, or the system allows no more mappings. The lock is held. */
static void *map(native_stacks *p)
{
    for (;;) {
        char *at = mmap(NULL, whole_size(p), PROT_NONE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
        if (at != MAP_FAILED) {
            if (mprotect(at + NATIVE_GUARD, p->size, PROT_READ | PROT_WRITE) == 0)
                return at;
            munmap(at, whole_size(p));
        }
        native_stack *oldest = take_first(&p->retired);
        if (!oldest)
            return NULL;
        unmap(oldest);
    }
}

static native_stack *make_stack(native_stacks *p)
{
    native_stack *s = calloc(1, sizeof *s);
    char *at = s ? map(p) : NULL;
    if (!at) {
        free(s);
        return NULL;
    }
    s->of = p;
    s->low = at + NATIVE_GUARD;
    s->high = s->low + p->size;
    s->floor = s->low + NATIVE_CALLBACK_ROOM;
#ifdef MADV_NOHUGEPAGE
    (void)madvise(s->low, p->size, MADV_NOHUGEPAGE); /* one page is to be touched, not 2 MiB */
#endif
    s->valgrind = sanitize_register(s->low, s->high);
    return s;
}

native_stack *native_claim(native_stacks *p, native_stack *top)
{
    if (top && !top->tainted)
        return top;
    pthread_mutex_lock(&p->lock);
    native_stack *s = p->pooled.last ? take_from(&p->pooled, p->pooled.last) : make_stack(p);
    if (s)
        push(&p->claimed, s);
    pthread_mutex_unlock(&p->lock);
    if (!s)
        return NULL;
    s->sp = s->high;
    s->under = top;
    s->data = p->data;
    return s;
}

/* The memory goes, the addresses stay taken: what C writes there by mistake faults. The lock is
 * held. */
static void retire(native_stacks *p, native_stack *s)
{
    sanitize_clear(s->low, (size_t)(s->high - s->low));
    sanitize_deregister(s->valgrind);
    s->valgrind = 0;
    void *at = mmap(whole(s), whole_size(p), PROT_NONE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    if (at == MAP_FAILED) {
        unmap(s);
        return;
    }
    push(&p->retired, s);
    if (p->retired.count > NATIVE_RETIRED)
        unmap(take_first(&p->retired));
}

void native_trim(native_stack *s)
{
    char *end = s->high - NATIVE_KEPT, *used = (char *)s->sp - NATIVE_CALL_ROOM;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (used < end)
        end = used;
    if (end > s->low)
        (void)madvise(s->low, (size_t)(end - s->low) / page * page, MADV_DONTNEED);
}

native_stack *native_release(native_stack *top)
{
    if (!top || top->depth > 0)
        return top;
    native_stacks *p = top->of;
    native_stack *under = top->under;
    bool tainted = top->tainted;
    if (!tainted)
        native_trim(top);
    top->owner = 0;
    top->under = NULL;
    top->callback = NULL;
    pthread_mutex_lock(&p->lock);
    take_from(&p->claimed, top);
    if (tainted)
        retire(p, top);
    else
        push(&p->pooled, top);
    pthread_mutex_unlock(&p->lock);
    return under;
}
