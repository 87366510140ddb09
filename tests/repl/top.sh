#!/bin/bash
# :top: the processes, alive, on the whole screen; which is afterwards as it was.
set -u
export LC_ALL=C.UTF-8
. "$(dirname "${BASH_SOURCE[0]}")/../support/screen.bash"

screen_open
enter 'fn spins() { loop { nil } }'
enter 'fn waits(c) { ?c }'
enter 'let c = chan(); let s = spawn spins(); let w = spawn waits(c)'
enter 'let t = spawn { loop { sleep(20ms); print("tick") } }; nil'
enter 'kill(t); print("before")'
sees before $'\nbefore\n'
enter ':top'
sees head '2 processes by reductions   r m w sort, Enter :info, k kill, q leave'
sees table 'PROCESS  NAME   STATE'
sees spins '2  spins  runnable'
sees waits '3  waits  receive <chan 1>  repl:2'
sees_not other-screen 'before'

# Reductions are counted while it is shown: the loop goes on.
count() { screen | sed -n 's/.*spins .*repl:1 *\([0-9,]*\) .*/\1/p' | tr -d ,; }
counts() { [ "$(count)" -gt 10000 ]; }
verdict runs within 20 counts

keys m
sees by-memory '2 processes by memory'
keys w
sees by-wait '2 processes by what they wait for'
keys r
sees by-reductions 'by reductions'

chosen() { on_tmux capture-pane -e -p -t csp | grep -c $'\033\[7m.*'"$1"; }
is_chosen() { [ "$(chosen "$1")" = 1 ]; }
verdict first-is-chosen within 20 is_chosen spins
keys Down
verdict second-is-chosen within 20 is_chosen waits
keys Up
verdict up within 20 is_chosen spins
keys Down Down Down
verdict last-is-chosen within 20 is_chosen waits

keys Enter
sees info 'process 3 waits'
sees info-channel '<chan 1>'
sees info-back 'any key goes back'
keys x
sees table-again '2  spins'

keys k
sees asks 'kill 3 waits? y n'
keys n
sees asks-no-more 'r m w sort'
sees not-killed '3  waits'
keys k
sees asks-again 'kill 3 waits? y n'
keys y
sees killed '1 process by'
sees_not killed-gone '3  waits'

on_tmux resize-window -t csp -x 60 -y 12
sees resized '2  spins'
within 20 shows_not 'Enter :info, k kill, q leave'
verdict resized-width [ "$(screen | wc -L)" -le 60 ]
on_tmux resize-window -t csp -x 80 -y 24
sees resized-back 'k kill, q leave'

keys q
prompts
sees left $'\nbefore\n'
sees left-command 'csp> :top'
sees_not left-table 'by reductions'
enter '1 + 11'
sees typed $'\n12\n'
modes() { on_tmux display-message -p -t csp '#{alternate_on}#{cursor_flag}'; }
verdict modes [ "$(modes)" = 01 ]

# What is printed meanwhile comes afterwards; Ctrl-C leaves.
keys C-l
enter 'let u = spawn { for i in 0..50 { sleep(10ms); print("line", i) } }'
enter ':top'
sees printing 'r m w sort'
sleep 1
sees_not printing-held 'line 1'
keys C-c
prompts
sees printed-first 'line 30'
sees printed-last 'line 49'
sees_not interrupt 'Ctrl-D or :quit to leave'

# Many: those alike in one row, at most a screen; nobody at all.
keys C-l
enter 'kill(s); for i in 0..3000 { spawn waits(c) }; nil'
enter ':top'
sees many '3,000 ×  waits  receive <chan 1>'
verdict many-rows [ "$(screen | sed '/^$/d' | wc -l)" -le 24 ]
keys k y
sees one-less '2,999 ×  waits'
keys q
prompts
enter ':reset'
sees reset 'are gone'
enter ':top'
sees nobody '0 processes'
keys k Enter Up Down q
prompts

screen_close

# Whoever is asked for ends by itself meanwhile: nobody is killed instead.
screen_open
enter 'let a = spawn { sleep(1500ms) }; let b = spawn { sleep(1h) }'
enter ':top'
sees both '2 processes'
keys m k
sees asked 'kill 2 spawn at repl:1? y n'
sees ended '1 process by memory'
keys y
sleep 0.3
sees spared '3  spawn at repl:1'
screen_close

# The end of the session while it is shown, by a process or by a signal: a shell finds the terminal as it was.
shell_open() {
    opened=$((opened + 1))
    on_tmux new-session -d -s csp -x 80 -y 24 -c "$folder" "PS1='sh> ' TERM=screen sh -i" \; set-option -g status off
    within 20 shows 'sh>'
    enter "'$CSP'"
    prompts
}
given_back() {
    sees "$1" "$2"
    enter 'stty -a | grep -c " icanon.* echo "; echo "status $?"'
    sees "$1-modes" 'status 0'
    verdict "$1-screen" [ "$(modes)" = 01 ]
    screen_close
}
shell_open
enter 'let x = spawn { sleep(300ms); Os.exit(3) }'
enter ':top'
given_back exit 'ended the session (status 3)'
shell_open
enter ':top'
sees signalled '0 processes'
pkill_child() { kill -"$1" "$(ps -o pid= --ppid "$(on_tmux display-message -p -t csp '#{pane_pid}')")"; }
pkill_child TERM
given_back term 'Terminated'
shell_open
enter ':top'
sees to-be-aborted '0 processes'
pkill_child ABRT
given_back abort 'Aborted'
screen_report
