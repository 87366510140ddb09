/* Where things are, for assembly: in a native_stack (checked in native_switch.c), in what is known
 * of a thread, in a closure and its stub, in a native_callback (checked in closure.c). */
#define NATIVE_OWNER    0
#define NATIVE_CALLBACK 8
#define NATIVE_SP       72
#define NATIVE_HOME     80
#define NATIVE_BASE     88
#define NATIVE_FLOOR    96
#define NATIVE_RAW      104

#define NATIVE_SUSPENDED_N 1 /* native_outcome */
#define NATIVE_JUMPED_N    3

#define THREAD_CURRENT 0
#define THREAD_ERROR   8
#define THREAD_MODES   16

#define STUB_USER     48
#define CLOSURE_OWNER 0
#define CLOSURE_DEAD  8

#define CALLBACK_CLOSURE 0
#define CALLBACK_ARGS    8
#define CALLBACK_BLOCK   16
#define CALLBACK_RESULT  24
#define CALLBACK_ERROR   32
#define CALLBACK_SIZE    40
