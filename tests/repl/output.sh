#!/bin/bash
# Output to a terminal that takes nothing for the moment (tests/script/cli/output-waits.py). Prints a line for each
# check and, at the end, `N passed, N failed`. The command is $CSP, or build/csp.
set -u

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export CSP=${CSP:-$root/build/csp}
python3 -c 'import os, pty; os.close(pty.openpty()[0])' 2>/dev/null || {
    echo "ok output (skipped: there is no pseudo-terminal here)"
    echo "1 passed, 0 failed"
    exit 0
}
found=$(python3 "$root/tests/script/cli/output-waits.py" pty)
sed -n 's/^\(.*\): right$/ok \1/p; s/^\(.*\): wrong \(.*\)/not ok \1\n  # \2/p' <<<"$found"
passed=$(grep -c ': right$' <<<"$found")
failed=$(grep -vc ': right$' <<<"$found")
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
