#!/bin/bash
# Calls the conformance library by the language: programs of some hundred calls each, which print what came otherwise.
# Prints a line for each program.
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
for program in "$folder"/*.csp; do
    name=calls-of-$(basename "$program" .csp)
    out=$("$CSP" "$program" 2>&1)
    if [[ $out =~ ^[0-9]+\ called,\ 0\ different$ ]]; then
        echo "ok $name"
    else
        echo "not ok $name: $(head -n 3 <<<"$out")"
    fi
done
