"""appends N: a text made by N appends of one character, each to a variable."""
import sys

s = ""
for i in range(int(sys.argv[1])):
    s = s + "x"
print(len(s))
