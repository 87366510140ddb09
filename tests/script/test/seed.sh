# The schedule follows the seed: a race shows under some seeds, and each seed repeats what it has shown.
dir=$(mktemp -d) && cd "$dir" || exit
trap 'rm -rf "$dir"' EXIT
cat >race_test.csp <<'END'
# Nothing makes the second one wait for the first.
test "the first comes first" {
    let (c, d) = (chan(20), chan(20))
    for i in 0..10 {
        c ! "c"
        d ! "d"
    }
    let choices = List.map(0..10, fn(i) => alt { c ? x => x; d ? x => x })
    let order = chan(2)
    spawn {
        for i in 0..100 { nil }
        order ! "first"
    }
    spawn {
        for i in 0..100 { nil }
        order ! "second"
    }
    let came = [?order, ?order]
    print("drawn", choices, Random.int(0, 1000000), came)
    assert(came == ["first", "second"])
}
END
one() { "$CSP" test --seed "$1" race_test.csp | cksum; }
passed=0 failed=0
for seed in $(seq 20); do
    if "$CSP" test --seed "$seed" race_test.csp >out; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        grep -q "seed: $seed" out || echo "seed $seed is not shown"
        grep drawn out >>counts
    fi
    [ "$(one "$seed")" = "$(one "$seed")" ] || echo "seed $seed is not repeated"
done
[ "$passed" -gt 0 ] && [ "$failed" -gt 0 ] && echo "some pass and some fail"
[ "$(sort -u counts | wc -l)" -gt 2 ] && echo "the schedules differ"
