# The end of the program, by itself or by a signal, ends what Os.run waits for; what Os.start has started goes on.
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
gone() { # whether the process in that file ends
    for i in $(seq 500); do
        case $(ps -o stat= -p "$(cat "$dir/$1")") in '' | Z*) return 0 ;; esac
        sleep 0.02
    done
    return 1
}
there() { for i in $(seq 500); do [ -s "$dir/$1" ] && return 0; sleep 0.02; done; return 1; }

cat > "$dir/a.csp" <<'CSP'
let p = spawn { Os.shell("sleep 60 & echo $! > $1; wait", Os.args()[0]) }
while File.exists(Os.args()[0]) != true or File.read(Os.args()[0]) == "" { sleep(5ms) }
CSP
"$CSP" "$dir/a.csp" "$dir/a" && gone a && echo 'ended with the program'

cat > "$dir/b.csp" <<'CSP'
Os.shell("sleep 60 & echo $! > $1; wait", Os.args()[0])
CSP
"$CSP" "$dir/b.csp" "$dir/b" & csp=$!
there b && kill -TERM $csp
wait $csp 2>/dev/null
gone b && echo 'ended by a signal'

cat > "$dir/c.csp" <<'CSP'
let c = Os.start("sh", "-c", "echo $$ > $1; exec sleep 60", "sh", Os.args()[0], stdin: "null", stdout: "null", stderr: "null")
while File.exists(Os.args()[0]) != true or File.read(Os.args()[0]) == "" { sleep(5ms) }
CSP
"$CSP" "$dir/c.csp" "$dir/c" && kill "$(cat "$dir/c")" && gone c && echo 'has gone on'

# A caller that ignores SIGCHLD hides no status.
(trap '' CHLD; "$CSP" -e 'print(Os.run("sh", "-c", "exit 3").status, ?Os.start("sh", "-c", "exit 4").done)')
