#!/bin/bash
# san: skip   sanitizers have handlers of their own for these signals
# The terminal is given back, whatever ends the REPL while a line is being typed.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/../support/screen.bash"

cat >"$folder/launch" <<'SH'
sh -c 'echo pid=$$; exec "$CSP"'
echo "status=$?"
echo "mode=$(stty -a | grep -o -- '-*icanon')"
exec sleep 60
SH
# launch: the REPL with half a line typed; $pid is its process. When it has ended, its status and the mode of the
# terminal are shown; all that was written is in $folder/written.
launch() {
    opened=$((opened + 1))
    : >"$folder/written"
    on_tmux new-session -d -s csp -x 80 -y 24 -c "$folder" "TERM=screen CSP='$CSP' bash '$folder/launch'" \; \
        pipe-pane -t csp -o "cat >>'$folder/written'"
    prompts
    enter 'extern "c" as c { fn raise(n: i32): i32; fn abort(): i32; fn exit(n: i32): i32 }'
    prompts
    pid=$(screen | sed -n 's/^pid=//p')
}
pastes_unmarked() { [[ $(grep -ao '2004[hl]' "$folder/written" | tail -1) == 2004l ]]; }

# given_back NAME STATUS
given_back() {
    sees "$1-status" "status=$2"
    sees "$1-mode" mode=icanon
    verdict "$1-pastes" within 20 pastes_unmarked
    screen_close
}
for signal in SEGV ABRT ALRM; do
    launch
    type 'let half = 1'
    sees "$signal-typing" 'let half = 1'
    kill -$signal "$pid"
    given_back "$signal" $((128 + $(kill -l $signal)))
done
after_a_line() {
    launch
    enter "spawn { sleep(300ms); $2 };"
    type 'let half = 1'
    sees "$1-typing" 'let half = 1'
    given_back "$1" "$3"
}
after_a_line os-exit 'Os.exit(7)' 7
after_a_line c-abort 'c.abort()' 134
after_a_line c-fault 'c.raise(11)' 139
after_a_line c-exit 'c.exit(9)' 9
launch
type 'let half = 1'
sees term-typing 'let half = 1'
kill -TERM "$pid"
given_back term 143
screen_report
