#!/bin/bash
# What is typed and pasted at the REPL's prompt: entries of several lines, pastes, the history.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/../support/screen.bash"

# paste TEXT: as a terminal pastes.
paste() {
    printf '%s' "$1" >"$folder/paste"
    on_tmux load-buffer "$folder/paste" \; paste-buffer -p -t csp
}

screen_open
enter 'fn f(x) {'
enter 'if x > 1 {'
enter 'x + 1'
enter '} else {'
enter '2'
enter '}'
type '}'
sees lines-are-indented $'\n    if x > 1 {\n        x + 1\n    } else {\n        2\n    }\n}'
keys Enter
enter 'f(41)'
sees an-entry-runs $'csp> f(41)\n42'
keys Up Up
sees an-entry-comes-back-whole $'42\ncsp> fn f(x) {\n    if x > 1 {\n        x + 1'
keys Up Up Up Up Up Up Up
sees up-leaves-the-entry-at-its-first-line $'42\ncsp> fn f(x) {\n    if x'
keys C-c
sees interrupted-text-stays $'\n}^C\ncsp>'
keys Up Up
type ' # changed'
keys Up Down C-c
keys Up Up Enter
enter 'f(7)'
sees changed-entries-come-back-unchanged $'csp> f(7)\n8'
type 'print("one")'
keys M-Enter
type 'print("two")'
keys Enter
sees alt-enter-breaks-the-line $'\none\ntwo\ncsp>'
keys C-l
paste $'let a = 20\na + 1'
sees a-paste-does-not-run $'csp> let a = 20\na + 1'
keys Enter
sees a-paste-runs-by-enter $'\n21\ncsp>'
keys C-l
paste $'csp> let b = 5\ncsp> fn g(x) {\n...>     x\n}\ncsp> g(b)\n5\nwhat it said\ncsp> b + 1\n'
sees outputs-are-left-out '(2 lines of output left out)'
sees prompts-are-stripped $'csp> let b = 5\nfn g(x) {\n    x\n}\ng(b)\nb + 1'
keys Enter
sees each-value-is-shown $'\n5\n6\ncsp>'
keys C-l
paste $'1 + 1\n:doc spawn\n2 + 3'
keys Enter
sees commands-in-a-paste 'makes a process'
sees what-stands-behind-a-command $'\n5\ncsp>'
keys C-l
paste "$(echo 'fn tall(x) {'; for i in {1..500}; do echo "    x"; done; echo '}')"
sees a-tall-paste-is-folded 'csp> [pasted 502 lines]'
keys Enter
enter 'tall(3)'
sees a-folded-paste-runs $'\n3\ncsp>'
keys Up Up
sees folded-when-recalled $'\n3\ncsp> [pasted 502 lines]'
keys C-c C-l
for word in exit quit; do
    enter "$word"
    sees "hint-$word" 'leave by Ctrl-D or :quit'
    keys C-l
done
enter '?'
sees hint-question ':help lists the commands'
keys C-l
enter 'let help = 3'
enter 'help + 1'
sees no-hint-for-a-name-of-the-session $'\n4\ncsp>'
keys C-l
enter ' "kept out" + ""'
sees a-leading-blank $'kept out'
keys C-l Up
sees keeps-an-entry-out-of-the-history 'csp> help + 1'
keys C-c C-l
enter 'sleep(300ms)'
type 'let early = 5'
sees what-is-typed-early-stands-behind-the-prompt $'csp> sleep(300ms)\ncsp> let early = 5'
keys Enter
enter 'early + 1'
sees what-is-typed-early-runs $'\n6\ncsp>'
screen_close
screen_report
