#!/bin/bash
# :seq: sequence diagrams. Those of examples of Hoare's paper are in tests/repl/seq; UPDATE=1 writes them anew.
set -u
export LC_ALL=C.UTF-8
. "$(dirname "${BASH_SOURCE[0]}")/../support/screen.bash"
examples=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../examples" && pwd)
drawings=$(cd "$(dirname "${BASH_SOURCE[0]}")/seq" && pwd)

# In a screen of 24 x 80, whatever it shows: the whole drawing is what the pager gets.
same_drawing() {
    export PAGER="cat >$folder/drawing"
    screen_open
    enter ':record on'
    enter ":load $examples/$1.csp"
    prompts
    enter ':record off'
    sees "$1-recorded" 'recording is off'
    enter ':seq all'
    prompts
    within 20 test -s "$folder/drawing"
    screen_close
    [ -z "${UPDATE:-}" ] || cp "$folder/drawing" "$drawings/$1.txt"
    diff "$drawings/$1.txt" "$folder/drawing"
    local same=$?
    rm "$folder/drawing"
    return $same
}
for example in hoare-copy hoare-squash hoare-disassemble hoare-division; do
    verdict "$example" same_drawing $example
done
unset PAGER

screen_open
enter ':seq'
sees nothing 'nothing is recorded: :seq E, or :record on'
enter 'fn twice(i, o) { o ! 2 * ?i }'
enter ':seq { let i = chan(); let o = chan(); spawn twice(i, o); i ! 21; ?o }'
sees value $'\n42\n'
sees head '1 input               2 twice'
sees spawn '├─────── spawn ──────▶┬           repl:2'
sees sent '├──────── 21 ────────▶│           <chan 1>  repl:2'
sees back '│◀─────── 42 ─────────┤           <chan 2>  repl:1'
sees end '│                     ┴'
sees_not all-of-it 'more'
keys C-l
enter ':seq'
sees again '│◀─────── 42 ─────────┤           <chan 2>  repl:1'

# A buffer lies between; who waits is dotted; a crash in the middle.
keys C-l
enter ':seq { let b = chan(1); spawn { b ! 1; b ! 2; fail("boom") }; sleep(1ms); ?b + ?b }'
sees buffered '●           1 into <chan 3>'
sees taken '│◀╌╌╌╌╌╌╌╌ 1 ╌╌╌╌╌╌╌╌╌┤'
sees crash '✗           error("fail", "boom")'
keys C-l
enter ':seq { let p = spawn { ?chan() }; sleep(1ms); kill(p, "enough"); catch wait(p) }'
sees kill '├─────── kill ───────▶│'
sees killed '┊                     ✗           killed: "enough"'
sees outcome '│◀error("killed", "e…╌┤           outcome'
keys C-l
enter ':seq { let p = chan(); spawn { p ! String.repeat("long", 3_000_000) }; ?p; nil }'
sees large '│◀"longlonglonglongl…─┤'
enter ':seq 1 + nowhere'
sees error 'unknown name `nowhere`'
sees error-nothing 'nothing has happened'

# More processes than columns, more rows than a screen, more events than are kept.
keys C-l
enter ':seq { let c = chan(); for i in 0..30 { spawn { c ! i } }; for i in 0..30 { ?c } }'
sees others ' +13'
sees rows ' more (:seq all pages them)'
verdict screen [ "$(screen | sed '/^$/d' | wc -l)" -le 24 ]
enter ':seq { let c = chan(); spawn { for i in 0..100_000 { c ! i } }; for i in 0..100_000 { ?c } }'
sees ring '(:seq all pages them)'
verdict few [ "$(screen | grep -c '▶\|◀')" -le 20 ]
enter ':seq'
sees last '99999'
sees before 'more before (:seq all pages them)'

# Names of wide characters; within any width.
keys C-l
enter 'let w = chan(); let p = spawn { for x in w { nil } }; Process.name(p, "流れ作業場流れ作業場流れ作業場");'
enter ':seq w ! "日本語"'
sees wide '─── "日本語" '
# Names that would move the cursor.
keys C-l
enter 'Process.name(p, "a\u{1b}[2Jb\u{9b}2Jc\n")'
enter ':seq w ! 6'
sees control 'a?[2Jb?2Jc?'
enter ':ps'
sees control-ps 'a?[2Jb?2Jc?'
keys C-l
on_tmux resize-window -t csp -x 40 -y 24
enter ':seq w ! 5'
sees narrow '├─ 5 ▶│   <chan 8>'
screen_close

export LC_ALL=C
screen_open
enter ':seq { let c = chan(); spawn { c ! 7 }; ?c }'
sees ascii-spawn '+------- spawn ------>+'
sees ascii '|<-------- 7 ---------+'
screen_close
screen_report
