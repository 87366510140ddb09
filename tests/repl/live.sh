#!/bin/bash
# Processes while one types, on a screen of 24 rows and 80 columns (tmux): whose output it is, crashes in one line,
# Ctrl-C, who ends the session. Prints a line for each check and, at the end, `N passed, N failed`. The command is $CSP,
# or build/csp.
set -u

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CSP=${CSP:-$root/build/csp}
folder=$(mktemp -d)
passed=0 failed=0 tries=0
command -v tmux >/dev/null || {
    echo "ok live (skipped: there is no tmux here)"
    echo "1 passed, 0 failed"
    exit 0
}

server=0
tm() { tmux -S "$folder/socket$server" -f /dev/null "$@"; }
stop() {
    tm kill-server 2>/dev/null
    rm -rf "$folder"
}
trap stop EXIT

screen() { tm capture-pane -p -J 2>/dev/null; }

# see PATTERN: waits until a line of the screen has it, an extended regular expression; at most 20 s.
see() {
    local end=$((SECONDS + 20))
    until screen | grep -qE -- "$1"; do
        [ $SECONDS -gt $end ] && return 1
        sleep 0.05
    done
}

begin() {
    tm kill-server 2>/dev/null
    server=$((server + 1))
    tm new-session -d -x 80 -y 24 \
        "INPUTRC=/dev/null NO_COLOR=1 CSP_HISTFILE='$folder/history' '$CSP'; echo status \$?; sleep 1000"
    see '^csp>'
}

# A semicolon at the end would be tmux's own.
enter() {
    tm send-keys -l -- "${1/%;/\\;}"
    tm send-keys Enter
}

# check NAME PATTERN: it will be seen.
check() {
    if see "$2"; then
        echo "ok $1"
        passed=$((passed + 1))
    else
        echo "not ok $1"
        screen | sed 's/^/  # /'
        failed=$((failed + 1))
    fi
}

# absent NAME PATTERN: it is not there now.
absent() {
    if screen | grep -qE -- "$2"; then
        echo "not ok $1"
        screen | sed 's/^/  # /'
        failed=$((failed + 1))
    else
        echo "ok $1"
        passed=$((passed + 1))
    fi
}

# --- whose output it is
begin
enter 'let go = chan(); fn worker() { ?go; print("one"); print("two"); eprint("three") }'
enter 'let w = spawn worker(); go ! 0; sleep(20ms); print("mine")'
check 'the first line of a burst is marked' '^\[[0-9]+ worker\] one$'
check 'the others are not' '^two$'
check 'standard error belongs to the burst' '^three$'
check 'what the foreground prints is not marked' '^mine$'
enter 'par { print("left"); print("right") };'
check 'branches of the foreground are not marked' '^left$'
enter 'spawn { ?go; write("par"); sleep(1ms); print("tial") };'
tm send-keys -l 'let half = 1'
enter ' + 1; go ! 0'
check 'a partial line that goes on at once is one line' '^\[[0-9]+\] partial$'
enter 'spawn { ?go; sleep(300ms); write("held") };'
enter 'go ! 0'
tm send-keys -l 'let typed = '
check 'a partial line is shown when nothing follows' '^\[[0-9]+\] held$'
check 'the line that is typed stays' '^csp> let typed = ?$'
tm send-keys C-c

# --- crashes
begin
enter 'fn bad(i) { [1, 2][i] }'
enter 'spawn bad(7);'
check 'a crash is one line' '^! 2 bad crashed: index_error: index 7 outside a list of length 2.*\(:why\)$'
enter ':why'
check ':why shows the report' '^ +spawned at main \(repl:2:1\) by main$'
enter 'for i in 0..5 { spawn { fail("many") } }'
check 'like ones are counted' '^! 5 processes crashed: fail: many at repl:3:25 \(:why\)$'
enter ':why 2'
check ':why N is about process N' '^error: index_error: index 7|^process 2 crashed: index_error|^2 bad crashed'
enter 'spawn { fail(String.repeat("x", 300)) };'
check 'a long one is cut to the width' '^! 8 crashed: fail: x+ … \(:why\)$'
enter '[][3]'
see 'index 3'
tm send-keys C-l
enter ':why'
check ':why after an entry that failed' 'index 3 outside'
enter ':why 99'
check ':why of a process that has not crashed' 'no crash of process 99'

# --- Ctrl-C
begin
enter 'spawn { loop { sleep(10s) } };'
enter 'fn f() { var n = 0; loop { n += 1 } }'
enter 'print("begun"); f()'
see '^begun$'
tm send-keys C-c
check 'Ctrl-C says what it has ended' \
    'interrupted after [0-9.]+ s in f \(repl:2:[0-9]+\), [0-9]+ ?[kMG]? reductions; 1 process goes on$'
enter 'print("again"); par { loop {}; sleep(100s) }'
see '^again$'
tm send-keys C-c
check 'and ends the branches' 'interrupted after .* reductions?; 1 process goes on$'
enter '{ defer sleep(100s); print("stuck"); sleep(100s) }'
see '^stuck$'
tm send-keys C-c
sleep 0.1
tm send-keys C-c
enter '40 + 2'
check 'the session goes on' '^42$'

tm send-keys -l "$(printf '{ print("stuck"); sleep(100s) }; print("no" + "t")')"
tm send-keys M-Enter
tm send-keys -l ':doc spawn'
tm send-keys M-Enter
tm send-keys -l 'print("nei" + "ther")'
tm send-keys C-l Enter
see '^stuck$'
tm send-keys C-c
check 'Ctrl-C ends a piece of an entry' '^\^Cinterrupted after'
enter '40 + 3'
check 'and the session goes on' '^43$'
absent 'the rest of the entry does not run' '^not$|^neither$|makes a process'
tm send-keys C-l
enter 'extern "c" as c { fn getchar(): i32 }'
enter 'print("in C"); c.getchar()'
see '^in C$'
until screen | grep -q 'cannot be stopped'; do
    [ $((tries += 1)) -gt 80 ] && break
    tm send-keys C-c
    sleep 0.25
done
check 'a second Ctrl-C says that C does not give way' '^it cannot be stopped before the C function that it has'
tm send-keys Enter
enter '40 + 4'
check 'it does when C has returned' '^44$'

# --- the end
enter 'spawn { sleep(50ms); Os.exit(7) };'
check 'who has ended the session' '^process [0-9]+ ended the session \(status 7\) at repl:[0-9]+:22$'
check 'and the status' '^status 7$'

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
