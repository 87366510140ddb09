/* The programs of test_kill_everywhere.c, which says what their lines mean. */
#ifndef CSP_TESTS_KILL_SCENARIOS_H
#define CSP_TESTS_KILL_SCENARIOS_H

#include <stdbool.h>

typedef struct scenario {
    const char *name;
    unsigned processes; /* of a run that is not disturbed */
    unsigned receivers; /* bit n: process n receives messages that are counted */
    /* so many messages a killed receiver may take with it, or leave in a buffer that nobody
     * empties */
    unsigned spare;
    bool times;     /* waits for times: the steps are not the same in each run */
    bool unordered; /* several processes print what they got */
    bool keeps;     /* prints "kept m" where m is still its sender's at the end: nobody got it */
    bool stuck;     /* a kill may leave a process in a defer that nobody serves */
    const char *source;
} scenario;

#define BYSTANDER                                                                            \
    "fn bystander(n) { print('will ${n}'); var s = 0; for i in 0..4 { s += i }; print('did " \
    "${n}') }\n"
#define PRODUCER                                                                         \
    "fn producer(c, name, n) {\n"                                                        \
    "    defer close(c)\n"                                                               \
    "    defer print('close ${name}')\n"                                                 \
    "    print('open ${name}')\n"                                                        \
    "    for i in 0..n { print('try ${name}${i}'); c ! i; print('sent ${name}${i}') }\n" \
    "}\n"
#define CONSUMER                                    \
    "fn consumer(c, name) {\n"                      \
    "    defer print('close c${name}')\n"           \
    "    print('open c${name}')\n"                  \
    "    for x in c { print('got ${name}${x}') }\n" \
    "}\n"

static const scenario scenarios[] = {
    {.name = "rendezvous",
     .processes = 4,
     .receivers = 1 << 2,
     .spare = 1,
     .source = BYSTANDER PRODUCER CONSUMER
     "let c = chan(); let p = spawn producer(c, 'a', 3); let q = spawn consumer(c, 'a')\n"
     "spawn bystander(3); wait(p); wait(q); print('main end')\n"},

    {.name = "buffered",
     .processes = 4,
     .receivers = 1 << 2,
     .spare = 3,
     .source = BYSTANDER PRODUCER CONSUMER
     "let c = chan(2); let p = spawn producer(c, 'a', 5); let q = spawn consumer(c, 'a')\n"
     "spawn bystander(3); wait(p); wait(q); print('main end')\n"},

    {.name = "buffered, the receiver late",
     .processes = 3,
     .receivers = 1 << 2,
     .spare = 2,
     .source = PRODUCER "fn late(c) { defer print('close l'); print('open l'); for _ in 0..12 {}; "
                        "for x in c { print('got a${x}') } }\n"
                        "let c = chan(1); let p = spawn producer(c, 'a', 3); let q = spawn "
                        "late(c); wait(q); wait(p)\n"},

    {.name = "two senders, two receivers",
     .processes = 5,
     .receivers = 1 << 3 | 1 << 4,
     .spare = 2,
     .unordered = true,
     .source = "fn sender(c, name) { defer print('close ${name}'); print('open ${name}')\n"
               "    for i in 0..3 { print('try ${name}${i}'); c ! '${name}${i}'; print('sent "
               "${name}${i}') } }\n"
               "fn receiver(c, n) { defer print('close r${n}'); print('open r${n}'); for _ in 0..3 "
               "{ c ? x; print('got "
               "${x}') } }\n"
               "let c = chan(); spawn sender(c, 'a'); spawn sender(c, 'b'); spawn receiver(c, 1); "
               "spawn receiver(c, 2)\n"},

    {.name = "alt receives from two",
     .processes = 4,
     .receivers = 1 << 3,
     .spare = 1,
     .source =
         PRODUCER "fn choose(a, b) { defer print('close x'); print('open x')\n"
                  "    for alt { a ? x => print('got a${x}')\n        b ? x => print('got b${x}') "
                  "}\n    print('both closed') }\n"
                  "let a = chan(); let b = chan(); let p = spawn producer(a, 'a', 3); let q = "
                  "spawn producer(b, 'b', 2)\n"
                  "let r = spawn choose(a, b); wait(r); wait(p); wait(q); print('main end')\n"},

    {.name = "alt receives from buffers",
     .processes = 4,
     .receivers = 1 << 3,
     .spare = 3,
     .source = PRODUCER
     "fn choose(a, b) { defer print('close x'); print('open x')\n"
     "    for pri alt { a ? x => print('got a${x}')\n        b ? x => print('got b${x}') } }\n"
     "let a = chan(1); let b = chan(1); spawn producer(a, 'a', 3); spawn producer(b, 'b', 3); "
     "spawn choose(a, b)\n"},

    {.name = "alt waits for the ends of what it receives from",
     .processes = 4,
     .receivers = 1 << 3,
     .spare = 3,
     .source =
         PRODUCER "fn choose(a, b) { defer print('close x'); print('open x')\n"
                  "    for alt { a ? x => print('got a${x}')\n        b ? x => print('got b${x}')\n"
                  "        closed(a) => print('end a')\n        closed(b) => print('end b') }\n    "
                  "print('both closed') }\n"
                  "let a = chan(); let b = chan(2); let p = spawn producer(a, 'a', 3); let q = "
                  "spawn producer(b, 'b', 3)\n"
                  "let r = spawn choose(a, b); wait(r); wait(p); wait(q); print('main end')\n"},

    {.name = "alts wait for the end of a buffer that another empties",
     .processes = 6,
     .receivers = 1 << 2,
     .spare = 3,
     .source = PRODUCER CONSUMER
     "fn watch(cs, n) { defer print('close w${n}'); print('open w${n}')\n"
     "    for alt { for c in cs, when n > 0, closed(c) => print('end ${n}')\n        cs[1] ? _ => "
     "print('never') } }\n"
     "let c = chan(2); let d = chan(); let p = spawn producer(c, 'a', 5); let q = spawn "
     "consumer(c, 'a')\n"
     "let ws = [spawn watch([c, d], 1), spawn watch([c, d], 2), spawn watch([c, d], 0)]\n"
     "wait(q); close(d); for w in ws { wait(w) }; wait(p); print('main end')\n"},

    {.name = "alt sends until the end, which another makes",
     .processes = 4,
     .receivers = 1 << 2,
     .spare = 1,
     .source =
         "fn offer(c, never) { defer print('close o'); print('open o'); var more = true; var i = "
         "0\n"
         "    while more { print('try a${i}')\n"
         "        pri alt { closed(c) => { more = false }\n            never ? _ => "
         "print('never')\n"
         "            c ! i => { print('sent a${i}'); i += 1 } } } }\n"
         "fn takes(c) { defer print('close t'); print('open t'); var n = 0\n"
         "    for x in c { print('got a${x}'); n += 1; if n == 3 { break } } }\n"
         "fn shuts(c) { defer print('close s'); print('open s'); for _ in 0..20 {}; close(c) }\n"
         "let c = chan(); let o = spawn offer(c, chan()); let t = spawn takes(c); let s = spawn "
         "shuts(c)\n"
         "wait(s); wait(t); wait(o); print('main end')\n"},

    {.name = "alt sends to two",
     .processes = 4,
     .receivers = 1 << 2 | 1 << 3,
     .spare = 2,
     .unordered = true,
     .source = CONSUMER
     "fn offer(a, b) { defer close(a); defer close(b); defer print('close o'); print('open o')\n"
     "    for i in 0..4 { print('try a${i}'); print('try b${i}')\n"
     "        alt { a ! i => print('sent a${i}')\n            b ! i => print('sent b${i}') } } }\n"
     "let a = chan(); let b = chan(); let o = spawn offer(a, b); spawn consumer(a, 'a'); spawn "
     "consumer(b, 'b'); wait(o)\n"},

    {.name = "alt sends mutable values",
     .processes = 4,
     .receivers = 1 << 2 | 1 << 3,
     .spare = 2,
     .unordered = true,
     .source = "fn take(c, name) { defer print('close ${name}'); print('open ${name}'); for x in c "
               "{ x[1][0] += 1; "
               "print('got ${name}${x[0]}') } }\n"
               "fn offer(a, b) { defer close(a); defer close(b); defer print('close o'); "
               "print('open o')\n"
               "    for i in 0..3 { let m = [i, [i]]; print('try a${i}'); print('try b${i}')\n"
               "        alt { a ! m => print('sent a${i}')\n            b ! m => print('sent "
               "b${i}') }\n        "
               "assert(m[1][0] == i) } }\n"
               "let a = chan(); let b = chan(1); let o = spawn offer(a, b); spawn take(a, 'a'); "
               "spawn take(b, 'b'); "
               "wait(o)\n"},

    {.name = "alt against alt, both orders",
     .processes = 3,
     .receivers = 1 << 1 | 1 << 2,
     .spare = 1,
     .unordered = true,
     .source = "fn peer(name, mine, other, sent, taken) { defer print('close ${name}'); "
               "print('open ${name}')\n"
               "    for i in 0..3 { print('try ${name}${i}')\n"
               "        if name == 'x' {\n"
               "            alt { mine ! '${name}${i}' => print('sent ${name}${i}')\n              "
               "  other ? v => "
               "print('got ${v}') }\n"
               "        } else {\n"
               "            alt { other ? v => print('got ${v}')\n                mine ! "
               "'${name}${i}' => print('sent "
               "${name}${i}') }\n"
               "        } } }\n"
               "let a = chan(); let b = chan(); let p = spawn peer('x', a, b, 0, 0); let q = spawn "
               "peer('y', b, a, 0, "
               "0); wait(p); wait(q)\n"},

    {.name = "alt with times and guards",
     .processes = 3,
     .receivers = 1 << 2,
     .spare = 1,
     .times = true,
     .source = PRODUCER
     "fn choose(a, n) { defer print('close x'); print('open x'); var more = true; var late = 0\n"
     "    while more { alt { when n > 0, a ? x => { print('got a${x}'); if x == 2 { more = false } "
     "}\n"
     "        when n < 0, a ? x => print('never')\n        after 20us => { late += 1; if late == 5 "
     "{ more = false } "
     "}\n        closed => { more = false } } } }\n"
     "let a = chan(); spawn producer(a, 'a', 3); let q = spawn choose(a, 1); wait(q); print('main "
     "end')\n"},

    {.name = "sleep",
     .processes = 3,
     .times = true,
     .source = BYSTANDER
     "fn sleeper() { defer print('close s'); print('open s'); sleep(10us); sleep(0); "
     "print('awake') }\n"
     "let p = spawn sleeper(); spawn bystander(2); wait(p); sleep(10us); print('main end')\n"},

    {.name = "tick",
     .processes = 3,
     .times = true,
     .source = "fn ticked(t, n) { defer print('close ${n}'); print('open ${n}'); for _ in 0..2 { t "
               "? _; print('tick') } }\n"
               "let t = tick(20us); let p = spawn ticked(t, 1); let q = spawn ticked(t, 2); "
               "wait(p); wait(q)\n"
               "alt { t ? _ => print('t')\n    after 1ms => print('late') }\nclose(t)\n"},

    {.name = "par",
     .processes = 5,
     .receivers = ~0u,
     .spare = 1,
     .source = BYSTANDER PRODUCER CONSUMER
     "fn work() { let c = chan(); defer print('close w'); print('open w')\n"
     "    let r = par { producer(c, 'a', 2); consumer(c, 'a'); { defer "
     "print('close b'); print('open b'); 7 } }\n    print(r[2]) }\n"
     "spawn bystander(1); work(); print('main end')\n"},

    {.name = "par for, nested",
     .processes = 8,
     .source =
         "fn leaf(i, j) { defer print('close l${i}${j}'); print('open l${i}${j}'); for _ in 0..j "
         "{}; i * 10 + j }\n"
         "fn middle(i) { defer print('close m${i}'); print('open m${i}'); par for j in 0..2 { "
         "leaf(i, j) } }\n"
         "fn top() { defer print('close t'); print('open t'); par { middle(1); middle(2) } }\n"
         "let p = spawn top(); print(catch wait(p)); print('main end')\n"},

    {.name = "par with a crash",
     .processes = 4,
     .source =
         "fn wait_for_ever() { defer print('close f'); print('open f'); let c = chan(); ?c }\n"
         "fn busy() { defer print('close b'); print('open b'); for _ in 0..1000000 {} }\n"
         "let r = catch { par { wait_for_ever(); busy(); { for _ in 0..3 {}; fail(error('bad', 'it "
         "is', [1, "
         "[2]])) } } }\n"
         "print(r); r.data[1][0] = 3; print(r.data)\n"},

    {.name = "wait and done",
     .processes = 5,
     .receivers = 1 << 2 | 1 << 3 | 1 << 4 | 1,
     .spare = 9,
     .unordered = true,
     .source =
         "fn child() { defer print('close c'); print('open c'); for _ in 0..5 {}; [1, [2]] }\n"
         "fn waits(p, n) { defer print('close ${n}'); print('open ${n}'); let v = wait(p); if v is "
         "list { "
         "v[1][0] += n; print(v) } }\n"
         "fn asks(p, c) { defer print('close a'); print('open a'); alt { c ? _ => print('never')\n "
         "done(p) ? v "
         "=> print(v) } }\n"
         "let p = spawn child(); let c = chan(); let a = spawn waits(p, 1); let b = spawn waits(p, "
         "2); let d = "
         "spawn asks(p, c)\n"
         "wait(a); wait(b); wait(d); print(?done(p)); print('main end')\n"},

    {.name = "timeout",
     .processes = 3,
     .times = true,
     .source = "fn slow() { defer print('close s'); print('open s'); sleep(1h) }\n"
               "fn quick() { defer print('close q'); print('open q'); 42 }\n"
               "print((timeout(30us, slow)).kind); print(timeout(1h, quick)); print('main end')\n"},

    {.name = "catch and defer around waits",
     .processes = 3,
     .receivers = 1 << 2,
     .spare = 2,
     .source = "fn sends(c) { defer print('close s'); print('open s'); print('try a0'); c ! 0; "
               "print('sent a0')\n"
               "    let r = catch { defer print('close s1'); print('open s1'); print('try a1'); c "
               "! 1; print('sent a1'); "
               "fail('x') }\n"
               "    print(r is error) }\n"
               "fn deep(c) { defer print('close d'); print('open d'); c ? x; print('got a${x}'); "
               "fail('y') }\n"
               "fn receives(c) { defer print('close r'); print('open r')\n"
               "    let r = catch deep(c); print(r is error); c ? x; print('got a${x}') }\n"
               "let c = chan(); let p = spawn sends(c); let q = spawn receives(c); wait(q); "
               "wait(p); print('main end')\n"},

    {.name = "defers that wait",
     .processes = 4,
     .receivers = 1 << 3,
     .stuck = true,
     .source =
         "fn job(log, name, end) { defer log ! '${name}3'; defer { log ! '${name}2'; "
         "print('block') }; defer log "
         "! '${name}1'\n"
         "    print('open ${name}1'); print('open ${name}2'); print('open ${name}3'); for _ in "
         "0..2 {}; if end { "
         "let x = catch fail('x'); fail('y') } }\n"
         "fn logger(log) { for x in log { print('close ${x}') } }\n"
         "let log = chan(); let a = spawn job(log, 'a', false); let b = spawn job(log, 'b', true)\n"
         "let l = spawn logger(log); wait(a); wait(b); close(log); wait(l)\n"},

    {.name = "a message in slices",
     .processes = 3,
     .receivers = 1 << 2,
     .spare = 1,
     .source = "fn sends(c) { defer print('close s'); print('open s'); let big = List.of(0..1500); "
               "let all = [0, big, big]\n"
               "    for i in 0..2 { all[0] = i; print('try a${i}'); c ! all; print('sent a${i}') "
               "}; assert(len(big) == 1500) "
               "}\n"
               "fn takes(c) { defer print('close t'); print('open t')\n"
               "    for _ in 0..2 { c ? all; print('got a${all[0]}'); assert(len(all[2]) == 1500); "
               "all[1][0] = 5; "
               "assert(all[2][0] == 5) } }\n"
               "let c = chan(); let p = spawn sends(c); let q = spawn takes(c); wait(p); wait(q); "
               "print('main end')\n"},

    {.name = "move",
     .processes = 3,
     .receivers = 1 << 2,
     .spare = 1,
     .keeps = true,
     .source =
         "fn sends(c) { let big = [0, List.of(0..1500), [1]]; let same = big\n"
         "    defer { if (catch len(same[1])) == 1500 { same[2][0] = 7; print('kept a0') }; "
         "print('close s') }; "
         "print('open s')\n"
         "    print('try a0'); c ! move big; print('sent a0'); assert((catch len(same)) is error) "
         "}\n"
         "fn takes(c) { defer print('close t'); print('open t'); for _ in 0..8 {}\n"
         "    c ? all; print('got a${all[0]}'); all[2][0] += 1; assert(len(all[1]) == 1500) }\n"
         "let c = chan(); let p = spawn sends(c); let q = spawn takes(c); wait(p); wait(q); "
         "print('main end')\n"},

    {.name = "move on a channel that closes",
     .processes = 3,
     .receivers = 1 << 2,
     .spare = 1,
     .keeps = true,
     .source =
         "fn sends(c) { let big = [0, List.of(0..1500), [1]]; let same = big\n"
         "    defer { if (catch len(same[1])) == 1500 { same[2][0] = 7; print('kept a0') }; "
         "print('close s') }; "
         "print('open s')\n"
         "    print('try a0'); let r = catch { c ! move big }; assert(r.kind == 'closed' and "
         "len(same[1]) == 1500) }\n"
         "fn shuts(c) { defer print('close t'); print('open t'); for _ in 0..8 {}; close(c) }\n"
         "let c = chan(); let p = spawn sends(c); let q = spawn shuts(c); wait(p); wait(q); "
         "print('main end')\n"},

    {.name = "move in alt",
     .processes = 4,
     .receivers = 1 << 2 | 1 << 3,
     .spare = 2,
     .unordered = true,
     .keeps = true,
     .source =
         "fn sends(a, b) { let x = [0, List.of(0..1200)]; let y = [1, List.of(0..1200)]; let x2 = "
         "x; let y2 = y\n"
         "    defer { if (catch len(x2[1])) == 1200 { x2[0] = 1; print('kept a0') }\n"
         "            if (catch len(y2[1])) == 1200 { y2[0] = 1; print('kept b1') }; print('close "
         "s') }; "
         "print('open s')\n"
         "    print('try a0'); print('try b1')\n"
         "    alt { a ! move x => { print('sent a0'); y2[0] = 2; assert((catch len(x2)) is error) "
         "}\n"
         "        b ! move y => { print('sent b1'); x2[0] = 2; assert((catch len(y2)) is error) } "
         "} }\n"
         "fn takes(c, name, n) { defer print('close ${name}'); print('open ${name}'); for _ in "
         "0..n {}\n"
         "    alt { c ? all => { print('got ${name}${all[0]}'); all[1][0] = 9 }\n        closed => "
         "print('closed') } }\n"
         "let a = chan(); let b = chan(); let p = spawn sends(a, b); let q = spawn takes(a, 'a', "
         "1); let r = "
         "spawn takes(b, 'b', 3)\n"
         "wait(p); close(a); close(b); wait(q); wait(r); print('main end')\n"},

    {.name = "move in an alt whose channel closes",
     .processes = 4,
     .receivers = 1 << 2 | 1 << 3,
     .spare = 1,
     .unordered = true,
     .keeps = true,
     .source =
         "fn sends(a) { let x = [0, List.of(0..1200)]; let x2 = x\n"
         "    defer { if (catch len(x2[1])) == 1200 { x2[0] = 1; print('kept a0') }; print('close "
         "s') }; "
         "print('open s')\n"
         "    print('try a0'); catch { alt { a ! move x => print('sent a0') } } }\n"
         "fn takes(a) { defer print('close t'); print('open t'); for x in a { print('got "
         "a${x[0]}') } }\n"
         "fn shuts(a) { defer print('close c'); print('open c'); for _ in 0..8 {}; close(a) }\n"
         "let a = chan(); let p = spawn sends(a); let q = spawn takes(a); let r = spawn shuts(a); "
         "wait(p); "
         "wait(q); wait(r)\n"},

    {.name = "closed by several at once",
     .processes = 5,
     .receivers = 1 << 1,
     .spare = 9,
     .source = "fn takes(c, d) { defer print('close t'); print('open t'); for alt { c ? x => "
               "print('got a${x}')\n      "
               "  d ? x => print('got b${x}') } }\n"
               "fn shuts(c, n) { defer print('close s${n}'); print('open s${n}'); for _ in 0..4 "
               "{}; close(c) }\n"
               "fn sends(c) { defer print('close b'); print('open b'); let r = catch { print('try "
               "a0'); c ! 0; "
               "print('sent a0'); print('try a1'); c ! 1; print('sent a1') }\n"
               "    if r is error { assert(r.kind == 'closed') } }\n"
               "let c = chan(); let d = chan(); let t = spawn takes(c, d); let a = spawn shuts(c, "
               "1); let b = spawn "
               "shuts(c, 2); let s = spawn sends(c)\n"
               "close(d); wait(a); wait(b); wait(s); close(c); wait(t); print('main end')\n"},

    {.name = "links",
     .processes = 4,
     .source = BYSTANDER
     "fn linked(go, n) { defer print('close ${n}'); print('open ${n}'); go ? other; link(other); "
     "for _ in 0..3 {}; ?go "
     "}\n"
     "let a = chan(); let b = chan(); let p = spawn linked(a, 1); let q = spawn linked(b, 2); "
     "spawn bystander(3)\n"
     "a ! q; b ! p; kill(p, 'enough'); let o = wait(q); print(o.kind); print('main end')\n"},

    {.name = "an end that many are to be told of",
     .processes = 9,
     .source = BYSTANDER
     "fn ends(up) { defer print('close 1'); print('open 1'); up ! 1; ?chan() }\n"
     "fn waits(p, up, n) { defer print('close ${n}'); print('open ${n}'); up ! 1; print((catch "
     "wait(p)).kind) }\n"
     "fn chooses(p, up, n) { defer print('close ${n}'); print('open ${n}'); up ! 1; alt { done(p) "
     "? v => "
     "print(v.kind); chan() ? _ => print('never') } }\n"
     "fn linked(p, up, n) { defer print('close ${n}'); print('open ${n}'); link(p); up ! 1; "
     "wait(p); print('never') "
     "}\n"
     "let up = chan(); let p = spawn ends(up); let ps = [spawn waits(p, up, 2), spawn linked(p, "
     "up, 3), spawn "
     "chooses(p, up, 4), spawn waits(p, up, 5), spawn linked(p, up, 6), spawn chooses(p, up, 7)]\n"
     "for _ in 0..7 { ?up }; kill(p, 'enough'); spawn bystander(8); for q in ps { ?done(q) }; "
     "print('main end')\n"},

    {.name = "killed from inside",
     .processes = 4,
     .source = "fn waits(c) { defer print('close w'); print('open w'); for x in c { for _ in 0..x "
               "{} } }\n"
               "fn feeds(c) { defer print('close f'); print('open f'); for i in 0..5 { c ! i } }\n"
               "fn kills(p, q) { defer print('close k'); print('open k'); for _ in 0..9 {}; "
               "kill(p, ['why', [1]]); "
               "kill(q); kill(self()) }\n"
               "let c = chan(); let p = spawn waits(c); let q = spawn feeds(c); let k = spawn "
               "kills(p, q)\n"
               "let o = wait(p); if o is error { assert(o.kind == 'killed'); o.data[1] = 0 }; "
               "wait(q); wait(k); "
               "print('main end')\n"},

    {.name = "spawned with mutable values",
     .processes = 3,
     .receivers = 1,
     .spare = 1,
     .source = "fn child(xs, out) { defer print('close ${xs[0]}'); print('open ${xs[0]}'); "
               "xs[1][0] += 1; out ! xs }\n"
               "let out = chan(); let a = [1, [1]]; let b = [2, [2]]; spawn child(a, out); spawn "
               "child(b, out)\n"
               "for _ in 0..2 { out ? xs; assert(xs[1][0] == xs[0] + 1) }; assert(a[1][0] == 1); "
               "print('main end')\n"},

    {.name = "frames left by crashes and caught",
     .processes = 3,
     .source =
         BYSTANDER "fn plain(n) { if n == 0 { fail('x') } else { 1 + plain(n - 1) } }\n"
                   "fn deep(n, of) { defer print('close ${of}.${n}'); print('open ${of}.${n}')\n"
                   "    if n == 0 { plain(5) } else { 1 + deep(n - 1, of) } }\n"
                   "fn work() { defer print('close w'); print('open w')\n"
                   "    for i in 0..2 { let e = catch deep(1 + i, 'a${i}')\n"
                   "        assert(e.kind == 'fail' and len(e.trace) > 7) }; deep(3, 'b') }\n"
                   "let p = spawn work(); spawn bystander(2)\n"
                   "let e = wait(p); if e is error { print('main end') }\n"},

    {.name = "frames left by a crash in a defer",
     .processes = 2,
     .source = "fn plain(n) { if n == 0 { fail('x') } else { 1 + plain(n - 1) } }\n"
               "fn bad(n) { defer plain(6); defer print('close b${n}'); print('open b${n}'); if n "
               "== 0 { plain(6) } else { 1 + bad(n - 1) } }\n"
               "fn work() { defer print('close w'); print('open w'); bad(2) }\n"
               "let p = spawn work(); let e = wait(p); if e is error { print('main end') }\n"},
};

#endif
