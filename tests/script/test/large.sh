# A thousand tests in a file, and megabytes of output: what is shown of it has an end.
# san: skip would take minutes
dir=$(mktemp -d) && cd "$dir" || exit
trap 'rm -rf "$dir"' EXIT
{
    echo 'const one = 1'
    for i in $(seq 1000); do echo "test \"t$i\" { assert(one + $i == $i + 1) }"; done
} >many_test.csp
"$CSP" test --seed 7 many_test.csp
echo "status $?"
cat >output_test.csp <<'END'
test "prints ten megabytes" {
    for i in 0..200000 { print("0123456789012345678901234567890123456789012345678") }
    fail("enough")
}
test "prints one long line" {
    for i in 0..1000 { write(String.repeat("x", 10000)) }
    fail("enough")
}
END
"$CSP" test --seed 7 output_test.csp >out
echo "status $?"
grep -c 0123456789 out
[ "$(wc -c <out)" -lt 100000 ] && grep '…' out
tail -n 1 out
