# Time that stands still while anybody can run, and jumps when all wait.
dir=$(mktemp -d) && cd "$dir" || exit
trap 'rm -rf "$dir"' EXIT
cat >a_test.csp <<'END'
extern "libc.so.6" as c { blocking fn usleep(us: u32): i32 }
test "sleep takes no time, and all clocks go by it" {
    Test.virtual_time()
    let (wall, mono, same) = (now(), Time.mono(), Time.now())
    assert(wall == same)
    for i in 0..100000 { nil }
    assert(now() == wall and Time.mono() == mono)
    sleep(1000h)
    assert(now() - wall == 1000h)
    assert(Time.now() - same == 1000h)
    assert(Time.mono() - mono == 1000h)
    sleep(0)
    sleep(-1s)
    assert(Time.mono() - mono == 1000h)
}
test "what times out does so in order" {
    Test.virtual_time()
    let c = chan(10)
    spawn { sleep(3h); c ! 3 }
    spawn { sleep(1h); c ! 1 }
    spawn { sleep(2h); c ! 2 }
    assert([?c, ?c, ?c] == [1, 2, 3])
    let begun = now()
    assert(alt { c ? x => x; after 5m => "late" } == "late")
    assert(now() - begun == 5m)
    assert((timeout(1h, fn() => sleep(2h))).kind == "timeout")
    assert(timeout(3h, fn() => { sleep(2h); "done" }) == "done")
    assert(now() - begun == 3h + 5m)
}
test "ticks" {
    Test.virtual_time()
    let (begun, ticks) = (now(), tick(1h))
    for i in 1..=3 { assert(?ticks - begun == i * 1h) }
    sleep(150m)
    assert(?ticks == now())
    assert(?ticks - begun == 6h)
}
test "Test.eventually" {
    Test.virtual_time()
    let begun = now()
    Test.eventually(2h, fn() => now() - begun > 1h)
    assert(now() - begun < 61m)
}
test "deadlock is still found" {
    Test.virtual_time()
    sleep(1h)
    let c = chan()
    ?c
}
test "while somebody waits for C it goes as the clock does" {
    Test.virtual_time()
    let begun = Time.mono()
    let late = chan(1)
    spawn { sleep(1h); late ! true }
    c.usleep(30000)
    let passed = Time.mono() - begun
    assert(passed >= 20ms and passed < 1h)
    assert(alt { late ? x => x; else => false } == false)
    assert(?late)
    assert(Time.mono() - begun == 1h)
}
test "an endless loop of sleeps ends by the clock" {
    Test.virtual_time()
    loop { sleep(1s) }
}
test "the next one has the clock's time" {
    let begun = now()
    sleep(1ms)
    assert(now() - begun < 1h)
}
END
"$CSP" test --seed 7 --timeout 3s a_test.csp
echo "status $?"
