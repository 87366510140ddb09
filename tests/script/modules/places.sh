# Where modules are looked for, with which names: CSP_PATH, links, other folders, -e, standard input.
here=$PWD
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/one/tools" "$folder/two/tools" "$folder/bin"
echo 'const name = "one"' >"$folder/one/tools/first.csp"
echo 'const name = "two"' >"$folder/two/tools/first.csp"
echo 'import "first"
const name = "second of two, first of ${first.name}"' >"$folder/two/tools/second.csp"
export CSP_PATH="$folder/none::$folder/one:$folder/two/"

"$CSP" -e 'import "tools/first"; import "tools/second"; print(first.name, second.name)'
echo 'import "lib/vector"; print(vector.minus((3, 3), (1, 2)))' | "$CSP"
"$CSP" -e 'import "lib/vector"; print(vector.minus((3, 3), (1, 2)))'
echo 'import "./tools/first"' | "$CSP" 2>&1 | sed -n 1p
"$CSP" -e 'import "tools/third"' 2>&1 | sed "s|$folder|FOLDER|g" | tail -n 1

# Beside the script, wherever that is run from; a script that is run by a link is where it really is.
(cd / && "$CSP" "$here/order.csp" | tail -n 1)
ln -s "$here/order.csp" "$folder/bin/order"
"$CSP" "$folder/bin/order" | tail -n 1

# One file is one module, whatever leads to it.
ln -s "$here/lib" "$folder/bin/lib"
(cd "$folder/bin" && "$CSP" -e "import \"lib/one\"; import \"$here/lib/one\" as two; print(one.log == two.log)")

# A pipe does not hold up its reader.
mkfifo "$folder/bin/pipe.csp"
(cd "$folder/bin" && "$CSP" -e 'import "pipe"' 2>&1 | sed -n 1p)

# Bytecode is of the script alone, and nothing runs.
"$CSP" disasm order.csp | grep -c '^fn \|^one$'
