#!/bin/bash
# Modules whose files change while the REPL uses them.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/../support/screen.bash"

echo 'fn area(w) => w
fn old() => 1
fn serve(c) { while true { ?c } }' >"$folder/shapes.csp"

screen_open
enter 'import "shapes"; fn f() => shapes.area(2)'
enter 'let c = chan(); let keep = spawn shapes.serve(c); c ! 1'
enter ':reload'
sees unchanged 'no file of a module has changed'
enter 'f()'
sees before $'\n2\n'
echo 'fn area(w) => w * 100
fn fresh() => 1
fn another() => 1
fn serve(c) { while true { ?c } }' >"$folder/shapes.csp"
enter '2 + 2'
sees note 'note: shapes.csp has changed (:reload)'
keys C-l
enter '3 + 3'
sees value $'\n6\n'
sees_not note-once 'has changed'
enter ':reload'
sees reload 'reloaded shapes: 2 new, 1 changed, 1 gone'
sees reload-processes 'still runs the old code'
enter 'f()'
sees after $'\n200\n'
echo 'fn area(w) => nowhere' >"$folder/shapes.csp"
enter ':reload shapes'
sees compile-error 'shapes.csp:1:15'
keys C-l
enter 'f() + 1'
sees after-error $'\n201\n'
enter ':reload nothing'
sees unknown 'no module is imported as `nothing`'
screen_close
screen_report
