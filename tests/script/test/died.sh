# A file whose OS process dies fails with all its tests that have not run; the others go on. What C prints, and what a
# test does to its descriptors and folder, is its own affair.
dir=$(mktemp -d) && cd "$dir" || exit
trap 'rm -rf "$dir"' EXIT
cat > a_test.csp <<'END'
extern "libc.so.6" as c { fn raise(n: i32): i32 }
test "first" { nil }
test "is killed" { c.raise(9) }
test "after it" { nil }
test "and after that" { nil }
END
cat > b_test.csp <<'END'
extern "libc.so.6" as c { fn _exit(n: i32) }
test "ends the OS process" { c._exit(0) }
END
cat > c_test.csp <<'END'
extern "libc.so.6" as c {
    fn close(fd: i32): i32
    fn chdir(s: cstring): i32
    fn puts(s: cstring): i32
    fn fflush(f: usize): i32
}
test "closes" { c.close(0); c.close(1); c.close(2); c.chdir("/"); nil }
test "has them again" { print("here"); assert(File.exists("c_test.csp")); fail("to see what was printed") }
test "prints in C" { print("one"); Io.flush(Io.stdout); c.puts("two"); c.fflush(0); print("three"); fail("as above") }
END
cat > d_test.csp <<'END'
extern "libc.so.6" as c { fn usleep(us: u32): i32 }
test "does not come back" { c.usleep(600000000) }
END
"$CSP" test --seed 7 --timeout 2s
echo "status $?"
