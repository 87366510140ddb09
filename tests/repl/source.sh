#!/bin/bash
# What was typed and imported as text: :src, :load, :save.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/../support/screen.bash"

mkdir "$folder/lib"
cat >"$folder/lib/shapes.csp" <<'CSP'
## Of a rectangle.
fn area(w, h = w) => w * h
fn broken() => [][3]
CSP
cat >"$folder/tools.csp" <<'CSP'
import "lib/shapes"
print("loading")
1234567
fn double(x) => shapes.area(x, 2)
fn fails() => [][5]
CSP
printf 'fn f() => nowhere\n)' >"$folder/wrong.csp"

screen_open
enter 'fn half(x) => x / 2  # a comment'
enter ':src half'
sees src-typed $'\nfn half(x) => x / 2\n'
enter 'let half = fn(x) => x // 2'
enter ':src half'
sees src-again $'\nlet half = fn(x) => x // 2\n'
enter ':src List.map'
sees src-library 'fn map('
enter ':src print'
sees src-of-c '`print` has no source here'
enter ':src hafl'
sees src-unknown 'nothing is known about `hafl`; did you mean `half`?'
keys C-l
enter ':load tools.csp'
prompts
sees load-runs $'\nloading\n'
sees_not load-shows-no-value '1234567'
enter 'double(21)'
sees load-defines $'\n42\n'
enter ':src double'
sees src-loaded $'\nfn double(x) => shapes.area(x, 2)\n'
enter ':src shapes.area'
sees src-imported $'\n## Of a rectangle.\nfn area(w, h = w) => w * h\n'
enter 'fails()'
sees load-names-the-file 'at fails (tools.csp:5:15)'
enter ':load wrong.csp'
sees load-compile-error 'wrong.csp:2:1'
enter ':load nowhere.csp'
sees load-no-file 'cannot read nowhere.csp: No such file'
enter ':load lib'
sees load-folder 'cannot read lib: Is a directory'
keys C-l
enter 'var count = 1'
enter 'let (p, q) = (count, half)'
enter 'count = 7; count'
prompts
enter ':save saved.csp'
sees save 'saved.csp: 7 names'
cat >"$folder/wanted" <<'CSP'
let half = fn(x) => x // 2
import "lib/shapes"
fn double(x) => shapes.area(x, 2)
fn fails() => [][5]
var count = 1
let (p, q) = (count, half)
CSP
verdict save-writes diff "$folder/saved.csp" "$folder/wanted"
enter ':save nowhere/saved.csp'
sees save-refused 'nowhere/saved.csp cannot be written: No such file'
screen_close

screen_open
enter ':load saved.csp'
enter 'double(q(count * 6))'
sees saved-loads $'\n6\n'
screen_close
screen_report
