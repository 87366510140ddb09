# With few descriptors everything that needs none works, and what needs some says so: nothing aborts, nothing is "out of
# memory".
exec python3 - <<'END'
import os, resource, subprocess, tempfile

CSP = os.environ["CSP"]
LIMITS = list(range(4, 16)) + [20]
script = tempfile.NamedTemporaryFile("w", suffix=".csp")
script.write("print(6 * 7)")
script.flush()

def run(limit, *words):
    """Status and all that is said."""
    child = subprocess.run([CSP, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit)))
    return child.returncode, child.stdout.decode()

def same(name, *words):
    usual = run(100, *words)
    others = [(limit, run(limit, *words)) for limit in LIMITS]
    print(name, "right" if usual[1] and all(got == usual for _, got in others) else others)

same("eval", "-e", "print(1)")
same("channels", "-e", "print(par for i in 0..3 { let c = chan(1); c ! i; ?c })")
same("crash", "-e", "1 // 0")
same("deadlock", "-e", "let c = chan(); ?c")
same("file", script.name)
same("no file", "nowhere.csp")
same("version", "--version")
same("help", "--help")
same("doc", "doc", "print")
same("check", "check", "nowhere.csp")
same("disasm", "disasm", script.name)

same("timers", "-e", "let c = chan(); print(catch sleep(1ms)); print(catch alt { c ? _ => 1; after 1ms => nil })")
END
