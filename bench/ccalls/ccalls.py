"""N calls of a kind, by ctypes."""
import ctypes
import sys

c, m = ctypes.CDLL("libc.so.6"), ctypes.CDLL("libm.so.6")
m.cos.argtypes, m.cos.restype = [ctypes.c_double], ctypes.c_double
c.strlen.argtypes, c.strlen.restype = [ctypes.c_char_p], ctypes.c_size_t
COMPARE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
c.qsort.argtypes, c.qsort.restype = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t, COMPARE], None


def loop(n):
    total = 0
    for _ in range(n):
        total += 1
    return total


def cos(n):
    total, f = 0.0, m.cos
    for _ in range(n):
        total += f(0.0)
    return int(total)


def strlen(n):
    total, f = 0, c.strlen
    for _ in range(n):
        total += f(b"hello")
    return total // 5


def snprintf(n):
    room, half, total, f = ctypes.create_string_buffer(64), ctypes.c_double(0.5), 0, c.snprintf
    for _ in range(n):
        total += f(room, 64, b"%d %g", 42, half)
    return total // 6


def callback(n):
    elements, equal = (ctypes.c_int * 1024)(), COMPARE(lambda a, b: 0)
    for _ in range(n // 5120):
        c.qsort(elements, 1024, 4, equal)
    return n


kind = sys.argv[1]
if kind not in globals():
    sys.exit(f"no {kind}")
print(globals()[kind](int(sys.argv[2])))
