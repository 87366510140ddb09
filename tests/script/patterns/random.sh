# Random patterns in `match` and `let` do with random values what a matcher does that knows only the rules: see
# lib/matcher.csp. Arms are often alike, guards may change the value, and names may be seen by a deferred block.
dir=$(mktemp -d) && trap 'rm -rf "$dir"' EXIT
cp lib/matcher.csp "$dir"
for seed in 1 2 3 4 5 6; do
    "$CSP" lib/generate.csp $seed 20 > "$dir/random.csp"
    "$CSP" "$dir/random.csp"
done
"$CSP" lib/generate.csp 7 10 > "$dir/random.csp"
CSP_SLICE=1 "$CSP" "$dir/random.csp"
CSP_GC_STRESS=3 "$CSP" "$dir/random.csp"
