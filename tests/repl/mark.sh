#!/bin/bash
# The way back: marks of the session.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/../support/screen.bash"

screen_open
enter ':back'
sees no-mark 'there is no mark; :mark makes one'
enter 'let c = chan(); let p = spawn { for m in c { print(m * 2) } }; var n = 1;'
enter ':mark first'
enter 'kill(p); n = 2; n + 40'
sees the-session-goes-on $'\n42'
enter ':mark second'
enter 'n = 3;'
enter ':marks'
sees marks-are-listed 'second'
enter ':back'
sees back-at-the-last 'back at `second`'
enter 'n + 100'
sees as-it-was-there $'\n102'
enter ':back first'
sees back-at-an-earlier 'back at `first`'
enter 'n + 200'
sees as-it-was-at-the-first $'\n201'
enter 'c ! 22'
sees the-process-answers-again '] 44'
enter ':back third'
sees no-such-mark 'there is no mark `third`'
enter 'sleep(100ms); n + 300'
sees timers-go-on $'\n301'
enter 'len(str(3 ** 200000))'
sees work-of-other-threads '95425'
enter ':mark busy'
enter 'len(str(3 ** 200000)) + 1'
sees a-mark-waits-for-threads '95426'
keys C-l
enter 'loop { }'
keys C-c
enter 'n + 400'
sees interrupts-are-the-sessions $'\n401'
enter ':back first'
sees back-from-two 'back at `first`'
enter 'Os.exit(7)'
gone() { ! on_tmux has-session 2>/dev/null; }
verdict all-have-ended within 20 gone
screen_close
screen_report
