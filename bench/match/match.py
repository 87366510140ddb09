"""match N: evaluates an expression of 19 nodes N times, by matching on nested tuples."""
import sys


def evaluate(e):
    match e:
        case ("num", n): return n
        case ("add", ("num", a), ("num", b)): return a + b
        case ("add", a, b): return evaluate(a) + evaluate(b)
        case ("mul", a, ("num", 1)): return evaluate(a)
        case ("mul", a, b): return evaluate(a) * evaluate(b)
        case ("neg", ("neg", a)): return evaluate(a)
        case ("neg", a): return -evaluate(a)
        case ("if", c, t, f): return evaluate(t) if evaluate(c) > 0 else evaluate(f)


product = ("mul", ("num", 3), ("neg", ("add", ("num", 1), ("num", 2))))
yes = ("mul", ("add", ("num", 1), ("mul", ("num", 2), ("num", 2))), ("num", 1))
e = ("add", product, ("if", ("neg", ("neg", ("num", 5))), yes, ("num", 0)))
s = 0
for _ in range(int(sys.argv[1])):
    s += evaluate(e)
print(s)
