# A Unix socket that nobody has any more is replaced, also that of a csp which was killed.
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
cat > "$d/listen.csp" <<'END'
let l = Net.listen(Os.args()[0])
print(if l is error { l.kind } else { "listening" })
Io.flush(Io.stdout)
if len(Os.args()) > 1 { sleep(60s) }
END
"$CSP" "$d/listen.csp" "unix:$d/s" stay > "$d/out" &
child=$!
until grep -qs . "$d/out"; do sleep 0.05; done
cat "$d/out"
"$CSP" "$d/listen.csp" "unix:$d/s"
kill -9 $child
wait $child 2> /dev/null
test -S "$d/s" && echo left behind
"$CSP" "$d/listen.csp" "unix:$d/s"
test -e "$d/s" || echo gone
