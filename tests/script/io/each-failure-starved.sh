# The failures that take a limit or something that has gone: kinds and data.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/show.csp" <<'END'
fn show(name, e) {
    if e is not error { return print("${name}: no error:", e) }
    let data = List.map(Map.keys(e.data), fn(k) => "${k}: ${e.data[k]}")
    print("${name}: ${e.kind} {${String.join(data, ", ")}}")
}
END

{
    cat "$folder/show.csp"
    cat <<'END'
# As many descriptors as there are, and nothing can be opened any more.
let held = []
loop {
    let f = File.open("/dev/null")
    if f is error {
        show("File.open", f)
        break
    }
    List.push(held, f)
}
show("Io.pipe", Io.pipe())
show("Dir.list", Dir.list("/"))
show("Dir.glob", Dir.glob("/*"))
show("Dir.glob", Dir.glob("/**/x"))
show("Dir.walk", ?Dir.walk("/"))
show("Dir.watch", Dir.watch("/"))
show("File.read", File.read("/etc/passwd"))
show("File.temp", File.temp("x", "/"))
show("Net.connect", Net.connect("127.0.0.1:1"))
show("Net.listen", Net.listen("127.0.0.1:0"))
show("Net.udp", Net.udp("127.0.0.1:0"))
show("Net.resolve", Net.resolve("localhost"))
show("Net.reverse", Net.reverse("127.0.0.1"))
show("Os.run", Os.run("true"))
show("Os.start", Os.start("true"))
# With some of them free again all is well.
for i in 0..8 { Io.close(held[i]) }
show("Dir.glob", len(Dir.glob("/*")) > 0)
show("Net.resolve", Net.resolve("localhost") is list)
END
} > "$folder/starved.csp"
(ulimit -n 32; exec "$CSP" "$folder/starved.csp")

{
    cat "$folder/show.csp"
    cat <<'END'
# What is late: the stream's other end has gone while bytes were under way.
let (reader, writer) = Io.pipe()
Io.write(writer, String.repeat("x", 70000))
Io.close(reader)
show("Io.flush", Io.flush(writer))
let (reader_2, writer_2) = Io.pipe()
Io.write(writer_2, String.repeat("x", 70000))
Io.close(reader_2)
show("Io.close", Io.close(writer_2))
show("Io.close", Io.close(writer_2))
show("Net.resolve", Net.resolve("a b"))
# A folder that has gone.
let folder = Dir.temp()
Os.chdir(folder)
Dir.remove(folder)
show("Dir.current", Dir.current())
show("Os.cwd", Os.cwd())
show("File.real", File.real("."))
END
} > "$folder/gone.csp"
"$CSP" "$folder/gone.csp"
