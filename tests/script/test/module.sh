# The module Test: raises, eventually, temp_dir, snapshot.
dir=$(mktemp -d) && cd "$dir" || exit
trap 'rm -rf "$dir"' EXIT
cat >a_test.csp <<'END'
const boom = fn() => fail("boom")
fn told(f) => print((catch f()).message)
test "raises" {
    assert(Test.raises("fail", boom) == "boom")
    Test.raises("not_found", fn() => File.read("/nonexistent"))
    Test.raises("zero_division", fn() => 1 // 0)
}
test "eventually" {
    let c = chan(1)
    spawn {
        sleep(20ms)
        c ! 1
    }
    fn arrived() => alt { c ? x => x; else => nil }
    assert(Test.eventually(60s, arrived) == 1)
    let calls = [0]
    fn third() {
        calls[0] += 1
        if calls[0] < 3 { fail("not yet") } else { "third" }
    }
    assert(Test.eventually(60s, third) == "third")
}
test "what they say" {
    told(fn() => Test.raises("fail", fn() => 3))
    told(fn() => Test.raises("fail", fn() => 1 // 0))
    told(fn() => Test.eventually(5ms, fn() => nil))
    told(fn() => Test.eventually(0, boom))
    told(fn() => Test.snapshot("a/b", 1))
    told(fn() => Test.snapshot("", 1))
    told(fn() => Test.snapshot(1, 1))
    fail("shown")
}
test "a folder of its own" {
    let path = Test.temp_dir()
    assert(File.info(path).kind == "dir")
    Dir.make(Path.join(path, "in", "it"), parents: true)
    File.write(Path.join(path, "in", "it", "x"), "x")
    File.symlink("/", Path.join(path, "root"))
    File.chmod(Path.join(path, "in"), 0)
    assert(Test.temp_dir() != path)
    File.write("path", path)
}
test "is gone after it" {
    assert(File.exists(File.read("path")) == false)
    assert(File.exists("/etc/passwd"))
}
END
"$CSP" test --seed 7 a_test.csp
echo "status $?"
echo "-- snapshots"
cat >b_test.csp <<'END'
const value = [1, {name: "Ann", "a key": String.repeat("long ", 15)}, (1, 2)]
test "value" { Test.snapshot("value", value) }
test "text" { Test.snapshot("text", "one\ntwo\n") }
END
"$CSP" test --seed 7 b_test.csp | sed "s|$PWD|DIR|g"
"$CSP" test --seed 7 --update b_test.csp
cat b_test.value.snapshot b_test.text.snapshot
"$CSP" test --seed 7 b_test.csp
sed -i 's/Ann/Bob/' b_test.csp
"$CSP" test --seed 7 b_test.csp | sed "s|$PWD|DIR|g"
echo "-- outside of tests"
"$CSP" -e 'print(catch Test.snapshot("x", 1), catch Test.virtual_time(), Test.raises("fail", fn() => fail("x")))'
