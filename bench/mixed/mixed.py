"""mixed N: a sum of N terms of ints and floats together."""
import sys

s = 0.0
for i in range(1, int(sys.argv[1]) + 1):
    s += 1 / i + i * 0.5
print("%.3f" % s)
