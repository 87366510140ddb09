# A current folder that has been removed is an error value, and what needs none works on.
cd "$(mktemp -d)" || exit 1
rmdir "$PWD"
"$CSP" -e '
let e = Path.absolute("x")
print(e is error, e.kind)
print(Path.relative("x", "..").kind, Path.absolute("/x"), Path.relative("a/b", "a"))'
