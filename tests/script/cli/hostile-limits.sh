# Programs that want too much: a clear crash of the process concerned, and the others go on.
. ./hostile-check

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
