#!/bin/bash
# Values at the REPL's prompt: how they are laid out and shortened, their names, the pager, settings, quiet entries.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/../support/screen.bash"

# answers NAME ENTRY TEXT: on a cleared screen, TEXT is what stands below the entry.
answers() {
    keys C-l
    enter "$2"
    sees "$1" "$2"$'\n'"$3"
    prompts
}

# rows_at_most NAME COUNT: so many lines stand on the screen that are not empty.
rows_at_most() { verdict "$1" within 5 has_rows "$2"; }
has_rows() { [ "$(screen | sed '/^$/d' | wc -l)" -le "$1" ]; }

# A semicolon at the end of a word is one of tmux otherwise.
type() { on_tmux send-keys -t csp -l -- "${1/%;/\\;}"; }

screen_open
answers one-line '[1, "a", nil, {b: 2.5}]' $'[1, "a", nil, {b: 2.5}]\ncsp>'
answers each-value-of-an-entry '1; nil; "b"; let a = 3; a' $'1\n"b"\n3\ncsp>'
answers last-value '_ * 2' $'6\ncsp>'
answers numbered-value '[_1, _3]' $'[[1, "a", nil, {b: 2.5}], "b"]\ncsp>'
answers value-before-a-crash '7; fail("oh")' $'7\nerror: fail: oh'
answers failed-entry-changes-nothing '_' $'[[1, "a", nil, {b: 2.5}], "b"]\ncsp>'
answers quiet '8;' 'csp>'
answers quiet-before-a-comment '8; # nothing' 'csp>'
answers semicolon-in-a-comment '8 # loud;' $'8\ncsp>'
answers semicolon-in-a-text '"a;"' $'"a;"\ncsp>'
answers quiet-entry-changes-nothing '_' $'"a;"\ncsp>'

answers rows 'List.of(0..3000)' '[
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
  22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
  41, 42, 43, 44, 45, 46, 47, 48, 49,
  … 2,950 more (:all pages them)
]
csp>'
keys C-l
enter '{name: "a name that takes some room", port: 8080, "in quotes": ["x", "a longer text"]}'
sees aligned '
{
  name       : "a name that takes some room",
  port       : 8080,
  "in quotes": ["x", "a longer text"]
}
csp>'
enter 'fn row(i) => {id: i, name: "the name of number ${i}", tags: ["first", "second"], more: [i, i]}'
keys C-l
enter 'List.map(List.of(0..1000), row)'
sees shortened-to-the-screen 'more (:all pages them)'
rows_at_most a-screen-less-five 22
answers a-long-text 'String.repeat("0123456789", 1000)' '"0123456789'
sees how-much-of-it 'more characters (:all pages them)'
rows_at_most a-long-text-fits 22
answers depth '[[[[[[[1]]]]]]]' $'[[[[[[…]]]]]]\n… more (:all pages them)'
answers wide-characters '["日本語", "é"]' $'["日本語", "é"]\ncsp>'

keys C-l
enter 'let c = chan(3); c ! 1; c ! 2; c ! 3'
enter 'fn worker(to) { to ! 4 }'
enter 'let w = spawn worker(c)'
answers channel 'c' '<chan 1, 3 of 3 full, 1 waits to send>'
answers process 'w' '<process 2 worker, waits on <chan 1>>'
answers repr-stays 'repr(c)' '"<chan 1>"'
enter 'fn area(w, h = w) => w * h'
answers function 'area' '<fn area(w, h = w)>'

answers settings ':set' '  print.items           50  elements shown'
answers set-one ':set print.items 3' 'csp>'
answers set-has-effect 'List.of(0..9)' '[0, 1, 2, … 6 more (:all pages them)]'
answers unknown-setting ':set print.itms 3' 'there is no setting `print.itms`; did you mean `print.items`?'
answers wrong-setting ':set print.items many' '`print.items` is a number'
answers type ':type List.of(0..9)' 'list, 9 elements'
answers type-of-nil ':type nil' 'nil'
answers type-keeps-names '_' '[0, 1, 2, … 6 more'

keys C-l
enter 'for i in 0..1 { }; List.of(0..30)'
answers out ':out' '_'
sees out-lists-the-last '[0, 1, 2, … 27 more]'
answers forget ':forget' 'csp>'
keys C-l
enter '_'
sees forgotten 'error: expected an expression, found `_`'
prompts
answers nothing-to-list ':out' 'no values'
screen_close

# --- a value that its name alone keeps is found in a report
screen_open
enter 'let lost = chan(); lost'
enter ':forget lost'
enter 'fn reader(d) => ?d'
enter 'let r = spawn reader(_)'
answers held-by-a-value 'wait(r)' 'error: deadlock'
sees held-by-its-name '<chan 1> is held by _1'
screen_close

# --- the pager: all of it, and the prompt is there again
printf '#!/bin/sh\nwc -l\nread -r key </dev/tty\n' >"$folder/pager"
chmod +x "$folder/pager"
export PAGER=$folder/pager
screen_open
answers before-there-is-a-value ':all' 'there is no value yet'
enter 'List.of(0..3000)'
prompts
keys C-l
enter ':all'
sees paged $':all\n221'
keys Enter
answers after-the-pager '1 + 1' $'2\ncsp>'
screen_close
export PAGER=/nowhere/pager
screen_open
enter '[1]'
enter ':all'
sees no-pager 'the pager does not start'
screen_close

# --- colours: on a terminal, unless NO_COLOR
coloured() { on_tmux capture-pane -p -e -t csp; }
has_colour() { [[ $(coloured) == *$'\e[36m12'* ]]; }
unset NO_COLOR
screen_open
enter '12'
verdict coloured within 20 has_colour
screen_close
export NO_COLOR=1
screen_open
enter '12'
sees shown-without-colour $'csp> 12\n12'
verdict no-colour eval '! has_colour'
screen_close

# --- as wide as the terminal is
screen_open 24 40
enter '[10000, 20000, 30000, "some text", 12345]'
sees narrow '[
  10000, 20000, 30000, "some text",
  12345
]'
on_tmux resize-window -x 100 -y 24
sleep 0.3
answers wider '[10000, 20000, 30000, "some text"]' '[10000, 20000, 30000, "some text"]'
screen_close
screen_report
