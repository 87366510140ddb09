#!/bin/bash
# What the REPL shows of processes: :ps, :info, :bt, :wait.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/../support/screen.bash"

screen_open 24 80
enter 'let jobs = chan(3); fn worker(c) => ?c; fn inner(c) { ?c; 1 }'
enter 'fn outer(c) => 1 + inner(c)'
enter 'let d = chan(); let o = spawn outer(d); spawn worker(d); spawn worker(d);'
enter 'spawn { sleep(1h) }; sleep(5ms); Process.name(spawn worker(d), "boss"); jobs ! 7;'

enter ':ps'
sees ps-head 'PROCESS  NAME             STATE             WHERE'
sees ps-wait 'worker           receive <chan 1>  repl:1'
sees ps-place 'spawn at repl:4  sleep'
sees ps-named 'boss             receive'
keys C-l
enter ':ps worker'
sees ps-of-a-name '3  worker  receive <chan 1>'
sees_not ps-of-a-name-alone 'outer'
keys C-l
enter ':ps sleep'
sees ps-of-a-state 'spawn at repl:4'
sees_not ps-of-a-state-alone 'worker'
enter ':ps nobody'
sees ps-of-none 'no process is `nobody`'

keys C-l
enter ':info o'
sees info-process 'process 2 outer: receive <chan 1>'
sees info-origin 'from        a spawn at repl:3 by'
sees info-holds 'holds       <chan 1>'
sees info-frame 'at inner (repl:1:'
sees info-source '2 | fn outer(c) => 1 + inner(c)'
keys C-l
enter ':info jobs'
sees info-channel ', 1 of 3 full, made at repl:1:12'
sees info-content 'contains    [7]'
sees info-holder 'held by     `jobs`'
enter ':info d'
sees info-waiting 'receivers   2 outer, 3 worker, 4 worker'
enter ':info [1, 2]'
sees info-value 'a list: [1, 2]'
sees info-value-length 'length      2'
enter ':info 99'
sees info-gone 'there is no process 99 any more'
enter ':info 1 +'
sees info-wrong 'error'
keys C-l
enter ':bt 2'
sees bt 'at outer (repl:2:'
enter ':bt jobs'
sees bt-of-no-process '`jobs` is no process'

keys C-l
enter ':wait'
sees wait-holder '2 outer → <chan 1> → held by `d`'
sees wait-rest 'process waits for nobody'
keys C-l
enter 'fn both(a, b) { a ! 1; ?b }'
enter 'let x = chan(); let y = chan(); spawn both(x, y); spawn both(y, x); sleep(5ms)'
enter ':wait'
sees wait-circle '! 8 both → <chan'
sees_not wait-circle-once '! 9 both'
sees wait-circle-back ' both !'
enter ':wait x'
sees wait-of-channel 'both → <chan'
enter ':wait "text"'
sees wait-of-value 'is neither a process nor a channel'
screen_close

# --- what its handle alone holds is lost; what a supervisor holds is its children's
screen_open 24 80
enter 'fn work(c) => ?c; let c = chan()'
enter 'let s = Supervisor.start([{name: "a", start: fn() => work(c)}]); let lost = spawn { ?chan() }'
enter ':wait'
sees wait-lost $'nobody can ever wake this one:\n! 4 spawn at repl:2 → <chan'
sees wait-of-supervised $'  3 a → <chan 3> → held by `c` (and 1 more)'
keys C-l
enter ':graph'
sees graph-of-supervised '┌──▶┤ 3 a ├─2──▶┤ 2 supervisor │'
sees graph-of-lost '│ ! 4 spawn at repl:2 │'
screen_close

# --- many, and small screens
screen_open 24 80
enter 'fn worker(c) => ?c; let c = chan(); for i in 0..99000 { spawn worker(c) }; print("be" + "gun")'
sees many-begun 'begun'
enter 'spawn { loop {} };'
enter ':ps'
sees ps-many '99,000 ×  worker'
sees ps-busiest-first 'spawn at repl:2  runnable'
keys C-l
enter ':wait'
sees wait-many '99,000 × worker → <chan 1> → held by `c`'
keys C-l
enter ':info c'
sees info-many 'and 98,992 more'
screen_close
screen_report
