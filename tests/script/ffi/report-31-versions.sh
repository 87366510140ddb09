# A function that a library has only in versions for programs linked with it: the message names them.
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
cat >two.c <<'END'
__asm__(".symver old_1, old@V_1");
__asm__(".symver old_2, old@V_2");
__asm__(".symver kept_1, kept@V_1");
__asm__(".symver kept_2, kept@@V_2");
int old_1(void) { return 1; }
int old_2(void) { return 2; }
int kept_1(void) { return 1; }
int kept_2(void) { return 2; }
END
echo 'V_1 { global: old; kept; local: *; }; V_2 { global: old; kept; } V_1;' >two.map
${CC:-cc} -shared -fPIC -Wl,--version-script=two.map -o two.so two.c || exit 1
echo 'extern "./two.so" as two { fn old(): i32 }' >old.csp
cat >kept.csp <<'END'
extern "./two.so" as two { fn kept(): i32 }
print(two.kept(), (catch Ffi.symbol(two, "old")).message)
END
# In which order they stand is the linker's affair.
for program in old.csp kept.csp; do "$CSP" $program 2>&1 | sed 's/`old@V_2`, `old@V_1`/`old@V_1`, `old@V_2`/'; done
