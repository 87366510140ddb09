#!/bin/bash
# Ctrl-C at any moment: while something is typed, while it runs, whatever it does. After each the whole screen is what
# it should be: what was typed, what had been printed, what was interrupted, and a prompt.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/../support/screen.bash"
export PAGER="$folder/pager" EDITOR="$folder/editor"

# masked: the screen without what differs from run to run.
masked() {
    screen | sed -E '/^$/d
        s/after [0-9.]+ s/after N s/
        s/(repl|[a-z]+\.csp):[0-9]+(:[0-9]+)?/\1:N/
        s/[0-9.]+( [kMGT])? reductions?/N reductions/
        s/interrupted: [0-9]+ lines/interrupted: N lines/
        s/^[0-9.]+ m?s, N reductions, .*/what it used/
        s/^( +)[0-9]+ input$/\1N input/'
}
looks() { [ "$(masked)" = "$1" ]; }

# moment NAME: that is on the screen now, or within a while; and nothing else is.
moment() {
    verdict "$1" within 20 looks "$(cat)"
    keys C-l
    within 20 looks 'csp>'
}

# running CODE WHERE NAME: Ctrl-C while it runs, which prints `begun` first.
running() {
    enter "$1"
    within 20 shows $'\nbegun'
    keys C-c
    moment "$3" <<END
csp> $1
begun
^Cinterrupted after N s$2, N reductions; 1 process goes on
csp>
END
}

# paste TEXT: as a terminal pastes.
paste() {
    printf '%s' "$1" >"$folder/paste"
    on_tmux load-buffer "$folder/paste" \; paste-buffer -p -t csp
}
# is NAME TEXT: waits until the screen ends so.
is() { within 20 shows "$1"; }

printf '#!/bin/sh\ncat >/dev/null; echo paging; trap "echo left; exit 0" INT; while :; do sleep 0.1; done\n' \
    >"$folder/pager"
printf '#!/bin/sh\necho editing; trap "echo left; exit 0" INT; while :; do sleep 0.1; done\n' >"$folder/editor"
chmod +x "$folder/pager" "$folder/editor"
printf 'fn spin() { loop {} }\nprint("begun"); spin()\n' >"$folder/spins.csp"
mkfifo "$folder/fifo"

# --- at the prompt
screen_open 24 100
keys C-l
keys C-c
moment nothing-typed <<'END'
csp> ^C
(Ctrl-D or :quit to leave)
csp>
END
type 'let half = [1,'
is 'half = [1,'
keys C-a C-c
moment first-line <<'END'
csp> let half = [1,^C
csp>
END
enter 'fn broken() {'
type '1 +'
is '    1 +'
keys C-c
moment continuation <<'END'
csp> fn broken() {
    1 +^C
csp>
END
on_tmux send-keys -t csp -H 1b 5b 32 30 30 7e 6c 65 74 20 68 61 6c 66
keys C-c
on_tmux send-keys -t csp -H 1b 5b 32 30 31 7e
enter '40 + 2'
verdict within-a-paste within 20 shows $'\n42\ncsp>'
keys C-l
paste $'let a = 1\nlet b = ['
is 'b = ['
keys C-c
moment pasted <<'END'
csp> let a = 1
let b = [^C
csp>
END
paste "$(echo 'fn tall(x) {'; for i in {1..500}; do echo "    x"; done; echo '}')"
is '[pasted 502 lines]'
keys C-c
moment folded-paste <<'END'
csp> [pasted 502 lines]^C
csp>
END
keys C-r
type 'brok'
is 'reverse-i-search'
keys C-c
verdict history-search within 20 at_prompt
enter '40 + 3'
verdict after-history-search within 20 shows $'\n43\ncsp>'
keys C-l
type 'List.'
keys Tab Tab
is 'push'
keys C-c
verdict listing within 20 at_prompt
enter '40 + 4'
verdict after-listing within 20 shows $'\n44\ncsp>'
keys C-l
screen_close

# --- while something runs
screen_open 24 100
enter 'let c = chan(); let other = spawn { loop { sleep(1h); ?c; c ! 1 } };'
enter 'fn deep(n) { 1 + deep(n + 1) }'
enter 'extern "c" as c_now { fn usleep(us: u32): i32 }'
enter 'extern "c" as c_later { blocking fn usleep(us: u32): i32 }'
enter 'let huge = 3 ** 3_000_000; let text = String.repeat("ab", 20_000_000)'
enter 'let xs = List.of(0..1_000_000); let listener = Net.listen("127.0.0.1:0")'
prompts
keys C-l
at=' at repl:N'
running 'print("begun"); loop {}' "$at" endless-loop
running 'print("begun"); sleep(1h)' "$at" sleep
running 'print("begun"); ?c' "$at" receive
running 'print("begun"); c ! 1' "$at" send
running 'print("begun"); par { loop {}; ?c }' "$at" par
running 'print("begun"); alt { c ? x => x; after 1h => 1 }' "$at" alt
running 'print("begun"); ?done(other)' "$at" outcome
running 'print("begun"); deep(0)' ' in deep (repl:N)' recursion
running 'print("begun"); timeout(1h, fn() => sleep(2h))' ' in timeout (stdlib/prelude.csp:N)' timeout
running 'print("begun"); loop { 3 ** 20_000_000 }' "$at" power
running 'print("begun"); loop { str(huge) }' "$at" digits
running 'print("begun"); loop { String.repeat("x", 1_000_000_000) }' "$at" repeat
running 'print("begun"); loop { List.sort(xs) }' "$at" sort
running 'print("begun"); loop { List.repeat(0, 10_000_000) }' "$at" fill
running 'print("begun"); loop { Regex.find_all("(a|b)+c", text) }' ' in find_all (stdlib/regex.csp:N)' regex
running 'print("begun"); loop { c_now.usleep(100_000) }' "$at" quick-c
running 'print("begun"); File.read("fifo")' "$at" file
running 'print("begun"); Net.accept(listener)' "$at" accept
running 'print("begun"); Os.run("sleep", "1000")' "$at" program
running 'print("begun"); Io.read_line(Io.stdin)' "$at" standard-input
running 'print("begun"); c_later.usleep(4_000_000)' "$at" blocking-c
running 'print("begun"); Io.copy(Io.stdin, Io.stdout)' ' in copy (stdlib/io.csp:N)' copy
running 'print("begun"); for line in Io.stdin { print(line) }' "$at" lines-of-input
running 'print("begun"); Json.parse(String.repeat("[", 500) + String.repeat("1,", 40_000_000))' \
    "$at" json

# What pours out is cut anywhere by the terminal, which drops what it has not shown yet.
cut() { masked | sed -E 's/\^C//; s/^[pours]+$/pours/; s/^[pours]*interrupted/interrupted/; /^$/d' | uniq; }
pours() { [ "$(cut)" = "$(cat <<END
pours
interrupted after N s at repl:N, N reductions; 1 process goes on
csp>
END
)" ]; }
enter 'loop { print("pours") }'
is $'pours\npours\npours\npours\npours\npours\npours\npours\npours\npours\npours\npours\npours\npours\npours'
keys C-c
verdict output within 20 pours
keys C-l
within 20 looks 'csp>'

# --- commands
# within_command NAME COMMAND [LINE]: while it evaluates; LINE is what it says beside that.
within_command() {
    enter "$2"
    is $'\nbegun'
    keys C-c
    moment "$1" < <(printf '%s\n' "csp> $2" begun \
        "^Cinterrupted after N s at repl:N, N reductions; 1 process goes on" "${@:3}" 'csp>')
}
within_command :time ':time { print("begun"); loop {} }' 'what it used'
within_command :type ':type { print("begun"); loop {} }'
within_command :bench ':bench (fn() { print("begun"); loop {} })()'
enter ':seq (fn() { print("begun"); ?c })()'
is $'\nbegun'
keys C-c
moment :seq <<'END'
csp> :seq (fn() { print("begun"); ?c })()
begun
^Cinterrupted after N s at repl:N, N reductions; 1 process goes on
        N input
           ●           kill  repl:N
           ✗           killed: "interrupted"
csp>
END
enter ':load spins.csp'
is $'\nbegun'
keys C-c
moment :load <<'END'
csp> :load spins.csp
begun
^Cinterrupted after N s in spin (spins.csp:N), N reductions; 1 process goes on
csp>
END
enter 'import "./spins"'
is $'\nbegun'
keys C-c
moment import <<'END'
csp> import "./spins"
begun
^Cinterrupted after N s in spin (spins.csp:N), N reductions; 1 process goes on
csp>
END
enter ':recv (fn() { print("begun"); c })() 1h'
is $'\nbegun'
keys C-c
moment :recv <<'END'
csp> :recv (fn() { print("begun"); c })() 1h
begun
^Cinterrupted after N s at repl:N, N reductions; 1 process goes on
csp>
END
enter ':edit'
is $'\nediting'
keys C-c
moment :edit <<'END'
csp> :edit
editing
^Cleft
the editor has failed: nothing is run
csp>
END
enter ':all xs'
is $'\npaging'
keys C-c
moment :all <<'END'
csp> :all xs
paging
^Cleft
csp>
END
enter ':top'
is 'q leave'
keys C-c
moment :top <<'END'
csp> :top
csp>
END
type 'print("begun"); sleep(1h)'
keys M-Enter
type 'print("no" + "t")'
keys M-Enter
type ':ps'
keys Enter
is $'\nbegun'
keys C-c
moment an-entry-of-pieces <<'END'
csp> print("begun"); sleep(1h)
print("no" + "t")
:ps
begun
^Cinterrupted after N s at repl:N, N reductions; 1 process goes on
csp>
END

# What a command shows is cut anywhere, too.
ends() { [ "$(masked | sed -E 's/^.*\^C//; /^$/d' | tail -n 2)" = $'interrupted: N lines are not shown\ncsp>' ]; }
enter 'fn waits() { ?chan() }'
enter 'let all = par for i in 0..100_000 { spawn waits() };'
prompts
keys C-l
# One is over soon where nothing else runs, and between two of them nothing is said: so it is tried again.
tries=0
stops() {
    paste "$(for _ in {1..10}; do echo ':ps all'; done)"
    keys Enter
    is 'receive <chan'
    keys C-c
    prompts
    ends || { [ $((tries += 1)) -lt 10 ] && keys C-l && within 20 looks 'csp>' && stops; }
}
verdict :ps-all stops
enter '40 + 6'
verdict after-ps-all within 20 shows $'\n46\ncsp>'
screen_close

# --- in a vi keymap
printf 'set editing-mode vi\n' >"$folder/vi"
export INPUTRC=$folder/vi
screen_open 24 100
type 'let half = [1,'
is 'half = [1,'
keys Escape h h C-c
is '^C'
enter '40 + 8'
verdict vi within 20 shows $'csp> let half = [1,^C\ncsp> 40 + 8\n48\ncsp>'
screen_close
screen_report
