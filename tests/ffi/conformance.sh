#!/bin/bash
# Calls the conformance library by the language: programs of some hundred calls each, which print what came otherwise.
# Each runs as C is called here, and by libffi (CSP_LIBFFI=1); prints a line for each run.
set -u

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

built=$(grep -hs 'tests/ffi/test_conformance$' "$root"/build/unit.list "$root"/build/san/unit.list | head -n 1)
library=${built%/*}/conformance.so
if [ ! -f "$library" ]; then
    library=$folder/conformance.so
    "$root/tests/ffi/generate" >"$folder/conformance.c"
    "${CC:-cc}" -std=gnu11 -iquote "$root" -fPIC -shared -o "$library" "$folder/conformance.c"
fi
"$root/tests/ffi/generate" --scripts "$folder" --library "$library"

# Leaves out the functions that an old libffi would pass wrongly, which are refused.
leave_out_refused() {
    local refused
    while refused=$(CSP_LIBFFI=1 "$CSP" "$1" 2>&1 | grep -A 1 'libffi .* wrongly' | grep -oE 'fn f[0-9]+' | cut -c4-) &&
            [ -n "$refused" ]; do
        for name in $refused; do
            sed -i "/\\bfn $name(/d; /c\\.$name(/d" "$1"
        done
    done
}

for program in "$folder"/*.csp; do
    for way in "" libffi; do
        [ -z "$way" ] || leave_out_refused "$program"
        name=calls-of-$(basename "$program" .csp)${way:+-by-$way}
        out=$(CSP_LIBFFI=${way:+1} "$CSP" "$program" 2>&1)
        if [[ $out =~ ^[0-9]+\ called,\ 0\ different$ ]]; then
            echo "ok $name"
        else
            echo "not ok $name: $(head -n 3 <<<"$out")"
        fi
    done
done
