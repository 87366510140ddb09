/* Calls of C that are killed at every step, that overflow, crash, jump; each step audited. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>

#include "tests/support/program.h"
#include "tests/support/support.h"
#include "vm/core/vm.h"
#include "vm/foreign/own.h"
#include "vm/foreign/release.h"
#include "vm/native.h"

#define LIBRARY                                                                                  \
    "extern '" FOREIGN_LIBRARY "' as l {\n"                                                      \
    "    fn deep(n: i64): i64\n"                                                                 \
    "    fn call(f: fn())\n"                                                                     \
    "    fn or_zero = 'call_with'(f: fn(i64): i64 else 7, n: i64): i64\n"                        \
    "    fn call_with(f: fn(i64): i64, n: i64): i64\n"                                           \
    "    fn nest(f: fn(i64): i64, n: i64): i64\n"                                                \
    "    fn catch(f: fn())\n"                                                                    \
    "    fn jump()\n"                                                                            \
    "    fn keep(f: fn())\n"                                                                     \
    "    fn call_kept()\n"                                                                       \
    "    blocking fn elsewhere = 'call_with'(f: fn(i64): i64, n: i64): i64\n"                    \
    "    blocking fn deep_elsewhere = 'deep'(n: i64): i64\n"                                     \
    "    blocking fn pause_then_sum(b: buffer, n: i64, to: buffer)\n"                            \
    "}\n"                                                                                        \
    "extern 'c' as c {\n"                                                                        \
    "    fn qsort(base: buffer, n: usize, size: usize, f: fn(pointer, pointer): i32)\n"          \
    "    blocking fn usleep(us: u32): i32\n"                                                     \
    "    blocking fn sort = 'qsort'(b: buffer, n: usize, size: usize, f: fn(pointer, pointer): " \
    "i32)\n"                                                                                     \
    "}\n"

/* A defer that prints `close` has been registered just before `open`. */
static const struct scenario {
    const char *name, *source;
    unsigned processes;
} scenarios[] = {
    {"a callback in a callback",
     LIBRARY "fn inner(x, y) { defer print('close'); print('open'); 0 }\n"
             "fn outer(x, y) { defer print('close'); print('open')\n"
             "    c.qsort(Buffer.of(8), 2, 4, inner); 0 }\n"
             "fn work() { c.qsort(Buffer.of(8), 2, 4, outer) }\n"
             "let p = spawn work(); wait(p)\n",
     2},
    {"a blocked callback",
     LIBRARY "fn work(ch) { l.call_with(fn(n) { defer print('close'); print('open'); ?ch }, 1) }\n"
             "let ch = chan(); let p = spawn work(ch); for i in 0..3 {}; ch ! 2; wait(p)\n",
     2},
    {"a blocking call",
     LIBRARY "fn work() { defer print('close'); print('open'); c.usleep(300) }\n"
             "let p = spawn work(); wait(p)\n",
     2},
    {"callbacks from elsewhere",
     LIBRARY "fn work() { defer print('close'); print('open')\n"
             "    l.elsewhere(fn(n) { defer print('close'); print('open')\n"
             "        l.elsewhere(fn(m) => m + 1, n) }, 1) }\n"
             "let p = spawn work(); wait(p)\n",
     2},
    {"C in a defer, after a crash across C",
     LIBRARY "fn work() { defer l.call(fn() => nil)\n"
             "    defer print('close'); print('open')\n"
             "    print(catch l.call(fn() { l.call(fn() => fail('x')) }))\n"
             "    l.call(fn() { catch l.call(fn() => fail('y')); l.call(fn() => nil) }) }\n"
             "let p = spawn work(); wait(p)\n",
     2},
};
enum { SCENARIOS = sizeof scenarios / sizeof *scenarios };

static void check_defers(program *p)
{
    const char *out = program_out(p);
    cr_assert_geq(program_count(out, "close"), program_count(out, "open"), "%s:\n%s%s", p->about,
                  out, program_err(p));
}

/* False: the run was over before. */
static bool kill_after(program *p, unsigned victim, long steps)
{
    program_begin(p, 1);
    bool alive = true;
    while (alive && steps-- > 0)
        alive = program_step(p);
    if (alive)
        program_kill(p, victim);
    program_rest(p);
    cr_assert(program_finish(p), "%s: a process did not end", p->about);
    check_defers(p);
    return alive;
}

ParameterizedTestParameters(foreign, killed_at_each_step)
{
    static size_t indices[SCENARIOS];
    for (size_t i = 0; i < SCENARIOS; i++)
        indices[i] = i;
    return cr_make_param_array(size_t, indices, SCENARIOS);
}

ParameterizedTest(size_t *index, foreign, killed_at_each_step)
{
    const struct scenario *s = &scenarios[*index];
    program *p = program_new(s->source);
    for (unsigned victim = 0; victim < s->processes; victim++) {
        long steps = 0;
        do
            snprintf(p->about, sizeof p->about, "%s: %u after %ld", s->name, victim, steps);
        while (kill_after(p, victim, steps++) && steps < 2000);
        cr_assert_gt(steps, 10);
    }
    program_free(p);
}

/* --- what is printed */

static void expect(const char *source, const char *out)
{
    static const int64_t slices[] = {1, 4000};
    program *p = program_new(source);
    for (unsigned i = 0; i < sizeof slices / sizeof *slices; i++) {
        char *printed = program_run(p, slices[i]);
        cr_assert_str_eq(printed, out);
        free(printed);
    }
    program_free(p);
}

Test(foreign, overflow_is_a_crash_of_the_process)
{
    expect(LIBRARY "print(l.deep(1000))\n"
                   "for i in 0..3 { print((catch l.deep(0)).message) }\n"
                   "print((catch l.call(fn() { l.deep(0); nil })).kind)\n"
                   "print((catch l.deep_elsewhere(0)).kind)\n"
                   "print(l.deep(1000))\n",
           "-236\n"
           "the C function `deep` (foreign_library.so) needs more than 64 MiB of native stack\n"
           "the C function `deep` (foreign_library.so) needs more than 64 MiB of native stack\n"
           "the C function `deep` (foreign_library.so) needs more than 64 MiB of native stack\n"
           "stack_overflow\nstack_overflow\n-236\n");
}

Test(foreign, recursion_through_callbacks)
{
    expect(LIBRARY "fn back(n) => if n == 0 { 0 } else { l.call_with(back, n - 1) + 1 }\n"
                   "print(back(50), l.nest(fn(n) => 5, 1000))\n",
           "50 1005\n");
}

Test(foreign, a_crash_passes_c_by)
{
    expect(LIBRARY "print((catch l.call(fn() => fail('a'))).message)\n"
                   "print((catch l.or_zero(fn(n) => fail('b'), 1)).message)\n"
                   "print(l.or_zero(fn(n) => n + 1, 1))\n"
                   "print(catch l.call(fn() { catch l.call(fn() => fail('c')); nil }))\n"
                   "print((catch l.call(fn() => l.call(fn() => fail('d')))).message)\n",
           "a\nb\n2\nnil\nd\n");
}

Test(foreign, a_jump_over_a_callback_is_noticed)
{
    expect(LIBRARY "l.catch(fn() => nil)\n"
                   "let e = catch l.catch(fn() { l.jump(); nil })\n"
                   "print(e.kind)\n"
                   "l.call(fn() => nil)\n",
           "ffi_error\n");
}

Test(foreign, the_nearest_of_a_library_s_symbols_is_offered)
{
    expect(LIBRARY "print((catch Ffi.symbol(l, 'deeep')).message)\n"
                   "print((catch Ffi.symbol(l, 'nothing_like_it')).message)\n",
           "foreign_library.so has no symbol `deeep`; did you mean `deep`?\n"
           "foreign_library.so has no symbol `nothing_like_it`\n");
}

/* A buffer that C has got stays where it is until C has returned, even when nobody waits. */
Test(foreign, buffers_stay)
{
    expect(LIBRARY "fn stolen(b) { let to = chan(1)\n"
                   "    (catch l.call_with(fn(n) => n, 1))\n"
                   "    let e = catch c.qsort(b, 2, 4, fn(x, y) { to ! 1; 0 })\n"
                   "    to }\n"
                   "stolen(Buffer.of(8))\n"
                   "fn killed() { let b = Buffer.of(1000); let to = Buffer.of(8)\n"
                   "    l.pause_then_sum(b, 1000, to) }\n"
                   "for i in 0..20 { let p = spawn killed(); sleep(1ms); kill(p); wait(p)\n"
                   "    for k in 0..10 { Buffer.of(1000) } }\n"
                   "sleep(30ms); print('over')\n",
           "over\n");
}

/* --- what C has given, and collections */

/* Two collections without a look at what they have found; all pointers must still be there. */
static verdict native_collect(csp_vm *vm, process *p, value *args, value *result)
{
    (void)p, (void)args;
    heap_clear_stack();
    for (int i = 0; i < 2; i++)
        heap_collect(vm_heap(vm));
    *result = VALUE_NIL;
    return VERDICT_DONE;
}

static verdict native_check(csp_vm *vm, process *p, value *args, value *result)
{
    (void)p, (void)args;
    for (const release *r = vm->foreign->releases; r; r = r->next)
        cr_assert(!r->pointer ||
                  (value_is(value_object(r->pointer), OBJ_POINTER) && r->pointer->release == r));
    *result = VALUE_NIL;
    return VERDICT_DONE;
}

static const native_entry collecting[] = {
    {"collect", "collect()", "collections", native_collect, 0, 0, 0},
    {"check", "check()", "a check", native_check, 0, 0, 0},
    {.name = NULL}};

Test(foreign, lost_memory_beside_leaked_processes)
{
    program *p = program_new_with(
        collecting,
        "fn worker() { let m = Ffi.alloc(16); ?chan(); m }\n"
        "fn start() { for i in 0..20 { spawn worker(); Ffi.alloc(16) } }\n"
        "for r in 0..20 { start(); sleep(0ms); collect()\n"
        "  var xs = []; for i in 0..5000 { List.push(xs, [i]); List.push(xs, chan()) }\n"
        "  check(); sleep(1ms) }\n"
        "?chan()\n");
    program_begin(p, 4000);
    program_rest(p);
    for (int i = 0; i < 4; i++) {
        heap_collect(&p->vm->heap);
        p->vm->sched.poll_credit = 0;
        program_rest(p);
    }
    cr_assert_leq(p->vm->foreign->allocated, 16 * 40, "%zu", p->vm->foreign->allocated);
    cr_assert(program_finish(p));
    program_free(p);
}

/* --- what C wants back at a process' end */

/* In one step some 500 by the process, and 500 that a collection has found. */
enum { OWNED = 5000, OWNED_BYTES = 8, BACK_AT_ONCE = 1040 };

static const char *const endings[] = {"7", "[m]", "fail('x')", "?chan()"};

static program *begin_owning(const char *ending, int count)
{
    char *source =
        support_format("fn work() { var m = nil; for i in 0..%d { m = Ffi.alloc(%d) }; %s }\n"
                       "let p = spawn work(); catch wait(p); print('told')\n",
                       count, OWNED_BYTES, ending);
    program *p = program_new(source);
    free(source);
    return p;
}

static void check_given_back(const char *ending)
{
    program *p = begin_owning(ending, OWNED);
    program_begin(p, 4000);
    csp_vm *vm = p->vm;
    vm->heap.stress = 0; /* a collection would find what nobody holds any more */
    size_t before = 0, most = 0;
    do {
        size_t now = vm->foreign ? vm->foreign->allocated : 0;
        if (now < before && before - now > most)
            most = before - now;
        before = now;
        cr_assert(now == 0 || program_count(program_out(p), "told") == 0, "%s", ending);
    } while (program_step(p) || program_kill(p, 1)); /* who waits for ever is killed */
    cr_assert_gt(most, 0, "%s", ending);
    cr_assert_leq(most, (size_t)BACK_AT_ONCE * OWNED_BYTES, "%s", ending);
    cr_assert_eq(program_count(program_out(p), "told"), 1, "%s", ending);
    cr_assert(program_finish(p));
    program_free(p);
}

/* However it ends: nobody is told before all has been given back. */
Test(foreign, given_back_in_steps)
{
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        check_given_back(endings[i]);
}

/* Killed after each of its steps it gives back all the same, and once. */
Test(foreign, given_back_by_who_is_killed)
{
    for (size_t k = 0; k < sizeof endings / sizeof *endings; k++) {
        bool over = false;
        for (int n = 1; !over; n++) {
            program *p = begin_owning(endings[k], 6);
            program_begin(p, 1);
            for (int i = 0; i < n && !over; i++)
                over = !program_step(p);
            program_kill(p, 1);
            program_rest(p);
            cr_assert_eq(p->vm->foreign ? p->vm->foreign->allocated : 0, 0, "%s, step %d",
                         endings[k], n);
            cr_assert(program_finish(p));
            program_free(p);
        }
    }
}
