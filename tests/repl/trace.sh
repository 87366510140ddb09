#!/bin/bash
# :trace and :record.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/../support/screen.bash"

screen_open
enter 'fn twice(i, o) { for x in i { o ! 2 * x } }'
enter 'let a = chan(); let b = chan(1); let p = spawn twice(a, b)'
enter ':trace'
sees all 'tracing all processes; :trace off ends it'
enter 'a ! 21'
sees message '1 input  -- 21 --> 2 twice  <chan 1>  repl:3'
sees send '2 twice  -- 42 -->  <chan 2>  repl:1'
enter '?b'
sees receive '1 input  <-- 42 --  <chan 2>  repl:4'
enter 'let q = spawn { fail("boom") }'
sees spawn '1 input  spawns 3 repl:5  repl:5'
sees crash '3 repl:5  crashes: error("fail", "boom")  repl:5'
sees crash-report 'crashed: fail: boom'

keys C-l
enter ':trace p'
sees one 'tracing p;'
enter 'a ! 4; ?b; let none = chan(1); none ! 17; ?none'
sees one-message '-- 4 --> 2 twice'
sees_not one-alone '-- 17'
enter ':trace <chan 2>'
sees channel 'tracing <chan 2>;'
enter 'a ! 50; ?b'
sees channel-message '-- 100'
sees_not channel-alone '-- 50'

keys C-l
enter ':trace 99'
sees nobody 'there is no process 99'
sees nobody-traced 'nothing is traced'
enter ':trace nonsense'
sees unknown 'unknown name `nonsense`'
enter ':trace 1 + 1'
sees value 'there is no process'
enter ':trace [1]'
sees no-process '`[1]` is no process and no channel'

keys C-l
enter ':trace twice'
enter 'let r = spawn twice(a, b)'
sees name 'spawns 5 twice'
enter 'let big = chan(); spawn { big ! [String.repeat("x", 10_000_000)] }; nil'
enter ':trace big'
enter 'let got = ?big'
sees large '-- ["xxxxxxxxxx'
sees large-cut '…'
enter 'let w = chan(1); let wide = spawn { for x in w { nil } }'
enter 'Process.name(wide, "流れ作業場流れ作業場流れ作業場流れ作業場")'
enter ':trace w'
enter 'w ! "日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語"'
sees wide '… --> 7 流れ作業場流れ作業場流れ作業場流れ作業場'

# Above the line that is being typed, and at most 200 in a second.
keys C-l
enter 'let flood = chan(); spawn { for x in flood { nil } };'
enter 'spawn { sleep(1s); for i in 0..100_000 { flood ! i } };'
enter ':trace flood'
type '1 + 11'
sees flood ' more events'
sees flood-line 'csp> 1 + 11'
keys Enter
sees typed $'\n12\n'
verdict flood-few [ "$(history | grep -c -- '--> ')" -lt 450 ]
verdict flood-some [ "$(history | grep -c -- '--> ')" -ge 200 ]
enter ':trace off'
sees off 'nothing is traced'
enter 'let last = chan(1); last ! 77777; ?last'
sees_not off-nothing '-- 77777'

keys C-l
enter ':record on'
sees record 'recording is on; 0 events are kept'
enter 'for i in 0..20_000 { last ! i; ?last }'
prompts
enter ':record off'
sees record-off 'recording is off; 10000 events are kept'
enter ':record never'
sees record-what ':record on or :record off'
screen_close
screen_report
