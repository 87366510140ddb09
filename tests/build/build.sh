#!/bin/bash
# san: skip   it is the Makefile that is tested, not the command
#
# What the Makefile promises: where it writes, what it makes anew, what it installs. Prints a line for each check and,
# at the end, `N passed, N failed`. The compiler and its tools are played by tools.sh, so this takes seconds; that the
# libraries show the right symbols is for `make check`.
set -u

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
unset MAKEFLAGS MAKELEVEL MFLAGS CFLAGS CPPFLAGS LDFLAGS O SAN DEBUG WERROR DESTDIR PREFIX AR PKG_CONFIG
passed=0 failed=0

ok() {
    echo "ok $1"
    passed=$((passed + 1))
}

fail() {
    echo "not ok $1"
    shift
    printf '    %s\n' "$@"
    failed=$((failed + 1))
}

# is NAME EXPECTED GOT
is() {
    if [ "$2" = "$3" ]; then ok "$1"; else fail "$1" "expected: $2" "got: $3"; fi
}

# has NAME PATTERN TEXT
has() {
    if grep -q -- "$2" <<<"$3"; then ok "$1"; else fail "$1" "no $2 in: $3"; fi
}

# Tools that write nothing but the names of what they were to make: what is asked of them is the Makefile's.
tools=$folder/tools
mkdir "$tools"
cp "$root/tests/build/tool" "$tools/tool"
for name in gcc ar objcopy nm pkg-config some-linux-gnu-gcc some-linux-gnu-ar some-linux-gnu-objcopy \
    some-linux-gnu-pkg-config; do
    ln -s tool "$tools/$name"
done
export PATH=$tools:$PATH TOOL_LOG=$folder/log

# A copy of the sources, in a folder with a blank; of the C files in a folder few are enough.
source="$folder/the source"
mkdir "$source"
(cd "$root" && tar -cf - --exclude=./build --exclude=./.git --exclude=./tests/script .) | tar -xf - -C "$source"
(cd "$source" && for room in $(find . -name '*.c' -printf '%h\n' | sort -u); do
    find "$room" -maxdepth 1 -name '*.c' | sort | grep -v '/test_csp.c\|/csp.c' | tail -n +2 | xargs -r rm
done)

in_source() {
    make --no-print-directory -s -C "$source" "$@"
}

# Every file, folder and link of the sources, with their times.
state() {
    (cd "$source" && find . -printf '%p %T@ %s %l\n' | sort)
}

# compiled: what the compiler has made since the last call, sorted.
compiled() {
    sed -n 's/^compile //p' "$folder/log" 2>/dev/null | sort
    : >"$folder/log"
}

# ---- Asking writes nothing ----

before=$(state)
help=$(in_source help)
is 'make help writes nothing' "$before" "$(state)"
has 'make help lists the targets' 'make uninstall' "$help"
in_source -n >"$folder/out" 2>&1
in_source -n build unit-tests install clean >>"$folder/out" 2>&1
is 'make -n writes nothing' "$before" "$(state)"
has 'make -n shows what would be done' 'api/csp.c' "$(grep -- '-c -o' "$folder/out")"
in_source -q build
is 'make -q of what is not built' 1 $?
is 'make -q writes nothing' "$before" "$(state)"
in_source -n O="$folder/asked for" build >/dev/null
is 'make -n makes no folder to build in' no "$([ -e "$folder/asked for" ] && echo yes || echo no)"

# ---- Out of the tree ----

for where in "$folder/out-of-tree" "$folder/out of tree"; do
    compiled >"$folder/ignored"
    in_source O="$where" || fail "make O=${where##*/}"
    is "make O=${where##*/} builds all of it" 'csp libcsp.a libcsp.so' \
        "$(cd "$where" && echo csp libcsp.a libcsp.so | xargs -n 1 ls | xargs)"
    is "make O=${where##*/} writes nothing in the sources" "$before" "$(state)"
    compiled >"$folder/ignored"
    in_source O="$where" build
    is "make O=${where##*/} again does nothing" '' "$(compiled)"
    in_source -q O="$where" build
    is "make -q O=${where##*/} knows that" 0 $?
done
where="$folder/out-of-tree"
in_source O="$where" unit-tests
is 'unit.list names programs that are there' '' "$(xargs ls <"$where/unit.list" 2>&1 >/dev/null)"
mkdir "$where/mine" && touch "$where/mine/file"
in_source O="$where" clean
is 'make clean leaves what it did not make' 'mine mine/file' \
    "$(cd "$where" && find . -mindepth 1 -printf '%P\n' | sort | xargs)"
in_source O="$folder/out of tree" clean
is 'make clean takes a folder that is empty then' no "$([ -e "$folder/out of tree" ] && echo yes || echo no)"

# ---- What is made anew ----

in_source build
compiled >"$folder/ignored"
echo 9.8.7 >"$source/VERSION"
in_source build
is 'another version compiles one file' api/csp.c "$(compiled)"
touch "$source/stdlib/new.csp"
in_source build
is 'a new file of the standard library compiles one file' build/stdlib_csp.c "$(compiled)"
rm "$source/stdlib/new.csp"
in_source build
in_source build
compiled >"$folder/ignored"
in_source build
is 'nothing changed, nothing compiled' '' "$(compiled)"

for number in 1 2 3 4 5 6 7; do
    in_source CPPFLAGS=-DNUMBER=$number build
done
is 'objects of former flags do not pile up' 4 "$(ls -d "$source"/build/obj-* | wc -l)"
compiled >"$folder/ignored"
in_source CPPFLAGS=-DNUMBER=7 build
in_source CPPFLAGS=-DNUMBER=6 build
is 'objects of the flags used last stay' '' "$(compiled)"

# ---- Variables ----

commands() {
    in_source -n O="$folder/none" "$@" build 2>&1
}
has 'CFLAGS' '-O3 -march=x .*-c -o' "$(commands CFLAGS='-O3 -march=x')"
has 'LDFLAGS' '-Wl,--here .*-o .*/csp ' "$(commands LDFLAGS=-Wl,--here)"
has 'AR' '&& my-ar rcs' "$(commands AR=my-ar)"
is 'warnings are no errors' '' "$(commands | grep -e -Werror)"
has 'WERROR=1' '-Werror' "$(commands WERROR=1)"
has 'a cross compiler brings its tools: ar' '&& some-linux-gnu-ar rcs' "$(commands CC=some-linux-gnu-gcc)"
has 'a cross compiler brings its tools: objcopy' '^some-linux-gnu-objcopy ' "$(commands CC=some-linux-gnu-gcc)"
has 'a cross compiler brings its tools: pkg-config' '-lfound-by-some-linux-gnu-pkg-config' \
    "$(commands CC=some-linux-gnu-gcc)"
has 'PKG_CONFIG' '-lfound-by-pkg-config-of-mine' "$(ln -sf tool "$tools/pkg-config-of-mine" &&
    commands PKG_CONFIG=pkg-config-of-mine)"

# ---- Installation ----

# Everything below a folder but folders themselves.
files() {
    (cd "$1" 2>/dev/null && find . ! -type d -printf '%P\n' | sort)
}

stage="$folder/a stage"
mkdir -p "$stage/usr/lib" "$stage/usr/share/doc/csp" && touch "$stage/usr/lib/other.so" "$stage/usr/share/doc/csp/mine"
others=$(files "$stage")
in_source DESTDIR="$stage" PREFIX=/usr install >/dev/null
is 'install' "bin/csp include/csp.h include/csp_tools.h lib/libcsp.a lib/libcsp.so lib/libcsp.so.0 \
lib/libcsp.so.9.8.7 lib/other.so lib/pkgconfig/csp.pc share/doc/csp/LICENSE share/doc/csp/mine \
share/man/man1/csp.1 share/man/man3/libcsp.3" \
    "$(files "$stage/usr" | xargs)"
has 'the manual page says the version' '"csp 9.8.7"' "$(head -n 1 "$stage/usr/share/man/man1/csp.1")"
is 'links of the shared library' 'libcsp.so.0 libcsp.so.9.8.7' \
    "$(readlink "$stage/usr/lib/libcsp.so" "$stage/usr/lib/libcsp.so.0" | xargs)"
is 'nothing of the stage in csp.pc' '' "$(grep -F "$stage" "$stage/usr/lib/pkgconfig/csp.pc")"
in_source DESTDIR="$stage" PREFIX=/usr uninstall >/dev/null
is 'uninstall leaves what others put there' "$others" "$(files "$stage")"
rm "$stage/usr/share/doc/csp/mine"
in_source DESTDIR="$stage" PREFIX=/usr install >/dev/null
in_source DESTDIR="$stage" PREFIX=/usr uninstall >/dev/null
is 'uninstall takes its folder of documents' usr/lib/other.so \
    "$(files "$stage" && ls "$stage/usr/share/doc")"

set -- PREFIX=/p BINDIR=/b LIBDIR=/p/lib/some INCLUDEDIR=/i MANDIR=/m DOCDIR=/d DESTDIR="$folder/each"
in_source "$@" install >/dev/null
is 'each folder has its variable' "b/csp d/LICENSE i/csp.h i/csp_tools.h m/man1/csp.1 m/man3/libcsp.3 \
p/lib/some/libcsp.a p/lib/some/libcsp.so p/lib/some/libcsp.so.0 p/lib/some/libcsp.so.9.8.7 \
p/lib/some/pkgconfig/csp.pc" \
    "$(files "$folder/each" | xargs)"
in_source "$@" uninstall >/dev/null
is 'uninstall takes them' '' "$(files "$folder/each")"

in_source PREFIX="$folder/prefix" O="$folder/elsewhere" install >/dev/null
rm "$tools/pkg-config"
export PKG_CONFIG_LIBDIR=$folder/prefix/lib/pkgconfig
if command -v pkg-config >/dev/null; then
    asked() {
        pkg-config "$@" csp | sed 's/ *$//'
    }
    is 'csp.pc: --cflags' "-I$folder/prefix/include" "$(asked --cflags)"
    is 'csp.pc: --libs' "-L$folder/prefix/lib -lcsp" "$(asked --libs)"
    is 'csp.pc: --static --libs' "-L$folder/prefix/lib -lcsp -lfound-by-pkg-config -lm -lpthread -ldl" \
        "$(asked --static --libs)"
    is 'csp.pc: --modversion' 9.8.7 "$(asked --modversion)"
fi
unset PKG_CONFIG_LIBDIR
ln -s tool "$tools/pkg-config"

# ---- What is missing ----

# Where a header is found only with the flags of pkg-config, the set-up finds it.
setup() {
    (cd "$source" && CC=gcc "$@" 2>&1)
}
is 'nothing is missing' '' "$(setup scripts/setup --dry-run build)"
is 'a library that only pkg-config knows of' '' "$(TOOL_HIDES='uv.h gc/gc.h ffi.h' setup scripts/setup --dry-run build)"
has 'a library that pkg-config does not know of, either' 'libuv1-dev  *timers' \
    "$(TOOL_HIDES=uv.h TOOL_KNOWS=none setup scripts/setup --dry-run build)"
printf '#!/bin/sh\necho "$@" >>"$TOOL_LOG.apt"\n' >"$tools/apt-get"
printf '#!/bin/sh\nexec "$@"\n' >"$tools/sudo"
chmod +x "$tools/apt-get" "$tools/sudo"
export TOOL_HIDES=uv.h TOOL_KNOWS=none
said=$(in_source 2>&1)
has 'make alone says what is missing' 'apt-get install libuv1-dev' "$said"
in_source build >/dev/null 2>&1
is 'make and make build install nothing' no "$([ -e "$folder/log.apt" ] && echo yes || echo no)"
said=$(setup scripts/setup build)
has 'what is installed is said' 'libuv1-dev  *timers' "$said"
is 'it is installed' 'install -y -q --no-install-recommends libuv1-dev' "$(grep install "$folder/log.apt")"
has 'the libraries of a cross compiler' 'libuv1-dev:some' \
    "$(cd "$source" && CC=some-linux-gnu-gcc scripts/setup --dry-run build 2>&1)"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
