# The REPL on a real screen: a terminal of tmux(1), whose content is read as a user sees it. To be sourced by
# tests/repl/*.sh, after `set -u`; the command is $CSP. Each check prints `ok NAME` or `not ok NAME`.
#
#   screen_open [ROWS [COLUMNS [ARGUMENT…]]]   a fresh REPL, 24 x 80; waits for its prompt
#   keys KEY…                                  as tmux names them: `keys "1 + 1" Enter Tab Up C-c`
#   type TEXT                                  as it stands, no key names
#   enter TEXT                                 the same, and Enter
#   sees NAME TEXT                             TEXT is on the screen within a while; `*` and `?` stand for themselves
#   sees_not NAME TEXT                         it is not there (now)
#   prompts                                    waits until the last line of the screen that is not empty is a prompt
#   screen                                     prints what is on the screen
#   history                                    the same with the rows that have scrolled off
#   screen_close, screen_report                ends the REPL; prints the figures

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CSP=${CSP:-$root/build/csp}
folder=$(mktemp -d)
passed=0 failed=0
opened=0
unset TMUX XDG_STATE_HOME XDG_CONFIG_HOME
export INPUTRC=/dev/null CSP_HISTFILE=$folder/history NO_COLOR=1 HOME=$folder

command -v tmux >/dev/null || {
    echo "ok screen (skipped: there is no tmux here)"
    echo "1 passed, 0 failed"
    exit 0
}

# A server for each REPL: one that is ending would refuse the next.
on_tmux() { tmux -S "$folder/tmux$opened" -f /dev/null "$@" 2>/dev/null; }

screen_open() {
    local rows=${1:-24} columns=${2:-80}
    shift $(($# < 2 ? $# : 2))
    opened=$((opened + 1))
    on_tmux new-session -d -s csp -x "$columns" -y "$rows" -c "$folder" \
        "TERM=screen exec '$CSP' $*; sleep 1" \; set-option -g history-limit 20000 \; set-option -g status off
    prompts
}

screen_close() { on_tmux kill-server; }

stop_screen() {
    screen_close
    rm -rf "$folder"
}
trap stop_screen EXIT

keys() { on_tmux send-keys -t csp "$@"; }
# A semicolon at the end would be tmux's own.
type() { on_tmux send-keys -t csp -l -- "${1/%;/\\;}"; }
enter() {
    type "$1"
    keys Enter
}
screen() { on_tmux capture-pane -p -t csp; }
history() { on_tmux capture-pane -p -S - -t csp; }

# within SECONDS COMMAND…: whether it succeeds by then.
within() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -ge $end ] && return 1
        sleep 0.05
    done
}

shows() { [[ $(screen) == *"$1"* ]]; }
shows_not() { ! shows "$1"; }
at_prompt() { [[ $(screen | sed '/^$/d' | tail -1) =~ ^csp\>\ *$ ]]; }
prompts() { within 20 at_prompt; }

# verdict NAME COMMAND…
verdict() {
    local name=$1
    shift
    if "$@"; then
        echo "ok $name"
        passed=$((passed + 1))
    else
        echo "not ok $name"
        echo "  # $*"
        screen | sed '/^$/d; s/^/  # | /'
        failed=$((failed + 1))
    fi
}
sees() { verdict "$1" within ${PATIENCE:-20} shows "$2"; }
sees_not() { verdict "$1" shows_not "$2"; }

screen_report() {
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ]
}
