# Peers that are no csp: python3's sockets, which break off, send one byte at a time, never answer.
command -v python3 > /dev/null || { cat "${0%.sh}.out"; exit 0; }
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
cat > "$d/peer.py" <<'END'
import socket, struct, sys, time
l = socket.socket()
l.bind(("127.0.0.1", 0))
l.listen(16)
print(l.getsockname()[1], flush=True)
reset = struct.pack("ii", 1, 0)
while True:
    s, _ = l.accept()
    what = s.recv(1)
    if what == b"b":    # a byte each 10 ms
        for c in b"line\r\nlast":
            s.sendall(bytes([c]))
            time.sleep(0.01)
    elif what == b"r":  # a reset in the middle
        s.sendall(b"x" * 1000)
        s.recv(1)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
    elif what == b"h":  # the half, then the rest
        s.shutdown(socket.SHUT_WR)
        print(len(s.makefile("rb").read()), flush=True)
    elif what == b"q":
        sys.exit()
    s.close()
END
cat > "$d/ask.csp" <<'END'
let at = "127.0.0.1:" + Os.args()[0]
fn ask(at, what) {
    let s = Net.connect(at)
    Io.write(s, what)
    s
}
let b = ask(at, "b")
for line in b { print(line) }
let r = ask(at, "r")
print(len(Io.read_exact(r, 1000)), Io.write(r, "!"), Io.read(r).kind, Io.write(r, "x").kind)
let h = ask(at, "h")
print(Io.read(h), Io.write(h, String.repeat("y", 1000000)), Io.close(h))
let n = ask(at, "")
print(timeout(20ms, fn() => Io.read(n)).kind)
Io.close(n)
ask(at, "q")
END
python3 "$d/peer.py" > "$d/out" &
until grep -qs . "$d/out"; do sleep 0.05; done
timeout 60 "$CSP" "$d/ask.csp" "$(head -1 "$d/out")"
wait
tail -1 "$d/out"
