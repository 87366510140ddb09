#!/bin/bash
# san: skip   the command without readline is built once
# The REPL without readline (make LINEEDIT=none): the system's line input, and all commands.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/../support/screen.bash"
CSP=$(realpath "$(dirname "$CSP")")/csp-plain

screen_open
enter '6 * 7'
sees a-value $'csp> 6 * 7\n42\ncsp>'
enter 'fn f(x) {'
sees an-entry-goes-on $'csp> fn f(x) {\n...>'
enter 'x + 1'
enter '}'
enter 'f(41)'
sees an-entry-of-several-lines $'...> }\ncsp> f(41)\n42\ncsp>'
enter 'fn g('
keys C-c
sees ctrl-c-drops-the-entry $'...> ^C\ncsp>'
type 'nothing'
keys C-c
prompts
enter 'len("abc")'
sees ctrl-c-drops-the-line $'csp> len("abc")\n3\ncsp>'
enter 'while true {}'
sleep 0.2
keys C-c
sees ctrl-c-interrupts 'interrupted after'
enter ':type [1, 2]'
sees a-command 'list'
enter 'spawn fn() { sleep(100ms); print("from behind") }();'
sees output-of-others $'from behind\ncsp>'
enter 'spawn fn() { [1][7] }();'
sees a-crash 'crashed: index_error'
type $'1 + 1\n2 + 2\n:type 3\n'
sees lines-typed-ahead $'2\ncsp> 4\ncsp> int'
keys C-d
within 10 eval '! on_tmux has-session'
screen_open
enter 'Os.exit(3)'
verdict os-exit within 10 shows_not 'csp> Os.exit(3)'
screen_close
verdict history-is-kept grep -q '6 \* 7' "$CSP_HISTFILE"
screen_report
