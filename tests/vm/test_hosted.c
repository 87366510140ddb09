/* Objects of the host: who may use them, how they go through whole values, and that each is
 * finalized once, by the VM's thread, at a safe point. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "tests/support/program.h"
#include "tests/support/support.h"
#include "vm/core/type.h"
#include "vm/data/hosted.h"
#include "vm/native.h"

/* --- two classes, and natives for programs: enemy(i), door(i), use(o), shut(o), collect() */

enum { THINGS = 1000000 };
static struct thing {
    int finalized;
} * things;
static unsigned finalized;
static csp_vm *in_collection; /* finalizers must not run while it is set */

static void finalize(csp_vm *vm, const hosted_class *of, void *data)
{
    (void)of;
    cr_assert(in_collection != vm, "a finalizer in a collection");
    ((struct thing *)data)->finalized++;
    finalized++;
}

static const hosted_class enemy = {"Enemy", "an Enemy", finalize, false, false},
                          door = {"Door", "a Door", finalize, true, false},
                          parcel = {"parcel", "a parcel", finalize, true, true};

static verdict make(csp_vm *vm, process *p, value *args, value *result, const hosted_class *of)
{
    struct thing *data = &things[value_as_int(args[0])];
    return vm_give(vm, hosted_new(vm, p, of, data, 0), result);
}

static verdict native_enemy(csp_vm *vm, process *p, value *args, value *result)
{
    return make(vm, p, args, result, &enemy);
}

static verdict native_door(csp_vm *vm, process *p, value *args, value *result)
{
    return make(vm, p, args, result, &door);
}

static verdict native_use(csp_vm *vm, process *p, value *args, value *result)
{
    void *data;
    const hosted_class *of =
        value_is(args[0], OBJ_HOSTED) && value_hosted(args[0])->of == &door ? &door : &enemy;
    verdict v = hosted_use(vm, p, args[0], of, &data);
    if (v == VERDICT_DONE)
        *result = value_int((struct thing *)data - things);
    return v;
}

static verdict native_shut(csp_vm *vm, process *p, value *args, value *result)
{
    (void)p;
    hosted_close(vm, args[0]);
    *result = VALUE_NIL;
    return VERDICT_DONE;
}

static verdict native_collect(csp_vm *vm, process *p, value *args, value *result)
{
    (void)p;
    (void)args;
    in_collection = vm;
    heap_collect(vm_heap(vm));
    in_collection = NULL;
    *result = VALUE_NIL;
    return VERDICT_DONE;
}

static const native_entry natives[] = {
    {"enemy", "enemy(i)", "an object with one owner", native_enemy, 1, 1, 0},
    {"door", "door(i)", "a shared object", native_door, 1, 1, 0},
    {"use", "use(o)", "its number", native_use, 1, 1, 0},
    {"shut", "shut(o)", "closes it", native_shut, 1, 1, 0},
    {"collect", "collect()", "a collection", native_collect, 0, 0, 0},
    {.name = NULL}};

static program *begin(const char *source)
{
    things = calloc(THINGS, sizeof *things);
    finalized = 0;
    program *p = program_new_with(natives, source);
    program_begin(p, 4000);
    return p;
}

static void collect(program *p)
{
    heap_collect(&p->vm->heap);
    p->vm->sched.poll_credit = 0;
    program_rest(p);
}

/* Frees the VM; of the first `made` things each has been finalized once, and no other. */
static void check_ledger(program *p, unsigned made)
{
    program_free(p);
    cr_assert_eq(finalized, made, "%u of %u", finalized, made);
    for (unsigned i = 0; i < THINGS; i++)
        cr_assert_eq(things[i].finalized, i < made, "%u: %d", i, things[i].finalized);
    free(things);
}

/* Runs the program to its end, expects that output, and `made` finalizers in all. */
static void check(const char *source, const char *expected, unsigned made)
{
    program *p = begin(source);
    program_rest(p);
    cr_assert(program_finish(p));
    cr_assert_str_eq(program_out(p), expected, "%s%s", program_out(p), program_err(p));
    check_ledger(p, made);
}

/* --- as values */

Test(hosted, what_it_is)
{
    check(
        "let e = enemy(0); let d = door(1)\n"
        "print(type(e), type(d), e is object, d is object, 1 is object)\n"
        "print(e, [d], '${e}'); print(e == e, e == enemy(2), d == door(3), d == d)\n"
        "print(use(e), use(d)); if e { print('true') }\n",
        "Enemy Door true true false\n<Enemy> [<Door>] <Enemy>\ntrue false false true\n0 1\ntrue\n",
        4);
}

Test(hosted, what_cannot_be_done_says_so)
{
    check("let e = enemy(0); let d = door(1)\n"
          "fn tell(f) { print((catch f()).message) }\n"
          "tell(fn() => use(1)); tell(fn() => d.hp); tell(fn() => d[0]); tell(fn() => d())\n"
          "tell(fn() => d < d); tell(fn() => d < 1); tell(fn() => len(d))\n"
          "tell(fn() { for x in d { } }); tell(fn() => 1 in d); tell(fn() => d + 1)\n"
          "print((catch e < d).message, (catch e < e).message)\n",
          "expected an Enemy, got an int\n"
          "a Door has no fields (`.hp`)\n"
          "expected something with elements, got a Door\n"
          "expected a function, got a Door\n"
          "values of type Door have no order\n"
          "a Door and an int have no order\n"
          "expected something that has a length, got a Door\n"
          "expected something that can be iterated over, got a Door\n"
          "expected something to search with `in`, got a Door\n"
          "cannot add a Door and an int\n"
          "an Enemy and a Door have no order values of type Enemy have no order\n",
          2);
}

Test(hosted, one_owner)
{
    check("let e = enemy(0); let c = chan(1); let l = [e]; fn f(x) => use(x)\n"
          "fn tell(e) { print(e.kind, e.message) }\n"
          "tell(catch c ! e); tell(catch copy(l)); tell(catch freeze(l)); tell(catch freeze(move "
          "l))\n"
          "tell(catch wait(spawn f(e))); print(use(e), use(l[0]))\n"
          "let m = {e: e}; print(wait(spawn f(move m.e)))\n"
          "tell(catch use(e)); tell(catch e == e); print(type(e))\n",
          "type_error an Enemy has one owner and cannot be copied; `move` hands it over\n"
          "type_error an Enemy has one owner and cannot be copied; `move` hands it over\n"
          "type_error an Enemy cannot be frozen\n"
          "type_error an Enemy cannot be frozen\n"
          "type_error an Enemy has one owner and cannot be copied; `move` hands it over\n"
          "0 0\n0\n"
          "moved this Enemy was handed to another process\n"
          "moved this Enemy was handed to another process\n"
          "Enemy\n",
          1);
}

Test(hosted, only_shared_ones_are_keys)
{
    check("let e = enemy(0); let m = {}\n"
          "print((catch ({[e]: 1})).message); m[door(1)] = 2; print(m)\n",
          "expected a map key that cannot change, got an Enemy\n{[<Door>]: 2}\n", 2);
}

Test(hosted, a_shared_one_goes_anywhere)
{
    check("let d = door(0); let c = chan(1); c ! [d, d]; let l = ?c\n"
          "print(l[0] == d, copy(l)[1] == d, freeze(l)[0] == d)\n"
          "let m = {[d]: 'a', [(1, d)]: 'b'}; print(m[d], m[(1, d)], m)\n"
          "fn f(x) => use(x)\n"
          "fn g() => door(1)\n"
          "print(wait(spawn f(d)), wait(spawn g()))\n",
          "true true true\na b {[<Door>]: \"a\", [(1, <Door>)]: \"b\"}\n0 <Door>\n", 2);
}

Test(hosted, moves_with_what_holds_it)
{
    check("let c = chan(1); let e = enemy(0); let l = [e, e]\n"
          "c ! move l; let m = ?c; print(use(m[0]), m[0] == m[1])\n"
          "print((catch use(e)).kind); collect(); print(use(m[1]))\n"
          "shut(e); print((catch use(m[0])).kind, m)\n",
          "0 true\nmoved\n0\nclosed [<closed Enemy>, <closed Enemy>]\n", 1);
}

/* --- finalizing */

Test(hosted, closed_once)
{
    check("let e = enemy(0); let d = door(1); shut(e); shut(e); shut(d)\n"
          "print((catch use(e)).message, (catch use(d)).kind, e, type(e), e == e)\n"
          "let other = enemy(2); shut(e); print(use(other))\n",
          "the Enemy has been closed closed <closed Enemy> Enemy true\n2\n", 3);
}

Test(hosted, garbage)
{
    program *p = begin("fn some(n) { for i in 0..n { enemy(i) } }\n"
                       "some(1000); let kept = enemy(1000)\n"
                       "for i in 0..50 { [i] }; collect(); sleep(10ms); ?chan(); use(kept)\n");
    program_rest(p);
    cr_assert_geq(finalized, 995, "%u", finalized); /* stale words may hide some */
    cr_assert_leq(finalized, 1000);
    cr_assert_eq(things[1000].finalized, 0);
    cr_assert_eq(hosted_count(p->vm), 1001 - finalized);
    cr_assert(program_finish(p));
    check_ledger(p, 1001);
}

Test(hosted, in_channels_nobody_has)
{
    program *p =
        begin("fn send(n) { let c = chan(n); for i in 0..n { let e = enemy(i); c ! move e } }\n"
              "send(100); for i in 0..50 { [i] }; ?chan()\n");
    program_rest(p);
    collect(p);
    cr_assert_geq(finalized, 95);
    cr_assert(program_finish(p));
    check_ledger(p, 100);
}

Test(hosted, what_a_leaked_process_holds_lives_until_it_is_killed)
{
    program *p = begin("fn worker(i) { let e = enemy(i); defer print('used', use(e)); ?chan() }\n"
                       "fn start() { for i in 0..100 { spawn worker(i) } }\n"
                       "start(); for i in 0..50 { [i] }; ?chan()\n");
    program_rest(p);
    heap_collect(&p->vm->heap);
    cr_assert_eq(finalized, 0);
    for (int i = 0; i < 4; i++)
        collect(p);
    char line[32];
    unsigned ended = 0;
    for (unsigned i = 0; i < 100; i++) {
        snprintf(line, sizeof line, "used %u", i);
        ended += program_count(program_out(p), line);
    }
    cr_assert_geq(ended, 97, "their defers find what they have: %s", program_out(p));
    cr_assert_geq(finalized, 95, "%u", finalized);
    cr_assert(program_finish(p));
    check_ledger(p, 100);
}

Test(hosted, of_killed_processes)
{
    program *p =
        begin("fn worker(i, c) { let e = enemy(i); c ! 1; ?chan() }\n"
              "let c = chan(); var ps = []; for i in 0..100 { List.push(ps, spawn worker(i, c)) }\n"
              "for p in ps { ?c }; for p in ps { kill(p) }; ps = nil\n"
              "for i in 0..50 { [i] }; sleep(10ms); collect(); sleep(10ms); ?c\n");
    program_rest(p);
    cr_assert_geq(finalized, 95, "%u", finalized);
    cr_assert(program_finish(p));
    check_ledger(p, 100);
}

Test(hosted, a_million)
{
    check("var kept = []\n"
          "for i in 0..1000000 { let e = enemy(i); if i % 1000 == 0 { List.push(kept, e) } }\n"
          "print(len(kept), use(kept[7]), use(kept[999]))\n",
          "1000 7000 999000\n", THINGS);
}

Test(hosted, closed_while_it_waits_to_be_finalized)
{
    program *p = begin("?chan()\n");
    program_rest(p);
    value *handles = heap_pinned(100 * sizeof *handles);
    for (int i = 0; i < 100; i++) {
        value v = hosted_new(p->vm, NULL, &door, &things[i], 0);
        cr_assert_neq(v, VALUE_ABSENT);
        handles[i] = ~v;
    }
    heap_clear_stack();
    heap_collect(&p->vm->heap);
    cr_assert(hosted_pending(p->vm));
    cr_assert_eq(finalized, 0, "only at a safe point");
    for (int i = 0; i < 100; i += 2)
        hosted_close(p->vm,
                     ~handles[i]); /* nothing has been allocated: the memory is there still */
    cr_assert_geq(finalized, 50);
    collect(p);
    cr_assert(!hosted_pending(p->vm));
    cr_assert_geq(finalized, 97);
    heap_unpin(handles);
    cr_assert(program_finish(p));
    check_ledger(p, 100);
}

Test(hosted, sweeping_in_steps)
{
    program *p = begin("?chan()\n");
    program_rest(p);
    for (int i = 0; i < 1000; i++)
        cr_assert_neq(hosted_new(p->vm, NULL, i % 2 ? &door : &parcel, &things[i], 0),
                      VALUE_ABSENT);
    cr_assert_eq(hosted_count(p->vm), 500, "hidden ones are not counted");
    heap_clear_stack();
    heap_collect(&p->vm->heap);
    cr_assert_eq(hosted_sweep(p->vm, 10), 10);
    cr_assert_eq(finalized, 10);
    cr_assert(hosted_pending(p->vm));
    cr_assert_geq(hosted_sweep(p->vm, UINT32_MAX), 985);
    cr_assert_eq(hosted_sweep(p->vm, UINT32_MAX), 0);
    cr_assert(program_finish(p));
    check_ledger(p, 1000);
}

Test(hosted, their_bytes_are_memory)
{
    program *p = begin("?chan()\n");
    program_rest(p);
    heap *h = &p->vm->heap;
    h->max_bytes = heap_bytes(h) + (32 << 20);
    value kept = hosted_new(p->vm, NULL, &door, &things[0], 20 << 20);
    cr_assert_neq(kept, VALUE_ABSENT);
    cr_assert_eq(hosted_new(p->vm, NULL, &door, &things[1], 20 << 20), VALUE_ABSENT);
    cr_assert_eq(hosted_new(p->vm, NULL, &door, &things[1], SIZE_MAX), VALUE_ABSENT);
    for (int i = 1; i < 1000; i++) /* garbage makes room */
        cr_assert_neq(hosted_new(p->vm, NULL, &door, &things[i], 1 << 20), VALUE_ABSENT, "%d", i);
    cr_assert_geq(finalized, 900);
    hosted_close(p->vm, kept);
    cr_assert_eq(things[0].finalized, 1);
    cr_assert(program_finish(p));
    check_ledger(p, 1000);
}

/* Markings that bring processes back, or find that the last ones have not been looked at, judge
 * nothing; what they do not reach must not be freed behind the table's back. */
Test(hosted, garbage_beside_leaked_processes)
{
    program *p =
        begin("fn worker(i) { let e = enemy(i); ?chan() }\n"
              "fn start(n) { for i in 0..100 { spawn worker(n + i); enemy(n + 100 + i) } }\n"
              "for r in 0..20 { start(r * 200); collect(); collect()\n"
              "  var xs = []; for i in 0..5000 { List.push(xs, [i]) }; sleep(1ms) }\n"
              "?chan()\n");
    program_rest(p);
    for (int i = 0; i < 4; i++)
        collect(p);
    cr_assert_geq(finalized, 3900, "%u", finalized);
    cr_assert(program_finish(p));
    check_ledger(p, 4000);
}
