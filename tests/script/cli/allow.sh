# --allow grants what it lists and nothing else.
try() {
    echo "$ $*"
    "$CSP" "$@" 2>&1 </dev/null
    echo "status $?"
}
try --allow=none -e 'print(1 + 1)'
try --allow= -e 'File.read("x")'
try --allow=write -e 'File.read("x")'
try --allow=read -e 'print(File.read("allow.out") is string)'
try --allow=read --allow=exit -e 'print(File.exists("nowhere")); Os.exit(3)'
try --allow=read,exit -e 'print(Os.args())'
try --allow=all --no-ffi -e 'extern "libm.so.6" as m { fn cos(x: f64): f64 }'
try --allow=none -e 'for line in Io.stdin { print(line) }'
try --allow=none -e 'import "../modules/lib/geometry"'
try --allow=net,run -e 'print("net")'
try --allow=reads:/tmp -e '1'
try --allow=reads -e '1'
try --allow
