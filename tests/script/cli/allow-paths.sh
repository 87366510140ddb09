# --allow=read:DIR,write:DIR: nothing leads out.
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" && mkdir -p in/sub out && echo secret >out/secret && echo here >in/file || exit 1
ln -s ../out/secret in/link && ln -s "$PWD/out" in/folder && ln -s file in/own && ln -s "$PWD/in/file" in/absolute
ln -s loop in/loop && ln -s in lnk && ln -s ../out/new in/dangling
cat >try.csp <<'END'
fn show(what, v) { print("${what}: ${if v is error { (v.kind, v.data.errno) } else if type(v) == "stream" { "stream" } else { v }}") }
fn of_walk(path, f) { let all = []; for e in Dir.walk(path, follow: true) { List.push(all, f(e)) }; all }
let here = "/proc/self/cwd"
print("--- read")
for path in ["in/file", "in/own", "in/absolute", "in/sub/../file", "in/../in/file", ".//in/./file", "in/none",
             "in/file/", "in/file/x", "in/loop", "in", "", "in/link", "in/folder/secret", "out/secret", "out/none",
             "in/../out/secret", "in/sub/../../out/secret", "lnk/file", here + "/out/secret",
             "/proc/self/root/etc/passwd", "/proc/self/fd/0", "/dev/stdin", "/etc/passwd", "/", "none"] {
    show(path, File.read(path))
}
show("open", File.open("in/link"))
show("info", File.info("in/link"))
show("info itself", File.info("in/link", follow: false) is map)
show("exists", (File.exists("in/none"), File.exists("out/none") is error, File.exists("in/link") is error))
show("read_link", File.read_link("in/link"))
show("read_link", File.read_link("lnk"))
show("real", File.real("in/link"))
show("real", Path.base(File.real("in/absolute")))
show("list", Dir.list("in/folder"))
show("list", Dir.list("."))
show("walk", of_walk("in", fn(e) => e.path))
show("walk", of_walk("out", fn(e) => e.kind))
show("glob", Dir.glob("in/f*"))
show("glob", Dir.glob("out/*"))
show("watch", Dir.watch("in/folder"))
show("current", Dir.current())
show("absolute", Path.absolute("x"))
print("--- write")
for path in ["out/new", "in/link", "in/dangling", "in/folder/new", "in/../new", "/proc/self/cwd/new"] {
    show(path, List.map([File.write(path, "x"), File.append(path, "x"), File.replace(path, "x"), File.touch(path),
                         File.chmod(path, 0o777), File.open(path, "w"), File.copy("in/file", path)], fn(e) => e.kind))
}
show("write", [File.write("in/new", "1"), File.append("in/new", "2"), File.replace("in/own", "3"), File.read("in/file")])
show("new", File.open("in/dangling", "x"))
show("rename out", File.rename("in/new", "out/new"))
show("rename in", File.rename("out/secret", "in/secret"))
show("rename", File.rename("in", "other"))
show("rename over", File.rename("in/sub", "in"))
show("link", File.link("out/secret", "in/hard"))
show("link", File.link("in/new", "out/hard"))
show("remove", File.remove("in/folder/secret"))
show("symlink", File.symlink("../out", "in/way"))
show("through", File.read("in/way/secret"))
show("remove", Dir.remove("in", all: true))
show("remove", Dir.remove("in/."))
show("remove", Dir.remove("in/folder", all: true))
show("make", Dir.make("in/folder/a/b", parents: true))
show("make", Dir.make("in/a/b", parents: true))
show("make", Dir.make("new"))
show("temp", File.temp())
show("temp", Dir.temp())
show("temp", File.temp("x", "in") is tuple)
show("temp", File.temp("x", "in/folder"))
show("copy", Dir.copy("out", "in/copy"))
show("copy", Dir.copy("in/a", "in/a2"))
END
"$CSP" --allow=read:in,write:in try.csp 2>&1 </dev/null
echo "status $?"
echo "--- outside: $(ls out) $(cat out/secret)"
echo "--- rights"
mkdir given kept && echo private >given/private
"$CSP" --allow=write:given,read:kept,write:kept -e '
fn show(v) => print(if v is error { v.kind } else { v })
show(File.read("given/private"))
show(File.rename("given/private", "kept/p"))
show(File.link("given/private", "kept/p"))
show(File.rename("given/private", "given/p"))
show(File.rename("given/p", "given/../given/private"))
show(File.remove("kept"))' 2>&1
"$CSP" --allow=write,read:kept -e 'print(File.rename("given/private", "kept/p").kind)' 2>&1
"$CSP" --allow=read:lnk -e 'print(File.read("lnk/file"), File.read("in/file"), File.read("out/secret").kind)' 2>&1
"$CSP" --allow=read:out/secret -e 'print(File.read("out/secret"), File.read("out/new").kind)' 2>&1
"$CSP" --allow=read:in,read -e 'print(File.read("out/secret"))' 2>&1
"$CSP" --allow=read:in,run -e 'print(Os.chdir("out").kind, Os.chdir("in"), File.read("file"), Os.which("sh"))' 2>&1
"$CSP" --allow=read:nowhere/at/all -e 1 2>&1 | cut -d';' -f1
echo "--- import"
echo 'fn x() => 1' >in/mod.csp && cp in/mod.csp out/mod.csp && ln -s ../out/mod.csp in/led.csp
"$CSP" --allow=read:in -e 'import "./in/mod" as m
print(m.x())' 2>&1
"$CSP" --allow=read:in -e 'import "./in/led" as m' 2>&1 | grep hint
"$CSP" --allow=read:in -e 'import "./out/mod" as m' 2>&1 | grep hint
