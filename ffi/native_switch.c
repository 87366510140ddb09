/* Calls on native stacks. */
#include <stddef.h>
#include <stdlib.h>

#include "base/array.h"
#include "ffi/fault.h"
#include "ffi/invoke_block.h"
#include "ffi/native_layout.h"
#include "ffi/native_pool.h"
#include "ffi/native_switch.h"
#include "ffi/sanitize.h"
#include "ffi/thread.h"

_Static_assert(offsetof(native_stack, owner) == NATIVE_OWNER, "closure_*.S knows it");
_Static_assert(offsetof(native_stack, callback) == NATIVE_CALLBACK, "closure_*.S knows it");
_Static_assert(offsetof(native_stack, floor) == NATIVE_FLOOR, "closure_*.S knows it");
_Static_assert(offsetof(native_stack, sp) == NATIVE_SP, "switch_*.S knows it");
_Static_assert(offsetof(native_stack, home) == NATIVE_HOME, "switch_*.S knows it");
_Static_assert(offsetof(native_stack, base) == NATIVE_BASE, "switch_*.S knows it");
_Static_assert(offsetof(native_stack, raw) == NATIVE_RAW, "direct_*.S knows it");
_Static_assert(NATIVE_SUSPENDED == NATIVE_SUSPENDED_N, "closure_*.S knows it");
_Static_assert(NATIVE_JUMPED == NATIVE_JUMPED_N, "switch_*.S knows it");

enum { END = 64 << 10 }; /* bytes: nearer to its end, a stack cannot take the frame of a signal */

size_t native_room(const native_stack *s) { return (size_t)((char *)s->sp - s->low); }

const void *native_function(const native_stack *s)
{
    return s->depth ? s->calls[s->depth - 1].function : NULL;
}

bool native_at_end(const native_stack *s, const void *sp)
{
    return (const char *)sp >= s->low - NATIVE_GUARD && (const char *)sp < s->low + END;
}

bool native_in_guard(const native_stack *s, const void *address)
{
    return (const char *)address >= s->low - NATIVE_GUARD && (const char *)address < s->low;
}

/* --- on the native stack */

/* Other calls of the stack may have frames in what the sanitizer keeps for it. */
SANITIZE_NOT static void leave(native_stack *s)
{
    sanitize_leave(s->depth > 1 ? &s->fake_stack : NULL, s->home_low, s->home_size);
}

SANITIZE_NOT void native_prepare_landing(native_stack *s) { leave(s); }

#ifdef FFI_ASAN
typedef struct entry {
    native_stack *s;
    void (*fn)(void *arg);
    void *arg;
} entry;

SANITIZE_NOT static void on_native(void *arg)
{
    entry e = *(entry *)arg;
    sanitize_arrive(e.s->fake_stack, &e.s->home_low, &e.s->home_size);
    e.fn(e.arg);
    leave(e.s);
}
#endif

static native_outcome switch_in(native_stack *s, const native_entry *e)
{
#ifdef NATIVE_CALLS
    if (!e->fn)
        return native_switch_call(s, (invoke_fn *)(uintptr_t)e->function, e->block, e->plan->words,
                                  e->plan->vectors);
#endif
#ifdef FFI_ASAN
    entry there = {s, e->fn, e->arg};
    return native_switch_in(s, on_native, &there);
#else
    return native_switch_in(s, e->fn, e->arg);
#endif
}

SANITIZE_NOT __attribute__((noreturn)) static void quit(native_stack *s, native_outcome outcome)
{
    leave(s);
    native_landing(s, outcome, ffi_modes());
}

SANITIZE_NOT __attribute__((noinline)) void native_suspend(native_stack *s, native_callback *c)
{
    char *here = __builtin_frame_address(0);
    if (here >= (char *)s->base || here < s->low)
        quit(s, NATIVE_JUMPED);
    if (here < s->floor)
        quit(s, NATIVE_OVERFLOWED);
    s->callback = c;
    sanitize_leave(&s->fake_stack, s->home_low, s->home_size);
    native_switch_out(s, NATIVE_SUSPENDED, ffi_modes());
    sanitize_arrive(s->fake_stack, &s->home_low, &s->home_size);
}

/* --- at home */

/* False: no memory. */
static bool more_calls(native_stack *s)
{
    activation *calls = array_room32(s->calls, &s->call_room, s->depth + 1u, sizeof *calls);
    if (calls)
        s->calls = calls;
    return calls;
}

/* The topmost call is no more. */
static void pop(native_stack *s)
{
    const activation *a = &s->calls[--s->depth];
    s->result_bytes = a->base;
    s->plan = a->plan;
    s->sp = a->sp;
    s->callback = a->callback;
    s->base = s->depth ? a[-1].base : NULL;
    if (s->depth == 0)
        s->fake_stack = NULL;
}

static void drop_call(native_stack *s)
{
    pop(s);
    s->tainted = true;
    sanitize_clear(s->low, (size_t)((char *)s->sp - s->low));
}

static native_outcome ended(native_stack *s, native_outcome outcome)
{
    switch (outcome) {
    case NATIVE_RETURNED:
        s->error = *ffi_here.error;
        pop(s);
        break;
    case NATIVE_JUMPED:
        s->jumped = true;
        drop_call(s);
        break;
    case NATIVE_OVERFLOWED: drop_call(s); break;
    case NATIVE_SUSPENDED:
    case NATIVE_NO_ROOM:
    case NATIVE_NO_MEMORY: break;
    }
    return outcome;
}

static inline native_outcome arrived(native_stack *s, native_outcome outcome)
{
    ffi_here.current = s->outer;
    return outcome == NATIVE_SUSPENDED ? outcome : ended(s, outcome);
}

static inline void depart(native_stack *s)
{
    if (__builtin_expect(!ffi_here.ready, 0))
        (void)fault_thread();
    s->outer = ffi_here.current;
    ffi_here.current = s;
}

static inline native_outcome enter(native_stack *s, const native_entry *e)
{
    void *home = NULL;
    depart(s);
    *ffi_here.error = s->error;
    sanitize_leave(&home, s->low, (size_t)(s->high - s->low));
    native_outcome outcome = switch_in(s, e);
    sanitize_arrive(home, NULL, NULL);
    return arrived(s, outcome);
}

static inline native_outcome go_on(native_stack *s)
{
    void *home = NULL;
    depart(s);
    sanitize_leave(&home, s->low, (size_t)(s->high - s->low));
    native_outcome outcome = native_switch_back(s, &ffi_here.modes);
    sanitize_arrive(home, NULL, NULL);
    return arrived(s, outcome);
}

/* --- inside of what the collector wants */

typedef struct away {
    native_stack *s;
    const native_entry *entry;
    native_outcome outcome;
} away;

static void enter_away(void *arg)
{
    away *a = arg;
    a->outcome = enter(a->s, a->entry);
}

static void go_on_away(void *arg)
{
    away *a = arg;
    a->outcome = go_on(a->s);
}

__attribute__((noinline)) static native_outcome go_around(native_stack *s, const native_entry *e)
{
    away call = {.s = s, .entry = e};
    native_terms_of(s)->around(e ? enter_away : go_on_away, &call);
    return call.outcome;
}

/* e NULL: the topmost call is resumed. */
static inline native_outcome go(native_stack *s, const native_entry *e)
{
    const native_terms *t = native_terms_of(s);
    if (t && !t->leave())
        return go_around(s, e);
    native_outcome outcome = e ? enter(s, e) : go_on(s);
    if (t)
        t->back();
    return outcome;
}

native_outcome native_begin(native_stack *s, const native_entry *e)
{
    if (native_room(s) < NATIVE_CALL_ROOM + e->room)
        return NATIVE_NO_ROOM;
    if (s->depth == s->call_room && !more_calls(s))
        return NATIVE_NO_MEMORY;
    s->base = native_place(s, e->room);
    if (e->room)
        sanitize_place(s->base, s->sp);
    s->calls[s->depth++] = (activation){s->base, s->sp, s->callback, e->function, e->plan};
    return go(s, e);
}

native_outcome native_enter(native_stack *s, void (*fn)(void *arg), void *arg, const void *function,
                            size_t room)
{
    return native_begin(s,
                        &(native_entry){.function = function, .room = room, .fn = fn, .arg = arg});
}

native_outcome native_resume(native_stack *s)
{
    if (s->jumped) {
        drop_call(s);
        return NATIVE_JUMPED;
    }
    return go(s, NULL);
}

void native_abandon(native_stack *s) { drop_call(s); }
