# The failures of a user who may not: kinds and data. Only root can become somebody else, whom the system does not know.
if [ "$(id -u)" != 0 ] || ! setpriv --reuid 54321 --regid 54321 --clear-groups true 2> /dev/null; then
    cat each-failure-denied.out
    exit
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/denied.csp" <<'END'
fn show(name, e) {
    if e is not error { return print("${name}: no error:", e) }
    let data = List.map(Map.keys(e.data), fn(k) => "${k}: ${e.data[k]}")
    print("${name}: ${e.kind} {${String.join(data, ", ")}}")
}
Os.set_env("HOME", nil)
show("Os.home", Os.home())
show("Os.user", Os.user())
show("File.read", File.read("secret/x"))
show("File.exists", File.exists("secret/x"))
show("File.chmod", File.chmod("theirs", 0))
show("File.touch", File.touch("theirs"))
show("File.write", File.write("new", ""))
show("File.rename", File.rename("theirs", "mine"))
show("File.remove", File.remove("theirs"))
show("File.temp", File.temp("x", "secret"))
show("Dir.list", Dir.list("secret"))
show("Dir.walk", ?Dir.walk("secret"))
show("Dir.watch", Dir.watch("secret"))
show("Dir.make", Dir.make("new"))
show("Dir.glob", Dir.glob("**"))
show("Os.chdir", Os.chdir("secret"))
show("Os.run", Os.run("./theirs"))
show("Os.start", Os.start("./theirs"))
END
cp "$CSP" "$folder/csp"
chmod 755 "$folder" "$folder/csp" "$folder/denied.csp"
mkdir -m 755 "$folder/at" && cd "$folder/at" && mkdir -m 700 secret && : > theirs && chmod 644 theirs
setpriv --reuid 54321 --regid 54321 --clear-groups "$folder/csp" "$folder/denied.csp"
