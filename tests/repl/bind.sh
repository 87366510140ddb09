#!/bin/bash
# `csp bind`, on headers of ours and of the system, and on a clang that tells nonsense. Prints a line
# for each check and, at the end, `N passed, N failed`. The command is $CSP, or build/csp.
set -u

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CSP=${CSP:-$root/build/csp}
headers=$root/tests/repl/bind
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
cp -r "$headers"/* .
passed=0 failed=0

# judge NAME FAILURE: FAILURE is 0 where the check has succeeded; got.out and got.err say why not.
judge() {
    if [ "$2" = 0 ]; then
        echo "ok $1"
        passed=$((passed + 1))
    else
        echo "not ok $1"
        sed 's/^/  # output: /' got.out | head -n 20
        sed 's/^/  # stderr: /' got.err | head -n 20
        failed=$((failed + 1))
    fi
}

# try NAME STATUS WANTED ARGUMENT...: each line of WANTED stands in the output or, if the status is not 0, on standard
# error; one that begins with `!` does not.
try() {
    local name=$1 status=$2 wanted=$3 ok=0 line
    shift 3
    timeout 60 "$CSP" bind "$@" >got.out 2>got.err </dev/null
    [ $? = "$status" ] || ok=1
    while IFS= read -r line; do
        if [ "${line:0:1}" = '!' ]; then
            grep -qF -- "${line:1}" got.out got.err && ok=1
        else
            grep -qF -- "$line" "got.$([ "$status" = 0 ] && echo out || echo err)" || ok=1
        fi
    done <<<"$wanted"
    judge "$name" $ok
}

# --- a clang that is not there, or tells nonsense
mkdir fake none
cat >fake/clang <<'END'
#!/bin/sh
case "$*" in
*ast-dump=json*) cat "$FAKE"; exit "${FAKE_STATUS:-0}" ;;
*) echo '# 1 "/fake.h" 1' ;;
esac
END
chmod +x fake/clang

fake() {
    export FAKE=$folder/dump
    PATH=$folder/fake:$PATH try "$@" fake.h
    unset FAKE FAKE_STATUS
}

PATH=$folder/none "$CSP" bind all.h >got.out 2>got.err
[ $? = 2 ] && grep -q 'apt-get install clang' got.err
judge no-clang $?
function='{"kind":"FunctionDecl","name":"NAME","loc":{"offset":1,"file":"/fake.h"},"type":{"qualType":"TYPE"}}'
: >dump
fake dump-empty 2 'it breaks off'
echo '[1, 2' >dump
fake dump-other 2 'no syntax tree'
echo '{"kind":"TranslationUnitDecl"} {}' >dump
fake dump-more 2 'there is more behind the value'
echo '{"kind":"TranslationUnitDecl","inner":[{"kind":"RecordDecl","inner":5},{},null,{"kind":7,"loc":[],"type":"x"},' \
    "{\"kind\":\"FunctionDecl\"},${function/NAME/f}]}" | sed 's/TYPE/int (int)/' >dump
fake dump-strange 0 'fn f(i32): i32'
n=0
{
    printf '{"kind":"TranslationUnitDecl","inner":['
    for type in '((((((' 'int (int [' 'struct' 'int (struct (' '' '...' 'a::b::c' 'int (...)' \
        'int (int (*(*)(int))(int))'; do
        n=$((n + 1))
        echo "${function/NAME/f$n}," | sed "s/TYPE/$type/"
    done
    printf '%s]}' "${function/NAME/last}" | sed 's/TYPE/void (\\u00e9\\ud83d\\ude00 *)/'
} >dump
fake dump-types 0 '# f1: a type that is not understood
# f2: a type that is not understood
# f3: a type that is not understood
# f8: `...` follows no parameter
fn f9(fn(i32): pointer): i32
fn last(pointer)'
{
    printf '{"kind":"TranslationUnitDecl","inner":['
    head -c 100000 /dev/zero | sed 's/\x00/{"kind":"RecordDecl","completeDefinition":true,"inner":[/g'
    head -c 100000 /dev/zero | sed 's/\x00/]}/g'
    printf ',%s]}' "${function/NAME/f}" | sed 's/TYPE/int (int)/'
} >dump
fake dump-deep 0 'fn f(i32): i32'
head -c 2000000 /dev/zero | tr '\0' '[' >dump
fake dump-open 2 'no syntax tree'
printf '{"kind":"TranslationUnitDecl","inner":[{"kind":"\\ud800"}]}' >dump
fake dump-surrogate 2 'half of a surrogate pair'

if ! command -v clang >/dev/null; then
    echo "ok bind (skipped: there is no clang here)"
    echo "$((passed + 1)) passed, $failed failed"
    exit "$((failed > 0))"
fi

# --- a header of everything
timeout 60 "$CSP" bind all.h >got.out 2>got.err
diff got.out all.expected >difference
judge all $?
sed 's/^/  # /' difference

# --- what is wanted
try match 0 'fn sizes(
fn sized(
const SUM = 46
fn of_part(
!fn numbers
!const TEXT
!struct line' --match 'size*' --match SUM --match of_par '--match=*_part' all.h
try match-none 2 'declares nothing that matches' --match 'x*' all.h
try hidden 0 'fn _hidden(): i32
const _HIDDEN = 1' --match '_*' all.h
try all-of-it 0 'fn of_other(): i32
const OF_OTHER = 1
struct elsewhere { x: i32 }
struct unneeded { x: i32 }' --all all.h
try define 0 'const ADDED = 7' -D ADDED_VALUE=7 --define=WITH -I sub with.h
try define-not 2 'declares nothing' -I sub with.h
try path 0 'as with2 {' --library ./libx.so "$folder/with2.h"

# --- libraries
echo 'int there(void) { return 1; } int renamed_there(void) { return 2; }' >lib.c
printf '%s\n' 'int there(void); int missing(void); int other(void) __asm__("renamed_there");' >there.h
if clang -shared -fPIC -Wl,-soname,libthere.so.3 -o libthere.so lib.c 2>got.err; then
    cp libthere.so libthere.so.3
    export LD_LIBRARY_PATH=$folder
    try soname 0 'extern "libthere.so.3" as there {
fn there(): i32
fn other = "renamed_there"(): i32
# missing: no symbol of the library' there.h
    unset LD_LIBRARY_PATH
fi
try library-c 0 'extern "c" as c {
fn strlen(s: cstring): usize
fn memcpy(dest: pointer, src: pointer, n: usize): pointer' string.h
try library-m 0 'extern "m" as m {
fn cos(x: f64): f64
fn ldexp(x: f64, exponent: i32): f64
const M_PI = 3.14159265358979' math.h
try parts 0 'const ENOENT = 2' errno.h
try no-names-twice 0 'struct tm { tm_sec: i32,
fn time(timer: pointer): i64' time.h
try guess 0 '# `libguess.so` cannot be opened here
extern "libguess.so" as guess {' guess.h

if [ -e libthere.so.3 ]; then
    export LD_LIBRARY_PATH=$folder
    printf '#include <string.h>\n#include "there.h"\n' >around.h
    printf '#include <string.h>\nint there(void);\n' >there2.h
    ln -s libthere.so libthere2.so
    try all-of-library 0 'extern "libthere.so.3" as there2 {
fn there(): i32
!fn strlen' --all there2.h
    try only-includes 2 'declares nothing itself; `--all`' around.h
    unset LD_LIBRARY_PATH
fi

# --- headers that programs bind: what is printed is csp
for header in zlib.h png.h sqlite3.h math.h string.h stdio.h stdlib.h time.h pwd.h dirent.h errno.h; do
    echo "#include <$header>" | clang -fsyntax-only -x c - 2>got.err || continue
    timeout 60 "$CSP" bind "$header" >bound.csp 2>got.err || echo ': error: none' >bound.csp
    "$CSP" check bound.csp >got.out 2>&1
    grep ': error: ' got.out | grep -qv 'is not there yet'
    judge "check-$header" $(($? == 0))
done

# --- what is no header
try missing 2 'file not found' missing.h
try folder 2 'file not found' .
try quoted 2 'no header has such a name' 'a"b.h'
try newline 2 'no header has such a name' $'a\nb.h'
try empty-name 2 'clang cannot read' ''
try empty 2 'declares nothing' /dev/null
try broken 2 'broken.h:1:7: error: ' broken.h

# --- on the command line
try two-headers 2 'wants one C header' a.h b.h
try no-header 2 'wants one C header'
try unknown 2 'did you mean `--match`?' --matsh x a.h
"$CSP" --match x a.csp 2>got.err >got.out
[ $? = 2 ] && grep -q 'an option of `csp bind` only' got.err
judge elsewhere $?
"$CSP" help bind >got.out 2>got.err && grep -q -- '--library=NAME' got.out && ! "$CSP" help | grep -q -- --library
judge help $?

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
