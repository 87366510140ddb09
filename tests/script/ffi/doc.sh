# `csp doc FILE` shows what a file declares, functions of C with their signatures; it runs and opens nothing.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >geo.csp <<'END'
## Plane geometry.

## The unit of all lengths.
const unit = "cm"
## The area of a rectangle.
fn area(w, h = w) => w * h
fn _hidden() => 0
## Mathematics.
extern "libnot-there.so" as m on one thread {
    ## The cosine
    ## of x.
    fn cos( x : f64 , ): f64
    fn strdup = "strdup"(cstring): cstring owned ( free ) fails( nil )
    struct pair { a: i32, b: pair*, c: u8[ 4 ] }
    fn each(f: fn( pair* , i32 ): i32 else - 1, ...)
    ## Takes long.
    blocking fn wait(seconds: f64)
}
print("never")
END
"$CSP" doc ./geo.csp
echo 'fn (' >bad.csp
"$CSP" doc bad.csp 2>&1 | head -n 1
"$CSP" doc lost.csp
echo "status $?"
