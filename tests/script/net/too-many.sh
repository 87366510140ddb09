# No descriptor is left: what nobody holds is closed first; a loop over a listener waits for one, and accept says so.
ulimit -n 40
cat > "${TMPDIR:-/tmp}/csp-too-many-$$.csp" <<'END'
let l = Net.listen("127.0.0.1:0", backlog: 100)
let at = Net.local(l)
# Those that are forgotten do not count.
for _ in 0..100 {
    let c = Net.connect(at)
    if c is error { print(c) }
    let s = Net.accept(l)
    if s is error { print(s) }
}
print("forgotten ones are closed")

let held = []
var e = nil
while e == nil {
    let c = Net.connect(at)
    if c is error { e = c } else { List.push(held, c) }
}
print(e.kind, e.data.op, Net.accept(l).kind, Net.accept(l).data.errno, Net.listen("127.0.0.1:0").kind)

# The loop waits without turning round, until there is room.
let taken = chan(100)
spawn { for s in l { taken ! s } }
alt {
    taken ? s => print("taken", s)
    after 50ms => print("waits")
}
for _ in 0..4 { Io.close(List.pop(held)) }
print(type(?taken))
print(Io.close(l))
END
timeout 60 "$CSP" "${TMPDIR:-/tmp}/csp-too-many-$$.csp"
rm "${TMPDIR:-/tmp}/csp-too-many-$$.csp"
