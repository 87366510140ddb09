"""format N: N texts of four formatted values."""
import sys

size = 0
for i in range(int(sys.argv[1])):
    size += len("%5d %-10s %.3f %x" % (i, "abc", i * 0.5, i))
print(size)
