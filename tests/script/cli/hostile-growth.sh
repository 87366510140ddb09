# Everything that can grow without end ends in out_of_memory, and the program goes on.
. ./hostile-check

program 'everything that can grow' --max-memory=32M <<'END'
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
