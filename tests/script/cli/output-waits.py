"""output-waits.py VIA...: what comes out of the command ($CSP) where a descriptor of that kind (pipe, socket, pty) is not
ready; prints `NAME: right` or `NAME: wrong …`."""
import fcntl
import os
import pty
import signal
import socket
import subprocess
import sys
import time

CSP = os.environ["CSP"]
WAYS = ("pipe", False), ("pipe", True), ("socket", True), ("pty", False), ("pty", True)

def open_pair(via):
    if via == "pipe":
        return os.pipe()
    if via == "pty":
        return pty.openpty()
    a, b = socket.socketpair()
    return a.detach(), b.detach()

def run(code, via="pipe", blocks=True, both=False, enough=None, told=False):
    """What a reader that begins late gets, what it says on stderr, its status; whether the descriptor's flags stay.
    `told`: the reader begins when something stands on stderr."""
    reader, writer = open_pair(via)
    if not blocks:
        os.set_blocking(writer, False)
    flags = fcntl.fcntl(writer, fcntl.F_GETFL)
    child = subprocess.Popen([CSP, "-e", code], stdout=writer, stderr=writer if both else subprocess.PIPE,
                             restore_signals=enough is not True)
    err = b""
    if told:
        err = child.stderr.readline()
    else:
        time.sleep(0.1)
    same = fcntl.fcntl(writer, fcntl.F_GETFL) == flags
    os.close(writer)
    pieces, size = [], 0
    while not enough or size < enough:
        try:
            piece = os.read(reader, 65536)
        except OSError:             # a terminal's end
            break
        if not piece:
            break
        pieces.append(piece)
        size += len(piece)
    os.close(reader)
    err = "" if both else (err + child.stderr.read()).decode()
    return b"".join(pieces).replace(b"\r\n", b"\n").decode(), err, child.wait(), same

def say(name, right, *more):
    print(name + ":", "right" if right else "wrong " + " ".join(repr(x)[:300] for x in more))

COUNT = 20000
MIXED = """
fn printer(text, n) { for _ in 0..n { print(text) } }
par { printer(String.repeat("a", 300), 500); printer(String.repeat("b", 300), 500)
      printer(String.repeat("c", 100_000), 10) }
"""
HUGE = """
let huge = String.repeat("0123456789", 1_000_000)
let told = chan()
fn count(told) {
    let c = tick(1ms)
    for n in 0..21 { ?c }
    eprint("ticks")
    for alt { c ? _ => nil; told ? _ => break }
}
let counting = spawn count(told)
print(huge)
told ! nil
eprint(wait(counting))
"""
PRINTS = """
fn when_it_prints(p) {
    while Process.info(p).state != "printing" { sleep(1ms) }
    p
}
"""
KILLED = PRINTS + """
let inside = when_it_prints(spawn { print(String.repeat("a", 2_000_000)) })
let behind = when_it_prints(spawn { print("never"); sleep(1h) })
kill(inside, "k"); kill(behind, "k")
eprint(wait(inside).kind, wait(behind).kind)
print("end")
"""
INFO = PRINTS + """
let p = when_it_prints(spawn { print(String.repeat("a", 200_000)) })
let i = Process.info(p)
eprint(i.state, i.waits_for)
"""
for via, blocks in [way for way in WAYS if way[0] in sys.argv[1:]]:
    name = via + (" that blocks" if blocks else "")
    out, err, status, same = run("for i in 0..%d { print(i) }" % COUNT, via, blocks)
    say(name + ", lines", (out, err, status) == ("".join("%d\n" % i for i in range(COUNT)), "", 0), out[-50:], err)
    say(name + ", flags", same)
    out, err, status, same = run("for i in 0..%d { print(i); eprint(-i) }" % (COUNT // 10), via, blocks, both=True)
    say(name + ", both streams", out == "".join("%d\n%d\n" % (i, -i) for i in range(COUNT // 10)), out[-50:])
    out, err, status, same = run(MIXED, via, blocks)
    lines = out.split("\n")
    say(name + ", whole prints", len(lines) == 1011 and all(len(set(line)) == 1 and len(line) in (300, 100000)
                                                            for line in lines[:-1]), len(lines), err)
    out, err, status, same = run(KILLED, via, blocks, told=True)
    say(name + ", killed", (out, err, status) == ("a" * 2000000 + "\nend\n", "killed killed\n", 0), out[-50:], err)
    if via == "socket":
        continue
    out, err, status, same = run(HUGE, via, blocks, told=True)
    say(name + ", a ticker beside", (len(out), err, status) == (10000001, "ticks\nnil\n", 0), len(out), err)
if "pipe" not in sys.argv:
    sys.exit()

out, err, status, same = run(INFO, told=True)
say("info", err == "printing nil\n", err)
out, err, status, same = run("for i in 0..1000000 { print(i) }", enough=100)
say("reader goes away", (err, status) == ("", -signal.SIGPIPE), err, status)
out, err, status, same = run("spawn { fail(\"x\") }; sleep(1ms); print(1)", both=True, blocks=False)
say("report", "crashed: fail: x" in out and out.endswith("1\n"), out)

# Without SIGPIPE it is an error.
reader, writer = os.pipe()
os.close(reader)
child = subprocess.run([CSP, "-e", "print(1); sleep(1ms); eprint((catch print(2)).message)"], stdout=writer,
                       stderr=subprocess.PIPE, preexec_fn=lambda: signal.signal(signal.SIGPIPE, signal.SIG_IGN),
                       restore_signals=False)
say("broken pipe", child.stderr.startswith(b"cannot write to standard output: Broken pipe\n") and child.returncode == 1,
    child.stderr, child.returncode)

# A program that waits for its reader can be stopped.
ENDLESS = "loop { print(String.repeat(\"a\", 1000)) }"
ENDED = "for _ in 0..2 { print(String.repeat(\"a\", 65000)) }"
for number, code in (signal.SIGINT, ENDLESS), (signal.SIGTERM, ENDED):
    reader, writer = os.pipe()
    child = subprocess.Popen([CSP, "-e", code], stdout=writer, stderr=subprocess.PIPE)
    time.sleep(0.5)
    child.send_signal(number)
    begun = time.monotonic()
    status = child.wait()
    say("stopped by %d" % number, status == -number and time.monotonic() - begun < 5, status)
    os.close(reader)
    os.close(writer)

# Standard input that is not ready.
reader, writer = os.pipe()
os.set_blocking(reader, False)
child = subprocess.Popen([CSP, "-"], stdin=reader, stdout=subprocess.PIPE)
time.sleep(0.2)
os.write(writer, b"print(42)")
os.close(writer)
say("input", child.communicate()[0] == b"42\n" and child.returncode == 0)
