/* csp_trace: what it tells, against ledgers of what programs do; and its misuse. */
#include <stdlib.h>

#include "tests/api/embed.h"

enum { KINDS = CSP_EVENT_KILLED + 1, MOST = 4096 };

/* What was told. */
typedef struct ledger {
    embed e;
    uint64_t counts[KINDS];
    uint64_t sent, received;
    int64_t sum_sent, sum_received; /* of messages that are ints */
    int64_t last;
    char text[1 << 16]; /* a line for each, without time and channel */
} ledger;

static const char *const words[KINDS] = {"message", "send",  "receive", "close", "spawn",
                                         "end",     "crash", "kill",    "killed"};

static void note(void *user, const csp_event *v)
{
    ledger *l = user;
    cr_assert_lt(v->kind, KINDS);
    cr_assert_geq(v->time, l->last);
    l->last = v->time;
    l->counts[v->kind]++;
    bool message = v->kind == CSP_EVENT_MESSAGE;
    char *shown = csp_event_value(l->e.vm, NULL);
    cr_assert_eq(shown != NULL, v->has_value);
    if (message || v->kind == CSP_EVENT_SEND) {
        l->sent++;
        l->sum_sent += atoll(shown);
    }
    if ((message || v->kind == CSP_EVENT_RECEIVE) && v->channel) {
        l->received++;
        l->sum_received += atoll(shown);
    }
    cr_assert_eq(v->channel != 0, v->kind <= CSP_EVENT_CLOSE);
    /* Of those who meet one has waited. */
    if (message && v->process && v->other)
        cr_assert_eq(v->waited + v->other_waited, 1);
    size_t used = strlen(l->text);
    snprintf(l->text + used, sizeof l->text - used, "%s %s:%u%s %s:%u%s%s%s\n", words[v->kind],
             v->name, v->where.line, v->waited ? "~" : "", v->other_name, v->other_where.line,
             v->other_waited ? "~" : "", shown ? " " : "", shown ? shown : "");
    csp_text_free(shown);
}

static ledger *l;

static void quiet(void *user, int stream, const char *text, size_t size)
{
    (void)user, (void)stream, (void)text, (void)size;
}

static void make(void)
{
    l = calloc(1, sizeof *l);
    csp_config config = embed_config(&l->e);
    config.write = quiet;
    cr_assert_eq(csp_new(&config, &l->e.vm), CSP_OK);
    cr_assert_eq(csp_trace(l->e.vm, note, l), CSP_OK);
}

static void unmake(void)
{
    csp_free(l->e.vm);
    free(l);
}

TestSuite(trace, .init = make, .fini = unmake, .timeout = 120);

static csp_status run(const char *text)
{
    csp_status status = csp_run_text(l->e.vm, "t.csp", text, strlen(text));
    csp_error *error = csp_take_error(l->e.vm);
    cr_assert_null(error, "%s", csp_error_message(error));
    return status;
}

static void told(const char *text)
{
    cr_assert_str_eq(l->text, text, "told:\n%s\nexpected:\n%s", l->text, text);
}

static void told_line(const char *line)
{
    cr_assert_not_null(strstr(l->text, line), "told:\n%s\nwithout %s", l->text, line);
}

Test(trace, rendezvous_with_both_ends_places_and_who_waited)
{
    cr_assert_eq(run("fn twice(i, o) {\n"
                     "    o ! 2 * ?i\n"
                     "}\n"
                     "let i = chan()\n"
                     "let o = chan()\n"
                     "spawn twice(i, o)\n"
                     "sleep(1ms)\n"
                     "i ! 21\n"
                     "?o\n"),
                 CSP_OK);
    told("spawn :0 main:0\n"
         "spawn main:6 twice:0\n"
         "message main:8 twice:2~ 21\n"
         "message twice:2 main:9~ 42\n"
         "end twice:0 :0 nil\n"
         "end main:0 :0 nil\n");
}

Test(trace, buffered_messages_are_sent_and_received_apart)
{
    cr_assert_eq(run("let c = chan(1)\n"
                     "spawn {\n"
                     "    c ! 1\n"
                     "    c ! 2\n"
                     "    close(c)\n"
                     "}\n"
                     "sleep(1ms)\n"
                     "for x in c {}\n"),
                 CSP_OK);
    told("spawn :0 main:0\n"
         "spawn main:2 :0\n"
         "send :3 :0 1\n"
         "receive main:8 :0 1\n"
         "send :4~ :0 2\n"
         "receive main:8 :0 2\n"
         "close :5 :0\n"
         "end :0 :0 nil\n"
         "end main:0 :0 nil\n");
}

Test(trace, crash_kill_and_outcome)
{
    cr_assert_eq(run("fn bad() {\n"
                     "    fail(\"boom\")\n"
                     "}\n"
                     "let p = spawn bad()\n"
                     "catch wait(p)\n"
                     "let q = spawn sleep(1h)\n"
                     "kill(q, \"enough\")\n"
                     "catch wait(q)\n"),
                 CSP_OK);
    told_line("crash bad:2 :0 error(\"fail\", \"boom\")");
    told_line("receive main:5~ bad:0 error(\"fail\", \"boom\")");
    told_line("kill main:7 sleep:0 \"enough\"\n");
    told_line("killed sleep:0 :0 \"enough\"\n");
    cr_assert_eq(l->counts[CSP_EVENT_CRASH], 1);
    cr_assert_eq(l->counts[CSP_EVENT_KILL], 1);
}

Test(trace, links_and_pars_kill)
{
    cr_assert_eq(run("fn bad() {\n"
                     "    sleep(1ms)\n"
                     "    fail(\"boom\")\n"
                     "}\n"
                     "spawn {\n"
                     "    link(spawn bad())\n"
                     "    sleep(1h)\n"
                     "}\n"
                     "catch par {\n"
                     "    bad()\n"
                     "    sleep(1h)\n"
                     "}\n"
                     "sleep(5ms)\n"),
                 CSP_OK);
    cr_assert_eq(l->counts[CSP_EVENT_SPAWN], 5, "%s", l->text);
    cr_assert_eq(l->counts[CSP_EVENT_CRASH], 2);
    cr_assert_eq(l->counts[CSP_EVENT_KILL], 2);
    cr_assert_eq(l->counts[CSP_EVENT_KILLED], 2);
    told_line("kill bad:0 :7 error(\"fail\", \"boom\")\n");
    told_line("kill main:9 :11 error(\"fail\", \"boom\")\n");
}

/* Each message counts once, and adds its own amount, so none can stand in for another. */
Test(trace, every_path_of_a_message_against_a_ledger)
{
    cr_assert_eq(run("let plain = chan()\n"
                     "let buffered = chan(3)\n"
                     "fn give(c, from, n) { for i in from..from + n { c ! i } }\n"
                     "fn choose(c, d, from, n) {\n"
                     "    for i in from..from + n { alt { c ! i => nil; d ! i => nil } }\n"
                     "}\n"
                     "fn late(c, x) { defer c ! x; nil }\n"
                     "fn sum(c) {\n"
                     "    var all = 0\n"
                     "    for x in c { all += x }\n"
                     "    all\n"
                     "}\n"
                     "fn any(c, d) {\n"
                     "    var all = 0\n"
                     "    for alt {\n"
                     "        c ? x => { all += x; sleep(10us) }\n"
                     "        d ? x => { all += x }\n"
                     "    }\n"
                     "    all\n"
                     "}\n"
                     "fn send_all(c, d) {\n"
                     "    par {\n"
                     "        give(c, 0, 200)\n"
                     "        give(d, 1000, 200)\n"
                     "        choose(c, d, 2000, 200)\n"
                     "        late(c, 7)\n"
                     "        late(d, 8)\n"
                     "    }\n"
                     "    close(c)\n"
                     "    close(d)\n"
                     "}\n"
                     "let sums = par { send_all(plain, buffered); sum(plain); sum(buffered); "
                     "any(plain, buffered) }\n"
                     "assert(sums[1] + sums[2] + sums[3] == 659_715)\n"),
                 CSP_OK);
    cr_assert_eq(l->sent, 602, "%llu sent", (unsigned long long)l->sent);
    cr_assert_eq(l->received, 602, "%llu received", (unsigned long long)l->received);
    cr_assert_eq(l->sum_sent, 659715);
    cr_assert_eq(l->sum_received, 659715);
    cr_assert_eq(l->counts[CSP_EVENT_SPAWN], 10);
    cr_assert_eq(l->counts[CSP_EVENT_END], 10);
    csp_stats stats = {.struct_size = sizeof stats};
    csp_get_stats(l->e.vm, &stats);
    cr_assert_eq(stats.messages, 602);
}

Test(trace, own_values_that_are_copied_or_moved)
{
    cr_assert_eq(run("let c = chan()\n"
                     "spawn { for xs in c { List.push(xs, 0) } }\n"
                     "let xs = [1, [2]]\n"
                     "c ! xs\n"
                     "c ! move xs\n"
                     "let ys = [3]\n"
                     "alt { c ! move ys => nil }\n"),
                 CSP_OK);
    told_line("[1, [2]]\n");
    told_line("[3]\n");
    cr_assert_eq(l->sent, 3);
    cr_assert_eq(l->received, 3);
}

Test(trace, ticks_and_watched_ends_are_received)
{
    cr_assert_eq(run("let t = tick(1ms)\n"
                     "?t\n"
                     "?t\n"),
                 CSP_OK);
    cr_assert_eq(l->sent, 0);
    cr_assert_eq(l->received, 2);
}

/* A supervisor watches its children, and is told of an end over a channel of its own. */
Test(trace, what_a_supervisor_is_told)
{
    cr_assert_eq(run("let jobs = chan()\n"
                     "fn work(c) { for n in c { assert(n > 0) } }\n"
                     "let pool = Supervisor.start([{name: \"a\", start: fn() => work(jobs)}])\n"
                     "jobs ! 1\n"
                     "jobs ! 0\n"
                     "jobs ! 2\n"
                     "kill(pool)\n"
                     "catch wait(pool)\n"),
                 CSP_OK);
    told_line("message a:0 supervisor:");
    told_line(" <process ");
    cr_assert_eq(l->counts[CSP_EVENT_CRASH], 1, "%s", l->text);
    cr_assert_eq(l->sum_sent, l->sum_received);
}

Test(trace, printing_much_is_no_message)
{
    cr_assert_eq(run("for i in 0..2000 { print(String.repeat(\"x\", 100)) }\n"), CSP_OK);
    cr_assert_eq(l->counts[CSP_EVENT_MESSAGE] + l->counts[CSP_EVENT_SEND], 0);
}

Test(trace, ports_in_both_directions)
{
    csp_vm *vm = l->e.vm;
    csp_port *in, *out;
    csp_value ends[2], f;
    csp_scope scope = csp_scope_open(vm);
    static const char text[] = "fn relay(i, o) { for x in i { o ! x + 1 }\n close(o) }\n";
    cr_assert_eq(csp_module_add(vm, "m", text, sizeof text - 1), CSP_OK);
    cr_assert_eq(csp_port_open(vm, CSP_TO_SCRIPT, 8, &in, &ends[0]), CSP_OK);
    cr_assert_eq(csp_port_open(vm, CSP_FROM_SCRIPT, 1, &out, &ends[1]), CSP_OK);
    cr_assert_eq(csp_find(vm, "m", "relay", NULL, &f), CSP_OK);
    cr_assert_eq(csp_spawn(vm, f, 2, ends, NULL), CSP_OK);
    for (int i = 0; i < 5; i++)
        cr_assert_eq(csp_port_send(in, csp_msg_int(i)), CSP_OK);
    csp_port_close(in);
    for (int i = 0; i < 5; i++) {
        csp_msg *m;
        while (csp_port_receive(out, &m) == CSP_EMPTY)
            csp_step(vm, 1000, NULL);
        csp_msg_free(m);
    }
    while (csp_step(vm, 1000, NULL) == CSP_MORE) {
    }
    csp_port_free(out);
    csp_scope_close(vm, scope);
    /* By the host and to it: only the script's side is told. */
    cr_assert_eq(l->sent, 10, "%s", l->text);
    cr_assert_eq(l->received, 5, "%s", l->text);
    cr_assert_eq(l->counts[CSP_EVENT_CLOSE], 2, "%s", l->text);
}

Test(trace, off_again)
{
    cr_assert_eq(csp_trace(l->e.vm, NULL, NULL), CSP_OK);
    cr_assert_eq(run("let c = chan(1)\nc ! 1\n?c\n"), CSP_OK);
    cr_assert_eq(l->text[0], '\0');
}

static void print_short(void *user, const csp_event *v)
{
    csp_print_options o = {.struct_size = sizeof o, .characters = 20, .items = 3, .depth = 2};
    char *shown = csp_event_value(l->e.vm, &o);
    if (v->kind == CSP_EVENT_MESSAGE)
        snprintf(user, 64, "%s", shown);
    csp_text_free(shown);
}

Test(trace, long_values_are_shown_within_limits)
{
    char shown[64] = "";
    cr_assert_eq(csp_trace(l->e.vm, print_short, shown), CSP_OK);
    cr_assert_eq(run("let c = chan()\n"
                     "spawn { c ! String.repeat(\"x\", 10_000_000) }\n"
                     "?c\n"),
                 CSP_OK);
    cr_assert_lt(strlen(shown), 40);
    cr_assert_eq(strncmp(shown, "\"xxxxxxxx", 8), 0, "%s", shown);
}

/* ---- Misuse ---- */

static void go_in(void *user, const csp_event *v)
{
    (void)v;
    ledger *of = user;
    if (of->counts[0]++ == 0)
        csp_collect(of->e.vm);
    else
        cr_assert_eq(csp_trace(of->e.vm, NULL, NULL), CSP_E_MISUSE);
}

Test(trace, misuse_in_the_callback)
{
    cr_assert_eq(csp_trace(l->e.vm, go_in, l), CSP_OK);
    cr_assert_eq(csp_run_text(l->e.vm, "t.csp", "nil\n", 4), CSP_OK);
    embed_error(l->e.vm, "misuse", "csp_collect");
    cr_assert_eq(l->e.told, 2);
    cr_assert_str_eq(l->e.function, "csp_trace");
    cr_assert_eq(csp_trace(l->e.vm, NULL, NULL), CSP_OK);
}

static void print_badly(void *user, const csp_event *v)
{
    (void)user;
    csp_print_options none = {0};
    if (v->has_value)
        cr_assert_null(csp_event_value(l->e.vm, &none));
}

Test(trace, misuse)
{
    cr_assert_eq(csp_trace(NULL, note, l), CSP_E_MISUSE);
    cr_assert_null(csp_event_value(NULL, NULL));
    cr_assert_null(csp_event_value(l->e.vm, NULL));
    embed_misused(&l->e, "csp_event_value", "callback of csp_trace");
    cr_assert_eq(csp_trace(l->e.vm, print_badly, l), CSP_OK);
    cr_assert_eq(csp_run_text(l->e.vm, "t.csp", "nil\n", 4), CSP_OK);
    embed_misused(&l->e, "csp_event_value", "struct_size");
}
