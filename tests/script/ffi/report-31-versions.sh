# A function that a library has only in versions for programs linked with it: the message names them.
source=$PWD/../../ffi/versioned
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
cp "$source.map" versioned.map
${CC:-cc} -shared -fPIC -Wl,--version-script=versioned.map -o two.so "$source.c" || exit 1
echo 'extern "./two.so" as two { fn old(): i32 }' >old.csp
cat >kept.csp <<'END'
extern "./two.so" as two { fn kept(): i32 }
print(two.kept(), (catch Ffi.symbol(two, "old")).message)
END
# In which order they stand is the linker's affair.
for program in old.csp kept.csp; do "$CSP" $program 2>&1 | sed 's/`old@V_2`, `old@V_1`/`old@V_1`, `old@V_2`/'; done
