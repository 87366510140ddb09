# What is no file, or no library, is an error at once: nobody waits for a pipe.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkfifo pipe
printf 'INPUT ( ./pipe )\n' >to-pipe.so
printf 'INPUT ( ./circle.so )\n' >circle.so
printf 'INPUT ( libm.so.6 )\n' >fine.so
: >empty.so
for path in ./pipe ./to-pipe.so ./circle.so ./empty.so /dev/zero / ./fine.so; do
    echo "extern \"$path\" as _m { fn cos(x: f64): f64 }; print(\"loaded\")" |
        timeout 20 "$CSP" - 2>&1 | head -n 1
done
