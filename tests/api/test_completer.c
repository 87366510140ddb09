/* Completers: finished from any thread, before or after the wait, or never. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/embed.h"

/* One call, with what becomes of it. */
typedef struct call {
    csp_completer *completer; /* the host's hold */
    atomic_int cancelled, destroyed;
    atomic_int status; /* what completing it gave; 1: it has not been tried */
} call;

enum { CALLS = 30000 };

static call calls[CALLS];
static atomic_uint made;

static void cancelled(void *of) { ((call *)of)->cancelled++; }
static void destroyed(void *of) { ((call *)of)->destroyed++; }

/* A call whose completer the test has. */
static call *begin(csp_context *c)
{
    unsigned i = made;
    call *new = &calls[i];
    *new = (call){.status = 1};
    new->completer = csp_completer_new(c, cancelled, new);
    cr_assert_not_null(new->completer);
    made = i + 1;
    return new;
}

static csp_verdict later(csp_context *c)
{
    call *new = begin(c);
    return csp_await(c, new->completer, NULL, new, destroyed);
}

/* Says what it got. */
static csp_verdict tell(csp_context *c, void *of, csp_value result)
{
    cr_assert_eq(((call *)of)->destroyed, 0);
    csp_vm *vm = csp_context_vm(c);
    csp_value both[] = {csp_bool(csp_context_failed(c)), result};
    return csp_return(c, csp_tuple(vm, 2, both));
}

static csp_verdict told(csp_context *c)
{
    call *new = begin(c);
    return csp_await(c, new->completer, tell, new, destroyed);
}

/* Finished before it is awaited, in the way that the argument says. */
static csp_verdict at_once(csp_context *c)
{
    call *new = begin(c);
    csp_completer *p = new->completer;
    switch (csp_arg_int(c, 0)) {
    case 0: cr_expect_eq(csp_completer_finish(p, csp_msg_int(7)), CSP_OK); break;
    case 1:
        cr_expect_eq(csp_completer_finish(p, csp_msg_json("{\"a\": [1, 2.5, null]}", 21)), CSP_OK);
        break;
    case 2: cr_expect_eq(csp_completer_finish(p, NULL), CSP_OK); break;
    case 3: cr_expect_eq(csp_completer_fail(p, "mine", "it \xff broke"), CSP_OK); break;
    case 4: break;
    }
    if (csp_arg_int(c, 0) < 4) {
        cr_expect_eq(csp_completer_finish(p, csp_msg_int(8)), CSP_E_CLOSED);
        cr_expect_eq(csp_completer_fail(p, "late", "too late"), CSP_E_CLOSED);
    }
    csp_completer_free(p);
    return csp_await(c, p, tell, new, destroyed);
}

/* Ends without waiting for it. */
static csp_verdict left(csp_context *c)
{
    begin(c);
    return csp_return(c, csp_nil());
}

/* One after the other. */
static csp_verdict chain_next(csp_context *c, void *of, csp_value result)
{
    (void)of;
    int64_t n = csp_int_or(csp_context_vm(c), result, -1);
    if (n >= csp_arg_int(c, 0))
        return csp_return_int(c, n);
    csp_completer *p = csp_completer_new(c, NULL, NULL);
    cr_expect_eq(csp_completer_finish(p, csp_msg_int(n + 1)), CSP_OK);
    csp_completer_free(p);
    return csp_await(c, p, chain_next, NULL, NULL);
}

static csp_verdict chain(csp_context *c) { return csp_again(c, chain_next, NULL, NULL); }

/* ---- Wrong ones ---- */

static csp_completer *foreign;

static csp_verdict no_completer(csp_context *c) { return csp_await(c, NULL, NULL, NULL, NULL); }

static csp_verdict of_another(csp_context *c)
{
    return csp_await(c, foreign ? foreign : (csp_completer *)(uintptr_t)&calls, NULL, NULL, NULL);
}

static csp_verdict twice_next(csp_context *c, void *of, csp_value result)
{
    (void)result;
    return csp_await(c, of, NULL, NULL, NULL);
}

static csp_verdict twice(csp_context *c)
{
    csp_completer *p = csp_completer_new(c, NULL, NULL);
    csp_completer_free(p);
    return csp_await(c, p, twice_next, p, NULL);
}

static csp_verdict undeclared(csp_context *c)
{
    csp_completer *p = csp_completer_new(c, NULL, NULL);
    csp_completer_free(p);
    return csp_await(c, p, NULL, NULL, NULL);
}

static csp_verdict after_verdict(csp_context *c)
{
    csp_verdict v = csp_return(c, csp_nil());
    cr_expect_null(csp_completer_new(c, NULL, NULL));
    return v;
}

static const csp_native natives[] = {
    {"later()", "", later, true, NULL},
    {"told()", "", told, true, NULL},
    {"at_once(how: int)", "", at_once, true, NULL},
    {"left()", "", left, true, NULL},
    {"left_quickly()", "", left, false, NULL},
    {"chain(n: int)", "", chain, true, NULL},
    {"no_completer()", "", no_completer, true, NULL},
    {"of_another()", "", of_another, true, NULL},
    {"twice()", "", twice, true, NULL},
    {"undeclared()", "", undeclared, false, NULL},
    {"after_verdict()", "", after_verdict, true, NULL},
};

static embed e;

static void open_vm(void)
{
    made = 0;
    foreign = NULL;
    e = embed_open(natives, sizeof natives / sizeof *natives);
}

static void close_vm(void) { embed_close(&e); }

TestSuite(completer, .init = open_vm, .fini = close_vm);

/* ---- */

Test(completer, before_the_wait)
{
    embed_gives(&e, "host.at_once(0)", "(false, 7)");
    embed_gives(&e, "host.at_once(1)", "(false, {a: [1, 2.5, nil]})");
    embed_gives(&e, "host.at_once(2)[1].kind", "\"out_of_memory\"");
    embed_gives(&e, "host.at_once(3)", "(true, error(\"mine\", \"it \xef\xbf\xbd broke\"))");
    embed_gives(&e, "host.at_once(4)[1].kind", "\"closed\"");
    embed_gives(&e, "host.chain(500)", "500");
    for (unsigned i = 0; i < made; i++) {
        cr_expect_eq(calls[i].destroyed, 1);
        cr_expect_eq(calls[i].cancelled, 0);
    }
}

/* Steps the VM until so many calls wait. */
static void wait_for_calls(unsigned count)
{
    for (int i = 0; i < 10000 && made < count; i++)
        csp_step(e.vm, 4000, NULL);
    cr_assert_geq(made, count);
    csp_step(e.vm, 4000, NULL);
}

Test(completer, after_the_wait_has_begun)
{
    embed_gives(&e, "let p = spawn host.told()", NULL);
    embed_gives(&e, "let q = spawn host.later()", NULL);
    wait_for_calls(2);
    cr_expect_eq(csp_completer_hold(calls[0].completer), calls[0].completer);
    csp_completer_free(calls[0].completer);
    cr_expect_eq(csp_completer_finish(calls[0].completer, csp_msg_text("x", 1)), CSP_OK);
    cr_expect_eq(csp_completer_finish(calls[0].completer, csp_msg_text("y", 1)), CSP_E_CLOSED);
    csp_completer_free(calls[1].completer);
    embed_gives(&e, "wait(p)", "(false, \"x\")");
    embed_gives(&e, "wait(q).kind", "\"closed\"");
    csp_completer_free(calls[0].completer);
}

/* A message of many values is unpacked in slices, and belongs to the process. */
Test(completer, a_large_message)
{
    size_t size = 0;
    char *json = malloc(400000);
    json[size++] = '[';
    for (int i = 0; i < 20000; i++)
        size += (size_t)sprintf(json + size, "%s[%d]", i ? "," : "", i);
    json[size++] = ']';
    embed_gives(&e, "let p = spawn { let x = host.later()\n List.push(x[7], 1)\n x }", NULL);
    wait_for_calls(1);
    csp_completer_finish(calls[0].completer, csp_msg_json(json, size));
    csp_completer_free(calls[0].completer);
    embed_gives(&e, "{ let x = wait(p)\n (len(x), x[7], x[19999]) }", "(20000, [7, 1], [19999])");
    free(json);
}

Test(completer, a_call_that_does_not_wait_lets_it_go)
{
    embed_gives(&e, "host.left()", NULL);
    embed_gives(&e, "host.left_quickly()", NULL);
    for (int i = 0; i < 2; i++) {
        cr_expect_eq(csp_completer_finish(calls[i].completer, csp_msg_int(1)), CSP_E_CLOSED);
        cr_expect_eq(calls[i].cancelled, 0);
        csp_completer_free(calls[i].completer);
    }
}

Test(completer, a_kill_cancels)
{
    embed_gives(&e, "let p = spawn host.later()", NULL);
    wait_for_calls(1);
    embed_gives(&e, "kill(p)", NULL);
    embed_gives(&e, "(catch wait(p)).kind", "\"killed\"");
    cr_expect_eq(calls[0].cancelled, 1);
    cr_expect_eq(calls[0].destroyed, 1);
    cr_expect_eq(csp_completer_fail(calls[0].completer, "late", "too late"), CSP_E_CLOSED);
    csp_completer_free(calls[0].completer);
}

Test(completer, it_outlives_its_vm)
{
    embed_gives(&e, "let p = spawn host.later()", NULL);
    embed_gives(&e, "let q = spawn host.later()", NULL);
    wait_for_calls(2);
    cr_expect_eq(csp_completer_finish(calls[1].completer, csp_msg_int(1)), CSP_OK);
    csp_free(e.vm);
    cr_expect_eq(calls[0].cancelled, 1);
    cr_expect_eq(calls[1].cancelled, 0, "it was completed");
    cr_expect_eq(calls[0].destroyed, 1);
    cr_expect_eq(calls[1].destroyed, 1);
    cr_expect_eq(csp_completer_finish(calls[0].completer, csp_msg_int(1)), CSP_E_CLOSED);
    csp_completer_free(calls[0].completer);
    csp_completer_free(calls[1].completer);
    e = embed_open(natives, 1);
}

Test(completer, whoever_waits_is_neither_stuck_nor_leaked)
{
    embed_gives(&e, "let p = spawn host.later()", NULL);
    wait_for_calls(1);
    embed_gives(&e, "let p = 0", NULL);
    cr_expect_eq(csp_timeout(e.vm), -1);
    csp_completer_finish(calls[0].completer, NULL);
    csp_completer_free(calls[0].completer);
    cr_expect_eq(csp_timeout(e.vm), 0);
}

/* ---- Threads against kills ---- */

enum { ALL = 10000, THREADS = 4 };

static atomic_bool stop;

/* Completes each call that there is, as one of four threads; some by giving up the last hold. */
static void *complete(void *of)
{
    unsigned next = (unsigned)(uintptr_t)of;
    while (next < ALL && !stop) {
        if (next >= made) {
            usleep(50);
            continue;
        }
        call *c = &calls[next];
        if (next % 3 == 0)
            c->status = csp_completer_fail(c->completer, "mine", "no");
        else if (next % 3 == 1)
            c->status = csp_completer_finish(c->completer, csp_msg_int((int64_t)next));
        else
            c->status = CSP_EXIT; /* closed by what follows */
        csp_completer_free(c->completer);
        next += THREADS;
    }
    return NULL;
}

Test(completer, four_threads_complete_while_processes_are_killed, .timeout = 120)
{
    stop = false;
    pthread_t threads[THREADS];
    for (uintptr_t i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, complete, (void *)i), 0);
    embed_gives(&e,
                "for round in 0..100 {\n"
                "    let ps = (0..100) |> List.map(fn(_) => spawn host.later())\n"
                "    sleep(0)\n"
                "    for p in ps { if Random.int(0, 1) == 0 { kill(p) } }\n"
                "    for p in ps { catch wait(p) }\n"
                "}",
                NULL);
    stop = made < ALL;
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    embed_gives(&e, "1 + 1", "2");
    unsigned ended = made, both = 0;
    csp_free(e.vm);
    for (unsigned i = 0; i < ended; i++) {
        const call *c = &calls[i];
        cr_assert_eq(c->destroyed, 1, "%u: destroyed %d times", i, c->destroyed);
        cr_assert_leq(c->cancelled, 1, "%u", i);
        both += c->cancelled && c->status == CSP_OK;
        if (c->status == CSP_E_CLOSED)
            cr_assert_eq(c->cancelled, 1, "%u: closed, and not cancelled", i);
    }
    cr_expect_eq(both, 0, "completed, and cancelled");
    e = embed_open(natives, 1);
}

/* ---- Misuse ---- */

Test(completer, misuse_of_completers)
{
    char nothing[64] = "";
    csp_completer *none[] = {NULL, (csp_completer *)(void *)nothing};
    for (int i = 0; i < 2; i++) {
        cr_expect_null(csp_completer_hold(none[i]));
        cr_expect_eq(csp_completer_finish(none[i], csp_msg_int(1)), CSP_E_MISUSE);
        cr_expect_eq(csp_completer_fail(none[i], "a", "b"), CSP_E_MISUSE);
        csp_completer_free(none[i]);
    }
    cr_expect_null(csp_completer_new(NULL, NULL, NULL));
    embed_gives(&e, "let p = spawn host.later()", NULL);
    wait_for_calls(1);
    csp_completer *p = calls[0].completer;
    cr_expect_eq(csp_completer_fail(p, NULL, "b"), CSP_E_MISUSE);
    cr_expect_eq(csp_completer_fail(p, "", "b"), CSP_E_MISUSE);
    cr_expect_eq(csp_completer_fail(p, "a", NULL), CSP_E_MISUSE);
    csp_completer_free(p);
    csp_completer_free(p); /* once too often */
    cr_expect_null(csp_completer_hold(p));
    embed_gives(&e, "wait(p).kind", "\"closed\"");
}

Test(completer, misuse_of_csp_await)
{
    embed_fails(&e, "host.no_completer()", "misuse", "csp_await: the completer is NULL");
    embed_fails(&e, "host.of_another()", "misuse", "csp_await: the completer is not of this call");
    embed_gives(&e, "let p = spawn host.later()", NULL);
    wait_for_calls(1);
    foreign = calls[0].completer;
    embed_fails(&e, "host.of_another()", "misuse", "csp_await: the completer is not of this call");
    csp_completer_free(foreign);
    embed_fails(&e, "host.twice()", "misuse", "the completer has been awaited already");
    embed_fails(&e, "host.undeclared()", "misuse", "csp_await: the native is not declared");
    embed_gives(&e, "host.after_verdict()", NULL);
}
