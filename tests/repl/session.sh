#!/bin/bash
# The session as a whole: `:edit`, `:history`, `:reset`, `:transcript`.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/../support/screen.bash"

# ran FILE: what a script made of the blocks of a transcript prints is what its blocks of output say.
ran() {
    awk '/^```csp$/ { on = 1; next } /^```/ { on = 0 } on' "$1" >"$folder/blocks.csp"
    awk '/^```output$/ { on = 1; next } /^```/ { on = 0 } on' "$1" >"$folder/said"
    "$CSP" "$folder/blocks.csp" >"$folder/printed" 2>"$folder/errors"
    cmp -s "$folder/said" "$folder/printed" && [ ! -s "$folder/errors" ]
}

screen_open
enter 'let a = 20'
enter 'fn double(x) {'
enter 'print("doubling")'
enter 'x * 2'
enter '}'
enter 'a + 1'
enter 'double(_)'
enter '_1 + _2'
enter 'print("two", "lines\nof it")'
enter 'a.b'
enter 'let (b, _) = (1, 2)'
enter '["`", "```"]'
enter ':ps'
enter 'for i in 0..3 { print(i) }'
enter ':transcript one.md'
sees transcript-says 'one.md: 10 entries'
verdict transcript-runs ran "$folder/one.md"
verdict values-are-comments grep -qx '# 63' "$folder/one.md"
verdict failures-are-comments grep -qx '# a.b' "$folder/one.md"
verdict output-is-there grep -qx 'doubling' "$folder/one.md"
keys C-l
enter 'fn double(x) => x + x'
enter 'double(4)'
enter ':transcript two.md'
sees parts '12 entries'
verdict a-second-part grep -qx '## Part 2' "$folder/two.md"
sed -n '/^## Part 2/,$p' "$folder/two.md" >"$folder/part.md"
verdict the-second-part-runs ran "$folder/part.md"
enter ':transcript /nowhere/at/all.md'
sees transcript-fails '/nowhere/at/all.md cannot be written: No such file or directory'

keys C-l
enter ':history doubl'
sees history $'\n  fn double(x) {\n        print("doubling")\n        x * 2\n    }\n  double(_)\n'
enter ':history nobody typed this'
sees history-without 'no entry contains `nobody typed this`'

keys C-l
enter 'spawn fn() { sleep(1h) }()'
enter ':reset'
sees reset 'names and 1 process are gone'
enter 'a'
sees names-are-gone 'unknown name `a`'
enter '_'
enter '40 + 2'
sees it-goes-on $'40 + 2\n42'
enter ':ps'
sees processes-are-gone 'no processes'
enter ':out'
sees values-begin-anew '_1     42'
screen_close

printf '#!/bin/sh\nsed -i s/one/two/ "$1"; cp "$1" "%s/edited"\n' "$folder" >"$folder/ed"
chmod +x "$folder/ed"
export EDITOR=$folder/ed
screen_open
enter 'print("one")'
enter ':edit'
sees edit $':edit\ntwo\ncsp>'
enter 'fn which() {'
enter '"one"'
enter '}'
enter ':edit which'
prompts
enter 'which()'
sees edit-a-name $'which()\n"two"'
enter ':edit nothing'
sees edit-unknown '`nothing` has no source here'
keys C-l Up Up Up
sees the-edited-is-an-entry $'fn which() {\n    "two"'
keys C-c
screen_close
verdict a-file-of-csp grep -q which "$folder/edited"
screen_open
enter ':names'
sees names-none 'no names'
enter 'let abc = [1, 2]; var text = "t"; fn f(x) => x; const K = 3'
keys C-l
enter ':names'
sees names $'\nlet    abc  [1, 2]\nvar    text "t"\nfn     f    <fn f(x)>\nconst  K    3'
keys C-l
enter ':names tex'
sees names-with-text $':names tex\nvar    text "t"\ncsp>'
enter ':names zzz'
sees names-without 'no name contains `zzz`'
screen_close
export EDITOR=/nowhere/editor
screen_open
enter ':edit'
sees no-editor 'the editor /nowhere/editor cannot be run'
screen_close
export EDITOR=false
screen_open
enter ':edit'
sees editor-fails 'the editor has failed: nothing is run'
screen_report
