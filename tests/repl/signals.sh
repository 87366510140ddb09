#!/bin/bash
# Signals to a running script: Ctrl-C and SIGTERM end it in good order, a second one at once; SIGQUIT tells what every
# process is doing. Prints a line for each check and, at the end, `N passed, N failed`. The command is $CSP, or
# build/csp.
set -u

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CSP=${CSP:-$root/build/csp}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
passed=0 failed=0

ok() { echo "ok $1"; passed=$((passed + 1)); }
fail() {
    echo "not ok $1"
    echo "  # $2"
    sed 's/^/  # stdout: /' out
    sed 's/^/  # stderr: /' err
    failed=$((failed + 1))
}

# begin SCRIPT: runs it until it has printed `ready`; $pid is its process. Job control gives it signals of its own: a
# background job would ignore SIGINT.
begin() {
    : >out
    set -m
    "$CSP" "$@" >out 2>err &
    pid=$!
    set +m
    for _ in $(seq 200); do
        grep -q '^ready$' out && return
        sleep 0.02
    done
}

# ended NAME STATUS LINE...: it has ended with that status and printed these lines at the end, or in standard error.
ended() {
    local name=$1 status=$2 got
    shift 2
    wait "$pid" 2>/dev/null
    got=$?
    if [ "$got" != "$status" ]; then
        fail "$name" "status $got, expected $status"
        return
    fi
    for line; do
        if ! grep -qF -- "$line" out err; then
            fail "$name" "missing: $line"
            return
        fi
    done
    ok "$name"
}

cat >waits.csp <<'CSP'
fn worker(c) {
    defer print("worker's defer")
    ?c
}
let c = chan()
defer print("main's defer")
for _ in 0..2 { spawn worker(c) }
print("ready")
eprint("")
sleep(30s)
print("wrong", c)
CSP
cat >hangs.csp <<'CSP'
defer { print("hangs"); eprint(""); sleep(30s) }
print("ready")
eprint("")
sleep(30s)
CSP
cat >computes.csp <<'CSP'
defer print("main's defer")
print("ready")
eprint("")
var n = 0
loop { n += 1 }
CSP

begin waits.csp
kill -INT "$pid"
ended interrupt-runs-defers 130 "main's defer" "worker's defer"

begin waits.csp
kill -TERM "$pid"
ended terminate-runs-defers 143 "main's defer" "worker's defer"

begin computes.csp
kill -INT "$pid"
ended interrupt-of-a-loop 130 "main's defer"

begin hangs.csp
kill -INT "$pid"
for _ in $(seq 100); do grep -q '^hangs$' out && break; sleep 0.02; done
kill -INT "$pid"
start=$SECONDS
ended second-interrupt-at-once 130 "hangs"
[ $((SECONDS - start)) -lt 5 ] || fail second-interrupt-at-once "it took too long"

begin waits.csp
kill -QUIT "$pid"
for _ in $(seq 100); do grep -q '3 processes' err && break; sleep 0.02; done
kill -INT "$pid"
ended quit-tells-and-goes-on 130 '3 processes' 'main sleeps for 29.' \
    '2 processes like process 2 (worker) wait to receive from <chan 1> (made at waits.csp:5:9) at waits.csp:3:5' \
    's at waits.csp:10:1' "main's defer"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
