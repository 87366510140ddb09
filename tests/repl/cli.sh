#!/bin/bash
# The command line of csp: exit statuses, options, where a script comes from. Prints a line for each check and, at the
# end, `N passed, N failed`. The command is $CSP, or build/csp.
set -u

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CSP=${CSP:-$root/build/csp}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
passed=0 failed=0

# check NAME STATUS OUT ERR -- COMMAND...: standard output is exactly OUT and a newline (nothing where it is empty), ERR
# is a part of standard error, which is empty where ERR is. Standard input is the file `in`, if there is one.
check() {
    local name=$1 status=$2 out=$3 err=$4 got_status got_out got_err
    shift 5
    [ -e in ] || : >in
    "$@" <in >got.out 2>got.err
    got_status=$?
    rm -f in
    got_out=$(cat got.out; echo x)
    got_out=${got_out%x}
    got_err=$(<got.err)
    [ -n "$out" ] && out+=$'\n'
    if [ "$got_status" != "$status" ]; then
        fail "$name" "status $got_status, expected $status"
    elif [ "$got_out" != "$out" ]; then
        fail "$name" "output: $got_out"
    elif [ -n "$err" ] && [[ $got_err != *"$err"* ]]; then
        fail "$name" "not in standard error: $err"
    elif [ -z "$err" ] && [ -n "$got_err" ]; then
        fail "$name" "standard error is not empty"
    else
        echo "ok $name"
        passed=$((passed + 1))
    fi
}

fail() {
    echo "not ok $1"
    echo "  # $2"
    sed 's/^/  # stderr: /' got.err
    failed=$((failed + 1))
}

echo 'print("hello", Os.args())' >hello.csp

# --- where a script comes from
check file 0 'hello []' '' -- "$CSP" hello.csp
check file-arguments 0 'hello ["a", "--color=x", "-e", "--"]' '' -- "$CSP" hello.csp a --color=x -e --
check eval 0 '42' '' -- "$CSP" -e 'print(6 * 7)'
check eval-glued 0 '42' '' -- "$CSP" '-eprint(6 * 7)'
check eval-long 0 '42' '' -- "$CSP" --eval='print(6 * 7)'
check eval-arguments 0 '["x", "-y"]' '' -- "$CSP" -e 'print(Os.args())' x -y
check eval-arguments-dashes 0 '["-y"]' '' -- "$CSP" -e 'print(Os.args())' -- -y
check eval-empty 0 '' '' -- "$CSP" -e ''
cp hello.csp in
check stdin 0 'hello []' '' -- "$CSP"
cp hello.csp in
check stdin-dash 0 'hello ["a"]' '' -- "$CSP" - a
cp hello.csp ./--help
check dashes 0 'hello ["b"]' '' -- "$CSP" -- --help b
check last-expression-is-silent 0 '' '' -- "$CSP" -e '6 * 7'
ln -s "$(realpath "$CSP")" command         # a `#!` line can hold no path with a space in it
printf '#!%s\nprint("from a shebang")\n' "$folder/command" >shebang
chmod +x shebang
check shebang 0 'from a shebang' '' -- ./shebang
printf '\xef\xbb\xbfprint("bom")' >bom.csp
check byte-order-mark 0 'bom' '' -- "$CSP" bom.csp

# --- exit statuses
check exit 7 '' '' -- "$CSP" -e 'Os.exit(7)'
check exit-zero 0 '' '' -- "$CSP" -e 'Os.exit()'
check exit-flushes 3 'said' '' -- "$CSP" -e 'print("said"); Os.exit(3)'
check exit-from-another 4 '' '' -- "$CSP" -e 'spawn { Os.exit(4) }; sleep(1h)'
check exit-outside 1 '' 'value_error' -- "$CSP" -e 'Os.exit(256)'
check crash 1 'before' 'zero_division' -- "$CSP" -e 'print("before"); 1 // 0'
check crash-place 1 '' 'crash.csp:2' -- sh -c "printf '\n1 // 0' > crash.csp; '$CSP' crash.csp"
check crash-of-another 0 'after' 'index_error' -- "$CSP" -e 'spawn { [1][5] }; sleep(20ms); print("after")'
check killed 1 '' 'enough' -- "$CSP" -e 'kill(self(), "enough")'
check try-at-top 1 '' 'value_error' -- "$CSP" -e 'let n = try int("x"); print(n)'
check error-value 0 '' '' -- "$CSP" -e 'let e = error("lost", "no way")'
check error-value-last 0 '' '' -- "$CSP" -e 'error("lost", "no way")'
check error-value-of-function-last 0 '' '' -- "$CSP" -e 'fn main() { let n = try int("x"); n }; main()'
check compile-error 2 '' 'did you mean `print`?' -- "$CSP" -e 'prnt(1)'
check compile-error-runs-nothing 2 '' 'error' -- "$CSP" -e 'print("never"); let x = nowhere'
check deadlock 3 'before' 'deadlock' -- "$CSP" -e 'print("before"); let c = chan(); ?c'
check no-file 2 '' 'cannot read nowhere.csp' -- "$CSP" nowhere.csp
check directory 2 '' 'directory' -- "$CSP" .
printf 'print("\xff")' >latin.csp
check not-utf8 2 '' 'UTF-8' -- "$CSP" latin.csp
check others-end-with-main 0 'main' '' -- "$CSP" -e 'spawn { loop { } }; print("main")'
check defers-of-others-run 0 $'main\nbye' '' -- \
    "$CSP" -e 'let c = chan(); spawn { defer print("bye"); c ! 1; sleep(1h) }; ?c; print("main")'

# --- options
check version 0 "csp $(<"$root/VERSION")" '' -- "$CSP" --version
check unknown-option 2 '' 'did you mean `--max-memory`?' -- "$CSP" --max-memroy=1G
check unknown-option-far 2 '' 'unknown option `--xyzzy`' -- "$CSP" --xyzzy
check unknown-letter 2 '' 'unknown option `-z`' -- "$CSP" -z
check option-without-argument 2 '' 'wants an argument' -- "$CSP" --max-stack
check option-with-argument-too-many 2 '' 'takes no argument' -- "$CSP" --help=x
check bad-size 2 '' 'wants a size' -- "$CSP" --max-memory=lots -e ''
for limit in max-memory max-stack max-processes max-reductions; do
    for bad in 0 -1 1e3 '' 99999999999999999999 18446744073709551616 1.5G ' 5' 5x 0x10 +5 1KK None; do
        check "bad-$limit-$bad" 2 '' "--$limit wants" -- "$CSP" "--$limit=$bad" -e ''
    done
    for good in none 100000000; do
        check "$limit-$good" 0 'fine' '' -- "$CSP" "--$limit=$good" -e 'print("fine")'
    done
done
check size-suffixes 0 'fine' '' -- "$CSP" --max-memory=1T --max-stack=64m -e 'print("fine")'
check size-too-large 2 '' 'wants a size' -- "$CSP" --max-memory=16777216T -e ''
check huge-size 2 '' 'wants a size' -- "$CSP" --max-memory=99999999999999999999 -e ''
check bad-number 2 '' 'whole number' -- "$CSP" --max-processes=-1 -e ''
check bad-color 2 '' 'auto, always or never' -- "$CSP" --color=red -e ''
check color-always 2 '' $'\033[' -- "$CSP" --color=always -e 'prnt(1)'
check color-never 2 '' ': error: ' -- "$CSP" --color=never -e 'prnt(1)'
check subcommand-not-there 2 '' '`csp bench` is not there yet' -- "$CSP" bench
cp hello.csp bench
check file-named-as-subcommand 0 'hello []' '' -- "$CSP" bench
check doc-name 0 $'List.pop(xs)\n    takes the last element out and gives it\n    (changes its first argument)' '' -- \
    "$CSP" doc List.pop
check doc-module 0 'Math.pi' '' -- sh -c "'$CSP' doc Math | grep '^Math.pi'"
check doc-all 0 $'List.pop(xs)\nprint(..values)' '' -- sh -c "'$CSP' doc | grep -E '^(List.pop|print)\('"
check doc-word 0 $'spawn\n    spawn f(x)\n    spawn { … }' '' -- sh -c "'$CSP' doc spawn | head -n 3"
for word in alt try after closed channel pattern; do
    check "doc-word-$word" 0 "$word" '' -- sh -c "'$CSP' doc $word | head -n 1"
done
check doc-member 0 $'List.sort(xs, by = nil)' '' -- sh -c "'$CSP' doc sort | head -n 1"
check doc-members 0 $'map\nList.map(xs, f)\nMap.map(m, f)' '' -- sh -c "'$CSP' doc map | grep -v '^ ' | grep ."
check doc-near 1 '' 'did you mean `String`?' -- "$CSP" doc Strin
check doc-near-member 1 '' 'did you mean `List.push`?' -- "$CSP" doc List.psh
check doc-near-module 1 '' 'did you mean `List.push`?' -- "$CSP" doc Lst.push
check doc-nothing-near 1 '' 'nothing is known about `qqqqqq`' -- "$CSP" doc qqqqqq
check help-word 0 'csp: a small language of processes and channels' '' -- sh -c "'$CSP' help | head -n 1"
for command in check disasm doc help; do
    check "help-$command" 0 "csp $command [OPTION...]" '' -- sh -c "'$CSP' help $command | head -n 1 | cut -d' ' -f-3"
    check "$command-help" 0 "csp $command [OPTION...]" '' -- sh -c "'$CSP' $command --help | head -n 1 | cut -d' ' -f-3"
done
check help-unknown 2 '' 'no command `nope`' -- "$CSP" help nope
check help-too-much 2 '' 'wants one command' -- "$CSP" help check doc
check help-examples 0 '2' '' -- sh -c "'$CSP' --help | sed -n '/^Examples:/,/^\$/p' | grep -c '^  csp '"
check misspelt-command 2 '' 'did you mean `csp check`?' -- "$CSP" chek hello.csp
check not-so-misspelt-command 2 '' 'cannot read checkers.csp' -- "$CSP" checkers.csp
echo 'let x = 1' >unused.csp
check check-options-behind 1 '{"file":"unused.csp","line":1' '' -- sh -c \
    "'$CSP' check unused.csp --error-format=json | cut -d, -f-2; '$CSP' check unused.csp --error-format json >/dev/null"
check check-dashes 2 '' 'cannot read --color' -- "$CSP" check -- --color
check check-code 2 '' 'does not run CODE' -- "$CSP" check hello.csp -e 1
check disasm-option-behind 2 '' ': error: ' -- sh -c "echo 'let' > bad.csp; '$CSP' disasm bad.csp --color=never"
check doc-unknown 1 '' 'nothing is known about `List.nope`' -- "$CSP" doc List.nope
check doc-foreign 0 $'List.append: another language\'s name\n    write `List.push(xs, x)`' '' -- "$CSP" doc List.append
check doc-foreign-word 0 $'func: another language\'s name\n    a function is written `fn name(x) { … }`' '' -- \
    "$CSP" doc func
check doc-too-many 2 '' 'wants one name' -- "$CSP" doc print write
check disasm-without-file 2 '' 'wants one file' -- "$CSP" disasm
check disasm-error 2 '' 'error' -- sh -c "echo 'let' > bad.csp; '$CSP' disasm bad.csp"
check module-not-there 2 '' 'Http' -- "$CSP" -e 'Http.get("x")'

if "$CSP" --help | grep -q -- '--max-reductions=N'; then
    echo "ok help"
    passed=$((passed + 1))
else
    fail help "no options in it"
fi
if "$CSP" disasm hello.csp | grep -q 'ret'; then
    echo "ok disasm"
    passed=$((passed + 1))
else
    fail disasm "no instructions in it"
fi

# --- limits
check max-stack 0 'stack_overflow' '' -- \
    "$CSP" --max-stack=64K -e 'fn f(n) { 1 + f(n + 1) }; print((catch f(0)).kind)'
check max-processes 0 'too_many_processes' '' -- \
    "$CSP" --max-processes 10 -e 'let e = catch { for _ in 0..20 { spawn { sleep(1h) } } }; print(e.kind)'
check max-reductions 1 '' 'out_of_reductions' -- "$CSP" --max-reductions=100000 -e 'loop { }'
check max-memory 0 'out_of_memory' '' -- \
    "$CSP" --max-memory=64M -e 'let e = catch { let xs = []; loop { List.push(xs, [0, 1, 2, 3]) } }; print(e.kind)'

# --- signals and pipes
# Without job control a background job would ignore SIGINT.
set -m
"$CSP" -e 'defer print("bye"); print("ready"); sleep(1ms); loop { }' >got.out 2>got.err &
pid=$!
set +m
for _ in $(seq 100); do
    grep -q ready got.out && break
    sleep 0.05
done
sleep 0.2
kill -INT $pid
wait $pid
status=$?
if [ $status = 130 ] && grep -q bye got.out; then
    echo "ok interrupt"
    passed=$((passed + 1))
else
    fail interrupt "status $status"
fi
"$CSP" -e 'for i in 0..1000000 { print(i) }' 2>got.err | head -n 1 >got.out
status=${PIPESTATUS[0]}
if [ "$(<got.out)" = 0 ] && [ "$status" = 141 ]; then
    echo "ok reader-goes-away"
    passed=$((passed + 1))
else
    fail reader-goes-away "status $status"
fi

echo "$passed passed, $failed failed"
[ $failed = 0 ]
