# Nesting 100,000 deep of everything that nests, closed and left open.
. ./hostile-check
depth=100000

# nest NAME BEFORE OPEN MIDDLE CLOSE
nest() {
    { printf '%s' "$2"; many $depth "$3"; printf '%s' "$4"; [ -z "$5" ] || many $depth "$5"; printf '\n'; } >input
    verdict "$1"
    { printf '%s' "$2"; many $depth "$3"; } >input
    verdict "$1, left open"
}
# chain NAME BEFORE LINK AFTER: what follows one another
chain() {
    { printf '%s' "$2"; many $depth "$3"; printf '%s\n' "$4"; } >input
    verdict "$1"
}

nest if '' 'if true { ' 1 ' }'
nest 'if as a value' 'let x = ' 'if true { ' 1 ' } else { 2 }'
nest else '' 'if false { } else { ' 1 ' }'
nest while '' 'while false { ' 1 ' }'
nest loop '' 'loop { ' break ' }'
nest for '' 'for x in [] { ' 1 ' }'
nest block '' '{ ' 1 ' }'
nest fn 'let f = ' 'fn() { ' 1 ' }'
nest 'fn =>' 'let f = ' 'fn() => ' 1 ''
nest 'named fn' '' 'fn f() { ' 1 ' }'
nest default 'let f = ' 'fn(a = ' 1 ') => 1'
nest not 'let x = ' 'not ' 1 ''
nest minus 'let x = ' '-' 1 ''
nest tilde 'let x = ' '~' 1 ''
nest receive 'let c = chan(); let x = ' '?' c ''
nest catch 'let x = ' 'catch ' 1 ''
nest 'catch block' '' 'catch { ' 1 ' }'
nest try 'let x = ' 'try ' 1 ''
nest match '' 'match 1 { _ => ' 1 ' }'
nest 'match of match' 'let x = ' 'match ' 1 ' { _ => 1 }'
nest alt '' 'alt { else => ' 1 ' }'
nest par '' 'par { ' 'print()' ' }'
nest spawn '' 'spawn { ' 1 ' }'
nest defer '' 'defer { ' 1 ' }'
nest test '' 'test "a" { ' 1 ' }'
nest parentheses 'let x = ' '(' 1 ')'
nest tuple 'let x = ' '(' 1 ',)'
nest list 'let x = ' '[' 1 ']'
nest map 'let x = ' '{a: ' 1 '}'
nest 'computed key' 'let x = ' '{[' 1 ']: 1}'
nest call 'fn f(x) => x; let x = ' 'f(' 1 ')'
nest index 'let a = [0]; let x = ' 'a[' 0 ']'
nest power 'let x = ' '1 ** ' 1 ''
nest sum 'let x = ' '1 + (' 1 ')'
nest and 'let x = ' 'true and ' 1 ''
nest or 'let x = ' 'false or ' 1 ''
nest interpolation 'let x = ' '"${' 1 '}"'
nest 'list pattern' 'let ' '[' a ']'
nest 'tuple pattern' 'let ' '(' a ',)'
nest 'map pattern' 'let ' '{a: ' a '}'
nest 'error pattern' 'let ' 'error(' a ')'
nest spread 'let a = [1]; print(' '..' a ')'
nest comparison 'let x = ' '1 == (' 1 ')'
nest range 'let x = ' '(0..' 1 ')'
nest struct '' 'extern "x" as m { ' '' ' }'

chain 'else if' 'var x = 1; if x == 0 { }' ' else if x == 0 { }' ''
chain fields 'let a = {}; let x = catch a' .a ''
chain indices 'let a = [0]; let x = catch a' '[0]' ''
chain calls 'fn f() => 1; let x = catch f' '()' ''
chain pipes 'fn f(x) => x; let x = 1' ' |> f()' ''
chain sums 'let a = 1; let x = a' ' + a' ''
chain 'constant sums' 'let x = 1' ' + 1' ''
chain joins 'let s = "a"; let x = s' ' + s' ''
chain ands 'let a = 1; let x = a' ' and a' ''
chain comparisons 'let x = 1' ' < 1' ''
chain 'pattern alternatives' 'match 1 { 0' ' | 0' ' => 1; _ => 2 }'
chain sends 'let c = chan(9); c' ' ! c' ''
chain assignments 'var x = 1; x' ' = x' ''
chain is 'let x = 1' ' is int' ''
chain strings 'let x = "a"' ' "a"' ''
printf '%s\n' "$tried inputs"
