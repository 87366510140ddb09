# Output that cannot be written is never lost without a word: closed descriptors, a full disk, the limit of a file's
# size; in each sub-command.
errors=$(mktemp)
exec 3>&1
trap 'rm -f "$errors"' EXIT

# told NAME COMMAND: what it says on standard error in its first line, and its status.
told() {
    name=$1
    shift
    "$@" 2>"$errors"
    echo "$name: $? $(head -n 1 "$errors")" >&3
}

prints='print("one"); sleep(200ms); print(catch print("two")); print("three")'
echo 'let x = 1' >"$errors.csp"
told full "$CSP" -e 'print(1)' >/dev/full
told full-exit "$CSP" -e 'print(1); Os.exit(0)' >/dev/full
told full-exit-3 "$CSP" -e 'print(1); Os.exit(3)' >/dev/full
told full-crash "$CSP" -e 'print(1); 1 // 0' >/dev/full
told full-each "$CSP" -e "$prints" >/dev/full
told full-large "$CSP" -e 'eprint((catch print(String.repeat("a", 1000000))).message)' >/dev/full
told full-version "$CSP" --version >/dev/full
told full-help "$CSP" --help >/dev/full
told full-doc "$CSP" doc print >/dev/full
told full-check "$CSP" check "$errors.csp" >/dev/full
told full-disasm "$CSP" disasm "$errors.csp" >/dev/full
told full-eprint "$CSP" -e 'print(catch eprint("x"))' 2>/dev/full
told closed "$CSP" -e 'print(1)' >&-
told closed-catch "$CSP" -e 'eprint((catch print(1)).kind)' >&-
told closed-version "$CSP" --version >&-
told closed-doc "$CSP" doc print >&-
told closed-check "$CSP" check "$errors.csp" >&-
told closed-stdin "$CSP" -e 'print("stdin"); sleep(1ms)' <&-
told closed-script "$CSP" - <&-
"$CSP" -e 'print(catch eprint(1)); sleep(1ms); print("stderr")' 2>&-
echo "closed-stderr: $?"
"$CSP" -e 'spawn { 1 // 0 }; sleep(1ms); print("report")' 2>&-
echo "closed-report: $?"
for command in -e\ sleep\(1ms\) --version --help doc "check $errors.csp" "disasm $errors.csp"; do
    "$CSP" $command <&- >&- 2>&-
    echo "all closed, $command: $?" | sed "s|$errors|FILE|"
done
(
    ulimit -f 1
    "$CSP" -e 'for i in 0..2000 { print(i) }' >"$errors.out" 2>&4
    echo "limit of size: $?" >&3
    "$CSP" -e 'var last = nil
        for i in 0..20000 { let r = catch print(i); if r is error { last = r; break } }
        eprint(last.message); print(1)' >"$errors.out" 2>&4
    echo "limit of size, caught: $?" >&3
) 4>&3
rm -f "$errors.csp" "$errors.out"
