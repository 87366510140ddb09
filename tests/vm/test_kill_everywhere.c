/* Small programs that wait in every way there is. Each process of each is killed after each step of the run, in slices of one reduction; the
 * programs print what they do, and the lines must add up: nothing lost, nothing delivered twice, every defer run once, the others unharmed.
 *
 *   try m, sent m, got m    message m: about to be sent, sent, received. Its first letter names its sender
 *   open x, close x         a defer that prints "close x" has been registered just before / has run
 *   will n, did n           process n has begun / has ended what nobody but its own killer can disturb
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>

#include "tests/support/program.h"
#include "tests/support/support.h"

typedef struct scenario {
    const char *name;
    unsigned processes; /* of a run that is not disturbed */
    unsigned receivers; /* bit n: process n receives messages that are counted */
    unsigned spare;     /* so many messages a killed receiver may take with it, or leave in a buffer that nobody empties */
    bool times;         /* waits for times: the steps are not the same in each run */
    bool unordered;     /* several processes print what they got */
    bool keeps;         /* prints "kept m" where m is still its sender's at the end: nobody got it */
    bool stuck;         /* a kill may leave a process in a defer that nobody serves */
    const char *source;
} scenario;

#define BYSTANDER                                                                                                       \
    "fn bystander(n) { print('will ${n}'); var s = 0; for i in 0..4 { s += i }; print('did ${n}') }\n"
#define PRODUCER                                                                                                        \
    "fn producer(c, name, n) {\n"                                                                                       \
    "    defer close(c)\n"                                                                                              \
    "    defer print('close ${name}')\n"                                                                                \
    "    print('open ${name}')\n"                                                                                       \
    "    for i in 0..n { print('try ${name}${i}'); c ! i; print('sent ${name}${i}') }\n"                                \
    "}\n"
#define CONSUMER                                                                                                        \
    "fn consumer(c, name) {\n"                                                                                          \
    "    defer print('close c${name}')\n"                                                                               \
    "    print('open c${name}')\n"                                                                                      \
    "    for x in c { print('got ${name}${x}') }\n"                                                                     \
    "}\n"

static const scenario scenarios[] = {
    {.name = "rendezvous", .processes = 4, .receivers = 1 << 2, .spare = 1,
     .source = BYSTANDER PRODUCER CONSUMER
     "let c = chan(); let p = spawn producer(c, 'a', 3); let q = spawn consumer(c, 'a')\n"
     "spawn bystander(3); wait(p); wait(q); print('main end')\n"},

    {.name = "buffered", .processes = 4, .receivers = 1 << 2, .spare = 3,
     .source = BYSTANDER PRODUCER CONSUMER
     "let c = chan(2); let p = spawn producer(c, 'a', 5); let q = spawn consumer(c, 'a')\n"
     "spawn bystander(3); wait(p); wait(q); print('main end')\n"},

    {.name = "buffered, the receiver late", .processes = 3, .receivers = 1 << 2, .spare = 2,
     .source = PRODUCER
     "fn late(c) { defer print('close l'); print('open l'); for _ in 0..12 {}; for x in c { print('got a${x}') } }\n"
     "let c = chan(1); let p = spawn producer(c, 'a', 3); let q = spawn late(c); wait(q); wait(p)\n"},

    {.name = "two senders, two receivers", .processes = 5, .receivers = 1 << 3 | 1 << 4, .spare = 2, .unordered = true,
     .source = "fn sender(c, name) { defer print('close ${name}'); print('open ${name}')\n"
               "    for i in 0..3 { print('try ${name}${i}'); c ! '${name}${i}'; print('sent ${name}${i}') } }\n"
               "fn receiver(c, n) { defer print('close r${n}'); print('open r${n}'); for _ in 0..3 { c ? x; print('got ${x}') } }\n"
               "let c = chan(); spawn sender(c, 'a'); spawn sender(c, 'b'); spawn receiver(c, 1); spawn receiver(c, 2)\n"},

    {.name = "alt receives from two", .processes = 4, .receivers = 1 << 3, .spare = 1,
     .source = PRODUCER
     "fn choose(a, b) { defer print('close x'); print('open x')\n"
     "    for alt { a ? x => print('got a${x}')\n        b ? x => print('got b${x}') }\n    print('both closed') }\n"
     "let a = chan(); let b = chan(); let p = spawn producer(a, 'a', 3); let q = spawn producer(b, 'b', 2)\n"
     "let r = spawn choose(a, b); wait(r); wait(p); wait(q); print('main end')\n"},

    {.name = "alt receives from buffers", .processes = 4, .receivers = 1 << 3, .spare = 3,
     .source = PRODUCER
     "fn choose(a, b) { defer print('close x'); print('open x')\n"
     "    for pri alt { a ? x => print('got a${x}')\n        b ? x => print('got b${x}') } }\n"
     "let a = chan(1); let b = chan(1); spawn producer(a, 'a', 3); spawn producer(b, 'b', 3); spawn choose(a, b)\n"},

    {.name = "alt sends to two", .processes = 4, .receivers = 1 << 2 | 1 << 3, .spare = 2, .unordered = true,
     .source = CONSUMER
     "fn offer(a, b) { defer close(a); defer close(b); defer print('close o'); print('open o')\n"
     "    for i in 0..4 { print('try a${i}'); print('try b${i}')\n"
     "        alt { a ! i => print('sent a${i}')\n            b ! i => print('sent b${i}') } } }\n"
     "let a = chan(); let b = chan(); let o = spawn offer(a, b); spawn consumer(a, 'a'); spawn consumer(b, 'b'); wait(o)\n"},

    {.name = "alt sends mutable values", .processes = 4, .receivers = 1 << 2 | 1 << 3, .spare = 2, .unordered = true,
     .source = "fn take(c, name) { defer print('close ${name}'); print('open ${name}'); for x in c { x[1][0] += 1; print('got ${name}${x[0]}') } }\n"
               "fn offer(a, b) { defer close(a); defer close(b); defer print('close o'); print('open o')\n"
               "    for i in 0..3 { let m = [i, [i]]; print('try a${i}'); print('try b${i}')\n"
               "        alt { a ! m => print('sent a${i}')\n            b ! m => print('sent b${i}') }\n        assert(m[1][0] == i) } }\n"
               "let a = chan(); let b = chan(1); let o = spawn offer(a, b); spawn take(a, 'a'); spawn take(b, 'b'); wait(o)\n"},

    {.name = "alt against alt, both orders", .processes = 3, .receivers = 1 << 1 | 1 << 2, .spare = 1, .unordered = true,
     .source = "fn peer(name, mine, other, sent, taken) { defer print('close ${name}'); print('open ${name}')\n"
               "    for i in 0..3 { print('try ${name}${i}')\n"
               "        if name == 'x' {\n"
               "            alt { mine ! '${name}${i}' => print('sent ${name}${i}')\n                other ? v => print('got ${v}') }\n"
               "        } else {\n"
               "            alt { other ? v => print('got ${v}')\n                mine ! '${name}${i}' => print('sent ${name}${i}') }\n"
               "        } } }\n"
               "let a = chan(); let b = chan(); let p = spawn peer('x', a, b, 0, 0); let q = spawn peer('y', b, a, 0, 0); wait(p); wait(q)\n"},

    {.name = "alt with times and guards", .processes = 3, .receivers = 1 << 2, .spare = 1, .times = true,
     .source = PRODUCER
     "fn choose(a, n) { defer print('close x'); print('open x'); var more = true; var late = 0\n"
     "    while more { alt { when n > 0, a ? x => { print('got a${x}'); if x == 2 { more = false } }\n"
     "        when n < 0, a ? x => print('never')\n        after 20us => { late += 1; if late == 5 { more = false } }\n        closed => { more = false } } } }\n"
     "let a = chan(); spawn producer(a, 'a', 3); let q = spawn choose(a, 1); wait(q); print('main end')\n"},

    {.name = "sleep", .processes = 3, .times = true,
     .source = BYSTANDER
     "fn sleeper() { defer print('close s'); print('open s'); sleep(10us); sleep(0); print('awake') }\n"
     "let p = spawn sleeper(); spawn bystander(2); wait(p); sleep(10us); print('main end')\n"},

    {.name = "tick", .processes = 3, .times = true,
     .source = "fn ticked(t, n) { defer print('close ${n}'); print('open ${n}'); for _ in 0..2 { t ? _; print('tick') } }\n"
               "let t = tick(20us); let p = spawn ticked(t, 1); let q = spawn ticked(t, 2); wait(p); wait(q)\n"
               "alt { t ? _ => print('t')\n    after 1ms => print('late') }\nclose(t)\n"},

    {.name = "par", .processes = 5, .receivers = ~0u, .spare = 1,
     .source = BYSTANDER PRODUCER CONSUMER
     "fn work() { let c = chan(); defer print('close w'); print('open w')\n"
     "    let r = par { producer(c, 'a', 2); consumer(c, 'a'); { defer print('close b'); print('open b'); 7 } }\n    print(r[2]) }\n"
     "spawn bystander(1); work(); print('main end')\n"},

    {.name = "par for, nested", .processes = 8,
     .source = "fn leaf(i, j) { defer print('close l${i}${j}'); print('open l${i}${j}'); for _ in 0..j {}; i * 10 + j }\n"
               "fn middle(i) { defer print('close m${i}'); print('open m${i}'); par for j in 0..2 { leaf(i, j) } }\n"
               "fn top() { defer print('close t'); print('open t'); par { middle(1); middle(2) } }\n"
               "let p = spawn top(); print(catch wait(p)); print('main end')\n"},

    {.name = "par with a crash", .processes = 4,
     .source = "fn wait_for_ever() { defer print('close f'); print('open f'); let c = chan(); ?c }\n"
               "fn busy() { defer print('close b'); print('open b'); for _ in 0..1000000 {} }\n"
               "let r = catch { par { wait_for_ever(); busy(); { for _ in 0..3 {}; fail(error('bad', 'it is', [1, [2]])) } } }\n"
               "print(r); r.data[1][0] = 3; print(r.data)\n"},

    {.name = "wait and done", .processes = 5, .receivers = 1 << 2 | 1 << 3 | 1 << 4 | 1, .spare = 9, .unordered = true,
     .source = "fn child() { defer print('close c'); print('open c'); for _ in 0..5 {}; [1, [2]] }\n"
               "fn waits(p, n) { defer print('close ${n}'); print('open ${n}'); let v = wait(p); if v is list { v[1][0] += n; print(v) } }\n"
               "fn asks(p, c) { defer print('close a'); print('open a'); alt { c ? _ => print('never')\n done(p) ? v => print(v) } }\n"
               "let p = spawn child(); let c = chan(); let a = spawn waits(p, 1); let b = spawn waits(p, 2); let d = spawn asks(p, c)\n"
               "wait(a); wait(b); wait(d); print(?done(p)); print('main end')\n"},

    {.name = "timeout", .processes = 3, .times = true,
     .source = "fn slow() { defer print('close s'); print('open s'); sleep(1h) }\n"
               "fn quick() { defer print('close q'); print('open q'); 42 }\n"
               "print((timeout(30us, slow)).kind); print(timeout(1h, quick)); print('main end')\n"},

    {.name = "catch and defer around waits", .processes = 3, .receivers = 1 << 2, .spare = 2,
     .source = "fn sends(c) { defer print('close s'); print('open s'); print('try a0'); c ! 0; print('sent a0')\n"
               "    let r = catch { defer print('close s1'); print('open s1'); print('try a1'); c ! 1; print('sent a1'); fail('x') }\n"
               "    print(r is error) }\n"
               "fn deep(c) { defer print('close d'); print('open d'); c ? x; print('got a${x}'); fail('y') }\n"
               "fn receives(c) { defer print('close r'); print('open r')\n"
               "    let r = catch deep(c); print(r is error); c ? x; print('got a${x}') }\n"
               "let c = chan(); let p = spawn sends(c); let q = spawn receives(c); wait(q); wait(p); print('main end')\n"},

    {.name = "defers that wait", .processes = 4, .receivers = 1 << 3, .stuck = true,
     .source = "fn job(log, name, end) { defer log ! '${name}3'; defer { log ! '${name}2'; print('block') }; defer log ! '${name}1'\n"
               "    print('open ${name}1'); print('open ${name}2'); print('open ${name}3'); for _ in 0..2 {}; if end { let x = catch fail('x'); fail('y') } }\n"
               "fn logger(log) { for x in log { print('close ${x}') } }\n"
               "let log = chan(); let a = spawn job(log, 'a', false); let b = spawn job(log, 'b', true)\n"
               "let l = spawn logger(log); wait(a); wait(b); close(log); wait(l)\n"},

    {.name = "a message in slices", .processes = 3, .receivers = 1 << 2, .spare = 1,
     .source = "fn sends(c) { defer print('close s'); print('open s'); let big = List.of(0..1500); let all = [0, big, big]\n"
               "    for i in 0..2 { all[0] = i; print('try a${i}'); c ! all; print('sent a${i}') }; assert(len(big) == 1500) }\n"
               "fn takes(c) { defer print('close t'); print('open t')\n"
               "    for _ in 0..2 { c ? all; print('got a${all[0]}'); assert(len(all[2]) == 1500); all[1][0] = 5; assert(all[2][0] == 5) } }\n"
               "let c = chan(); let p = spawn sends(c); let q = spawn takes(c); wait(p); wait(q); print('main end')\n"},

    {.name = "move", .processes = 3, .receivers = 1 << 2, .spare = 1, .keeps = true,
     .source = "fn sends(c) { let big = [0, List.of(0..1500), [1]]; let same = big\n"
               "    defer { if (catch len(same[1])) == 1500 { same[2][0] = 7; print('kept a0') }; print('close s') }; print('open s')\n"
               "    print('try a0'); c ! move big; print('sent a0'); assert((catch len(same)) is error) }\n"
               "fn takes(c) { defer print('close t'); print('open t'); for _ in 0..8 {}\n"
               "    c ? all; print('got a${all[0]}'); all[2][0] += 1; assert(len(all[1]) == 1500) }\n"
               "let c = chan(); let p = spawn sends(c); let q = spawn takes(c); wait(p); wait(q); print('main end')\n"},

    {.name = "move on a channel that closes", .processes = 3, .receivers = 1 << 2, .spare = 1, .keeps = true,
     .source = "fn sends(c) { let big = [0, List.of(0..1500), [1]]; let same = big\n"
               "    defer { if (catch len(same[1])) == 1500 { same[2][0] = 7; print('kept a0') }; print('close s') }; print('open s')\n"
               "    print('try a0'); let r = catch { c ! move big }; assert(r.kind == 'closed' and len(same[1]) == 1500) }\n"
               "fn shuts(c) { defer print('close t'); print('open t'); for _ in 0..8 {}; close(c) }\n"
               "let c = chan(); let p = spawn sends(c); let q = spawn shuts(c); wait(p); wait(q); print('main end')\n"},

    {.name = "move in alt", .processes = 4, .receivers = 1 << 2 | 1 << 3, .spare = 2, .unordered = true, .keeps = true,
     .source = "fn sends(a, b) { let x = [0, List.of(0..1200)]; let y = [1, List.of(0..1200)]; let x2 = x; let y2 = y\n"
               "    defer { if (catch len(x2[1])) == 1200 { x2[0] = 1; print('kept a0') }\n"
               "            if (catch len(y2[1])) == 1200 { y2[0] = 1; print('kept b1') }; print('close s') }; print('open s')\n"
               "    print('try a0'); print('try b1')\n"
               "    alt { a ! move x => { print('sent a0'); y2[0] = 2; assert((catch len(x2)) is error) }\n"
               "        b ! move y => { print('sent b1'); x2[0] = 2; assert((catch len(y2)) is error) } } }\n"
               "fn takes(c, name, n) { defer print('close ${name}'); print('open ${name}'); for _ in 0..n {}\n"
               "    alt { c ? all => { print('got ${name}${all[0]}'); all[1][0] = 9 }\n        closed => print('closed') } }\n"
               "let a = chan(); let b = chan(); let p = spawn sends(a, b); let q = spawn takes(a, 'a', 1); let r = spawn takes(b, 'b', 3)\n"
               "wait(p); close(a); close(b); wait(q); wait(r); print('main end')\n"},

    {.name = "move in an alt whose channel closes", .processes = 4, .receivers = 1 << 2 | 1 << 3, .spare = 1, .unordered = true, .keeps = true,
     .source = "fn sends(a) { let x = [0, List.of(0..1200)]; let x2 = x\n"
               "    defer { if (catch len(x2[1])) == 1200 { x2[0] = 1; print('kept a0') }; print('close s') }; print('open s')\n"
               "    print('try a0'); catch { alt { a ! move x => print('sent a0') } } }\n"
               "fn takes(a) { defer print('close t'); print('open t'); for x in a { print('got a${x[0]}') } }\n"
               "fn shuts(a) { defer print('close c'); print('open c'); for _ in 0..8 {}; close(a) }\n"
               "let a = chan(); let p = spawn sends(a); let q = spawn takes(a); let r = spawn shuts(a); wait(p); wait(q); wait(r)\n"},

    {.name = "closed by several at once", .processes = 5, .receivers = 1 << 1, .spare = 9,
     .source = "fn takes(c, d) { defer print('close t'); print('open t'); for alt { c ? x => print('got a${x}')\n        d ? x => print('got b${x}') } }\n"
               "fn shuts(c, n) { defer print('close s${n}'); print('open s${n}'); for _ in 0..4 {}; close(c) }\n"
               "fn sends(c) { defer print('close b'); print('open b'); let r = catch { print('try a0'); c ! 0; print('sent a0'); print('try a1'); c ! 1; print('sent a1') }\n"
               "    if r is error { assert(r.kind == 'closed') } }\n"
               "let c = chan(); let d = chan(); let t = spawn takes(c, d); let a = spawn shuts(c, 1); let b = spawn shuts(c, 2); let s = spawn sends(c)\n"
               "close(d); wait(a); wait(b); wait(s); close(c); wait(t); print('main end')\n"},

    {.name = "links", .processes = 4,
     .source = BYSTANDER
     "fn linked(go, n) { defer print('close ${n}'); print('open ${n}'); go ? other; link(other); for _ in 0..3 {}; ?go }\n"
     "let a = chan(); let b = chan(); let p = spawn linked(a, 1); let q = spawn linked(b, 2); spawn bystander(3)\n"
     "a ! q; b ! p; kill(p, 'enough'); let o = wait(q); print(o.kind); print('main end')\n"},

    {.name = "killed from inside", .processes = 4,
     .source = "fn waits(c) { defer print('close w'); print('open w'); for x in c { for _ in 0..x {} } }\n"
               "fn feeds(c) { defer print('close f'); print('open f'); for i in 0..5 { c ! i } }\n"
               "fn kills(p, q) { defer print('close k'); print('open k'); for _ in 0..9 {}; kill(p, ['why', [1]]); kill(q); kill(self()) }\n"
               "let c = chan(); let p = spawn waits(c); let q = spawn feeds(c); let k = spawn kills(p, q)\n"
               "let o = wait(p); if o is error { assert(o.kind == 'killed'); o.data[1] = 0 }; wait(q); wait(k); print('main end')\n"},

    {.name = "spawned with mutable values", .processes = 3, .receivers = 1, .spare = 1,
     .source = "fn child(xs, out) { defer print('close ${xs[0]}'); print('open ${xs[0]}'); xs[1][0] += 1; out ! xs }\n"
               "let out = chan(); let a = [1, [1]]; let b = [2, [2]]; spawn child(a, out); spawn child(b, out)\n"
               "for _ in 0..2 { out ? xs; assert(xs[1][0] == xs[0] + 1) }; assert(a[1][0] == 1); print('main end')\n"},
};

enum { SCENARIOS = sizeof scenarios / sizeof *scenarios };

/* --- what must add up */

static unsigned count_message(const char *out, const char *verb, const char *what, size_t length)
{
    char *line = support_format("%s %.*s", verb, (int)length, what);
    unsigned n = program_count(out, line);
    free(line);
    return n;
}

static const char *next_line(const char *at)
{
    const char *end = strchr(at, '\n');
    return end ? end + 1 : at + strlen(at);
}

/* The rest of a line that begins with this word; NULL: it does not. */
static const char *after_word(const char *line, const char *word, size_t *length)
{
    size_t n = strlen(word);
    if (strncmp(line, word, n) != 0 || line[n] != ' ')
        return NULL;
    *length = strcspn(line + n + 1, "\n");
    return line + n + 1;
}

/* Without main the receiver may never be made. */
static unsigned count_losers(const scenario *s, unsigned victims) { return (unsigned)__builtin_popcount(victims & (s->receivers | 1)); }

static char *check_messages(const scenario *s, const char *out, unsigned victims)
{
    unsigned lost = 0;
    int last[256];
    for (int i = 0; i < 256; i++)
        last[i] = -1;
    for (const char *line = out; *line; line = next_line(line)) {
        size_t n;
        const char *m = after_word(line, "got", &n);
        if (m) {
            if (count_message(out, "got", m, n) != 1)
                return support_format("%.*s was delivered twice", (int)n, m);
            if (count_message(out, "try", m, n) == 0)
                return support_format("%.*s was never sent", (int)n, m);
            if (!s->unordered && atoi(m + 1) <= last[(unsigned char)*m])
                return support_format("%.*s came out of order", (int)n, m);
            last[(unsigned char)*m] = atoi(m + 1);
        }
        m = after_word(line, "sent", &n);
        lost += m && count_message(out, "got", m, n) == 0;
        m = after_word(line, "try", &n);
        if (m && s->keeps && count_losers(s, victims) == 0 && count_message(out, "got", m, n) + count_message(out, "kept", m, n) == 0)
            return support_format("%.*s is nobody's", (int)n, m);
    }
    if (lost > count_losers(s, victims) * s->spare)
        return support_format("%u messages were lost", lost);
    return NULL;
}

static char *check_defers(const char *out)
{
    for (const char *line = out; *line; line = next_line(line)) {
        size_t n;
        const char *x = after_word(line, "close", &n);
        if (x && count_message(out, "close", x, n) != 1)
            return support_format("the defer %.*s ran twice", (int)n, x);
        x = after_word(line, "open", &n);
        if (x && count_message(out, "close", x, n) != 1)
            return support_format("the defer %.*s did not run", (int)n, x);
    }
    return NULL;
}

static char *check_bystanders(const char *out, unsigned victims)
{
    for (const char *line = out; *line; line = next_line(line)) {
        size_t n;
        const char *x = after_word(line, "will", &n);
        if (x && !(victims >> atoi(x) & 1) && count_message(out, "did", x, n) != 1)
            return support_format("process %.*s was not to be disturbed", (int)n, x);
    }
    return NULL;
}

/* A par whose branch was killed crashes with that. */
static bool crashed(const char *reports)
{
    static const char says[] = " crashed: ";
    for (const char *at = reports; (at = strstr(at, says)); at++)
        if (strncmp(at + sizeof says - 1, "killed", 6) != 0)
            return true;
    return false;
}

/* False: the VM is of no more use. */
static bool check(program *p, const scenario *s, unsigned victims)
{
    bool ended = program_finish(p), stuck = s->stuck && count_losers(s, victims) > 0;
    const char *out = program_out(p);
    char *wrong = check_messages(s, out, victims);
    if (!wrong)
        wrong = check_bystanders(out, victims);
    if (!wrong && !ended && !stuck)
        wrong = support_format("a process did not end");
    if (!wrong && !stuck)
        wrong = check_defers(out);
    if (!wrong && !strstr(s->source, "fail(") && crashed(program_err(p)))
        wrong = support_format("a crash: %s", program_err(p));
    if (wrong)
        cr_assert_fail("%s: %s\noutput:\n%s%s", p->about, wrong, out, program_err(p));
    return ended;
}

/* --- the runs */

/* The victim is killed after so many steps; -1: nobody. */
typedef struct murder {
    int victim;
    long after;
} murder;

static const murder nobody = {-1, 0};

static unsigned bit(const murder *m) { return m->victim < 0 ? 0 : 1u << m->victim; }

/* Gives the number of steps. The bit of each process that was killed counts, whether it was still there or not. */
static long run_and_kill(program **of, const scenario *s, int64_t slice, murder first, murder second)
{
    enum { TOO_MANY = 1000000 };
    program *p = *of;
    snprintf(p->about, sizeof p->about, "%s: slice %d, process %d killed after %ld steps, %d after %ld", s->name, (int)slice, first.victim,
             first.after, second.victim, second.after);
    program_begin(p, slice);
    long steps = 0;
    do {
        if (steps == first.after && first.victim >= 0)
            program_kill(p, (unsigned)first.victim);
        if (steps == second.after && second.victim >= 0)
            program_kill(p, (unsigned)second.victim);
        if (++steps == TOO_MANY)
            cr_assert_fail("%s: runs for ever", p->about);
    } while (program_step(p));
    if (!check(p, s, bit(&first) | bit(&second))) {
        program_free(p);
        *of = program_new(s->source);
    }
    return steps;
}

/* Lines in any order. */
static int compare_lines(const void *a, const void *b)
{
    const char *x = *(const char *const *)a, *y = *(const char *const *)b;
    size_t n = strcspn(x, "\n"), m = strcspn(y, "\n");
    int order = strncmp(x, y, n < m ? n : m);
    return order ? order : (n > m) - (n < m);
}

static bool same_lines(const char *a, const char *b)
{
    enum { MAX = 1000 };
    const char *x[MAX], *y[MAX];
    size_t n = 0, m = 0;
    for (; *a && n < MAX; a = next_line(a))
        x[n++] = a;
    for (; *b && m < MAX; b = next_line(b))
        y[m++] = b;
    if (n != m)
        return false;
    qsort(x, n, sizeof *x, compare_lines);
    qsort(y, m, sizeof *y, compare_lines);
    for (size_t i = 0; i < n; i++)
        if (compare_lines(&x[i], &y[i]) != 0)
            return false;
    return true;
}

/* Each test is a process of its own, in which addresses may be others. */
static struct criterion_test_params number_scenarios(void)
{
    static int numbers[SCENARIOS];
    for (int i = 0; i < SCENARIOS; i++)
        numbers[i] = i;
    return cr_make_param_array(int, numbers, SCENARIOS);
}

ParameterizedTestParameters(kill_everywhere, each_step)
{
    return number_scenarios();
}

ParameterizedTest(int *number, kill_everywhere, each_step)
{
    const scenario *s = &scenarios[*number];
    program *p = program_new(s->source);
    long stride = p->vm->heap.stress ? 23 : 1;
    static const int64_t slices[] = {1, 2, 3, 5};
    for (size_t i = 0; i < sizeof slices / sizeof *slices; i++) {
        long steps = run_and_kill(&p, s, slices[i], nobody, nobody);
        for (int victim = 0; victim < (int)s->processes; victim++)
            for (long after = 0; after <= steps; after += stride)
                run_and_kill(&p, s, slices[i], (murder){victim, after}, nobody);
    }
    program_free(p);
}

ParameterizedTestParameters(kill_everywhere, two_at_any_step)
{
    return number_scenarios();
}

/* Two kills: too many pairs to try them all. */
ParameterizedTest(int *number, kill_everywhere, two_at_any_step)
{
    const scenario *s = &scenarios[*number];
    program *p = program_new(s->source);
    uint64_t random[4];
    sched_seed(random, 7);
    long steps = run_and_kill(&p, s, 1, nobody, nobody);
    for (int runs = p->vm->heap.stress ? 20 : 4000; runs > 0; runs--) {
        murder m[2];
        for (int i = 0; i < 2; i++)
            m[i] = (murder){(int)(sched_random(random) % s->processes), (long)(sched_random(random) % (uint64_t)steps)};
        run_and_kill(&p, s, 1 + (int64_t)(sched_random(random) % 3), m[0], m[1]);
    }
    program_free(p);
}

ParameterizedTestParameters(kill_everywhere, slice_of_one)
{
    return number_scenarios();
}

/* Without a kill every slice gives the same lines, where the program leaves nothing to chance. */
ParameterizedTest(int *number, kill_everywhere, slice_of_one)
{
    const scenario *s = &scenarios[*number];
    program *p = program_new(s->source);
    snprintf(p->about, sizeof p->about, "%s", s->name);
    char *whole = program_run(p, 4000);
    cr_expect(p->vm->last_number + 1 == p->first + s->processes || s->times, "%s: %d processes", s->name,
              (int)(p->vm->last_number + 1 - p->first));
    static const int64_t slices[] = {1, 2, 7};
    for (size_t i = 0; i < sizeof slices / sizeof *slices && !s->times && !s->unordered; i++) {
        char *sliced = program_run(p, slices[i]);
        cr_expect(same_lines(whole, sliced), "%s\n%s--- in slices of %d:\n%s", s->name, whole, (int)slices[i], sliced);
        free(sliced);
    }
    free(whole);
    program_free(p);
}

ParameterizedTestParameters(kill_everywhere, from_inside)
{
    return number_scenarios();
}

/* A process of the program kills one of all that there are, itself and main included. */
ParameterizedTest(int *number, kill_everywhere, from_inside)
{
    const scenario *s = &scenarios[*number];
    static const char killer[] = "fn _killer(turns, n) { for _ in 0..turns {}; let all = Process.list(); kill(all[n % len(all)]) }\n";
    for (int run = 0; run < 160; run++) {
        char *source = support_format("%sspawn _killer(%d, %d)\n%s", killer, run / 4, run % 4, s->source);
        program *p = program_new(source);
        snprintf(p->about, sizeof p->about, "%s: kills number %d after %d turns", s->name, run % 4, run / 4);
        free(source);
        program_begin(p, 1);
        program_rest(p);
        check(p, s, ~0u);
        run += p->vm->heap.stress ? 30 : 0;
        program_free(p);
    }
}
