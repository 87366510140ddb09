#!/bin/bash
# Completion, as it is seen on a screen of 24 rows.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/../support/screen.bash"

mkdir -p "$folder/lib/deep"
echo 'fn area(w, h = w) => w * h' >"$folder/lib/my-shapes.csp"
echo 'text' >"$folder/lib/notes.txt"

# completes NAME TYPED SHOWN: after Tab the line is SHOWN; then it is dropped.
completes() {
    keys C-l
    type "$2"
    keys Tab
    sees "$1" "csp> $3"
    keys C-c
}

screen_open
enter 'let m = {alpha: {beta: [1, {gamma: 1}]}, "two words": 1}'
enter '## Of a box.'
enter 'fn volume(width, height = 1) => width * height'
completes name 'let x = volu' 'let x = volume'
completes member 'String.start' 'String.starts_with'
completes field 'm.al' 'm.alpha'
completes field-deep 'm.alpha.beta[1].ga' 'm.alpha.beta[1].gamma'
completes key 'm["tw' 'm["two words"]'
completes argument 'volume(1, hei' 'volume(1, height:'
completes import-folder 'import "li' 'import "lib/'
completes import-file 'import "lib/my-s' 'import "lib/my-shapes'
completes file-in-string 'print("lib/no' 'print("lib/notes.txt'
completes file-of-command ':load lib/my' ':load lib/my-shapes.csp'
completes name-of-command ':doc volu' ':doc volume'
completes command ':rel' ':reload'
completes setting ':set print.co' ':set print.colour'
completes setting-of-that-value ':set print.colour of' ':set print.colour off'
completes word-of-command ':record of' ':record off'
completes name-of-argument ':trace volu' ':trace volume'
enter ':mark before'
completes mark ':back bef' ':back before'
enter 'let keep = spawn { ?chan() }'
enter 'fn helper() { ?chan() }; let help2 = spawn helper()'
keys C-l
type ':info '
keys Tab Tab
sees numbers-with-names ' helper'
keys C-c
keys C-l
type ':trace '
keys Tab Tab
sees words-beside-numbers 'off'
sees numbers-beside-words ' helper'
keys C-c
keys C-l
type 'volume('
keys Tab Tab
sees signature 'volume(width, height = 1)'
sees signature-doc '    Of a box.'
sees signature-line-stays 'csp> volume('
keys C-c
for i in {1..300}; do echo "let name$i = $i"; done >"$folder/many.csp"
enter ':load many.csp'
keys C-l
type 'name'
keys Tab Tab
sees many '300 candidates, the first:'
sees many-fit-the-screen 'csp> name'
keys C-c
keys C-l
type 'String.'
keys Tab Tab
sees few 'starts_with'
sees few-line-stays 'csp> String.'
keys C-c
keys C-l
enter 'fn f() { print("it ran"); {a: 1} }'
keys C-l
type 'f().'
keys Tab Tab C-c
enter '1000 + 1'
sees after-nothing $'\n1001\n'
sees_not runs-nothing 'it ran'
screen_close
screen_report
