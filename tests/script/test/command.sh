# Which files and tests are run, in what order they are told of, and the status.
dir=$(mktemp -d) && cd "$dir" || exit
trap 'rm -rf "$dir"' EXIT

# told WHAT ARGUMENT...: both streams and the status of `csp test` with these.
told() {
    echo "-- $1"
    shift
    "$CSP" test --seed 7 "$@" 2>&1
    echo "status $?"
}

told "nothing here"
mkdir -p a/b .hidden
echo 'test "deep" { nil }' >a/b/deep_test.csp
printf 'test "one" { sleep(200ms) }\ntest "two" { nil }\n' >a/x_test.csp
echo 'fail("hidden")' >.hidden/x_test.csp
echo 'fail("this is no test")' >a/test.csp
echo 'test "other" { assert(1 + 1 == 2) }' >other.csp
echo 'print(1)' >none_test.csp
: >empty_test.csp
ln -s . a/loop
told "all below the folder"
told "in the order in which they are given" other.csp a
told "without any test" none_test.csp empty_test.csp
told "filter" --filter two
told "filter that fits nothing" --filter three a
told "no such file" nowhere.csp other.csp
echo 'test "x" { unknown() }' >bad.csp
told "does not compile" bad.csp other.csp
printf '\377' >bytes.csp
told "is no text" bytes.csp
cat >names_test.csp <<'END'
test "" { fail("empty") }
test "a \"quoted\"\nname in two lines" { fail("quoted") }
test "\u{1b}[31m <&> \\ ]]> é" { fail("strange") }
END
told "names" names_test.csp
cat >fast_test.csp <<'END'
test "one" { nil }
test "two" { fail("stop here") }
test "three" { fail("not this") }
END
told "fail fast" --fail-fast --jobs 1 fast_test.csp names_test.csp
told "jobs" --jobs 2 --color=never a other.csp
for wrong in --seed=x --jobs=0 --jobs=x --timeout=3 --timeout=0s --timeout=-1s --timeout=99999999h --filter; do
    told "$wrong" $wrong
done
