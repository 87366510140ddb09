/* Where things are in a native_stack: for switch_*.S, checked in native_stack.c. */
#define NATIVE_SP       72
#define NATIVE_HOME     80
#define NATIVE_BASE     88
#define NATIVE_RAW      96
#define NATIVE_JUMPED_N 3 /* native_outcome */
