# A quick call of C that holds everybody up for more than 100 ms is told of, once for each function, and no other one is.
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
unset CSP_LONG_CALL
cat >"$folder/long.csp" <<'END'
extern "c" as c {
    fn usleep(us: u32): i32
    fn nap = "usleep"(us: u32): i32
    fn abs(x: i32): i32
    fn qsort(base: buffer, n: usize, size: usize, compare: fn(pointer, pointer): i32)
    blocking fn elsewhere = "usleep"(us: u32): i32
}
fn calls(n) { for i in 0..n { c.abs(i) } }
test "a long call" { print(c.usleep(150000)) }
# Waiting is nobody's fault, nor is a callback that takes long, or what runs elsewhere.
calls(10000)
sleep(150ms)
calls(10000)
c.qsort(Buffer.of(8), 2, 4, fn(_a, _b) { sleep(150ms); 0 })
c.elsewhere(150000)
calls(10000)
print("so far nobody")
c.usleep(150000)
c.usleep(150000)
par { c.usleep(150000); calls(10000) }
# A function is not always timed when the program has called it just before, but soon after something has been late.
c.nap(1)
c.nap(150000)
calls(10000)
c.nap(150000)
print("over")
END
# The time is whatever it was.
cd "$folder" && "$CSP" long.csp 2>&1 | sed 's/[0-9]* ms/N ms/'
echo "--- JSON"
"$CSP" --error-format=json long.csp 2>&1 | sed 's/[0-9]* ms/N ms/'
echo "--- tests"
"$CSP" test long.csp 2>&1 | grep -c held || true
