# What a signal does before, while and after somebody listens to it.
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
there() { for i in $(seq 500); do [ -s "$dir/$1" ] && return 0; sleep 0.02; done; echo "no $1"; return 1; }

cat > "$dir/a.csp" <<'CSP'
let c = Os.signals("INT", "TERM")
File.write(Os.args()[0], "ready")
print(?c, ?c, ?c)
close(c)
File.write(Os.args()[1], "ready")
sleep(60s)
CSP
"$CSP" "$dir/a.csp" "$dir/1" "$dir/2" & csp=$!
there 1
for name in INT INT TERM; do kill -$name $csp; sleep 0.3; done
there 2
kill -TERM $csp
wait $csp 2>/dev/null
echo "status $?"

# A program that still listens ends all the same, and another process is not told.
cat > "$dir/b.csp" <<'CSP'
let c = Os.signals("INT", "USR1")
spawn { for i in 0..3 { ?c } }
print(Os.run("sh", "-c", "kill -USR1 $$").signal, Os.run("sh", "-c", "kill -INT $$").signal)
CSP
"$CSP" "$dir/b.csp"
echo "status $?"

# A signal that was ignored is ignored again.
cat > "$dir/c.csp" <<'CSP'
let c = Os.signals("HUP")
Os.shell("kill -HUP $1", "${Os.pid()}")
print(?c)
close(c)
Os.shell("kill -HUP $1", "${Os.pid()}")
print("still here")
CSP
(trap '' HUP; "$CSP" "$dir/c.csp")
