/* csp_each_process, csp_each_frame, csp_each_stuck, csp_each_channel: what a host sees of processes
 * and channels. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/embed.h"

static embed e;

static void open_vm(void) { e = embed_open(NULL, 0); }
static void close_vm(void) { embed_close(&e); }

TestSuite(view, .init = open_vm, .fini = close_vm, .timeout = 60);

/* ---- What has been seen, as text: one line each ---- */

static char seen[1 << 14];
static size_t used;

static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void note(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(seen + used, sizeof seen - used, format, arguments);
    va_end(arguments);
    cr_assert(size >= 0 && (size_t)size < sizeof seen - used);
    used += (size_t)size;
}

static const char *const waits[] = {"runs", "send", "receive", "tick",   "drained", "end",
                                    "alt",  "par",  "time",    "output", "work",    "other"};

/* The number of the first process that is shown: others are told by their distance. */
static uint64_t first;

static void show_process(void *user, const csp_process *p)
{
    const char *only = user;
    if (only && strcmp(p->name, only) != 0)
        return;
    if (!first)
        first = p->number;
    note("%s %s", p->name, waits[p->waiting]);
    for (uint32_t i = 0; i < p->wait_count; i++) {
        note(" %s", waits[p->waits[i].kind]);
        if (p->waits[i].kind == CSP_WAITS_END)
            note(" +%llu", (unsigned long long)(p->waits[i].number - first));
        else if (p->waits[i].kind != CSP_WAITS_TIME)
            note(" %llu", (unsigned long long)p->waits[i].number);
        else
            cr_assert(p->waits[i].number > 3599ull * 1000000000);
    }
    note("\n");
}

static const char *processes(const char *only)
{
    used = 0;
    first = 0;
    seen[0] = '\0';
    cr_assert_eq(csp_each_process(e.vm, show_process, (void *)only), CSP_OK);
    return seen;
}

static void show_channel(void *user, const csp_channel *c)
{
    (void)user;
    note("%llu %u/%u", (unsigned long long)c->number, c->count, c->capacity);
    note(" %u send %u receive", c->senders, c->receivers);
    if (c->made.file)
        note(" %s:%u:%u", c->made.file, c->made.line, c->made.column);
    note("%s%s", c->closed ? " closed" : "", c->complete ? "" : " incomplete");
    for (uint32_t i = 0; i < c->holder_count; i++) {
        const csp_holder *h = &c->holders[i];
        if (h->process)
            note(" p%llu", (unsigned long long)(h->process - first));
        else if (h->channel)
            note(" c%llu", (unsigned long long)h->channel);
        else
            note(" %s", h->name ? h->name : "host");
        note("%s%s", h->sends ? "!" : "", h->receives ? "?" : "");
    }
    note("\n");
}

/* Processes are told by their distance from the first one with that name. */
static const char *channels(const char *name)
{
    processes(name);
    used = 0;
    seen[0] = '\0';
    cr_assert_eq(csp_each_channel(e.vm, show_channel, NULL), CSP_OK);
    return seen;
}

/* ---- Processes ---- */

Test(view, what_each_process_waits_for)
{
    embed_gives(&e, "let a = chan(); let b = chan(3); fn sleeper() { sleep(1h) }", NULL);
    embed_gives(&e, "fn getter(c) => ?c; fn putter(c) { c ! 1 }", NULL);
    embed_gives(&e, "fn chooser(a, b) { alt { a ? x => x; b ! 2 => 0; after 1h => 1 } }", NULL);
    embed_gives(&e, "let s = spawn sleeper(); spawn getter(b); sleep(1ms)", NULL);
    cr_assert_str_eq(processes(NULL), "sleeper time time\ngetter receive receive 1\n");
    embed_gives(&e, "spawn putter(a); sleep(1ms)", NULL);
    cr_assert_str_eq(processes("putter"), "putter send send 2\n");
    embed_gives(
        &e, "let d = chan(); let f = chan(2); spawn chooser(d, f); f ! 1; f ! 2; sleep(1ms)", NULL);
    cr_assert_str_eq(processes("chooser"), "chooser alt receive 3 send 4 time\n");
    embed_gives(&e, "fn couple() { let p = spawn sleeper(); wait(p) }", NULL);
    embed_gives(&e, "kill(s); spawn couple(); sleep(1ms)", NULL);
    cr_assert_str_eq(processes("couple"), "couple end end +1\n");
    embed_gives(&e, "fn pair() { par { sleep(1h)\n sleep(1h) } }; spawn pair(); sleep(1ms)", NULL);
    cr_assert_str_eq(processes("pair"), "pair par\n");
    embed_gives(&e, "let t = tick(1h); spawn getter(t); spawn { loop { } }; sleep(1ms)", NULL);
    cr_assert_not_null(strstr(processes(NULL), "getter tick tick 5\n"), "%s", seen);
    cr_assert_not_null(strstr(seen, " runs\n"), "%s", seen);
}

static void check_spawned(void *user, const csp_process *p)
{
    uint64_t *numbers = user;
    if (strcmp(p->name, "boss") == 0) {
        numbers[0] = p->number;
        cr_assert_eq(p->kind, CSP_IS_SPAWNED);
        cr_assert_str_eq(p->spawned.file, "repl");
        cr_assert_str_eq(p->spawned.function, "parent");
        cr_assert_eq(p->spawned.line, 6, "%u", p->spawned.line);
        cr_assert_eq(p->link_count, 1);
        numbers[2] = p->links[0];
    }
    if (strcmp(p->name, "child") == 0) {
        numbers[1] = p->number;
        cr_assert_eq(p->parent, numbers[0]);
        cr_assert_eq(p->spawned.line, 3, "%u", p->spawned.line);
        cr_assert_eq(p->links[0], numbers[0]);
        cr_assert_gt(p->memory, 100);
        cr_assert_lt(p->memory, 10000);
    }
    if (p->kind == CSP_IS_BRANCH)
        numbers[3] = p->parent;
}

Test(view, where_a_process_comes_from)
{
    embed_gives(&e, "fn child() { sleep(1h) }\nfn parent() { link(spawn child()); sleep(1h) }",
                NULL);
    embed_gives(&e, "fn pair() { par { sleep(1h)\n sleep(1h) } }", NULL);
    embed_gives(&e, "Process.name(spawn parent(), \"boss\"); spawn pair(); sleep(1ms)", NULL);
    uint64_t numbers[4] = {0};
    cr_assert_eq(csp_each_process(e.vm, check_spawned, numbers), CSP_OK);
    cr_assert_neq(numbers[1], 0);
    cr_assert_eq(numbers[1], numbers[2], "the link leads to the child");
    cr_assert_neq(numbers[3], 0, "a branch has its par's process as parent");
}

/* ---- Frames ---- */

static void show_frame(void *user, const csp_frame *f)
{
    (void)user;
    note("%s %u: %.*s\n", f->place.function, f->place.line, (int)f->source_size,
         f->source ? f->source : "");
}

static void find_named(void *user, const csp_process *p)
{
    if (strcmp(p->name, "outer") == 0)
        *(uint64_t *)user = p->number;
}

/* How often, and why. */
static void show_restarts(void *user, const csp_process *p)
{
    (void)user;
    note("%s %u %s\n", p->name, p->restarts, p->last_end ? p->last_end : "-");
}

Test(view, what_a_supervisor_has_started_again)
{
    embed_gives(&e, "let c = chan(); fn work() { for f in c { f() } }", NULL);
    embed_gives(&e, "let long = String.repeat(\"x\", 1000)", NULL);
    embed_gives(&e, "fn child(name) => {name: name, start: work}", NULL);
    embed_gives(&e, "let s = Supervisor.start([child(\"a\"), child(\"b\")], strategy: \"rest\")",
                NULL);
    used = 0;
    cr_assert_eq(csp_each_process(e.vm, show_restarts, NULL), CSP_OK);
    cr_assert_str_eq(seen, "supervisor 0 -\na 0 -\nb 0 -\n");
    embed_gives(&e,
                "fn until(n) { while List.map(Supervisor.children(s), fn(c) => c.restarts) != n "
                "{ sleep(1ms) } }",
                NULL);
    embed_gives(&e, "kill(Supervisor.child(s, \"b\"), \"enough\"); until([0, 1])", NULL);
    used = 0;
    csp_each_process(e.vm, show_restarts, NULL);
    cr_assert_str_eq(seen, "supervisor 0 -\na 0 -\nb 1 killed: enough\n");
    embed_gives(&e, "kill(Supervisor.child(s, \"a\"), long); until([1, 2])", NULL);
    used = 0;
    csp_each_process(e.vm, show_restarts, NULL);
    cr_assert_not_null(strstr(seen, "a 1 killed: xxx"), "%s", seen);
    cr_assert_not_null(strstr(seen, "x\nb 2 another child ended\n"), "%s", seen);
    cr_assert_lt(strlen(seen), 400);
}

Test(view, frames_of_a_process)
{
    embed_gives(&e, "fn inner() { sleep(1h); 1 }\nfn outer() {\n    inner() + 1\n}", NULL);
    embed_gives(&e, "spawn outer(); sleep(1ms)", NULL);
    uint64_t number = 0;
    cr_assert_eq(csp_each_process(e.vm, find_named, &number), CSP_OK);
    used = 0;
    cr_assert_eq(csp_each_frame(e.vm, number, show_frame, NULL), CSP_OK);
    cr_assert_str_eq(seen, "inner 2: fn inner() { sleep(1h); 1 }\nouter 4:     inner() + 1\n");
    cr_assert_eq(csp_each_frame(e.vm, 999, show_frame, NULL), CSP_E_NOT_FOUND);
    embed_error(e.vm, "value_error", "there is no process 999");
}

/* ---- Channels ---- */

Test(view, who_holds_a_channel)
{
    embed_gives(&e, "let jobs = chan(3)", NULL);
    embed_gives(&e, "fn worker(c) { sleep(1h); ?c }", NULL);
    embed_gives(&e, "jobs ! 1; jobs ! [2]; spawn worker(jobs); sleep(1ms)", NULL);
    cr_assert_str_eq(channels("worker"), "1 2/3 0 send 0 receive repl:2:12 jobs!? p0!?\n");
    char *content = csp_channel_content(e.vm, 1, 0);
    cr_assert_str_eq(content, "[1, [2]]");
    csp_text_free(content);
    content = csp_channel_content(e.vm, 1, 4);
    cr_assert_str_eq(content, "[1, …");
    csp_text_free(content);
    cr_assert_null(csp_channel_content(e.vm, 99, 0));
    embed_error(e.vm, "value_error", "there is no channel 99");
}

Test(view, every_way_to_hold_a_channel)
{
    static const struct {
        const char *made, *shown;
    } ways[] = {
        {"let x = recv_end(c)", "x?"},       {"let x = send_end(c)", "x!"},
        {"let x = [0, {a: {c: c}}]", "x!?"}, {"let x = {key: [[[c]]]}", "x!?"},
        {"let x = fn() => ?c", "x!?"},       {"let x = chan(1); x ! {c: c}", " c6!?"},
    };
    embed_gives(&e, "fn other(c) { sleep(1h); ?c }", NULL);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        char text[256];
        snprintf(text, sizeof text, "let c = chan(); spawn other(c); %s; let c = 0; sleep(1ms)",
                 ways[i].made);
        embed_gives(&e, text, NULL);
        cr_assert_not_null(strstr(channels("other"), ways[i].shown), "%s: %s", text, seen);
    }
}

/* ---- Those that nobody can wake ---- */

static void note_number(void *user, uint64_t number)
{
    (void)user;
    note("p%llu ", (unsigned long long)(number - first));
}

static const char *stuck(const char *name)
{
    processes(name);
    used = 0;
    seen[0] = '\0';
    cr_assert_eq(csp_each_stuck(e.vm, note_number, NULL), CSP_OK);
    return seen;
}

Test(view, who_can_never_be_woken)
{
    embed_gives(&e, "fn waits(c) => ?c; fn both(a, b) { a ! 1; ?b }", NULL);
    embed_gives(&e,
                "fn lost() { spawn waits(chan()); let a = chan(); let b = chan();"
                "           spawn both(a, b); spawn both(b, a); nil }",
                NULL);
    embed_gives(&e, "let held = chan(); spawn waits(held); sleep(1ms)", NULL);
    cr_assert_str_eq(stuck("waits"), "");
    embed_gives(&e, "lost(); spawn waits(held); spawn { sleep(1h) }; sleep(1ms)", NULL);
    /* Twice: looking touches nobody. */
    for (int i = 0; i < 2; i++)
        cr_assert_str_eq(stuck("waits"), "p1 p2 p3 ");
    embed_gives(&e, "sleep(1ms)", NULL);
}

/* Found again too early it lives on; a while later it is reported. */
Test(view, leaks_with_patience)
{
    csp_vm *vm;
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.write = embed_take;
    config.leak_patience = 300;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    embed patient = {vm, csp_session_new(vm)};
    embed_printed[0] = '\0';
    embed_gives(&patient,
                "fn lost(c) => ?c; fn lose() { spawn lost(chan()); nil }; lose(); sleep(1ms)",
                NULL);
    for (int i = 0; i < 3; i++) {
        csp_collect(vm);
        csp_step(vm, 1000, NULL);
    }
    cr_assert_null(strstr(embed_printed, "leaked"), "%s", embed_printed);
    for (int i = 0; i < 50 && !strstr(embed_printed, "leaked"); i++) {
        embed_gives(&patient, "sleep(100ms)", NULL);
        csp_collect(vm);
        csp_step(vm, 1000, NULL);
    }
    cr_assert_not_null(strstr(embed_printed, "(lost)"), "%s", embed_printed);
    csp_free(vm);
}

Test(view, misuse)
{
    csp_vm *vm = e.vm;
    cr_assert_eq(csp_each_frame(vm, 1, NULL, NULL), CSP_E_MISUSE);
    embed_error(vm, "misuse", "function");
    cr_assert_eq(csp_each_stuck(vm, NULL, NULL), CSP_E_MISUSE);
    embed_error(vm, "misuse", "function");
    cr_assert_eq(csp_each_channel(vm, NULL, NULL), CSP_E_MISUSE);
    embed_error(vm, "misuse", "function");
    cr_assert_eq(csp_each_frame(NULL, 1, show_frame, NULL), CSP_E_MISUSE);
    cr_assert_eq(csp_each_stuck(NULL, note_number, NULL), CSP_E_MISUSE);
    cr_assert_eq(csp_each_channel(NULL, show_channel, NULL), CSP_E_MISUSE);
    cr_assert_null(csp_channel_content(NULL, 1, 0));
    embed_gives(&e, "6 * 7", "42");
}

/* The VM may not be used by what looks at it. */
static void misuse_inside(void *user, const csp_channel *c)
{
    (void)c;
    *(csp_status *)user = csp_each_stuck(e.vm, note_number, NULL);
}

Test(view, misuse_from_the_callback)
{
    embed_gives(&e, "let c = chan()", NULL);
    csp_status inside = CSP_OK;
    cr_assert_eq(csp_each_channel(e.vm, misuse_inside, &inside), CSP_OK);
    cr_assert_eq(inside, CSP_E_MISUSE);
}
