/* Ports: channels of which one end is the host's. */
#include <criterion/criterion.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/host/host.h"
#include "api/session.h"
#include "vm/audit.h"
#include "vm/drive.h"
#include "vm/outside/loop.h"
#include "vm/outside/request.h"
#include "vm/process/output.h"
#include "vm/process/port_end.h"

static csp_vm *vm;
static csp_session *session;
static csp_scope scope;
static char printed[4096];
static size_t written;

static void collect(void *user, int stream, const char *text, size_t size)
{
    (void)user, (void)stream;
    cr_assert_lt(written + size, sizeof printed);
    memcpy(printed + written, text, size);
    written += size;
    printed[written] = '\0';
}

static void open_vm(void)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.write = collect;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    session = csp_session_new(vm);
    scope = csp_scope_open(vm);
    printed[0] = '\0';
    written = 0;
}

static void close_vm(void)
{
    csp_free(vm);
    vm = NULL;
}

TestSuite(port, .init = open_vm, .fini = close_vm);

static void eval(const char *text)
{
    char *result;
    csp_status status = csp_eval(session, text, strlen(text), &result);
    csp_error *e = status < 0 ? csp_take_error(vm) : NULL;
    char *why = e ? csp_error_text(e, CSP_PLAIN) : NULL;
    cr_assert_eq(status, CSP_OK, "%s\n%s", text, why);
    csp_text_free(result);
}

/* Lets the session know the value by a name. */
static void bind(const char *name, csp_value given)
{
    char text[80];
    snprintf(text, sizeof text, "var %s = nil", name);
    eval(text);
    value v;
    cr_assert(handle_value(host_of(vm), given, "bind", &v));
    for (uint32_t i = session->count; i-- > 0;)
        if (strcmp(session->variables[i].name, name) == 0) {
            ((cell *)value_as_object(session->cells[i]))->item = v;
            return;
        }
    cr_assert(false);
}

static csp_port *opened(csp_direction direction, uint32_t capacity, const char *name)
{
    csp_port *p;
    csp_value end;
    cr_assert_eq(csp_port_open(vm, direction, capacity, &p, &end), CSP_OK);
    cr_assert_eq(csp_type_of(vm, end), CSP_T_CHANNEL);
    bind(name, end);
    return p;
}

/* Until nothing can run. */
static void run(void)
{
    for (int i = 0; i < 10000000; i++) {
        vm->sched.poll_credit = 0;
        bool ran = vm_step(vm);
        const char *wrong = vm_audit(vm);
        cr_assert_null(wrong, "%s", wrong);
        if (!ran && !request_arrived(vm)) {
            vm_flush(vm);
            return;
        }
    }
}

static csp_status send_int(csp_port *p, int64_t n)
{
    csp_msg *m = csp_msg_int(n);
    csp_status status = csp_port_send(p, m);
    if (status != CSP_OK)
        csp_msg_free(m);
    return status;
}

/* What comes next, as JSON; the status where nothing does. */
static const char *next(csp_port *p)
{
    static char text[1000];
    csp_msg *m;
    csp_status status = csp_port_receive(p, &m);
    if (status != CSP_OK) {
        cr_assert_null(m);
        return status == CSP_EMPTY ? "empty" : status == CSP_E_CLOSED ? "closed" : "wrong";
    }
    char *json = csp_msg_to_json(m);
    snprintf(text, sizeof text, "%s", json ? json : "no json");
    csp_text_free(json);
    csp_msg_free(m);
    return text;
}

#define NEXT(port, expected) cr_assert_str_eq(next(port), expected)

#define ECHO "fn echo(i, o) { for x in i { o ! x }\n close(o) }"

Test(port, messages_go_there_and_back_in_order)
{
    csp_port *in = opened(CSP_TO_SCRIPT, 4, "i"), *out = opened(CSP_FROM_SCRIPT, 4, "o");
    eval(ECHO "\n spawn echo(i, o)");
    NEXT(out, "empty");
    for (int n = 0; n < 100; n++) {
        cr_assert_eq(send_int(in, 2 * n), CSP_OK);
        cr_assert_eq(send_int(in, 2 * n + 1), CSP_OK);
        run();
        char expected[16];
        for (int i = 0; i < 2; i++) {
            snprintf(expected, sizeof expected, "%d", 2 * n + i);
            NEXT(out, expected);
        }
        NEXT(out, "empty");
    }
    csp_port_close(in);
    run();
    NEXT(out, "closed");
    cr_assert_eq(send_int(in, 1), CSP_E_CLOSED);
    csp_port_free(in);
    csp_port_free(out);
}

Test(port, a_port_to_the_script_holds_as_much_as_it_has_room_for)
{
    csp_port *in = opened(CSP_TO_SCRIPT, 3, "i"), *out = opened(CSP_FROM_SCRIPT, 1, "o");
    for (int n = 0; n < 3; n++)
        cr_assert_eq(send_int(in, n), CSP_OK);
    cr_assert_eq(send_int(in, 3), CSP_FULL);
    cr_assert_eq(csp_port_wait(in, 0), CSP_FULL);
    run(); /* now the channel has them */
    cr_assert_eq(send_int(in, 3), CSP_FULL);
    eval("fn one(i, o) { o ! ?i }\n spawn one(i, o)");
    run();
    NEXT(out, "0");
    cr_assert_eq(csp_port_wait(in, 0), CSP_OK);
    cr_assert_eq(send_int(in, 3), CSP_OK);
    cr_assert_eq(send_int(in, 4), CSP_FULL);
    csp_port_free(in);
    csp_port_free(out);
}

Test(port, who_sends_to_a_full_port_waits)
{
    csp_port *out = opened(CSP_FROM_SCRIPT, 2, "o");
    eval("fn many(o, from) { for n in from..(from + 5) { o ! n }\n print(from, \"done\") }\n"
         "spawn many(o, 0)");
    run();
    cr_assert_str_eq(printed, "");
    for (int n = 0; n < 5; n++) {
        char expected[16];
        snprintf(expected, sizeof expected, "%d", n);
        NEXT(out, expected);
        run();
    }
    cr_assert_str_eq(printed, "0 done\n");
    NEXT(out, "empty");
    csp_port_close(out);
    eval("fn try_it(o) { let e = catch { o ! 1 }\n print(e.kind) }\n spawn try_it(o)");
    run();
    cr_assert_str_eq(printed, "0 done\nclosed\n");
    csp_port_free(out);
}

Test(port, closing_the_hosts_end_crashes_who_waits_to_send)
{
    csp_port *out = opened(CSP_FROM_SCRIPT, 1, "o");
    eval("fn two(o) { o ! 1\n let e = catch { o ! 2 }\n print(e.kind) }\n spawn two(o)");
    run();
    cr_assert_str_eq(printed, "");
    csp_port_close(out);
    csp_port_close(out);
    run();
    cr_assert_str_eq(printed, "closed\n");
    NEXT(out, "1"); /* it had been sent */
    NEXT(out, "closed");
    csp_port_free(out);
}

Test(port, what_cannot_leave_crashes_its_sender)
{
    csp_port *out = opened(CSP_FROM_SCRIPT, 4, "o");
    eval("fn send(o, v) { let e = catch { o ! v }\n print(e.kind, e.message) }");
    static const char *const all[] = {"print", "[1, {a: chan()}]", "self()", "(1, o)",
                                      "[fn() => 1]"};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char text[80];
        snprintf(text, sizeof text, "spawn send(o, %s)", all[i]);
        eval(text);
        run();
    }
    cr_assert_str_eq(printed, "type_error a function cannot leave its VM\n"
                              "type_error a channel cannot leave its VM\n"
                              "type_error a process cannot leave its VM\n"
                              "type_error a channel cannot leave its VM\n"
                              "type_error a function cannot leave its VM\n");
    NEXT(out, "empty");
    csp_port_free(out);
}

Test(port, the_scripts_ends_are_ends)
{
    csp_port *in = opened(CSP_TO_SCRIPT, 1, "i"), *out = opened(CSP_FROM_SCRIPT, 1, "o");
    eval("fn a(i) { i ! 1 }\n fn b(o) { ?o }\n fn c(i) { close(i) }\n"
         "for f in [fn() => a(i), fn() => b(o), fn() => c(i)] { print((catch { f() }).kind) }\n"
         "print(type(i), type(o))");
    cr_assert_str_eq(printed, "type_error\ntype_error\ntype_error\nchan chan\n");
    csp_port_free(in);
    csp_port_free(out);
}

Test(port, alt_works_in_both_directions)
{
    csp_port *in = opened(CSP_TO_SCRIPT, 2, "i"), *out = opened(CSP_FROM_SCRIPT, 1, "o");
    eval("fn relay(i, o) {\n var held = []\n for alt {\n"
         "  i ? x => List.push(held, x)\n"
         "  when len(held) > 0, o ! held[0] => List.remove(held, 0)\n"
         " }\n}\n spawn relay(i, o)");
    for (int n = 0; n < 10; n++) {
        cr_assert_eq(send_int(in, n), CSP_OK);
        run();
    }
    for (int n = 0; n < 10; n++) {
        char expected[16];
        snprintf(expected, sizeof expected, "%d", n);
        NEXT(out, expected);
        run();
    }
    NEXT(out, "empty");
    csp_port_free(in);
    csp_port_free(out);
}

Test(port, lists_and_moves_are_packed)
{
    csp_port *out = opened(CSP_FROM_SCRIPT, 1, "o");
    eval("fn f(o) {\n let xs = [1, [2], {a: \"b\"}]\n let was = xs\n o ! xs\n xs[0] = 5\n o ! move "
         "xs\n"
         " print((catch { was[0] }).kind)\n let ys = List.repeat(7, 3000)\n let were = ys\n"
         " alt { o ! move ys => print((catch { were[0] }).kind) }\n}\n spawn f(o)");
    run();
    NEXT(out, "[1,[2],{\"a\":\"b\"}]");
    run();
    NEXT(out, "[5,[2],{\"a\":\"b\"}]");
    run();
    csp_msg *m;
    cr_assert_eq(csp_port_receive(out, &m), CSP_OK);
    cr_assert_eq(csp_msg_length(m), 3000);
    csp_msg_free(m);
    run();
    cr_assert_str_eq(printed, "moved\nmoved\n");
    csp_port_free(out);
}

Test(port, large_messages_are_unpacked_by_who_receives_them)
{
    enum { MANY = 100000 };
    csp_port *in = opened(CSP_TO_SCRIPT, 2, "i"), *out = opened(CSP_FROM_SCRIPT, 2, "o");
    eval("fn sums(i, o) { for xs in i { var n = 0\n for x in xs { n += x }\n o ! n\n o ! xs } }\n"
         "spawn sums(i, o)");
    char *json = malloc(MANY * 8), *at = json;
    *at++ = '[';
    for (int n = 0; n < MANY; n++)
        at += sprintf(at, "%d,", n);
    at[-1] = ']';
    csp_msg *m = csp_msg_json(json, (size_t)(at - json)), *back;
    cr_assert_eq(csp_port_send(in, csp_msg_hold(m)), CSP_OK);
    run();
    NEXT(out, "4999950000");
    cr_assert_eq(csp_port_receive(out, &back), CSP_OK);
    size_t a, b;
    const void *sent = csp_msg_packed(m, &a), *received = csp_msg_packed(back, &b);
    cr_assert(a == b && memcmp(sent, received, a) == 0);
    csp_msg_free(back);
    csp_msg_free(m);
    free(json);
    csp_port_free(in);
    csp_port_free(out);
}

Test(port, the_end_of_a_channel_is_seen_behind_its_messages)
{
    csp_port *out = opened(CSP_FROM_SCRIPT, 4, "o");
    eval("fn f(o) { o ! 1\n o ! 2\n close(o)\n alt { closed(o) => print(\"drained\") } }\n spawn "
         "f(o)");
    run();
    cr_assert_str_eq(printed, "");
    NEXT(out, "1");
    run();
    cr_assert_str_eq(printed, "");
    NEXT(out, "2");
    NEXT(out, "closed");
    run();
    cr_assert_str_eq(printed, "drained\n");
    csp_port_free(out);
}

Test(port, giving_the_port_back_is_an_end_too)
{
    csp_port *out = opened(CSP_FROM_SCRIPT, 4, "o"), *in = opened(CSP_TO_SCRIPT, 4, "i");
    eval("fn f(o) { o ! 1\n close(o)\n alt { closed(o) => print(\"drained\") } }\n spawn f(o)\n"
         "fn g(i) { for x in i { print(x) }\n print(\"over\") }\n spawn g(i)");
    cr_assert_eq(send_int(in, 7), CSP_OK);
    csp_stats stats = {.struct_size = sizeof stats};
    csp_get_stats(vm, &stats);
    cr_assert_eq(stats.ports, 2);
    csp_port_free(in);
    run();
    csp_port_free(out);
    run();
    csp_get_stats(vm, &stats);
    cr_assert_eq(stats.ports, 0);
    cr_assert_str_eq(printed, "7\nover\ndrained\n");
    cr_assert_null(vm->ports);
}

Test(port, an_end_that_is_garbage_is_closed)
{
    csp_port *p[2];
    csp_value end;
    csp_scope inner = csp_scope_open(vm);
    cr_assert_eq(csp_port_open(vm, CSP_TO_SCRIPT, 1, &p[0], &end), CSP_OK);
    cr_assert_eq(csp_port_open(vm, CSP_FROM_SCRIPT, 1, &p[1], &end), CSP_OK);
    cr_assert_eq(send_int(p[0], 1), CSP_OK);
    run();
    cr_assert_eq(csp_port_wait(p[0], 0), CSP_FULL);
    csp_scope_close(vm, inner);
    for (int i = 0; i < 3; i++) {
        heap_clear_stack();
        heap_collect(&vm->heap);
        run();
    }
    cr_assert_eq(csp_port_wait(p[0], 0), CSP_E_CLOSED);
    cr_assert_eq(csp_port_wait(p[1], 0), CSP_E_CLOSED);
    csp_port_free(p[0]);
    csp_port_free(p[1]);
}

/* Of the first collections each brings leaked processes back, or finds that nobody has looked at
 * those of the one before. They must not free the ends that they do not reach. */
Test(port, garbage_beside_leaked_processes)
{
    enum { ROUNDS = 30, EACH = 4 };
    static csp_port *all[ROUNDS * EACH];
    eval("fn held(end) { ?chan(); end }\n var end = nil\n");
    for (int i = 0; i < ROUNDS * EACH; i++) {
        csp_scope inner = csp_scope_open(vm);
        csp_value end;
        cr_assert_eq(csp_port_open(vm, i % 2 ? CSP_TO_SCRIPT : CSP_FROM_SCRIPT, 1, &all[i], &end),
                     CSP_OK);
        if (i % EACH == 0) {
            bind("held_end", end);
            eval("spawn held(held_end); held_end = nil");
        }
        csp_scope_close(vm, inner);
        if (i % EACH < EACH - 1)
            continue;
        heap_clear_stack();
        heap_collect(&vm->heap);
        if (i % 3)
            heap_collect(&vm->heap);
        eval("var xs = []; for i in 0..500 { List.push(xs, chan()) }; xs = nil");
        const char *wrong = ports_audit(vm);
        cr_assert_null(wrong, "%d: %s", i, wrong);
    }
    for (int i = 0; i < 6; i++) {
        heap_clear_stack();
        heap_collect(&vm->heap);
        run();
    }
    unsigned open = 0;
    for (int i = 0; i < ROUNDS * EACH; i++) {
        open += csp_port_wait(all[i], 0) != CSP_E_CLOSED;
        csp_port_free(all[i]);
    }
    cr_assert_leq(open, ROUNDS, "%u", open);
}

Test(port, who_waits_for_the_host_is_no_leak)
{
    csp_port *in = opened(CSP_TO_SCRIPT, 1, "i"), *out = opened(CSP_FROM_SCRIPT, 1, "o");
    eval("fn f(i, o) { o ! ?i }\n spawn f(i, o)\n i = nil\n o = nil");
    csp_scope_close(vm, scope);
    for (int i = 0; i < 3; i++) {
        heap_clear_stack();
        heap_collect(&vm->heap);
        run();
    }
    cr_assert_str_eq(printed, "");
    cr_assert_eq(send_int(in, 42), CSP_OK);
    run();
    NEXT(out, "42");
    csp_port_free(in);
    csp_port_free(out);
}

Test(port, who_waits_for_the_host_is_in_no_deadlock)
{
    csp_port *in = opened(CSP_TO_SCRIPT, 1, "i");
    eval("fn f(i) { for x in i { print(x) } }\n spawn f(i)");
    cr_assert_eq(vm_run(vm, NULL, loop_now() + 20000000), VM_DEADLINE);
    csp_port_close(in);
    run();
    cr_assert_eq(ports_awaited(vm), false);
    csp_port_free(in);
}

Test(port, timeouts_and_kills_end_a_wait)
{
    csp_port *in = opened(CSP_TO_SCRIPT, 1, "i"), *out = opened(CSP_FROM_SCRIPT, 1, "o");
    eval("o ! 0\n fn f(i) => ?i\n fn g(o) { o ! [1] }\n"
         "print((catch { timeout(1ms, fn() => f(i)) }).kind)\n"
         "print((catch { timeout(1ms, fn() => g(o)) }).kind)\n"
         "let p = spawn f(i)\n let q = spawn g(o)\n kill(p)\n "
         "kill(q)");
    run();
    NEXT(out, "0");
    run();
    NEXT(out, "empty");
    cr_assert_eq(send_int(in, 1), CSP_OK);
    run();
    eval("print(?i)");
    cr_assert_str_eq(printed, "timeout\ntimeout\n1\n");
    csp_port_free(in);
    csp_port_free(out);
}

Test(port, a_port_outlives_its_vm)
{
    csp_port *in = opened(CSP_TO_SCRIPT, 4, "i"), *out = opened(CSP_FROM_SCRIPT, 4, "o");
    eval("o ! 1\n o ! [2]");
    cr_assert_eq(send_int(in, 1), CSP_OK);
    csp_free(vm);
    cr_assert_eq(send_int(in, 1), CSP_E_CLOSED);
    cr_assert_eq(csp_port_wait(in, -1), CSP_E_CLOSED);
    NEXT(out, "1");
    cr_assert_eq(csp_port_wait(out, -1), CSP_OK);
    NEXT(out, "[2]");
    NEXT(out, "closed");
    cr_assert_eq(csp_port_wait(out, -1), CSP_E_CLOSED);
    csp_port_free(out);
    csp_port_close(in);
    csp_port_free(in);
    open_vm();
}

static bool is_readable(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, 0) == 1;
}

Test(port, a_descriptor_shows_what_wait_would)
{
    csp_port *in = opened(CSP_TO_SCRIPT, 1, "i"), *out = opened(CSP_FROM_SCRIPT, 1, "o");
    int to = csp_port_fd(in), from = csp_port_fd(out);
    cr_assert_eq(csp_port_fd(in), to);
    cr_assert(is_readable(to) && !is_readable(from));
    cr_assert_eq(send_int(in, 1), CSP_OK);
    cr_assert(!is_readable(to));
    eval("o ! ?i");
    cr_assert(is_readable(to) && is_readable(from));
    NEXT(out, "1");
    cr_assert(!is_readable(from));
    eval("close(o)");
    cr_assert(is_readable(from));
    csp_port_free(in);
    csp_port_free(out);
}

/* A close of which the VM has not heard yet is not a deadlock. */
Test(port, a_close_may_be_on_its_way)
{
    csp_port *in = opened(CSP_TO_SCRIPT, 3, "i"), *out = opened(CSP_FROM_SCRIPT, 1, "o");
    eval("spawn (fn(i) { for x in i {}; print(1) })(i)\n"
         "spawn (fn(o) { catch { for n in 0..3 { o ! n } } })(o)\nsleep(0s)");
    cr_assert(ports_awaited(vm));
    csp_port_close(in);
    csp_port_close(out);
    cr_assert(ports_awaited(vm));
    csp_step(vm, 100000, NULL);
    cr_assert_not(ports_awaited(vm));
    cr_assert_str_eq(printed, "1\n");
    csp_port_free(in);
    csp_port_free(out);
}

static void *pump(void *arg)
{
    csp_port **ports = arg; /* from, to */
    csp_msg *m;
    while (csp_port_wait(ports[0], -1) == CSP_OK && csp_port_receive(ports[0], &m) == CSP_OK) {
        csp_status sent;
        while ((sent = csp_port_send(ports[1], m)) == CSP_FULL)
            csp_port_wait(ports[1], -1);
        if (sent != CSP_OK)
            csp_msg_free(m);
    }
    csp_port_close(ports[1]);
    return NULL;
}

Test(port, another_thread_wakes_the_vm)
{
    csp_port *in = opened(CSP_TO_SCRIPT, 3, "i"), *out = opened(CSP_FROM_SCRIPT, 3, "o");
    pthread_t thread;
    pthread_create(&thread, NULL, pump, (csp_port *[]){out, in});
    eval("fn f(o) { for n in 1..=1000 { o ! (n, \"job ${n}\") }\n close(o) }\n spawn f(o)\n"
         "var sum = 0\n for (n, text) in i { sum += n }\n print(sum)");
    pthread_join(thread, NULL);
    cr_assert_str_eq(printed, "500500\n");
    csp_port_free(in);
    csp_port_free(out);
}

Test(port, misuse)
{
    csp_port *p;
    csp_value end;
    csp_msg *m = csp_msg_int(1), *got;
    cr_assert_eq(csp_port_open(NULL, CSP_TO_SCRIPT, 1, &p, &end), CSP_E_MISUSE);
    cr_assert_eq(csp_port_open(vm, CSP_TO_SCRIPT, 0, &p, &end), CSP_E_MISUSE);
    cr_assert_eq(csp_port_open(vm, (csp_direction)7, 1, &p, &end), CSP_E_MISUSE);
    cr_assert_eq(csp_port_open(vm, CSP_TO_SCRIPT, 1, NULL, &end), CSP_E_MISUSE);
    cr_assert_eq(csp_port_open(vm, CSP_TO_SCRIPT, 1, &p, NULL), CSP_E_MISUSE);
    cr_assert_null(p);
    csp_scope_close(vm, scope);
    cr_assert_lt(csp_port_open(vm, CSP_TO_SCRIPT, 1, &p, &end), 0);
    scope = csp_scope_open(vm);
    cr_assert_eq(csp_port_send(NULL, m), CSP_E_MISUSE);
    cr_assert_eq(csp_port_receive(NULL, &got), CSP_E_MISUSE);
    cr_assert_eq(csp_port_wait(NULL, 0), CSP_E_MISUSE);
    cr_assert_eq(csp_port_fd(NULL), -1);
    csp_port_close(NULL);
    csp_port_free(NULL);
    csp_port *in = opened(CSP_TO_SCRIPT, 1, "i"), *out = opened(CSP_FROM_SCRIPT, 1, "o");
    cr_assert_eq(csp_port_send(in, NULL), CSP_E_MISUSE);
    cr_assert_eq(csp_port_send(out, m), CSP_E_MISUSE);
    cr_assert_eq(csp_port_receive(in, &got), CSP_E_MISUSE);
    cr_assert_eq(csp_port_receive(out, NULL), CSP_E_MISUSE);
    csp_port_free(in);
    csp_port_free(in); /* once more */
    cr_assert_eq(csp_port_send(in, m), CSP_E_MISUSE);
    csp_port_free(out);
    csp_msg_free(m);
}
