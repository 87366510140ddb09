# Long lines, long names, many statements, constants, functions, errors; and everything unterminated.
. ./hostile-check
million=1000000

many $million a >input; verdict 'a long name'
{ many $million a; printf ' = 1'; } >input; verdict 'an assignment to a long name'
{ printf 'let '; many $million a; printf ' = 1'; } >input; verdict 'a long name bound'
{ printf 'let x = {}; catch x.'; many $million a; } >input; verdict 'a long field'
many $million é >input; verdict 'a long name, not ASCII'
{ printf 'let s = "'; many $million a; printf '"'; } >input; verdict 'a long string'
{ printf 'let s = "'; many 200000 '\u{e9}'; printf '"'; } >input; verdict 'many escapes'
{ printf 'let s = "'; many 30000 '${1}'; printf '"'; } >input; verdict 'many interpolations'
{ printf 'let x = '; many $million 9; } >input; verdict 'a long number'
{ printf 'let x = 0x'; many $million f; } >input; verdict 'a long hexadecimal number'
{ printf 'let x = 1.'; many $million 9; } >input; verdict 'a long fraction'
{ printf 'let x = 1e'; many $million 9; } >input; verdict 'a long exponent'
{ printf '#'; many $million a; } >input; verdict 'a long comment'
many $million ' ' >input; verdict 'a line of spaces'
{ printf 'let x = ['; many 500000 '1,'; printf ']'; } >input; verdict 'a long list'
{ printf 'let x = {'; many 200000 'a: 1,'; printf '}'; } >input; verdict 'a long map'
{ printf 'print('; many 500000 '1,'; printf ')'; } >input; verdict 'many arguments'
{ printf 'fn f('; lines 100000 'a%d,'; printf ') => 1'; } >input; verdict 'many parameters'
{ printf 'let x = 1'; many 250000 ' + 1'; } >input; verdict 'a long sum'
{ printf '@'; many $million a; } >input; verdict 'an error in a long line'

{ echo 'var x = 0'; yes 'x += 1' | head -n 300000; } >input; verdict '300,000 statements'
{ echo 'fn f() {}'; yes 'f()' | head -n 300000; } >input; verdict '300,000 calls'
lines 300000 'let x%d = %d' >input; verdict '300,000 variables'
lines 100000 'const C%d = %d' >input; verdict '100,000 consts'
{ echo 'let x = ['; lines 100000 '"s%d",'; echo ']'; } >input; verdict '100,000 constants'
{ echo 'let x = ['; lines 100000 '%d.5,'; echo ']'; } >input; verdict '100,000 floats'
lines 100000 'fn f%d() => %d' >input; verdict '100,000 functions'
yes 'fn f() => 1' | head -n 100000 >input; verdict 'a function 100,000 times'
yes 'fn() => 1' | head -n 100000 >input; verdict '100,000 closures'
{ lines 20000 'let x%d = 1'; printf 'let f = fn() => ['; lines 20000 'x%d,'; echo ']'; } >input; verdict '20,000 captures'
{ echo 'match 1 {'; lines 100000 '-%d => 1'; echo '_ => 2; }'; } >input; verdict '100,000 arms of match'
{ echo 'let c = chan()'; echo 'alt {'; yes 'c ? x => 1' | head -n 100000; echo 'else => 2 }'; } >input; verdict '100,000 arms of alt'
{ echo 'par {'; yes '1 + 1' | head -n 100000; echo '}'; } >input; verdict '100,000 branches of par'
{ echo 'fn f() {'; yes 'defer print()' | head -n 100000; echo '}'; } >input; verdict '100,000 defers'
yes 'import "nowhere"' | head -n 100000 >input; verdict '100,000 imports'
yes 'x = ' | head -n 200000 >input; verdict '200,000 errors'
yes '@' | head -n 200000 >input; verdict '200,000 stray characters'
lines 200000 'print(u%d)' >input; verdict '200,000 unknown names'
yes '(' | head -n 200000 >input; verdict '200,000 open brackets in lines'
yes '}' | head -n 200000 >input; verdict '200,000 closing braces in lines'

# each prefix of a program that has some of everything
cat >program <<'END'
const A = [1, 2.5, "x${1 + len("${2}")}y", b"\xff", r"\", 'oops']
fn f(a, b = {k: 1}, ..c) { try g(..c); catch { fail("no") } }
let (x, [y, ..z], {n, m: _}) = match f(1) { 1 | 2 if true => """
    text ${x}
    """; _ => (1, [2], {n: 3, m: 4}) }
for alt { c ? v => {}; out ! 1 => break; after 1ms => return; when a, b ? w => 0 }
par for i in 0..=10 { spawn { defer c ! move v } }
extern "x" as m { fn f(a: i32, ...): u8; struct s { a: pointer } }
test "t" { assert(1 < 2, "\u{1F600}") }
END
size=$(wc -c <program)
at=0
while [ $at -lt "$size" ]; do
    at=$((at + 7))
    head -c $at program >input
    verdict "the first $at bytes"
done
printf '%s\n' "$tried inputs"
