# The command: exit statuses, several files, standard input, JSON, colours, and what goes where.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
export CSP_PATH= NO_COLOR=
echo 'print("fine")' >good.csp
printf 'let x = 1\nprnt(x)\n' >wrong.csp
echo 'let unused = "né"' >odd.csp

# run NAME COMMAND...: the status, then standard output and standard error, marked.
run() {
    echo "== $1"
    shift
    "$@" >out 2>err </dev/null
    echo "status $?"
    sed 's/^/out: /' out
    sed 's/^/err: /' err
}

run good "$CSP" check good.csp
run error "$CSP" check wrong.csp
run warning "$CSP" check odd.csp
run several "$CSP" check good.csp wrong.csp odd.csp
run nothing-is-run "$CSP" check good.csp good.csp
run unreadable "$CSP" check none.csp odd.csp
run no-file "$CSP" check
run unknown-option "$CSP" check --frobnicate good.csp
run code "$CSP" check -e 'print(1)'
run dashes "$CSP" check -- good.csp
echo "== stdin"
printf 'let y = 2\n' | "$CSP" check - 2>&1
echo "status $?"
run json "$CSP" check --error-format=json wrong.csp odd.csp
run json-before "$CSP" --error-format=json check odd.csp
run format "$CSP" --error-format=xml check odd.csp
run running-json "$CSP" --error-format=json wrong.csp
run crash-json "$CSP" --error-format=json -e 'fail("oh")'
run running-does-not-warn "$CSP" -e 'let unused = 1'
echo "== colours"
for when in always never auto; do
    "$CSP" --color=$when check odd.csp 2>&1 | grep -c "$(printf '\033')"
done
NO_COLOR=1 "$CSP" check --color=always odd.csp 2>&1 | grep -c "$(printf '\033')"
exit 0
