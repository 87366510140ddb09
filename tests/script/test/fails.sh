# Each way in which a test fails, and what is said of it; those that pass say nothing.
dir=$(mktemp -d) && cd "$dir" || exit
trap 'rm -rf "$dir"' EXIT
cat > all_test.csp <<'END'
print("statements do not run")
const limit = 3
let unused = fail("neither does this")
fn double(x) => x * 2
fn boom() { fail("boom") }
test "passes" { print("hidden"); assert(double(limit) == 6) }
test "crashes" { print("shown"); fail("bad luck") }
test "in a function" { boom() }
test "ends with an error" { error("gone", "it is gone") }
test "exits" { Os.exit(0) }
test "child" { let c = chan(); let p = spawn boom(); sleep(50ms) }
test "awaited child" { let p = spawn boom(); assert((?done(p)).kind == "fail") }
test "deadlock" { let c = chan(); ?c }
test "leak" { let c = chan(); spawn { ?c }; nil }
test "left running" { spawn { loop { sleep(1h) } }; nil }
test "slow" { sleep(1h) }
test "spins" { loop { } }
test "still passes" { assert(double(2) == 4) }
END
"$CSP" test --seed 7 --timeout 2s all_test.csp
echo "status $?"
