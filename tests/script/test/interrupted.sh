# Ctrl-C ends what runs, and what it has started, and says what has been seen so far.
dir=$(mktemp -d) && cd "$dir" || exit
trap 'rm -rf "$dir"' EXIT
cat >a_test.csp <<'END'
test "passes" { File.write("begun", "x") }
extern "libc.so.6" as c { fn system(command: cstring): i32 }
test "waits" { c.system("echo $$ >child; exec sleep 1000"); nil }
END
env --default-signal=INT "$CSP" test --seed 7 --timeout 1h >out 2>&1 &
pid=$!
for i in $(seq 600); do
    [ -s child ] && break
    sleep 0.1
done
kill -INT "$pid"
wait "$pid"
echo "status $?"
cat out
for i in $(seq 100); do
    kill -0 "$(cat child)" 2>/dev/null || break
    sleep 0.1
done
kill -0 "$(cat child)" 2>/dev/null && echo "the child lives" && kill -9 "$(cat child)"
exit 0
