# Places are told apart however many there are: each once, in the order in which its first process was spawned.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{
    i=0
    while [ $((i += 1)) -le 150 ]; do echo "for _ in 0..2 { spawn { ?chan() } }"; done
    echo "sleep(1ms)"
} >"$folder/many.csp"
"$CSP" --leaks --error-format=json "$folder/many.csp" 2>"$folder/err"
echo "status $?, $(grep -c '"kind":"leaked"' "$folder/err") places, each of $(grep -o '"count":[0-9]*' "$folder/err" | sort -u)"
sed -n 's/.*"process":\([0-9]*\),.*/\1/p' "$folder/err" | sort -n -c && echo "in order"
