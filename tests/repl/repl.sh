#!/bin/bash
# The REPL on a pseudo-terminal (made by script(1) of util-linux). Prints a line for each check and, at the end,
# `N passed, N failed`. The command is $CSP, or build/csp.
set -u

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CSP=${CSP:-$root/build/csp}
folder=$(mktemp -d)
passed=0 failed=0
export TERM=dumb INPUTRC=/dev/null CSP_HISTFILE=$folder/state/history NO_COLOR=1
unset XDG_STATE_HOME

command -v script >/dev/null || {
    echo "repl.sh needs script(1)"
    exit 1
}
script -qec true /dev/null >/dev/null 2>&1 || {
    echo "ok repl (skipped: there is no pseudo-terminal here)"
    echo "1 passed, 0 failed"
    exit 0
}

# --- a session: what it has written since the last look is in $screen
screen=
start() {
    coproc TERMINAL { SHELL=/bin/sh exec script -qefc "stty cols 200; exec '$CSP'" /dev/null 2>&1; }
    screen=
    see 'csp> '
}

stop() {
    [ -n "${TERMINAL_PID:-}" ] && kill "$TERMINAL_PID" 2>/dev/null
    rm -rf "$folder"
}
trap stop EXIT

keys() {
    printf "$1" >&"${TERMINAL[1]}"
}

# launch: as start, on a terminal that can move the cursor; $pid is the command's process. When it has ended, its status
# and the terminal's mode are shown.
launch() {
    coproc TERMINAL {
        TERM=xterm SHELL=/bin/sh exec script -qefc "trap : INT QUIT; stty cols 200
            sh -c 'echo pid=\$\$; exec \"$CSP\"'; echo status=\$?
            stty -a | tr ' ;' '\n\n' | grep icanon" /dev/null 2>&1
    }
    shell=$TERMINAL_PID
    screen=
    see 'csp> '
    pid=${screen#*pid=}
    pid=${pid%%[!0-9]*}
}

# verdict NAME CONDITION: of what the condition, a command, says.
verdict() {
    local name=$1
    shift
    if "$@"; then
        echo "ok $name"
        passed=$((passed + 1))
    else
        echo "not ok $name"
        printf '  # screen: %q\n' "$screen"
        failed=$((failed + 1))
    fi
}

# see TEXT: waits until it is on the screen, at most 10 s.
see() {
    local piece end=$((SECONDS + 10))
    while [[ $screen != *"$1"* ]]; do
        piece=
        IFS= read -r -d '' -N 4096 -t 0.05 -u "${TERMINAL[0]}" piece
        screen+=$piece
        [ $SECONDS -gt $end ] && return 1
    done
    return 0
}

# check NAME KEYS TEXT: after the keys, TEXT appears and then the prompt.
check() {
    screen=
    keys "$2"
    # The terminal echoes the keys: what is looked for must not be in them.
    if see "$3" && { screen=${screen#*"$3"}; see 'csp> '; }; then
        echo "ok $1"
        passed=$((passed + 1))
    else
        echo "not ok $1"
        printf '  # wanted: %q\n  # screen: %q\n' "$3" "$screen"
        failed=$((failed + 1))
    fi
}

# silent NAME KEYS: after the keys, which are one line, nothing appears but the prompt.
silent() {
    screen=
    keys "$2"
    verdict "$1" prompt_alone
}
prompt_alone() {
    see $'\r\n' && { screen=${screen#*$'\r\n'}; see 'csp> '; } && [ "$screen" = 'csp> ' ]
}

# ends NAME STATUS: the session ends with this status.
ends() {
    local pid=$TERMINAL_PID status
    wait "$pid"
    status=$?
    if [ $status = "$2" ]; then
        echo "ok $1"
        passed=$((passed + 1))
    else
        echo "not ok $1"
        echo "  # status $status, expected $2"
        failed=$((failed + 1))
    fi
}

start
check value '6 * 7\r' $'\n42\r'
check text-is-quoted '"a" + "b"\r' $'\n"ab"\r'
silent nil-is-silent 'nil\r'
silent semicolon-is-silent '123456;\r'
check variable-lives-on 'var count = 20\rcount += 2; count * 2\r' $'\n44\r'
check redefinition 'let word = 1\rlet word = "two"\rword\r' $'\n"two"\r'
check function 'fn twice(n) => n * 2\rtwice(count)\r' $'\n44\r'
check function-sees-session 'let base = 1000\rfn add(n) => base + n\radd(5)\r' $'\n1005\r'
check list-lives-on 'let items = [1]\rList.push(items, 2)\ritems\r' $'\n[1, 2]\r'
check several-lines 'fn three() {\r1 + 2\r}\rthree() * 11\r' $'\n33\r'
check continuation-prompt '[1,\r2]\r' $'...> 2]\r\n[1, 2]\r'
check compile-error 'prnt(1)\r' 'did you mean `print`?'
check compile-error-keeps-names 'let base = nowhere\rbase + 1\r' $'\n1001\r'
check crash 'let base = 1 // 0\rbase + 2\r' $'\n1002\r'
check crash-report '[1][9]\r' 'index_error'
check deadlock 'let c = chan(); ?c\r' 'deadlock'
check after-deadlock '40 + 2\r' $'\n42\r'
check print-without-newline 'write("abc")\r' $'\nabc\r\n'
check background-output 'spawn { sleep(200ms); print("late" + "r") };\r' $'later\r\n'
check background-goes-on 'let out = chan(9); spawn { for i in 0..9 { out ! i; sleep(1ms) } };\rsleep(50ms); ?out\r' \
    $'\n0\r'
check background-crash 'spawn { [1][7] };\r' 'index_error'
check command-help ':help\r' ':doc'
check command-doc ':doc List.push\r' 'List.push(xs, x)'
check command-doc-word ':doc spawn\r' 'makes a process'
check command-doc-near ':doc Strin\r' 'did you mean `String`?'
check command-ps 'spawn { sleep(1h) };\r:ps\r' 'sleep'
check command-unknown ':nonsense\r' 'there is no command'
check complete-member 'List.pus\t(items, 3); items\r' $'\n[1, 2, 3]\r'
check complete-variable 'ite\t[0]\r' $'\n1\r'
check history-search '\x12three() *\r' $'\n33\r'
check pasted-prompt 'csp> 5 * 5\r' $'\n25\r'

# Ctrl-C while something runs, while something is typed, in a continuation, and with nothing typed
screen=
keys 'loop { }\r'
sleep 0.5
check interrupt '\x03' 'interrupted'
check after-interrupt '40 + 3\r' $'\n43\r'
screen=
keys 'let half = [1,'
sleep 0.2
check discard '\x03' '^C'
screen=
keys 'fn broken() {\r'
see '...> '
check discard-continuation '\x03' '^C'
check after-discard '40 + 4\r' $'\n44\r'
check hint '\x03' 'Ctrl-D'
keys 'sleep(1h)\r'
sleep 0.3
check interrupt-sleep '\x03' 'interrupted'

# A line that is being typed is not torn by output in the background.
keys 'spawn { sleep(300ms); print("mean" + "while") };\r'
keys '12 * '
see 'meanwhile'
check half-typed-line '12\r' $'\n144\r'

keys '\x04'
ends ctrl-d 0
mode=$(stat -c %a "$CSP_HISTFILE")
if [ "$mode" = 600 ] && grep -q '^40 + 4$' "$CSP_HISTFILE"; then
    echo "ok history-file"
    passed=$((passed + 1))
else
    echo "not ok history-file"
    echo "  # mode $mode"
    failed=$((failed + 1))
fi

start
check history-next-time '\x10\r' $'\n144\r'
check history-several-lines '\x12fn three\rthree()\r' $'\n3\r'
keys 'Os.exit(5)\r'
ends exit 5

start
keys ':quit\r'
ends quit 0

# Signals at the prompt, while a line is half typed: the terminal is given back, defers run.
all_seen() {
    local text
    for text; do
        see "$text" || return 1
        screen=${screen#*"$text"}
    done
}
for signal in TERM HUP; do
    launch
    check "before-$signal" 'spawn { defer print("by" + "e"); sleep(1h) };\r' $'\r\n'
    keys 'let half = 1'
    see 'let half = 1'
    screen=
    kill -$signal "$pid"
    verdict "signal-$signal" all_seen $'\e[?2004l' 'bye' "status=$((128 + $(kill -l $signal)))" $'\nicanon'
    wait "$shell"
done

launch
keys 'defer print("by" + "e"); sleep(1h)\r'
sleep 0.5
screen=
kill -TERM "$pid"
verdict signal-evaluating all_seen 'bye' 'status=143' $'\nicanon'
wait "$shell"

launch
check before-report 'spawn { sleep(1h) };\r' $'\r\n'
keys '1000 + '
see '1000 + '
screen=
keys '\x1c'
verdict report all_seen 'sleeps for' 'csp> 1000 + '
check after-report '24\r' $'\r1024\r'
screen=
keys 'let first = 1'
see 'let first = 1'
keys '\x01'
see $'\b'
screen=
keys '\x03'
# The mark is written before readline goes back to the beginning of the row.
verdict discard-keeps-the-line all_seen $'^C\r\n\e[?2004l' 'csp> '
keys 'let wide = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"'
see 'a"'
screen=
stty -F "$(readlink "/proc/$pid/fd/0")" cols 40
verdict resize-redraws see 'csp> let wide = "a'
screen=
keys '\x03'
see 'csp> '
keys 'fn tall() {\r1\r2\r3\r4\r5\r}\r'
see $'\n}'
stty -F "$(readlink "/proc/$pid/fd/0")" rows 5 cols 80
screen=
keys '\x10'
verdict taller-than-the-screen see '[pasted 7 lines]'
screen=
keys '\x03'
see 'csp> '
stty -F "$(readlink "/proc/$pid/fd/0")" rows 24 cols 80
screen=
keys '\x10'
verdict room-again all_seen $'5\r\n\r}'
screen=
keys '\x03'
see 'csp> '
screen=
keys ':hel\t'
verdict complete-command see ':help'
check help-completed '\r' ':doc NAME'
check doc-typed-alone '## What it is.\rfn documented() => 1\r:doc documented\r' $'\n    What it is.'
keys '\x04'

echo "$passed passed, $failed failed"
[ $failed = 0 ]
