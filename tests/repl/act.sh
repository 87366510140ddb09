#!/bin/bash
# :kill, :send, :recv; :time, :bench and :disasm.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/../support/screen.bash"

screen_open
enter 'let c = chan(); let p = spawn { loop { print("got", ?c) } }; p;'
enter ':send c [1, 2]'
sees send 'got [1, 2]'
enter 'let q = chan(); let k = spawn { ?q }; q;'
enter ':send {c: chan()}.c 5'
sees send-nobody 'nobody has received it within 1s'
enter ':send c'
sees send-nothing ':send wants a channel and a value'
enter 'let r = chan(1); r ! 42'
enter ':recv r'
sees recv $'\n42\n'
enter ':recv r 10ms'
sees recv-nothing 'nothing has come in time'
enter ':kill p'
sees kill 'is killed'
enter ':kill 99999'
sees kill-nobody 'there is no process 99999'
enter ':kill c'
sees kill-no-process '`c` is no process'
keys C-l
enter ':time 1 + 1000'
sees time-value $'\n1001\n'
sees time ' reduction, 0 messages, 0 processes begun, memory '
enter ':time let d = chan(1); d ! 1; ?d; let w = spawn { nil }'
sees time-messages ' 1 message, 1 process begun'
enter ':time 1 + nowhere'
sees time-error 'nowhere'
enter ':bench 2 ** 10'
sees bench 'median of'
enter ':bench 1 // 0'
sees bench-crash 'zero_division'
keys C-l
enter 'fn add(x, y) => x + y'
enter ':disasm add'
sees disasm 'r2, r0, r1'
enter ':disasm print'
sees disasm-of-c '`print` is no function written in csp'
screen_close
screen_report
