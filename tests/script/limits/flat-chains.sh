# A flat chain is no nesting: any number of links compile and run, whatever they are, in functions, conditions and
# values; so do as many else-ifs, arms, statements and functions. Each prints its name and what came out. There are so
# many that a pass which recursed for each link would run out of stack.
dir=$(mktemp -d) && trap 'rm -rf "$dir"' EXIT
n=30000
# try NAME BEFORE LINK BEHIND
try() {
    awk -v before="$2" -v link="$3" -v behind="$4" -v n=$n \
        'BEGIN { printf "%s", before; for (i = 1; i <= n; i++) printf "%s", link; print behind }' > "$dir/$1.csp"
    printf '%s: ' "$1"
    "$CSP" "$dir/$1.csp" 2>&1 | cut -c1-100
    "$CSP" check "$dir/$1.csp" 2>&1 | grep -a 'error'
}
# each NAME BEFORE BEHIND HEAD TAIL: a line `HEAD number TAIL` for each number
each() {
    {
        echo "$2"
        seq 1 $n | sed "s/^/$4/; s/\$/$5/"
        echo "$3"
    } > "$dir/$1.csp"
    printf '%s: ' "$1"
    "$CSP" "$dir/$1.csp" 2>&1 | cut -c1-100
}
try sum 'let a = 1; print(a' ' + a' ')'
try terms 'let a = 2; print(a' ' + a * 3 - 6' ')'
try bits 'let a = 1; print(a' ' | a & 3 ^ a << 1' ')'
try and 'let a = 1; print(a' ' and a' ')'
try or 'let a = nil; print(a' ' or a' ' or 2)'
try or-of-ands 'let a = 1; print(a' ' and nil or a' ')'
try if-and 'let a = 1; if a == 1' ' and a == 1' ' { print("yes") }'
try if-or 'let a = 1; if a < 1' ' or a < 1' ' { print("yes") } else { print("no") }'
try while-or 'var a = 1; while a < 2' ' or a < 1' ' { a += 1 }; print(a)'
try guard 'print(match 1 { x if x == 1' ' and x > 0' ' => "yes"; _ => "no" })'
try returned 'fn f(a) => a' ' and a' '; print(f(3))'
try statement 'let a = nil; a' ' or a' ' or print("ran")'
try pipe 'fn f(x) => x + 1
print(0' ' |> f()' ')'
try pipe-values 'let f = fn(x, y) => x + y; print(0' ' |> f(2)' ')'
try pipe-natives 'print([1, 2]' ' |> List.reverse()' ')'
try pipe-rests 'fn f(..xs) => xs[0] + xs[1]
print(0' ' |> f(1, 2)' ')'
try pipe-spread 'fn f(..xs) => xs[0] + xs[1]
print(0' ' |> f(..[1, 2])' ')'
try pipe-tail 'fn f(x) => x + 1
fn g(x) => x' ' |> f()' '
print(g(1))'
try calls 'fn f() => f
print(f' '()' ' == f)'
try calls-values 'fn f(x) => fn(y) => f(x + y)
print(type(f(0)' '(1)' '))'
try methods 'fn f(x) => {g: f, x: x}
print(f(0)' '.g(7)' '.x)'
try fields 'let m = {}; m["a"] = m; m["b"] = 5; print(m' '.a' '.b)'
try assigned 'let m = {}; m["a"] = m; m' '.a' '.b = 6; print(m.b)'
try indices 'let m = {}; m[0] = m; m["b"] = 7; let i = 0; print(m' '[i]' '.b)'
try slices 'print([1, 2]' '[0..]' ')'
try else-if 'let a = 0; if a == 1 { print(1) }' ' else if a == 2 { print(2) }' ' else { print("none") }'
try else-if-value 'let a = 0; let b = if a { 1 }' ' else if a == 2 { 2 }' ' else { "none" }; print(b)'
try list 'let xs = [' '1, [], 2, 3, 4, 5, 6, 7, 8, 9, ' ']; print(len(xs))'
try statements 'var a = 0' '
a += 1' '
print(a)'
try body 'var a = 0; if a < 1 {' '
a += 1' '
}
print(a)'
each map 'let m = {' '}; print(len(m))' 'k' ': 1,'
each functions '' 'print(f1(), f30000())' 'fn f' '() => 7'
each constants '' 'print(c1 + c30000)' 'const c' ' = 7'
each match 'print(match 0 {' '_ => "none" })' '' ' => 1'
each alternatives 'print(match 30000 {' '0 => "some"; _ => "none" })' '' ' |'
# So much that a jump over it is a long one.
n=70000
try for-body 'var a = 0; for i in 0..2 { if i == 2 { break }' '
a += 1' '
if i == 0 { continue }
print(i) }; for i in 0..0 { print("never") }; print(a)'
try match-body 'var a = 0; match 1 { x if x > 1 => {' '
a += 1' '}; _ => print("other", a) }'
try alt-body 'var a = 0; let c = chan(1); c ! 1; alt { after 1h => print("late"); c ? x => {' '
a += x' '}; closed => print("closed") }; print(a)'
try for-alt-body 'var a = 0; let c = chan(1); c ! 1; close(c); for alt { c ? x => {' '
a += x' '}; when false, after 1h => print("late") }; print(a)'
# What needs a register for each, and what nests, ends in an error that says so.
try interpolation 'let a = 1; print("' '${a}' '")' | sed -n 's/.*:1:18: error/error/p'
try power 'print(1' ' ** 1' ')' | sed -n 's/.*: error/error/p'
