# An integer literal of more bits than an int may have is an error where it stands, not one of memory.
digits() { head -c "$1" /dev/zero | tr '\0' f; }
dir=$(mktemp -d) && trap 'rm -rf "$dir"' EXIT
{ printf 'let x = 1\nprint(x, 0x' && digits 16777217 && echo ')'; } > "$dir/long.csp"
"$CSP" check "$dir/long.csp" 2>&1 | grep -o 'long.csp:2:10: error: .*'
"$CSP" "$dir/long.csp" 2> /dev/null
echo "status $?"
{ printf 'match 1 { 0x' && digits 16777217 && echo ' => 2; _ => 3 }'; } > "$dir/pattern.csp"
"$CSP" "$dir/pattern.csp" 2>&1 | grep -o 'pattern.csp:1:11: error: .*'
{ printf 'print(0x' && digits 16777216 && echo ' > 0)'; } > "$dir/longest.csp"
"$CSP" "$dir/longest.csp"
