# Programs that want too much: a clear crash of the process concerned, and the others go on.
. ./hostile-check

# program NAME OPTION...: runs the program on standard input; shows what it prints, its status, and the first line of its errors.
program() {
    echo "--- $1"
    shift
    cat >input
    (
        ulimit -t 60
        exec timeout 100 "$CSP" "$@" input </dev/null 2>err
    )
    status=$?
    head -n 1 err
    [ $status = 0 ] || echo "status $status"
}

program 'deep recursion' --max-stack=1M <<'END'
fn down(n) => 1 + down(n + 1)
for _ in 0..3 { print((catch down(0)).kind) }
let p = spawn down(0)
let other = spawn { sleep(1ms); "the other goes on" }
print(wait(p).kind, wait(other))
down(0)
END

program 'mutual recursion through natives' --max-stack=1M <<'END'
fn sort(x) => List.sort([2, 1], by: fn(y) => len(sort(x)))
fn map(x) => List.map([1], fn(y) => map(y) + 1)
for f in [sort, map] { print((catch f(1)).kind) }
print((catch { fn d() { defer d() }; d() }).kind)
END

program 'memory, a hundred times' --max-memory=64M <<'END'
fn eat() {
    let xs = []
    loop { List.push(xs, [1, 2, 3]) }
}
let other = spawn { for i in 0..100 { sleep(1ms) }; "the other goes on" }
var kinds = {}
for _ in 0..100 { kinds[(catch eat()).kind] = true }
print(kinds, wait(spawn eat()).kind, wait(other), len(List.of(0..10000)))
END

program 'everything that can grow' --max-memory=64M <<'END'
let grows = {
    string: fn() { var s = "a"; loop { s = s + s } },
    appended: fn() { var s = "aé"; loop { s += "xyz" + s } },
    list: fn() { var s = [1]; loop { s = s + s } },
    tuple: fn() { var s = (1,); loop { s = s + s } },
    bytes: fn() { var s = b"a"; loop { s = s + s } },
    map: fn() { let m = {}; for i in 0.. { m[i] = i } },
    names: fn() { let m = {}; for i in 0.. { m["k${i}"] = i } },
    closures: fn() { var f = fn() => 1; loop { let g = f; f = fn() => g } },
    int: fn() { var x = 3; loop { x = x * x } },
    shifted: fn() { var x = 3; loop { x = x << 100000 } },
    nested: fn() { var x = []; loop { x = [x, x] } },
    shown: fn() { var x = []; for _ in 0..40 { x = [x, x] }; str(x) },
    channels: fn() { let cs = []; loop { List.push(cs, chan(100)) } },
    messages: fn() { let c = chan(10 ** 6); loop { c ! [1, 2, 3] } },
    buffers: fn() { let bs = []; loop { List.push(bs, Buffer.of(100000)) } },
    defers: fn() { fn f() { loop { defer len([]) } }; f() },
    lines: fn() { let s = String.repeat("\n", 10 ** 7); String.lines(s) },
    chars: fn() { let s = String.repeat("é", 10 ** 7); String.chars(s) },
    split: fn() { let s = String.repeat(",", 10 ** 7); String.split(s, ",") },
    replace: fn() { let s = String.repeat("a", 10 ** 6); String.replace(s, "a", s) },
    format: fn() { String.format(String.repeat("%100000d", 1000), ..List.repeat(1, 1000)) },
    extend: fn() { let xs = [1]; loop { List.extend(xs, xs) } },
    zip: fn() { let xs = List.of(0..10 ** 6); List.zip(xs, xs, xs, xs) },
    copies: fn() { let xs = List.map(0..10 ** 5, fn(i) => [i]); List.map(0..100, fn(i) => copy(xs)) },
    spread: fn() { let xs = List.of(0..10 ** 7); max(..xs) },
}
for name, grow in grows {
    let e = catch grow()
    print(name, if e is error { e.kind } else { "did not fail" })
}
print(len(List.of(0..1000)))
END

program 'processes' --max-processes=1000 <<'END'
fn bomb() { loop { spawn { sleep(1h) } } }
for _ in 0..3 { print((catch bomb()).kind) }
print(len(Process.list()))
for p in Process.list() { if p != self() { kill(p) } }
sleep(1ms)
print(len(Process.list()), wait(spawn { "there is room again" }))
fn fork() { par { fork(); fork() } }
print((catch fork()).kind)
bomb()
END

program 'reductions' --max-reductions=100000 <<'END'
var i = 0
loop { catch { loop { i += 1 } } }
END

program 'reductions of another' --max-reductions=100000 <<'END'
print(wait(spawn { loop { } }).kind)
print("main goes on")
END

program 'numbers' <<'END'
fn show(f) { let e = catch f(); print(if e is error { e.kind } else { "did not fail" }) }
show(fn() => 2 ** (2 ** 40))
show(fn() => 2 ** (2 ** 100))
show(fn() => 10 ** 10 ** 10)
show(fn() => 1 << 2 ** 40)
show(fn() => 1 << 2 ** 100)
show(fn() => (2 ** 60000000) * (2 ** 60000000))
show(fn() => Math.lcm(2 ** 60000000, 3 ** 40000000))
show(fn() => [0] * 2 ** 40)
show(fn() => "a" * 5)
show(fn() => String.repeat("abc", 2 ** 40))
show(fn() => String.repeat("abc", 2 ** 100))
show(fn() => String.pad_end("", 2 ** 62))
show(fn() => List.repeat(0, 2 ** 40))
show(fn() => List.repeat(0, 2 ** 100))
show(fn() => List.of(0..2 ** 40))
show(fn() => List.of(0..2 ** 70))
show(fn() => Tuple.of(0..2 ** 40))
show(fn() => Bytes.of(2 ** 40))
show(fn() => Buffer.of(2 ** 62))
show(fn() => Random.bytes(2 ** 40))
show(fn() => Random.shuffle(0..2 ** 40))
show(fn() => Random.sample(0..2 ** 40, -1))
show(fn() => chan(2 ** 40))
show(fn() => "a"[2 ** 100])
show(fn() => [1][-2 ** 100])
show(fn() => sleep(-2 ** 100))
show(fn() => (0..2 ** 100)[2 ** 99] == 2 ** 99)
show(fn() => String.format("%99999999999d", 1))
END
