#!/bin/bash
# The file of the history: entries come back whole, and of several sessions none is lost.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/../support/screen.bash"

kept() { grep -qxF -- "$1" "$CSP_HISTFILE"; }
not_kept() { ! kept "$1"; }

# --- an entry is in the file before the session ends, whatever ends it
screen_open
enter 'let first = 11'
enter '  let hidden = 12'
enter '40 + hidden'
sees hidden-runs 52
pid=$(on_tmux list-panes -F '#{pane_pid}')
kill -KILL "$pid"
screen_close
verdict killed-entry-kept kept '40 + hidden'
verdict leading-blank-left-out not_kept '  let hidden = 12'

# --- lines that look like the time stamps between entries
screen_open
type '[100,'
keys Enter
type '#1795885181'
keys Enter
type '23]'
keys Enter
sees stamp-like-line-runs '[100, 23]'
keys C-d
screen_close
screen_open
keys Up
sees stamp-like-line-recalled '#1795885181'
keys Enter
sees stamp-like-line-runs-again '[100, 23]'
keys C-d
screen_close

# --- what was cut off, what others wrote, what is no text
printf 'plain = 1\nplain + 1\n#17\nlet torn = "\0x' >"$CSP_HISTFILE"
screen_open
keys Up
sees torn-recalled 'let torn = " x'
keys Up
sees plain-recalled 'plain + 1'
keys Down Down C-u
enter '6 * 7'
sees torn-runs-on 42
keys C-d
screen_close
verdict torn-line-ended kept '6 * 7'

# --- several sessions at once, while the file is being shortened
until_kept() {
    local tries
    for ((tries = 0; tries < 200; tries++)); do kept "$1" && break || sleep 0.1; done
}
session() {
    {
        echo "let from$1 = $1"
        until_kept "let from$1 = $1"
        printf '%s\n\004' "let late$1 = 1"
        until_kept "let late$1 = 1"
    } |
        SHELL=/bin/sh TERM=dumb script -qec "'$CSP' --no-init" /dev/null >/dev/null
}
all_kept() {
    local i
    for i in 1 2 3 4 5 6; do
        kept "let from$i = $i" && kept "let late$i = 1" || return 1
    done
}
for ((i = 0; i < 12000; i++)); do printf '#17\nold %d\n' $i; done >"$CSP_HISTFILE"
sessions=()
for i in 1 2 3 4 5 6; do
    session $i &
    sessions+=($!)
done
wait "${sessions[@]}"
verdict nothing-lost all_kept
verdict shortened test "$(grep -c '^old' "$CSP_HISTFILE")" -eq 5000
verdict last-kept kept 'old 11999'
verdict mode test "$(stat -c %a "$CSP_HISTFILE")" = 600

# --- a link stays one, a relative name means the folder of the start
mv "$CSP_HISTFILE" "$folder/elsewhere"
ln -s elsewhere "$CSP_HISTFILE"
for ((i = 0; i < 12000; i++)); do printf '#17\nold %d\n' $i; done >"$folder/elsewhere"
CSP_HISTFILE=history screen_open
enter '"to the " + "link"'
sees link '"to the link"'
keys C-d
screen_close
verdict link-stays test -L "$folder/history"
verdict link-followed kept '"to the " + "link"'

# --- what can keep nothing
mkfifo "$folder/fifo"
for file in "$folder/fifo" "$folder" /dev/null /proc/none/history ''; do
    CSP_HISTFILE=$file screen_open
    enter '5 * 5'
    sees "runs-with-${file##*/}" 25
    screen_close
done
screen_report
