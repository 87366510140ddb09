#!/bin/bash
# Who spawned whom and who sends to whom, drawn on the screen: :tree, :graph.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/../support/screen.bash"

# draws NAME LINE…: the lines stand on the screen one below the other, without blanks behind them.
draws() {
    local name=$1 lines
    shift
    lines=$(printf '%s\n' "$@")
    sees "$name" "$lines"
}

# --- a pipeline
screen_open 24 80
enter 'fn filter(a, b) { loop { b ! ?a } }; fn source(b) { b ! 1; sleep(1h); b ! 2 }'
enter 'fn sink(a) { loop { ?a } }; let a = chan(); let b = chan(); let c = chan()'
enter 'spawn source(a); spawn filter(a, b); spawn filter(b, c); spawn sink(c); sleep(5ms);'
enter ':graph'
draws pipeline \
    '┌──────────┐     ┌──────────┐     ┌──────────┐     ┌────────┐' \
    '│ 2 source ├─1──▶┤ 3 filter ├─2──▶┤ 4 filter ├─3──▶┤ 5 sink │' \
    '└──────────┘     └──────────┘     └──────────┘     └────────┘'
keys C-l
enter ':graph 5'
draws beside-a-process \
    '┌──────────┐     ┌────────┐' \
    '│ 4 filter ├─3──▶┤ 5 sink │' \
    '└──────────┘     └────────┘'
keys C-l
enter ':graph a'
draws beside-a-channel \
    '┌──────────┐     ┌──────────┐' \
    '│ 2 source ├─1──▶┤ 3 filter │' \
    '└──────────┘     └──────────┘'
enter ':graph "x"'
sees of-no-process 'is neither a process nor a channel'
enter ':graph g.dot'
sees file-written 'g.dot'
prompts
verdict file-is-dot grep -q 'n0 -> n1 \[dir=forward, label="1"\]' "$folder/g.dot"
enter ':graph /nowhere/g.dot'
sees file-not-written 'No such file'
enter ':graph g.svg'
sees file-drawn-or-text 'g.svg'
prompts
verdict file-is-there test -s "$folder/g.svg"
screen_close

# --- workers that are alike share a box, and a line
screen_open 24 80
enter 'fn worker(jobs, out) { for j in jobs { out ! j } }; fn boss() { let jobs = chan(); let out = chan()'
enter 'for _ in 0..8 { spawn worker(jobs, out) }; sleep(1h); jobs ! ?out }'
enter 'spawn boss(); sleep(5ms);'
enter ':graph'
sees pool-in-one-box '│ 2 boss ├─1──▶┤ worker × 8 │'
keys C-l
enter ':tree'
draws tree \
    '2 boss  sleep 60min' \
    '└─ 8 × worker  receive <chan 1>, as 3'
screen_close

# --- what a supervisor has started again
screen_open 24 80
enter 'fn work(c) { for n in c { assert(n > 0, "too small") } }; let c = chan()'
enter 'let b = {name: "b", start: fn() => 1, restart: "never"}'
enter 'let pool = Supervisor.start([{name: "a", start: fn() => work(c)}, b])'
enter 'c ! 0; c ! 1; c ! 0; c ! 2'
keys C-l
enter ':tree'
sees restarts '─ 6 a  receive <chan 3>  2 restarts, last: '
sees reason-of-restart 'too small'
enter ':info 6'
sees restarts-of-one 'restarts    2, the last after '
screen_close

# --- the dining philosophers: all wait in circles
screen_open 24 80
enter 'fn fork(pickup, putdown) { for _ in pickup { putdown ? _ } }'
enter 'fn phil(left, right, go) { left.up ! 1; go ? _; right.up ! 1; left.down ! 1; right.down ! 1 }'
enter 'fn table() { let fs = List.map(0..5, fn(_) => {up: chan(), down: chan()}); let go = chan()'
enter 'for f in fs { spawn fork(f.up, f.down) }; for i in 0..5 { spawn phil(fs[i], fs[(i + 1) % 5], go) }'
enter 'sleep(20ms); for _ in 0..5 { go ! nil } }'
enter 'spawn table(); sleep(100ms);'
keys C-l
enter ':graph'
sees philosopher-in-circle '! 8 phil'
sees fork-in-circle '! 4 fork'
sees arrow '▶┤ ! 4 fork │'
verdict all-in-circles test "$(screen | grep -c '! ')" = 10
verdict on-one-screen test "$(screen | grep -c '└─*┘')" -ge 10
keys C-l
enter ':wait'
sees wait-circles '! 3 fork → <chan'
screen_close

# --- many
screen_open 24 80
enter 'fn worker(c) => ?c; let c = chan(); for i in 0..50000 { spawn worker(c) };'
enter 'let cs = List.map(0..40000, fn(_) => chan()); for d in cs { spawn worker(d) }; print("be" + "gun")'
sees many-begun 'begun'
keys C-l
enter ':graph'
sees many '│ the session ├─1,2,3…──▶┤'
sees many-in-a-box '──▶┤ worker × 90000 │'
enter ':tree'
sees many-in-a-line '90,000 × worker'
screen_close
screen_report
