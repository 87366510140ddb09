/* Embedding: what a host does with csp.h. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "include/csp.h"

/* What a VM has written: stream 1 and 2. */
typedef struct written {
    char text[3][4096];
    size_t size[3];
} written;

static void take(void *user, int stream, const char *text, size_t size)
{
    written *w = user;
    cr_assert(stream == 1 || stream == 2);
    cr_assert_lt(w->size[stream] + size, sizeof w->text[stream]);
    memcpy(w->text[stream] + w->size[stream], text, size);
    w->size[stream] += size;
    w->text[stream][w->size[stream]] = '\0';
}

static csp_vm *make(written *w, csp_config *config)
{
    csp_config all;
    csp_config_init(&all, sizeof all);
    all.capabilities = CSP_MAY_ALL;
    if (!config)
        config = &all;
    *w = (written){0};
    config->write = take;
    config->user = w;
    csp_vm *vm = NULL;
    cr_assert_eq(csp_new(config, &vm), CSP_OK);
    cr_assert_not_null(vm);
    return vm;
}

static csp_status run(csp_vm *vm, const char *text)
{
    return csp_run_text(vm, "test", text, strlen(text));
}

static csp_status eval(csp_session *s, const char *text, char **result)
{
    return csp_eval(s, text, strlen(text), result);
}

/* The input gives this text as its value; NULL: none. */
static void gives(csp_session *s, const char *text, const char *expected)
{
    char *result;
    cr_assert_eq(eval(s, text, &result), CSP_OK, "%s", text);
    if (expected)
        cr_assert(result && strcmp(result, expected) == 0, "%s gives %s", text,
                  result ? result : "nothing");
    else
        cr_assert_null(result, "%s gives %s", text, result);
    csp_text_free(result);
}

static void fails(csp_session *s, csp_vm *vm, const char *text, csp_status status, const char *kind)
{
    char *result;
    cr_assert_eq(eval(s, text, &result), status, "%s", text);
    cr_assert_null(result);
    csp_error *error = csp_take_error(vm);
    cr_assert_not_null(error);
    cr_assert_str_eq(csp_error_kind(error), kind);
    csp_error_free(error);
    cr_assert_null(csp_take_error(vm));
}

Test(csp, version) { cr_assert_str_eq(csp_version(), CSP_VERSION); }

Test(csp, writes_through_the_callback)
{
    written w;
    csp_vm *vm = make(&w, NULL);
    cr_assert_eq(csp_user(vm), &w);
    cr_assert_eq(run(vm, "print(\"out\"); eprint(\"err\")"), CSP_OK);
    cr_assert_str_eq(w.text[1], "out\n");
    cr_assert_str_eq(w.text[2], "err\n");
    cr_assert_eq(run(vm, "print(1)"), CSP_E_MISUSE, "a VM runs one program");
    csp_free(vm);
    csp_free(NULL);
}

Test(csp, arguments)
{
    written w;
    csp_config config;
    csp_config_init(&config, sizeof config);
    char first[] = "one";
    const char *args[] = {first, "tw\xc3\xb6"};
    config.args = args;
    config.capabilities = CSP_MAY_ARGS;
    config.arg_count = 2;
    csp_vm *vm = make(&w, &config);
    first[0] = 'X';
    cr_assert_eq(run(vm, "print(Os.args())"), CSP_OK);
    cr_assert_str_eq(w.text[1], "[\"one\", \"tw\xc3\xb6\"]\n");
    csp_free(vm);
}

Test(csp, two_at_once)
{
    written a_out, b_out;
    csp_vm *a = make(&a_out, NULL), *b = make(&b_out, NULL);
    csp_session *in_a = csp_session_new(a), *in_b = csp_session_new(b);
    for (int i = 0; i < 50; i++) {
        gives(in_a, i ? "n += 1" : "var n = 0", NULL);
        gives(in_b, i ? "n = n + \"x\"" : "var n = \"\"", NULL);
    }
    gives(in_a, "n", "49");
    gives(in_b, "len(n)", "49");
    csp_free(a);
    gives(in_b, "let xs = List.map([1, 2], fn(x) => x * 2); xs", "[2, 4]");
    csp_free(b);
}

Test(csp, crash)
{
    written w;
    csp_vm *vm = make(&w, NULL);
    cr_assert_eq(run(vm, "fn half(n) {\n    1 + n // 0\n}\nprint(half(3))\n"), CSP_E_CRASH);
    cr_assert_str_eq(w.text[2], "", "the host reports it");
    csp_error *error = csp_take_error(vm);
    csp_free(vm);
    /* It outlives its VM. */
    cr_assert_str_eq(csp_error_kind(error), "zero_division");
    csp_place place;
    cr_assert(csp_error_frame(error, 0, &place));
    cr_assert_str_eq(place.file, "test");
    cr_assert_str_eq(place.function, "half");
    cr_assert_eq(place.line, 2);
    cr_assert_eq(place.column, 9);
    cr_assert(csp_error_frame(error, 1, &place));
    cr_assert_eq(place.line, 4);
    char *text = csp_error_text(error, CSP_PLAIN);
    cr_assert_not_null(strstr(text, "test:2:"), "%s", text);
    cr_assert_not_null(strstr(text, "zero_division"), "%s", text);
    cr_assert_null(strchr(text, '\033'));
    csp_text_free(text);
    text = csp_error_text(error, CSP_COLOUR);
    cr_assert_not_null(strchr(text, '\033'));
    csp_text_free(text);
    text = csp_error_text(error, CSP_JSON);
    cr_assert_not_null(strstr(text, "\"kind\":\"zero_division\""), "%s", text);
    csp_text_free(text);
    csp_error_free(error);
    csp_error_free(NULL);
}

/* What the host was told of crashes. */
typedef struct told {
    char lines[2000];
} told;

static void note_crash(void *user, const csp_error *error)
{
    told *t = user;
    const char *name;
    char *to = t->lines + strlen(t->lines);
    csp_place place;
    to += sprintf(to, "%llu", (unsigned long long)csp_error_process(error, &name));
    to += sprintf(to, " %s %s:", name, csp_error_kind(error));
    for (uint32_t i = 0; csp_error_frame(error, i, &place); i++)
        to += sprintf(to, " %s %u", place.function, place.line);
    to += sprintf(to, " from");
    for (uint32_t i = 0; csp_error_spawned(error, i, &place); i++)
        to += sprintf(to, " %s %u:%u", place.function, place.line, place.column);
    for (const csp_error *cause = csp_error_cause(error); cause; cause = csp_error_cause(cause)) {
        to += sprintf(to, " since %s", csp_error_message(cause));
        cr_assert_eq(csp_error_process(cause, NULL), 0);
    }
    strcat(to, ";");
}

Test(csp, the_host_is_told_of_crashes)
{
    told t = {0};
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.user = &t;
    config.crash = note_crash;
    csp_vm *vm;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    cr_assert_eq(run(vm,
                     "fn leaf() { defer fail(\"second\"); fail(\"first\") }\n"
                     "fn middle() { spawn leaf() }\n"
                     "fn again(n) { if n == 0 { spawn middle() } else { spawn again(n - 1) } }\n"
                     "spawn again(3)\nsleep(1ms)\n"
                     "Process.name(spawn { 1 // 0 }, \"named\")\nsleep(1ms)\nwait(spawn { "
                     "fail(\"awaited\") })\n"
                     "spawn { int(\"x\") + 1 }\nsleep(1ms)\n"),
                 CSP_OK);
    csp_free(vm);
    cr_expect_str_eq(
        t.lines, "7 leaf fail: leaf 1 from middle 2:15 again 3:27 again 3:51 main 4:1 since first;"
                 "8 named zero_division: main 6 from main 6:14;"
                 "10  type_error: main 9 from main 9:1 since \"x\" is not a whole number;");
}

Test(csp, compile_error)
{
    written w;
    csp_vm *vm = make(&w, NULL);
    cr_assert_eq(run(vm, "print(1)\nprnt(2)\nlet x = nowhere\n"), CSP_E_COMPILE);
    cr_assert_str_eq(w.text[1], "", "nothing has run");
    csp_error *error = csp_take_error(vm);
    cr_assert_str_eq(csp_error_kind(error), "compile");
    csp_place place;
    cr_assert(csp_error_frame(error, 0, &place));
    cr_assert_eq(place.line, 2);
    char *text = csp_error_text(error, CSP_PLAIN);
    cr_assert_not_null(strstr(text, "test:2:1: error"), "%s", text);
    cr_assert_not_null(strstr(text, "did you mean `print`?"), "%s", text);
    cr_assert_not_null(strstr(text, "test:3:9: error"), "%s", text);
    csp_text_free(text);
    csp_error_free(error);
    csp_free(vm);
}

Test(csp, outcomes_of_programs)
{
    static const struct {
        const char *text;
        csp_status status;
        int exit;
        const char *kind;
    } cases[] = {
        {"", CSP_OK, 0, NULL},
        {"Os.exit(7)", CSP_EXIT, 7, NULL},
        {"let c = chan(); ?c", CSP_E_DEADLOCK, 0, "deadlock"},
        {"kill(self(), \"enough\")", CSP_E_CRASH, 0, "killed"},
        {"fail(\"so\")", CSP_E_CRASH, 0, "fail"},
        {"let n = try int(\"x\"); print(n)", CSP_E_CRASH, 0, "value_error"},
        {"let e = error(\"lost\", \"no\")", CSP_OK, 0, NULL},
        {"\xff", CSP_E_COMPILE, 0, "compile"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        written w;
        csp_vm *vm = make(&w, NULL);
        cr_assert_eq(run(vm, cases[i].text), cases[i].status, "%s", cases[i].text);
        cr_assert_eq(csp_exit_status(vm), cases[i].exit);
        csp_error *error = csp_take_error(vm);
        cr_assert_eq(error != NULL, cases[i].kind != NULL, "%s", cases[i].text);
        if (error)
            cr_assert_str_eq(csp_error_kind(error), cases[i].kind, "%s", cases[i].text);
        csp_error_free(error);
        csp_free(vm);
    }
}

Test(csp, limits)
{
    written w;
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.max_stack = 1 << 16;
    config.max_processes = 10;
    csp_vm *vm = make(&w, &config);
    csp_session *s = csp_session_new(vm);
    gives(s, "fn deep(n) { 1 + deep(n + 1) }", NULL);
    fails(s, vm, "deep(0)", CSP_E_CRASH, "stack_overflow");
    gives(s, "(catch { for _ in 0..20 { spawn { sleep(1h) } } }).kind", "\"too_many_processes\"");
    csp_free(vm);

    csp_config_init(&config, sizeof config);
    config.max_reductions = 100000;
    vm = make(&w, &config);
    s = csp_session_new(vm);
    fails(s, vm, "loop { }", CSP_E_CRASH, "out_of_reductions");
    csp_free(vm);
}

/* Descriptors are the process's own: each test is one. */
Test(csp, output_that_cannot_be_written_is_a_failure)
{
    int full = open("/dev/full", O_WRONLY);
    cr_assert(full >= 0 && dup2(full, STDOUT_FILENO) == STDOUT_FILENO);
    csp_vm *vm;
    cr_assert_eq(csp_new(NULL, &vm), CSP_OK);
    const char *text = "print(12)";
    cr_assert_eq(csp_run_text(vm, "full", text, strlen(text)), CSP_E_CRASH);
    csp_error *error = csp_take_error(vm);
    cr_expect_str_eq(csp_error_kind(error), "io_error");
    cr_expect(strstr(csp_error_message(error), "3 bytes are lost"), "%s", csp_error_message(error));
    csp_error_free(error);
    csp_free(vm);
}

/* What is not ready is waited for by who prints; csp_step never waits. */
Test(csp, a_step_does_not_wait_for_output)
{
    int ends[2];
    cr_assert(pipe(ends) == 0 && dup2(ends[1], STDOUT_FILENO) == STDOUT_FILENO);
    csp_vm *vm;
    cr_assert_eq(csp_new(NULL, &vm), CSP_OK);
    csp_session *s = csp_session_new(vm);
    char *result, got[4096];
    const char *text = "let ticks = chan(1000); spawn { print(String.repeat(\"a\", 200_000)); "
                       "ticks ! \"printed\" }; "
                       "spawn { for i in 0..10 { ticks ! i; sleep(1ms) } }; nil";
    cr_assert_eq(csp_eval(s, text, strlen(text), &result), CSP_OK);
    csp_text_free(result);
    for (int i = 0; i < 1000; i++) {
        cr_assert_geq(csp_step(vm, 100000, NULL), CSP_OK);
        int wait = csp_timeout(vm);
        cr_assert(wait >= 0 && wait <= 10, "%d ms", wait); /* somebody waits for output */
        usleep(100);
    }
    ssize_t size = 0;
    cr_assert(fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
    while (size < 200001) {
        ssize_t some = read(ends[0], got, sizeof got);
        if (some > 0)
            size += some;
        cr_assert_geq(csp_step(vm, 100000, NULL), CSP_OK);
    }
    text = "var all = []; for _ in 0..11 { List.push(all, ?ticks) }; all[-1]";
    cr_assert_eq(csp_eval(s, text, strlen(text), &result), CSP_OK);
    cr_expect_str_eq(result, "\"printed\"");
    csp_text_free(result);
    csp_free(vm);
}

Test(csp, session)
{
    written w;
    csp_vm *vm = make(&w, NULL);
    csp_session *s = csp_session_new(vm);
    gives(s, "", NULL);
    gives(s, "1 + 2", "3");
    gives(s, "nil", NULL);
    gives(s, "print(1)", NULL);
    gives(s, "\"text\"", "\"text\"");
    gives(s, "error(\"lost\", \"no\")", "error(\"lost\", \"no\")");
    gives(s, "let xs = [1]", NULL);
    gives(s, "List.push(xs, 2); xs", "[1, 2]");
    gives(s, "let xs = {a: xs}", NULL);
    gives(s, "xs.a[1]", "2");
    gives(s, "var n = 1", NULL);
    gives(s, "n += 10", NULL);
    gives(s, "fn add(x) => x + n", NULL);
    gives(s, "n = 0; add(1)", "12");
    gives(s, "fn add(x, y) => x * y", NULL);
    gives(s, "add(3, y: 4)", "12");
    gives(s, "let c = chan(); let p = spawn { for x in c { print(\"got\", x) } }", NULL);
    gives(s, "c ! [1]; close(c); wait(p)", NULL);
    cr_assert_not_null(strstr(w.text[1], "got [1]\n"));
    /* An own session of the same VM has its own names. */
    csp_session *other = csp_session_new(vm);
    fails(other, vm, "xs", CSP_E_COMPILE, "compile");
    gives(other, "let xs = 5; xs", "5");
    csp_session_free(other);
    gives(s, "xs", "{a: [1, 2]}");
    csp_free(vm);
}

Test(csp, a_failure_leaves_the_session_as_it_was)
{
    written w;
    csp_vm *vm = make(&w, NULL);
    csp_session *s = csp_session_new(vm);
    gives(s, "let x = 1; var y = [1]", NULL);
    fails(s, vm, "let x = nowhere", CSP_E_COMPILE, "compile");
    gives(s, "x", "1");
    fails(s, vm, "let x = 1 // 0", CSP_E_CRASH, "zero_division");
    gives(s, "x", "1");
    fails(s, vm, "let z = 3; y = [2]; let x = [][5]", CSP_E_CRASH, "index_error");
    gives(s, "(x, y, z)", "(1, [2], 3)");
    fails(s, vm, "let c = chan(); ?c", CSP_E_DEADLOCK, "deadlock");
    gives(s, "y", "[2]");
    fails(s, vm, "let never = 5; kill(self())", CSP_E_CRASH, "killed");
    gives(s, "never", "5");
    csp_free(vm);
}

static void *interrupt_later(void *vm)
{
    usleep(100000);
    csp_interrupt(vm);
    return NULL;
}

Test(csp, interrupt, .timeout = 20)
{
    static const char *const endless[] = {"loop { }", "sleep(1h)",
                                          "let c = chan(); spawn { sleep(1h); c ! 1 }; ?c",
                                          "defer sleep(1h); loop { }"};
    written w;
    csp_vm *vm = make(&w, NULL);
    csp_session *s = csp_session_new(vm);
    gives(s, "let xs = [1]", NULL);
    for (size_t i = 0; i < sizeof endless / sizeof *endless; i++) {
        pthread_t thread;
        cr_assert_eq(pthread_create(&thread, NULL, interrupt_later, vm), 0);
        fails(s, vm, endless[i], CSP_E_INTERRUPTED, "interrupted");
        pthread_join(thread, NULL);
        gives(s, "1", "1");
    }
    csp_interrupt(vm);
    gives(s, "2", "2");
    csp_free(vm);
}

Test(csp, background_processes, .timeout = 20)
{
    written w;
    csp_vm *vm = make(&w, NULL);
    csp_session *s = csp_session_new(vm);
    cr_assert_eq(csp_timeout(vm), -1);
    gives(s, "spawn { for i in 0..3 { sleep(20ms); print(i) } }; nil", NULL);
    int rounds = 0;
    while (!strstr(w.text[1], "2\n") && rounds++ < 100) {
        int timeout = csp_timeout(vm);
        cr_assert_leq(timeout, 21);
        struct pollfd polled = {.fd = csp_fd(vm), .events = POLLIN};
        poll(&polled, 1, timeout);
        cr_assert_geq(csp_step(vm, 100000, NULL), CSP_OK);
    }
    cr_assert_str_eq(w.text[1], "0\n1\n2\n");
    cr_assert_leq(rounds, 20, "it waits instead of spinning");
    cr_assert_eq(csp_step(vm, 100000, NULL), CSP_DONE);
    cr_assert_eq(csp_timeout(vm), -1);
    gives(s, "spawn { loop { } }; nil", NULL);
    cr_assert_eq(csp_timeout(vm), 0);
    cr_assert_eq(csp_step(vm, 100000, NULL), CSP_MORE);
    gives(s, "spawn { sleep(1ms); Os.exit(9) }; nil", NULL);
    csp_status status;
    while ((status = csp_step(vm, 100000, NULL)) == CSP_MORE)
        continue;
    cr_assert_eq(status, CSP_EXIT);
    cr_assert_eq(csp_step(vm, 100000, NULL), CSP_EXIT);
    cr_assert_eq(csp_run(vm, -1), CSP_EXIT);
    cr_assert_eq(csp_exit_status(vm), 9);
    csp_free(vm);
}

/* The report names what each process waits for; nobody is disturbed, and each request is one. */
Test(csp, report_on_request, .timeout = 20)
{
    written w;
    csp_vm *vm = make(&w, NULL);
    csp_session *s = csp_session_new(vm);
    gives(s, "var c = chan(); var d = chan(); var many = []; nil", NULL);
    gives(s, "for _ in 0..10 { List.push(many, chan()) }; nil", NULL);
    gives(s, "var sleeper = spawn { sleep(1h) }; var t = tick(1h); nil", NULL);
    gives(s, "spawn { ?c }; spawn { d ! 1 }; spawn { wait(sleeper) }; spawn { ?t }; nil", NULL);
    gives(s, "spawn { par { sleep(299s); sleep(700s) } }; nil", NULL);
    gives(s, "spawn { alt { c ? _ => 1; d ! 2 => 2 } }; nil", NULL);
    gives(s, "spawn { alt { for q in many, q ? _ => 1 } }; nil", NULL);
    gives(s, "spawn { alt { for q in many, q ? _ => 1; after 1h => 2 } }; nil", NULL);
    gives(s, "spawn { alt { closed(c) => 1; after 299s => 2 } }; nil", NULL);
    while (csp_step(vm, 100000, NULL) == CSP_MORE)
        continue;
    cr_assert_eq(w.size[2], 0, "%s", w.text[2]);
    csp_request_report(vm);
    csp_request_report(vm);
    cr_assert_eq(csp_step(vm, 100000, NULL), CSP_IDLE);
    static const char *const expected[] = {
        "12 processes\n",
        "process 2 sleeps for 59m at repl:3:23, spawned at repl:3:15\n",
        "process 3 waits to receive from <chan 1> (made at repl:1:9) at repl:4:9",
        "process 4 waits to send on <chan 2>",
        "process 5 waits for the end of process 2 at",
        "process 6 waits for a tick of <chan 3> at",
        "process 7 waits for the branches of its par at",
        "process 8 sleeps for 29",
        "process 9 sleeps for 11m",
        "process 10 waits in an alt to receive from <chan 1> (made at repl:1:9) or to send",
        "process 11 waits in an alt to receive from <chan 4>",
        " or for one of 2 more at repl:7:9",
        "process 12 waits in an alt to receive from <chan 4>",
        ", for one of 2 more or for 59m at repl:8:9",
        "process 13 waits in an alt for the end of <chan 1> (made at repl:1:9) or for 29",
    };
    const char *at = w.text[2];
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        at = strstr(at, expected[i]);
        cr_assert_not_null(at, "no '%s' here, or not in this order: %s", expected[i], w.text[2]);
        at += strlen(expected[i]);
    }
    cr_assert_null(strstr(at, "processes\n"), "two requests before a step are one report");
    csp_free(vm);
}

Test(csp, crash_in_the_background_is_reported)
{
    written w;
    csp_vm *vm = make(&w, NULL);
    csp_session *s = csp_session_new(vm);
    gives(s, "spawn { [1][4] }; sleep(20ms)", NULL);
    cr_assert_not_null(strstr(w.text[2], "index_error"), "%s", w.text[2]);
    csp_free(vm);
}

Test(csp, input_state)
{
    static const struct {
        const char *text;
        csp_input state;
    } cases[] = {
        {"", CSP_INPUT_COMPLETE},
        {"1 + 2", CSP_INPUT_COMPLETE},
        {"nowhere(", CSP_INPUT_INCOMPLETE},
        {"nowhere()", CSP_INPUT_COMPLETE},
        {"fn f() {", CSP_INPUT_INCOMPLETE},
        {"fn f() {\n1\n}", CSP_INPUT_COMPLETE},
        {"[1,", CSP_INPUT_INCOMPLETE},
        {"1 +", CSP_INPUT_INCOMPLETE},
        {"\"\"\"text", CSP_INPUT_INCOMPLETE},
        {"match x {\n1 => 2\n", CSP_INPUT_INCOMPLETE},
        {"## about f", CSP_INPUT_INCOMPLETE},
        {"1\n  ## about f\n## more", CSP_INPUT_INCOMPLETE},
        {"## about f\n", CSP_INPUT_COMPLETE},
        {"## about f\n\n1", CSP_INPUT_COMPLETE},
        {"## about f\nfn f() => 1", CSP_INPUT_COMPLETE},
        {"fn f() => 1 ## no", CSP_INPUT_COMPLETE},
        {"### no", CSP_INPUT_COMPLETE},
        {"# no", CSP_INPUT_COMPLETE},
        {"\"\"\"\n## text\"\"\"", CSP_INPUT_COMPLETE},
        {"1 )", CSP_INPUT_ERROR},
        {"let = 5", CSP_INPUT_ERROR},
        {"\xff", CSP_INPUT_ERROR},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert_eq(csp_input_state(cases[i].text, strlen(cases[i].text)), cases[i].state, "%s",
                     cases[i].text);
}

Test(csp, disassembly)
{
    written w;
    csp_vm *vm = make(&w, NULL);
    char *text;
    const char *code = "fn f(a) => a + 1\nprint(f(2))";
    cr_assert_eq(csp_disassemble(vm, "test", code, strlen(code), &text), CSP_OK);
    cr_assert_not_null(strstr(text, "ret"), "%s", text);
    csp_text_free(text);
    cr_assert_eq(csp_disassemble(vm, "test", "let", 3, &text), CSP_E_COMPILE);
    cr_assert_null(text);
    cr_assert_eq(run(vm, "print(5)"), CSP_OK);
    cr_assert_str_eq(w.text[1], "5\n");
    csp_free(vm);
}

/* Candidates, each with a blank behind it. */
static void collect(void *user, const char *candidate)
{
    char *all = user;
    if (strlen(all) + strlen(candidate) + 2 < 2000)
        strcat(strcat(all, candidate), " ");
}

static void completes(csp_session *s, const char *text, size_t start, const char *expected)
{
    char all[2000] = "";
    size_t got;
    csp_complete(s, text, strlen(text), &got, collect, all);
    cr_assert_str_eq(all, expected, "%s", text);
    cr_assert_eq(got, start, "%s", text);
}

Test(csp, completion)
{
    written w;
    csp_vm *vm = make(&w, NULL);
    csp_session *s = csp_session_new(vm);
    gives(s, "let printer = {alpha: 1, \"two words\": 2, beta: 3}", NULL);
    completes(s, "1 + prin", 4, "print printer ");
    completes(s, "printer.", 8, "alpha beta ");
    completes(s, "printer.al", 8, "alpha ");
    completes(s, "List.pu", 5, "push ");
    completes(s, "Lis", 0, "List ");
    completes(s, "spaw", 0, "spawn ");
    completes(s, "x.y", 2, "");
    completes(s, "f(zzz", 2, "");
    csp_free(vm);
}

static void documents(csp_session *s, const char *name, const char *part)
{
    char *text = csp_doc(s, name);
    if (part)
        cr_assert(text && strstr(text, part), "%s: %s", name, text ? text : "nothing");
    else
        cr_assert_null(text, "%s: %s", name, text);
    csp_text_free(text);
}

Test(csp, documentation)
{
    written w;
    csp_vm *vm = make(&w, NULL);
    csp_session *s = csp_session_new(vm);
    gives(s, "## The area\n## of a rectangle.\nfn area(w, h = w) => w * h", NULL);
    documents(s, "area", "area(w, h = w)\n    The area\n    of a rectangle.\n");
    documents(s, "print", "print(");
    documents(s, "List.push", "List.push(xs, x)\n");
    documents(s, "List.map", "List.map(");
    documents(s, "List", " push");
    documents(s, "nowhere", NULL);
    documents(s, "List.nowhere", NULL);
    documents(s, "", NULL);
    csp_free(vm);
}

static void signature(csp_session *s, const char *name, const char *expected)
{
    char *text = csp_signature(s, name);
    if (expected)
        cr_assert(text && strcmp(text, expected) == 0, "%s: %s", name, text ? text : "nothing");
    else
        cr_assert_null(text, "%s: %s", name, text);
    csp_text_free(text);
}

Test(csp, signatures)
{
    written w;
    csp_vm *vm = make(&w, NULL);
    csp_session *s = csp_session_new(vm);
    gives(s, "## The area.\nfn area(w, h = [1, (2)]) => w * h", NULL);
    gives(s, "let f = area; let n = 3", NULL);
    signature(s, "area", "area(w, h = [1, (2)])");
    signature(s, "List.push", "List.push(xs, x)");
    signature(s, "self", "self()");
    signature(s, "List", NULL);
    signature(s, "push", NULL);
    signature(s, "spawn", NULL);
    signature(s, "n", NULL);
    signature(s, "nowhere", NULL);
    signature(s, "", NULL);
    csp_free(vm);
}

typedef struct seen {
    int count;
    uint64_t last;
    bool ordered, sleeper;
} seen;

static void look(void *user, const csp_process *process)
{
    seen *s = user;
    s->count++;
    s->ordered = s->ordered && process->number > s->last;
    s->last = process->number;
    s->sleeper = s->sleeper ||
                 (strcmp(process->name, "sleeper") == 0 && strcmp(process->state, "waiting") == 0);
}

Test(csp, processes)
{
    written w;
    csp_vm *vm = make(&w, NULL);
    csp_session *s = csp_session_new(vm);
    gives(
        s,
        "let p = spawn { sleep(1h) }; spawn { loop { } }; Process.name(p, \"sleeper\"); sleep(1ms)",
        NULL);
    seen found = {.ordered = true};
    cr_assert_eq(csp_each_process(vm, look, &found), CSP_OK);
    cr_assert_eq(found.count, 2);
    cr_assert(found.ordered);
    cr_assert(found.sleeper);
    csp_free(vm);
}

Test(csp, misuse)
{
    csp_config config = {.struct_size = 1};
    csp_vm *vm;
    cr_assert_eq(csp_new(&config, &vm), CSP_E_MISUSE);
    cr_assert_null(vm);
}
