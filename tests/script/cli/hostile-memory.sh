# Endless allocation, again and again: the process concerned crashes, the VM is as good as before.
. ./hostile-check

program 'memory, a hundred times' --max-memory=32M <<'END'
fn eat() {
    let xs = []
    loop { List.push(xs, [1, 2, 3]) }
}
let other = spawn { for i in 0..100 { sleep(1ms) }; "the other goes on" }
var kinds = {}
for _ in 0..100 { kinds[(catch eat()).kind] = true }
print(kinds, wait(spawn eat()).kind, wait(other), len(List.of(0..10000)))
END
