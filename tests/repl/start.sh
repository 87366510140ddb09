#!/bin/bash
# What is evaluated before the first prompt: init.csp, and the file or code of `csp -i`.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/../support/screen.bash"

ends_with() {
    verdict "$1" within 10 shows "status $2"
}

# --- init.csp
mkdir -p "$folder/.config/csp" "$folder/xdg/csp"
echo 'let mine = 40; 12345' >"$folder/.config/csp/init.csp"
echo 'let mine = 70' >"$folder/xdg/csp/init.csp"
screen_open
sees_not init-shows-no-value 12345
enter 'mine + 2'
sees init 42
screen_close
export XDG_CONFIG_HOME=$folder/xdg
screen_open
enter 'mine + 7'
sees init-in-xdg-folder 77
screen_close
screen_open 24 80 --no-init
enter 'mine'
sees no-init 'unknown name `mine`'
screen_close

# A mistake in it, a crash of it, a loop in it that Ctrl-C ends: each time the prompt comes.
printf 'let good = 5\nlet bad = \n' >"$folder/xdg/csp/init.csp"
screen_open
sees init-mistake 'init.csp:'
screen_close
printf 'let good = 5\n[1][9]\n' >"$folder/xdg/csp/init.csp"
screen_open
sees init-crash 'init.csp:2'
enter 'good * 11'
sees init-crash-keeps-names 55
screen_close
# No prompt to wait for: its own words tell that it runs.
run_init() {
    opened=$((opened + 1))
    on_tmux new-session -d -s csp -x 80 -y 24 -c "$folder" "TERM=screen '$CSP' $*; echo status \$?; exec sleep 60"
}
printf 'let good = 6\nprint("turning")\nloop { }\n' >"$folder/xdg/csp/init.csp"
run_init
sees init-loop turning
keys C-c
verdict init-interrupted prompts
enter 'good * 11'
sees init-interrupted-goes-on 66
screen_close
echo 'Os.exit(9)' >"$folder/xdg/csp/init.csp"
run_init
ends_with init-exit 9
screen_close
rm "$folder/xdg/csp/init.csp"
mkdir "$folder/xdg/csp/init.csp"
screen_open
sees init-is-a-folder 'Is a directory'
screen_close
rmdir "$folder/xdg/csp/init.csp"

# --- csp -i
cat >"$folder/tool.csp" <<'CSP'
import "./part" as part
fn area(w, h) => w * h
print("args", Os.args())
let made = area(3, part.four)
777
CSP
echo 'const four = 4' >"$folder/part.csp"
screen_open 24 80 -i tool.csp a -b
sees file-runs 'args ["a", "-b"]'
sees_not file-shows-no-value 777
enter 'made * 1000 + area(2, 3)'
sees file-names-live-on 12006
screen_close
cat >"$folder/crash.csp" <<'CSP'
fn deep(xs) => xs[7]
let before = 21
deep([1])
let never = 1
CSP
screen_open 24 80 -i crash.csp
sees crash-told 'crash.csp:1'
enter 'before * 2'
sees crash-keeps-names 42
screen_close
screen_open 24 80 -i missing.csp
sees missing-told 'cannot read missing.csp'
enter '40 + 3'
sees missing-goes-on 43
screen_close
screen_open 24 80 -i -e "'let code = 7; code * 3'"
sees code-shows-its-value 21
enter 'code * 11'
sees code-names-live-on 77
screen_close
echo 'spawn { sleep(300ms); print("be" + "hind") }' >"$folder/spawns.csp"
screen_open 24 80 -i spawns.csp
sees file-processes-live-on behind
screen_close
run_init --interactive -- tool.csp
verdict dashes prompts
keys C-d
ends_with dashes-end 0
screen_close
echo 'print("by" + "e"); Os.exit(6)' >"$folder/ends.csp"
run_init -i ends.csp
ends_with file-exit 6
sees file-exit-output bye
screen_close

# What there is no sense in.
refused() {
    local name=$1 text=$2
    shift 2
    run_init "$@"
    sees "$name" "$text"
    ends_with "$name-status" 2
    screen_close
}
refused check-refused 'wants a FILE or -e CODE' -i check tool.csp
refused dash-refused 'wants a FILE or -e CODE' -i -
got=$("$CSP" -i "$folder/tool.csp" </dev/null 2>&1)
verdict no-terminal test "$? $got" = '2 csp: --interactive wants a terminal as standard input; try `csp --help`'
screen_report
