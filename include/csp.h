/* Embedding csp: a small language of processes and channels, in a C or C++ program.
 *
 *     csp_vm *vm;
 *     if (csp_new(NULL, &vm) == CSP_OK) {
 *         if (csp_run_text(vm, "hello", "print(6 * 7)", 12) < 0) {
 *             csp_error *error = csp_take_error(vm);
 *             char *text = csp_error_text(error, CSP_PLAIN);
 *             fputs(text, stderr);
 *             csp_text_free(text);
 *             csp_error_free(error);
 *         }
 *         csp_free(vm);
 *     }
 *
 * Everything hangs off a csp_vm; there may be several in a program, at once and on several threads.
 * A VM and what belongs to it may be used by any thread, but by one at a time. Marks of what may be
 * called when:
 *     [MT]    from any thread at any time
 *     [AS]    also from a signal handler
 *     [N]     also from a native of the VM, while its call lasts
 *     [RUNS]  it may run code of scripts
 * From all other callbacks of a VM (`write`, `crash` …) only what is [MT] may be called, csp_user,
 * and what reads a csp_error.
 *
 * Wrong calls are found, not obeyed: NULL where something has to be, what has been freed or is
 * another VM's, two threads at once, a call from a callback, or in the wrong order. They give
 * CSP_E_MISUSE; where there is no csp_status, CSP_NONE, NULL, false or 0, and csp_fd and
 * csp_timeout -1. csp_config.misuse is told, and the VM has an error that says what was wrong. (If
 * there is no VM to keep it, or another thread is in it, the status is all.)
 *
 * Texts are UTF-8. A `char *` that is returned is the caller's, to be given to csp_text_free;
 * a `const char *` belongs to the object that it was asked of. Whatever is freed may be NULL. After
 * a failure, results that were to be stored are NULL or CSP_NONE. Functions that return a
 * csp_status give 0 or more when all is well, and less than 0 for a failure, which csp_take_error
 * then explains. */
#ifndef CSP_H
#define CSP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define CSP_API          __attribute__((visibility("default")))
#define CSP_CHECKED      __attribute__((warn_unused_result))
#define CSP_FORMAT(f, a) __attribute__((format(printf, f, a)))
#else
#define CSP_API
#define CSP_CHECKED
#define CSP_FORMAT(f, a)
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct csp_vm csp_vm;
typedef struct csp_session csp_session;
typedef struct csp_ref csp_ref; /* a value held for as long as the host likes */
typedef struct csp_error csp_error;
typedef struct csp_port csp_port;           /* the host's end of a channel */
typedef struct csp_msg csp_msg;             /* an immutable value outside of any VM, counted */
typedef struct csp_completer csp_completer; /* the promise to finish a native's call, counted */
typedef struct csp_context csp_context;     /* one call of a native */

/* Compare with CSP_OK where only that is a success: what is 0 or more is no failure, but not always
 * what was wanted. */
typedef enum csp_status {
    CSP_OK = 0,
    CSP_MORE = 1,           /* the budget or the time is used up, and something could go on */
    CSP_EXIT = 2,           /* the program asked to end (Os.exit): see csp_exit_status */
    CSP_IDLE = 3,           /* all processes wait for time, input or the host */
    CSP_STUCK = 4,          /* there are processes, and nothing but the host could wake one */
    CSP_DONE = 5,           /* there is no process */
    CSP_EMPTY = 6,          /* nothing is there now */
    CSP_FULL = 7,           /* there is no room now */
    CSP_E_COMPILE = -1,     /* the text has errors; nothing of it has run */
    CSP_E_CRASH = -2,       /* the process crashed, was killed, or ended by `try` with an error */
    CSP_E_DEADLOCK = -3,    /* nothing could run any more */
    CSP_E_INTERRUPTED = -4, /* stopped by csp_interrupt */
    /* out of memory for what the host itself does; a script that reaches its limit gives
     * CSP_E_CRASH with an error of kind out_of_memory */
    CSP_E_MEMORY = -5,
    CSP_E_MISUSE = -6,    /* a call that is not allowed, or not now, or with such arguments */
    CSP_E_TYPE = -7,      /* a value of another type, or a frozen one */
    CSP_E_NOT_FOUND = -8, /* no such module, name or index */
    CSP_E_DENIED = -9,    /* the host asked for what its own configuration does not grant */
    CSP_E_BUDGET = -10,   /* the budget of the call is used up; its process was killed */
    CSP_E_CLOSED = -11,   /* the other side is gone, or the VM */
    CSP_E_SYSTEM = -12,   /* the operating system refused: descriptors, threads */
    CSP_E_VERSION = -13   /* the header is newer than the library, and what it has more is used */
} csp_status;

/* The version of the library, as "1.2.3". [MT] */
CSP_API const char *csp_version(void);

/* Gives back a text that this library returned; NULL is fine. [MT] */
CSP_API void csp_text_free(char *text);

/* ---- Making a VM ---- */

/* How something is reported: plain text, text with ANSI sequences, or JSON (one object
 * per line). */
typedef enum csp_style { CSP_PLAIN, CSP_COLOUR, CSP_JSON } csp_style;

/* What scripts may do beyond computing and printing: csp_config.capabilities. A program that uses
 * what is not granted does not compile, and the message names what it lacks. */
enum {
    CSP_MAY_ARGS = 1u << 0,    /* see csp_config.args */
    CSP_MAY_ENV = 1u << 1,     /* read the environment variables */
    CSP_MAY_EXIT = 1u << 2,    /* end the program: CSP_EXIT */
    CSP_MAY_READ = 1u << 3,    /* read files and folders */
    CSP_MAY_WRITE = 1u << 4,   /* make, change and remove them */
    CSP_MAY_CONNECT = 1u << 5, /* open connections to others */
    CSP_MAY_LISTEN = 1u << 6,  /* take connections from others */
    CSP_MAY_RUN = 1u << 7,     /* start other programs */
    CSP_MAY_CALL_C = 1u << 8, /* call any function of any C library: whatever this program may do */
    CSP_MAY_STDIN = 1u << 9,  /* read descriptor 0 */
    CSP_MAY_PRECISE_TIME = 1u << 10, /* else clocks are rounded down to 1 ms */
    CSP_MAY_ALL = (1u << 11) - 1
};

/* Limits of 0 are none. */
typedef struct csp_config {
    size_t struct_size;    /* set by csp_config_init */
    void *user;            /* passed to the callbacks */
    uint64_t capabilities; /* a set of CSP_MAY_…. Default: none */
    size_t max_memory;     /* bytes of all values and stacks of this VM. Default: 256 MiB */
    size_t max_stack;      /* bytes for each process. Default: 64 MiB */
    size_t max_int_bits;   /* bits of an int; a larger one is out_of_memory. Default: 65,536 */
    /* bytes that one instruction may copy or make before it goes on in slices. Default: 64 KiB */
    size_t max_step_bytes;
    uint32_t max_processes; /* at once. Default: 100,000 */
    /* crashes reported each second; then one report of kind "reports_dropped" has the number of
     * the others. Default: 100 */
    uint32_t max_reports;
    /* calls and loop iterations of each process, and of each csp_call. Default: 0 */
    uint64_t max_reductions;
    /* Takes what the program writes to standard output (stream 1) or standard error (2): `size`
     * bytes, not NUL-terminated, always whole prints. It must take everything: it has no way to
     * report a failure, and nothing runs until it returns. Default (NULL): write to the descriptors
     * 1 and 2, whose flags are left alone. If a descriptor takes nothing now, the process that
     * prints waits for it while the others go on. If it cannot be written to, each print crashes
     * with io_error, and csp_run_text fails with that kind if printed text was lost. Signals
     * (SIGPIPE, SIGXFSZ) are the host's to ignore. */
    void (*write)(void *user, int stream, const char *text, size_t size);
    /* Called for each process that crashes while nobody awaits it; the error is valid during the
     * call. Default (NULL): its report is written to stream 2. */
    void (*crash)(void *user, const csp_error *error);
    /* Called when another thread gives the VM something to do (a message on a port, a completion, a
     * kill, work that is done) while nobody is in it: once until the next csp_step or csp_run. It
     * may be called by any thread. Default (NULL): csp_fd tells. */
    void (*wake)(void *user);
    /* Gives the text of a module that has not been added, before files are looked for: a malloc'ed
     * *text of *size bytes, which the VM frees. `importer` is the name of the importing text, NULL
     * if it is the host that asks. What a loaded module imports is looked for beside it first, as
     * csp_module_add has it. CSP_E_NOT_FOUND: there is none, and the search goes on; any other
     * failure ends it, and the program does not compile. Default (NULL): there are none. */
    csp_status (*load)(void *user, const char *name, const char *importer, char **text,
                       size_t *size);
    /* Called for each wrong call: the function's name, and what was wrong. A host that is being
     * debugged aborts here. It may be called by any thread. Default (NULL): the error is all. */
    void (*misuse)(void *user, const char *function, const char *what);
    /* style of reports on stream 2: crashes that nobody awaits, and leaks. Default: CSP_PLAIN */
    csp_style reports;
    const char *const *args; /* what Os.args() gives; copied. Default: none */
    uint32_t arg_count;
    /* Whether `import` reads files, beside the importing one and in the folders of the environment
     * variable CSP_PATH. Default: false: only modules added by csp_module_add, and what `load`
     * gives, can be imported. */
    bool import_files;
    /* Whether csp_run_text looks for leaked processes when main has returned, so that all of them
     * are reported; otherwise only those that collections happen to find are. Other processes may
     * run up to a second longer for it. Default: false. */
    bool report_leaks;
    /* Whether the VM does without an event loop, and so without descriptors: csp_fd gives -1,
     * timers run by csp_timeout alone. Default: false */
    bool no_loop;
    /* Bytes of the stack of each process that is inside of C, from 512 KiB to 1 TiB. Only what is
     * used of it takes memory, but all of it takes addresses. 0 (the default): 64 MiB */
    size_t native_stack;
} csp_config;

/* Fills in the defaults. struct_size: sizeof(csp_config) as the caller was compiled. [MT] */
CSP_API void csp_config_init(csp_config *config, size_t struct_size);

/* The memory of the machine, or what the control group of this OS process may have of it, in bytes;
 * 0: unknown. [MT] */
CSP_API size_t csp_machine_memory(void);

/* Makes a VM; config NULL: all defaults. Where it fails, *out is NULL, and the status is all that
 * is known: CSP_E_MEMORY; CSP_E_MISUSE: the configuration makes no sense, config.misuse is told
 * why; CSP_E_VERSION: it has something that this library does not know. [MT] */
CSP_API CSP_CHECKED csp_status csp_new(const csp_config *config, csp_vm **out);

/* Ends what is running (the deferred calls of all processes have one second together) and frees the
 * VM with its sessions. A VM that another thread is in, or whose callback calls this, stays as it
 * is: that is misuse. [RUNS] */
CSP_API void csp_free(csp_vm *vm);
/* The same at once: no deferred call runs, and nothing is waited for. */
CSP_API void csp_discard(csp_vm *vm);

/* config.user. [MT] [AS] */
CSP_API void *csp_user(const csp_vm *vm);

/* ---- Values ----
 *
 * A csp_value is a handle. It can be copied and stored anywhere, and is good until the scope in
 * which it was made closes; every later use of it is CSP_E_MISUSE. nil and bools are good for ever
 * and need no scope. All else belongs to the scope that is open when it is made, and cannot be made
 * without one. (Not every stale handle is noticed: rely on neither.)
 *
 * What cannot be made is CSP_NONE, and whoever is given CSP_NONE passes it on, so a chain of calls
 * needs one check, at its end.
 *
 * All functions of this section are [N]. */

typedef struct csp_value {
    uint64_t word;
} csp_value;
typedef struct csp_scope {
    uint32_t mark, serial;
} csp_scope;

#ifdef __cplusplus
#define CSP_VALUE_(w) (csp_value{(w)})
#else
#define CSP_VALUE_(w) ((csp_value){(w)})
#endif
#define CSP_NONE CSP_VALUE_(0)
#define CSP_NONE_INIT \
    {                 \
        0             \
    } /* for what has static storage */

/* Opens a scope. At most 65,536 may be open, and each may have 1,048,576 values. A native has one
 * open already. */
CSP_API csp_scope csp_scope_open(csp_vm *vm);
/* Closes it, and those that were opened inside it: their values are no longer held. One that has
 * been closed is misuse. */
CSP_API void csp_scope_close(csp_vm *vm, csp_scope scope);
/* The same, but v lives on, as a value of the scope around it: the new handle. */
CSP_API csp_value csp_scope_return(csp_vm *vm, csp_scope scope, csp_value v);

/* Making values. CSP_NONE where there is no memory or no scope. What is copied may be NULL where
 * there is none of it. */
CSP_API csp_value csp_nil(void);    /* [MT] */
CSP_API csp_value csp_bool(bool b); /* [MT] */
CSP_API csp_value csp_int(csp_vm *vm, int64_t n);
CSP_API csp_value csp_uint(csp_vm *vm, uint64_t n);
CSP_API csp_value csp_float(csp_vm *vm, double d);
/* From decimal digits: an int of any size. CSP_NONE (value_error): the text is no int. */
CSP_API csp_value csp_int_text(csp_vm *vm, const char *digits);
/* CSP_NONE (value_error): it is not UTF-8. string_z: it ends with a NUL. */
CSP_API csp_value csp_string(csp_vm *vm, const char *text, size_t size);
CSP_API csp_value csp_string_z(csp_vm *vm, const char *text);
CSP_API csp_value csp_bytes(csp_vm *vm, const void *data, size_t size);
CSP_API csp_value csp_buffer(csp_vm *vm, size_t size); /* of zeroes */
CSP_API csp_value csp_tuple(csp_vm *vm, size_t count, const csp_value *items);
CSP_API csp_value csp_list(csp_vm *vm, size_t count, const csp_value *items);
CSP_API csp_value csp_map(csp_vm *vm); /* an empty one */
/* An error as a value; data may be csp_nil(). */
CSP_API csp_value csp_error_value(csp_vm *vm, const char *kind, const char *message,
                                  csp_value data);

/* Changing a container; they give the container itself, for chains. CSP_NONE, and nothing has
 * changed: no such index (index_error), no container or no key (type_error), frozen, or another
 * process' (moved), or no memory. */
CSP_API CSP_CHECKED csp_value csp_push(csp_vm *vm, csp_value list, csp_value item);
CSP_API CSP_CHECKED csp_value csp_set(csp_vm *vm, csp_value map_or_list, csp_value key,
                                      csp_value item);
CSP_API CSP_CHECKED csp_value csp_set_field(csp_vm *vm, csp_value map, const char *name,
                                            csp_value item);
/* A frozen copy, as `freeze(v)` gives: processes share it, and it is never copied again. */
CSP_API csp_value csp_freeze(csp_vm *vm, csp_value v);

/* What a value is. NONE: CSP_NONE; OTHER: what only calls of C have. Later versions add types at
 * the end. */
typedef enum csp_type {
    CSP_T_NONE,
    CSP_T_NIL,
    CSP_T_BOOL,
    CSP_T_INT,
    CSP_T_FLOAT,
    CSP_T_STRING,
    CSP_T_BYTES,
    CSP_T_TUPLE,
    CSP_T_LIST,
    CSP_T_MAP,
    CSP_T_BUFFER,
    CSP_T_FUNCTION,
    CSP_T_CHANNEL,
    CSP_T_PROCESS,
    CSP_T_ERROR,
    CSP_T_RANGE,
    CSP_T_OBJECT,
    CSP_T_OTHER
} csp_type;
CSP_API csp_type csp_type_of(csp_vm *vm, csp_value v); /* CSP_T_NONE: misuse, too */

/* CSP_OK; CSP_E_TYPE: another type, or an int that does not fit, and *out is false or 0. The same
 * of CSP_NONE, which is CSP_E_MISUSE and leaves the error as it is. An int is fine as a float. */
CSP_API CSP_CHECKED csp_status csp_get_bool(csp_vm *vm, csp_value v, bool *out);
CSP_API CSP_CHECKED csp_status csp_get_int(csp_vm *vm, csp_value v, int64_t *out);
CSP_API CSP_CHECKED csp_status csp_get_uint(csp_vm *vm, csp_value v, uint64_t *out);
CSP_API CSP_CHECKED csp_status csp_get_float(csp_vm *vm, csp_value v, double *out);
/* The same for what may be missing: where it is no such number, `otherwise`, and no error. */
CSP_API int64_t csp_int_or(csp_vm *vm, csp_value v, int64_t otherwise);
CSP_API double csp_float_or(csp_vm *vm, csp_value v, double otherwise);
/* The text of a string, or what bytes hold, with a NUL behind it: the value's own, valid as long as
 * the handle. *size: in bytes; `size` may be NULL. NULL: it is neither. */
CSP_API const char *csp_get_text(csp_vm *vm, csp_value v, size_t *size);
/* What a buffer holds, to be read and changed until the VM runs. NULL: it is no buffer. */
CSP_API void *csp_get_buffer(csp_vm *vm, csp_value v, size_t *size);

/* As `len(v)`: of a string in code points; 0 for what has no length. */
CSP_API size_t csp_length(csp_vm *vm, csp_value v);
/* An element of a tuple or list. CSP_NONE: it is neither, or has none there (index_error). */
CSP_API csp_value csp_at(csp_vm *vm, csp_value v, size_t index);
/* What a map has for the key; nil: nothing. CSP_NONE: it is no map, or the key is none. */
CSP_API csp_value csp_get(csp_vm *vm, csp_value map, csp_value key);
/* The same by name; also "kind", "message", "data", "trace" and "cause" of an error, "start" and
 * "end" of a range. */
CSP_API csp_value csp_get_field(csp_vm *vm, csp_value v, const char *name);
/* Goes through a map in its order: *position is 0 at first; *key and *item (either may be NULL) are
 * set at each step. False: there are no more, or (with an error of kind value_error) keys have been
 * added or removed meanwhile. */
CSP_API bool csp_next(csp_vm *vm, csp_value map, size_t *position, csp_value *key, csp_value *item);
CSP_API bool csp_equal(csp_vm *vm, csp_value a, csp_value b); /* as a == b */
/* The value as `repr` shows it, at most `limit` bytes of it (0: all) and then "…". NULL: no
 * memory. */
CSP_API char *csp_show(csp_vm *vm, csp_value v, size_t limit);

/* Holds a value until the ref is freed, whatever scopes are closed meanwhile. NULL: CSP_NONE, no
 * memory; or misuse, since it can change and is not the host's own: it belongs to the process whose
 * native was given it. */
CSP_API csp_ref *csp_ref_new(csp_vm *vm, csp_value v);
CSP_API csp_value csp_ref_get(csp_vm *vm, const csp_ref *ref); /* in the scope that is open */
CSP_API void csp_ref_free(csp_ref *ref);                       /* [MT]; the VM may be gone */

/* ---- Modules ---- */

/* Offers a module to programs and sessions: `import "lib/geometry"` finds what was added as
 * "lib/geometry", before any file of that name. An added module may import others beside it: in
 * "lib/geometry", `import "vector"` means "lib/vector", or else "vector". The text is copied. It is
 * compiled when it is first imported, and its errors are reported then. CSP_OK, CSP_E_MEMORY;
 * CSP_E_MISUSE: the name is empty, taken, or that of a standard module. */
CSP_API csp_status csp_module_add(csp_vm *vm, const char *name, const char *text, size_t size);

/* Gives an added module another text. It is compiled at once; CSP_E_COMPILE: nothing has changed.
 * Its top level runs when it is next imported or asked for by csp_find; what was made by the old
 * text goes on with the old code. CSP_OK, CSP_E_COMPILE, CSP_E_INTERRUPTED, CSP_E_MEMORY;
 * CSP_E_NOT_FOUND: it was never added. */
CSP_API csp_status csp_module_replace(csp_vm *vm, const char *name, const char *text, size_t size);

/* ---- Running a program ---- */

/* Compiles `size` bytes of text and runs them as a program, until the main process ends. Then the
 * other processes are killed, their deferred calls run, and all output is written. `name` is what
 * messages call the text. If imports are files it is also the file's name: imports are looked for
 * beside it. A VM runs one program; after that only csp_take_error, csp_exit_status and csp_free
 * are of use. CSP_OK, CSP_EXIT, or any failure. */
CSP_API csp_status csp_run_text(csp_vm *vm, const char *name, const char *text, size_t size);

/* The argument of Os.exit after CSP_EXIT, 0 … 255. */
CSP_API int csp_exit_status(const csp_vm *vm);

/* Ends what is running on the VM at this moment, at its next safe point. csp_run_text, csp_eval,
 * csp_check and csp_disassemble return CSP_E_INTERRUPTED, whether they are compiling, loading a
 * module or running; csp_step returns, and no process is touched. If nothing is running, the call
 * has no effect, then or later. An interrupted program or evaluation has one second for its
 * deferred calls. A module whose loading is interrupted counts as never imported. [MT] [AS] */
CSP_API void csp_interrupt(csp_vm *vm);

/* Asks the VM to report on stream 2, as soon as it runs, what every process is doing; the program
 * goes on. [MT] [AS] */
CSP_API void csp_request_report(csp_vm *vm);

/* Compiles the text and gives its bytecode, for people to read, in *out. Runs none of it. CSP_OK,
 * CSP_E_COMPILE, CSP_E_INTERRUPTED, CSP_E_MEMORY; CSP_E_CRASH: a standard module that it uses could
 * not be loaded. */
CSP_API csp_status csp_disassemble(csp_vm *vm, const char *name, const char *text, size_t size,
                                   char **out);

/* ---- A session: inputs evaluated one after the other, with variables that persist ---- */

/* NULL: out of memory. Freed with its VM, or earlier by csp_session_free. */
CSP_API csp_session *csp_session_new(csp_vm *vm);
CSP_API void csp_session_free(csp_session *session);

/* Compiles one input and runs it as the foreground process until that ends; other processes run
 * meanwhile, and live on. *result is the value as `repr` shows it (cut at 64 KiB), or NULL if it is
 * nil or there is none. A name may be defined again, and functions that use it find the new
 * definition. A function may use names that are not defined yet; a note on stream 2 says so. After
 * a failure the session goes on: what was defined and done before the failure stands. */
CSP_API csp_status csp_eval(csp_session *session, const char *text, size_t size, char **result);

typedef enum csp_input { CSP_INPUT_COMPLETE, CSP_INPUT_INCOMPLETE, CSP_INPUT_ERROR } csp_input;

/* Whether the text can be read as it stands, could be the beginning of something longer (an open
 * bracket, an operator at the end, or `##` lines at the end, which an empty line ends …), or has an
 * error that more text would not mend. Looks at the syntax alone. [MT] */
CSP_API csp_input csp_input_state(const char *text, size_t size);

/* ---- Calling functions ---- */

/* What a call may use; 0: any amount. When it is spent, the process of the call is killed. Its
 * deferred calls may take as much again (a second, where no time is given), then they are cut
 * off. */
typedef struct csp_budget {
    uint64_t reductions;  /* calls and loop iterations of the called process itself */
    uint64_t nanoseconds; /* of wall-clock time, looked at between the slices of processes */
} csp_budget;

/* What a module exports, a function or a constant: one that the host has added, a standard one
 * ("List"), or, where imports are files, one in CSP_PATH. Loads it if need be: its top level runs
 * in a process of its own, within the budget (NULL: any). When that does not come to its end, the
 * module is as if never asked for. CSP_OK; CSP_E_NOT_FOUND: no such module, or no such member;
 * CSP_E_COMPILE, CSP_E_CRASH, CSP_E_BUDGET, CSP_E_DEADLOCK, CSP_E_INTERRUPTED, CSP_E_MEMORY,
 * CSP_EXIT. [RUNS] */
CSP_API CSP_CHECKED csp_status csp_find(csp_vm *vm, const char *module, const char *name,
                                        const csp_budget *budget, csp_value *out);

/* Calls fn in the host's own process: nothing is copied, neither arguments nor results. Other
 * processes run meanwhile when it waits, or its slice is used up. A function that is none, or a
 * wrong count of arguments, is a crash; an error value that it returns is a result. Crashes are the
 * caller's to see, csp_config.crash is not called. Links of the process end with the call. budget
 * and result may be NULL. CSP_OK; CSP_E_CRASH; CSP_E_BUDGET; CSP_E_INTERRUPTED; CSP_E_DEADLOCK: the
 * call waits, and nothing is left that could go on; CSP_EXIT. [RUNS] */
CSP_API CSP_CHECKED csp_status csp_call(csp_vm *vm, csp_value fn, uint32_t argc,
                                        const csp_value *argv, const csp_budget *budget,
                                        csp_value *result);

/* ---- Tasks: processes that the host starts ---- */

typedef struct csp_task csp_task;

/* A process of its own calls fn with copies of the arguments; objects of the host that have an
 * owner are moved. It runs in csp_step, csp_run, csp_call and csp_task_wait. *task (`task` may be
 * NULL: then its crash is reported) is to be given to csp_task_free. CSP_OK, CSP_E_MEMORY,
 * CSP_EXIT; CSP_E_CRASH of kind too_many_processes, CSP_E_TYPE: something that cannot be copied.
 * [N] */
CSP_API CSP_CHECKED csp_status csp_spawn(csp_vm *vm, csp_value fn, uint32_t argc,
                                         const csp_value *argv, csp_task **task);
/* What has become of it, as often as it is asked. CSP_OK: *result (`result` may be NULL) is a copy
 * of what fn gave; CSP_EMPTY: it has not ended; CSP_E_CRASH, with its error, of kind "killed" if it
 * was; CSP_E_CLOSED: the VM is gone. [N] */
CSP_API csp_status csp_task_result(csp_task *task, csp_value *result);
/* As csp_run, but until the process has ended: CSP_OK, however it did. [RUNS] */
CSP_API csp_status csp_task_wait(csp_task *task, int milliseconds);
/* The process as a value, as scripts have it. [N] */
CSP_API csp_value csp_task_process(csp_task *task);
/* Its number, as csp_error_process and reports have it. [MT] */
CSP_API uint64_t csp_task_number(const csp_task *task);
/* Kills it when the VM next runs. reason: what its error says; NULL: "killed". [MT] */
CSP_API void csp_task_kill(csp_task *task, const char *reason);
/* The process goes on; from now on nobody asks for its outcome, so its crash is reported. Also when
 * the VM is gone. [MT] */
CSP_API void csp_task_free(csp_task *task);
/* Kills any process. CSP_E_NOT_FOUND: there is no process of that number. */
CSP_API csp_status csp_kill(csp_vm *vm, uint64_t number, const char *reason);

/* ---- Running processes ----
 *
 * From an event loop of the host: poll csp_fd for input, at most csp_timeout milliseconds long,
 * then call csp_step. */

/* Runs processes for about so many reductions, and never waits: at most a slice of 4,000 more, and
 * what the last native charged. What was run too much the next step runs less. *used (it may be
 * NULL): how many it were; a switch of processes counts as ten. CSP_MORE: somebody could go on;
 * CSP_IDLE, CSP_STUCK, CSP_DONE, CSP_EXIT, CSP_E_INTERRUPTED. [RUNS] */
CSP_API csp_status csp_step(csp_vm *vm, uint64_t reductions, uint64_t *used);

/* Runs whatever processes there are, and waits for what they wait for. CSP_DONE, CSP_STUCK,
 * CSP_EXIT, CSP_E_INTERRUPTED; when the time is up (-1: it never is) CSP_MORE or CSP_IDLE.
 * [RUNS] */
CSP_API csp_status csp_run(csp_vm *vm, int milliseconds);

/* A descriptor that is readable when there is something to do, a timer that is due included. The
 * first call makes it; the VM owns it. -1: csp_config.no_loop is set, or it cannot be made (an
 * error of kind "system" says why); then csp_timeout and csp_config.wake tell when to call
 * csp_step. */
CSP_API int csp_fd(csp_vm *vm);

/* Milliseconds until there is something to do: 0: now; -1: not before csp_fd is readable, or
 * csp_config.wake is called. */
CSP_API int csp_timeout(csp_vm *vm);

/* ---- Natives: functions of the host for scripts to call ---- */

/* What a native or a resume function returns. One is made by each function below that gives a
 * csp_verdict, and by nothing else: {0}, a verdict of another call, or a second one is misuse, and
 * the script that called the native crashes with an error of that kind. */
typedef struct csp_verdict {
    int code;
} csp_verdict;

/* The context is valid until a verdict has been made from it; a resume function is given it again.
 * It may be used by the thread that runs the function, and by no other. A scope is open: values
 * that the native makes are good until it returns, and belong to the process that has called it. */
typedef csp_verdict csp_native_fn(csp_context *c);
/* Goes on with a call. result: what it has waited for; an error value if that failed
 * (csp_context_failed). */
typedef csp_verdict csp_resume_fn(csp_context *c, void *state, csp_value result);

/* The signature says what scripts may give, and is checked before `fn` is called:
 *
 *     NAME "(" [param {"," param} ["," rest] | rest] ")" ["->" type]
 *     param = NAME [":" type] ["=" literal]          rest = ".." NAME [":" type]
 *     type  = one {"|" one}       literal = nil true false 12 -1.5 "text"
 *     one   = any nil bool int float number string bytes tuple list map buffer range fn chan
 *             process error, or the name of a class
 *
 * Without a type a parameter takes anything. `int` takes those of 64 bits (a larger one is
 * value_error), `float` and `number` any number. A default need not be of the type. What stands
 * behind `->` is for csp_doc. Scripts may name arguments. A wrong number or name of arguments is
 * arity_error, a wrong type type_error; a call that can be seen to be wrong does not compile. */
typedef struct csp_native {
    const char *signature; /* "hit(who: Enemy, damage: int = 1) -> bool" */
    const char *doc;       /* one line, or NULL */
    csp_native_fn *fn;
    bool suspends; /* it may use csp_then, csp_again, csp_offload or csp_await */
    void *data;    /* csp_context_data */
} csp_native;

/* Offers natives as a module: `import "enemy"` finds what was added as "enemy", and
 * `enemy.hit(e, 3)` calls one. A module may have text (csp_module_add) and natives under one name.
 * Then an export of the text hides a native of the same name, and the text gets at its natives by
 * importing its own name; those whose names begin with `_` are for it alone. `size` is sizeof
 * (csp_native); `natives` may be NULL if count is 0. All is copied. CSP_OK, CSP_E_MEMORY,
 * CSP_E_VERSION; CSP_E_MISUSE: the name is empty or that of a standard module, the table is NULL,
 * or a native has no function, a name that the module has already, or a wrong signature, of which
 * the error says what is wrong, and where. After a failure nothing has been added. */
CSP_API CSP_CHECKED csp_status csp_natives_add(csp_vm *vm, const char *module,
                                               const csp_native *natives, size_t count,
                                               size_t size);

/* About the call. NULL, 0 or false: the context may not be used. */
CSP_API csp_vm *csp_context_vm(csp_context *c);
CSP_API void *csp_context_user(csp_context *c);       /* csp_config.user */
CSP_API void *csp_context_data(csp_context *c);       /* csp_native.data */
CSP_API uint64_t csp_context_process(csp_context *c); /* the number of the process that called */
/* In a resume function: whether what it has waited for failed. */
CSP_API bool csp_context_failed(csp_context *c);

/* The arguments, counted from 0: all parameters, with defaults where the script gave nothing, and
 * behind them what the rest parameter takes. An index outside is misuse. */
CSP_API uint32_t csp_arg_count(const csp_context *c);
CSP_API csp_value csp_arg(csp_context *c, uint32_t index); /* CSP_NONE: outside */
/* Those that the signature has made sure of. Asking for another type is misuse, and gives 0, false
 * or NULL. A float may be asked of any number. The text of a string or of bytes has a NUL behind
 * it, and is good until the function returns; size may be NULL. */
CSP_API int64_t csp_arg_int(csp_context *c, uint32_t index);
CSP_API double csp_arg_float(csp_context *c, uint32_t index);
CSP_API bool csp_arg_bool(csp_context *c, uint32_t index);
CSP_API const char *csp_arg_text(csp_context *c, uint32_t index, size_t *size);

/* Charges the process for what the native has done, in calls: some 50 ns each. What takes longer
 * than a millisecond belongs into steps (csp_again), or onto another thread (csp_offload). */
CSP_API void csp_charge(csp_context *c, uint64_t reductions);

/* The call ends with v. CSP_NONE: it crashes with the error of what could not be made; if nothing
 * has failed, it gives nil. A mutable value of the host's is copied. */
CSP_API csp_verdict csp_return(csp_context *c, csp_value v);
CSP_API csp_verdict csp_return_int(csp_context *c, int64_t n);
CSP_API csp_verdict csp_return_float(csp_context *c, double d);
/* With an error value, which the script may look at; and with a crash, which it may catch. */
CSP_API csp_verdict csp_return_error(csp_context *c, const char *kind, const char *format, ...)
    CSP_FORMAT(3, 4);
CSP_API csp_verdict csp_crash(csp_context *c, const char *kind, const char *format, ...)
    CSP_FORMAT(3, 4);

/* The call goes on later, by resume(c, state, result), while other processes run. resume NULL: the
 * result is what the native gives (csp_again needs a function).
 *
 * destroy(state), if it is not NULL, is called exactly once: after the last resume function that
 * was given the state, or when the process is killed, the VM is freed, or this call fails. A resume
 * function that goes on with the same state hands it on. Like all callbacks but natives and resume
 * functions, it may not use the VM. */

/* Calls a function of the script. result: what it returns, or the error that it crashes with. */
CSP_API csp_verdict csp_then(csp_context *c, csp_value fn, uint32_t argc, const csp_value *argv,
                             csp_resume_fn *resume, void *state, void (*destroy)(void *state));
/* Lets others run first, if the process has used up its slice. result: nil. */
CSP_API csp_verdict csp_again(csp_context *c, csp_resume_fn *resume, void *state,
                              void (*destroy)(void *state));
/* Calls work(state) on a thread of the VM's pool, of which there are four. It may not use the VM.
 * If the process is killed meanwhile, destroy is called when work has returned; if the VM has been
 * freed by then, by that thread. result: nil. */
CSP_API csp_verdict csp_offload(csp_context *c, void (*work)(void *state), csp_resume_fn *resume,
                                void *state, void (*destroy)(void *state));
/* Waits for a completer that was made by this call, once for each. result: what it was completed
 * with. */
CSP_API csp_verdict csp_await(csp_context *c, csp_completer *completer, csp_resume_fn *resume,
                              void *state, void (*destroy)(void *state));

/* Makes a completer with a count of one, the host's. It may be completed from any thread, before or
 * after csp_await, also when the call or the VM is gone: then nothing happens. cancelled(user), if
 * it is not NULL, is called on the VM's thread if the process is killed or the VM freed before it
 * is completed. NULL: no memory, or misuse. */
CSP_API csp_completer *csp_completer_new(csp_context *c, void (*cancelled)(void *user), void *user);
/* One count more; gives p. [MT] */
CSP_API csp_completer *csp_completer_hold(csp_completer *p);
/* One less; NULL is fine. If none is left, and it has not been completed, it is, with an error
 * value of kind "closed". [MT] */
CSP_API void csp_completer_free(csp_completer *p);
/* Completes it with a message, which is taken whatever becomes of it (NULL: an error of kind
 * out_of_memory), or with an error value. CSP_OK; CSP_E_CLOSED: it has been completed, or the call
 * is over. The count stays as it is. [MT] */
CSP_API csp_status csp_completer_finish(csp_completer *p, csp_msg *m);
CSP_API csp_status csp_completer_fail(csp_completer *p, const char *kind, const char *message);

/* ---- Objects of the host ----
 *
 * An object is a pointer of the host's that scripts can hold, pass on and give back to natives;
 * that is also all that they can do with it. */

typedef struct csp_class {
    size_t struct_size; /* sizeof(csp_class) */
    const char *name;   /* "Enemy": what type(x) gives and messages say, and signatures ask for */
    /* Called once for each object: when it is closed, when it is garbage, or when the VM is freed;
     * on a thread that is in the VM, where nothing else of the VM runs. NULL: nothing is done. */
    void (*finalize)(void *data);
    /* Whether all processes may use an object, like a channel. Otherwise it has one owner: `move`
     * hands it over, and it cannot be copied. */
    bool shared;
} csp_class;

/* Makes the class known by its name, which signatures can then ask for; csp_object does it, too.
 * The class must live as long as the VM, and stay as it is. Again the same one: CSP_OK.
 * CSP_E_MISUSE: no name, that of a type, or that of another class; CSP_E_VERSION,
 * CSP_E_MEMORY. [N] */
CSP_API CSP_CHECKED csp_status csp_class_add(csp_vm *vm, const csp_class *of);

/* A new object, which holds `data`, not NULL. `bytes` is what that takes, and counts as memory of
 * the VM until it is finalized. CSP_NONE: nothing was made, and data is still the caller's. When
 * memory is short, other objects that are garbage are finalized before it returns. [N] */
CSP_API csp_value csp_object(csp_vm *vm, const csp_class *of, void *data, size_t bytes);

/* The data of an object; NULL: v is none of that class, or is closed, or was given to another
 * process. Valid until the object is finalized: hold a value of it as long as data is used. [N] */
CSP_API void *csp_get_object(csp_vm *vm, csp_value v, const csp_class *of);

/* Finalizes the object now, whichever process owns it; if that has happened, nothing does. From now
 * on every script that passes it to a native crashes with `closed`. For what the host destroys
 * first. Not while work of csp_offload uses it. [N] */
CSP_API void csp_object_close(csp_vm *vm, csp_value v);
/* In a native, an argument for which the signature asks for the class: never NULL, since a closed
 * object is no argument. Another one is misuse, and gives NULL. */
CSP_API void *csp_arg_object(csp_context *c, uint32_t index, const csp_class *of);

/* ---- Messages: values outside of any VM ----
 *
 * A message is immutable and counted: it has a count of one when it is made, csp_msg_hold adds one,
 * and the csp_msg_free of the last one frees it. It belongs to no VM, outlives all of them, and may
 * be used by any number of threads at once. Sharing and cycles in it are kept, and what is frozen
 * stays frozen. Makers give NULL when memory has run out; all take NULL, and readers give for it
 * what they give for "none". All but the last two functions are [MT]. */

/* Values of one word. */
CSP_API csp_msg *csp_msg_nil(void);
CSP_API csp_msg *csp_msg_bool(bool b);
CSP_API csp_msg *csp_msg_int(int64_t n);
CSP_API csp_msg *csp_msg_float(double d);

/* Text and bytes, copied. NULL, too: the text is not UTF-8, or more than 2 GiB. `text` and `data`
 * may be NULL for none. */
CSP_API csp_msg *csp_msg_text(const char *text, size_t size);
CSP_API csp_msg *csp_msg_bytes(const void *data, size_t size);

/* Bytes that are not copied. They must not change until release(data) is called, once, by whichever
 * thread frees the message; also when NULL is returned. release may be NULL. */
CSP_API csp_msg *csp_msg_adopt(void *data, size_t size, void (*release)(void *data));

/* From JSON (RFC 8259), as Json.parse: arrays are lists, objects maps in which the last of equal
 * names counts, ints exact at any size, numbers with a point or exponent floats. NULL, too: it is
 * no JSON; more than 512 arrays and objects inside each other, a lone surrogate, bytes that are not
 * UTF-8, a number beyond doubles, an int of more than 2 ** 25 digits. */
CSP_API csp_msg *csp_msg_json(const char *json, size_t size);

/* From the packed form. The bytes may come from anybody: all of them are checked. NULL, too: they
 * are not what csp_msg_packed gives. */
CSP_API csp_msg *csp_msg_unpack(const void *packed, size_t size);

/* The packed form: bytes that are the same on all machines and may be kept in a file or sent to
 * another one; the first four say which version it is. They are m's own. NULL: out of memory. */
CSP_API const void *csp_msg_packed(const csp_msg *m, size_t *size);

/* As JSON: tuples as arrays, bytes and buffers as base64, errors and ranges as objects of their
 * fields, keys that are no text as the text of their JSON. To be freed by csp_text_free. NULL:
 * there is nan, inf, a cycle, or a key inside of a key that is no text; it would be longer than 2
 * GiB; or out of memory. */
CSP_API char *csp_msg_to_json(const csp_msg *m);

/* What it is. CSP_T_NONE: m is NULL. */
CSP_API csp_type csp_msg_type(const csp_msg *m);

/* False, and *out stays as it was, where it is something else; for an int also where it does not
 * fit. An int will do for a float. */
CSP_API bool csp_msg_as_bool(const csp_msg *m, bool *out);
CSP_API bool csp_msg_as_int(const csp_msg *m, int64_t *out);
CSP_API bool csp_msg_as_float(const csp_msg *m, double *out);

/* A text, bytes or a buffer: m's own, with a NUL behind it (but for adopted bytes). size may be
 * NULL. NULL: it is something else. */
CSP_API const char *csp_msg_as_text(const csp_msg *m, size_t *size);

/* As `len`: of a text code points, else bytes, elements or entries; 0 for what has no length. */
CSP_API size_t csp_msg_length(const csp_msg *m);

/* What is inside: m's own, and good as long as m. NULL: there is none, or no memory. The first such
 * call goes through the whole message, the others take no time. */
CSP_API const csp_msg *csp_msg_at(const csp_msg *m, size_t index); /* of a tuple or list */
/* Of a map, by a text key; of an error "kind", "message", "data", "cause". */
CSP_API const csp_msg *csp_msg_field(const csp_msg *m, const char *name);

/* Gives m. */
CSP_API csp_msg *csp_msg_hold(csp_msg *m);
CSP_API void csp_msg_free(csp_msg *m);

/* A message of a value, in *out. CSP_E_TYPE: there is something in it that cannot leave its VM: a
 * function, channel or process, an object of the host, a pointer or struct of C. The trace of an
 * error stays behind. CSP_E_MEMORY. [N] */
CSP_API CSP_CHECKED csp_status csp_msg_of(csp_vm *vm, csp_value v, csp_msg **out);

/* What it says, as a value: the host's, in a native the calling process's. m stays the caller's.
 * CSP_NONE: no memory, or an int is larger than this VM's may be. [N] */
CSP_API csp_value csp_msg_value(csp_vm *vm, const csp_msg *m);

/* ---- Ports ----
 *
 * A port is a channel of which one end is the host's: any thread may use that end at any time,
 * whatever the VM is doing, and also when the VM is gone. Messages arrive in the order in which
 * they were sent. What the script sends that cannot leave its VM crashes the sender with
 * type_error. All but csp_port_open are [MT]. */

typedef enum csp_direction { CSP_TO_SCRIPT, CSP_FROM_SCRIPT } csp_direction;

/* Opens a port with a buffer for `capacity` messages, 1 or more. *end is the script's end, to be
 * given to csp_call, csp_spawn or as the result of a native. While the host's end is open, a
 * process that waits for the host is neither a leak nor in a deadlock. CSP_OK, CSP_E_MEMORY. [N] */
CSP_API CSP_CHECKED csp_status csp_port_open(csp_vm *vm, csp_direction direction, uint32_t capacity,
                                             csp_port **port, csp_value *end);

/* CSP_OK: m is taken. CSP_FULL; CSP_E_CLOSED: nobody can receive it any more; CSP_E_MEMORY: m stays
 * the caller's. The VM is told (config.wake), and receives it when it runs. */
CSP_API csp_status csp_port_send(csp_port *port, csp_msg *m);

/* CSP_OK: *out is the caller's. CSP_EMPTY; CSP_E_CLOSED: the script has closed its end, nobody
 * there has it any more, or the VM is gone, and nothing is left. */
CSP_API csp_status csp_port_receive(csp_port *port, csp_msg **out);

/* Waits until the port would not be CSP_FULL or CSP_EMPTY: CSP_OK, CSP_E_CLOSED. CSP_FULL,
 * CSP_EMPTY: the time is up; -1 is for ever. Not for the thread that has to run the VM: while it
 * waits, nobody takes or sends anything. */
CSP_API csp_status csp_port_wait(csp_port *port, int milliseconds);

/* A descriptor that is readable as long as csp_port_wait would not wait. It is the port's, to be
 * polled and nothing else. -1: the system has none. */
CSP_API int csp_port_fd(csp_port *port);

/* Closes the host's end. To the script: it sees a closed channel, behind the messages that are on
 * their way. From the script: who sends crashes with `closed`; what is there can still be received.
 * Again, or NULL: nothing happens. */
CSP_API void csp_port_close(csp_port *port);

/* Closes the host's end and gives the port back: nobody may use it any more. NULL is fine. */
CSP_API void csp_port_free(csp_port *port);

/* ---- What is going on ---- */

typedef struct csp_stats {
    size_t struct_size; /* set by the caller: sizeof(csp_stats) */
    /* bytes in use by this VM: exact after csp_collect, later an estimate, which is not below the
     * truth by more than 1 MiB */
    size_t memory;
    size_t heap;                  /* bytes that the collector has, for all VMs of this OS process */
    uint64_t processes, runnable; /* now, without the host's own */
    /* So far: processes started, processes crashed (awaited or not), reductions of them all,
     * messages sent over channels, and crash reports left out (csp_config.max_reports). */
    uint64_t spawned, crashed, reductions, messages, reports_dropped;
    /* of all VMs of this OS process: how many, and what the last one and the longest took, in ns */
    uint64_t collections, pause_last, pause_max;
    uint32_t handles, refs, tasks, ports; /* that the host has not given back */
    uint32_t objects;                     /* not yet finalized */
} csp_stats;

/* Fills in what the caller's csp_stats has of it; what this library does not know is 0. [N] */
CSP_API void csp_get_stats(csp_vm *vm, csp_stats *out);

/* Collects garbage now, rather than in the middle of a frame, for all VMs of this OS process. The
 * objects of this one that are garbage are finalized before it returns. (What leaked processes hold
 * is garbage only when they have been reported and killed, in a later step.) */
CSP_API void csp_collect(csp_vm *vm);

/* What each process does, or waits for, and where: as csp_request_report writes it, or for CSP_JSON
 * an array of objects on one line. NULL: no memory. */
CSP_API char *csp_report(csp_vm *vm, csp_style style);

/* ---- Errors ---- */

/* What went wrong in the last call that failed. The caller frees it with csp_error_free; it may
 * outlive the VM. NULL: nothing, or no memory for it. If it is not taken, the next failure
 * replaces it. [N] */
CSP_API csp_error *csp_take_error(csp_vm *vm);
CSP_API void csp_error_free(csp_error *error);

/* "compile", "deadlock", "interrupted", "out_of_memory", "misuse", "denied", "budget", "closed",
 * "system", "version", or a kind of the language: that of the error that a process ended with, or
 * what belongs to what was asked for ("type_error", "not_found" …). [MT] for all that reads
 * errors. */
CSP_API const char *csp_error_kind(const csp_error *error);
CSP_API const char *csp_error_message(const csp_error *error);

/* The number of the process that failed, and its name in *name (`name` may be NULL): the name given
 * by Process.name, or that of its function; "" if there is none. 0: the error does not belong to
 * one process (compile errors, deadlock …). */
CSP_API uint64_t csp_error_process(const csp_error *error, const char **name);

/* The error that this one replaced, as its cause; valid as long as this one. NULL: none. It has no
 * process of its own. */
CSP_API const csp_error *csp_error_cause(const csp_error *error);

/* A place in a source; line and column count from 1 (columns in code points). file is NULL if there
 * is no source. */
typedef struct csp_place {
    const char *file;
    const char *function; /* of a frame: the function's name, or NULL */
    uint32_t line, column;
} csp_place;

/* Where a process stood when it failed; frame 0 is the innermost. False: there are no more. For a
 * compile error, frame 0 is the place of the first error. */
CSP_API bool csp_error_frame(const csp_error *error, uint32_t index, csp_place *out);

/* Where the process was spawned (index 0), where the process that spawned it was spawned (1), and
 * so on up to main, whether those still live or not. A place where processes of one kind spawn each
 * other again and again appears once. False: there are no more. */
CSP_API bool csp_error_spawned(const csp_error *error, uint32_t index, csp_place *out);

/* All that is known, as text (several lines, with the source and a caret; coloured by ANSI
 * sequences if asked) or as JSON, one object per line for each error. Ends with a newline. NULL:
 * out of memory. */
CSP_API char *csp_error_text(const csp_error *error, csp_style style);

/* ---- For tools ---- */

typedef struct csp_findings {
    uint32_t errors, warnings;
} csp_findings;

/* Looks for mistakes in a program without running any of it: all compile errors, and warnings about
 * what is hardly intended (`csp check`; LANGUAGE.md lists them). *found: how many; *report: all of
 * them as csp_error_text would give them (CSP_JSON: one object per line each), NULL if there are
 * none. Of imported modules only errors are reported. One VM can check any number of programs
 * before it runs one. CSP_OK whether or not something was found; CSP_E_INTERRUPTED, CSP_E_MEMORY,
 * CSP_E_MISUSE; CSP_E_CRASH: a standard module that it uses could not be loaded. */
CSP_API csp_status csp_check(csp_vm *vm, const char *name, const char *text, size_t size,
                             csp_style style, csp_findings *found, char **report);

/* Calls `each`, in order, with everything that could stand at the end of `text` (a whole name or
 * field; keywords and modules too). *start: the byte offset in text from which the candidates
 * replace it. */
CSP_API void csp_complete(csp_session *session, const char *text, size_t size, size_t *start,
                          void (*each)(void *user, const char *candidate), void *user);

/* How a function is called and what it does, as a few lines of text that end with a newline. `name`
 * is as it would be written in the session ("print", "List.push", "f"), a module ("List"), a word
 * of the language ("spawn", "channel"), or the name of a member alone ("sort": that of every module
 * that has one). NULL: nothing is known about it. */
CSP_API char *csp_doc(csp_session *session, const char *name);

/* What a program says about itself: its `##` lines, and those of the functions and constants that
 * it exports and of its C declarations, each with its head. *out: as csp_doc gives it. Only reads
 * the text. CSP_OK; CSP_E_COMPILE: it cannot be read; CSP_E_MEMORY. */
CSP_API csp_status csp_doc_text(csp_vm *vm, const char *name, const char *text, size_t size,
                                char **out);

/* What an unknown name probably meant. NULL: no idea. */
CSP_API char *csp_doc_near(csp_session *session, const char *name);

typedef struct csp_process {
    uint64_t number;
    uint64_t reductions; /* used so far */
    /* given by Process.name, or of the function that was spawned; "" if there is none */
    const char *name;
    const char *state; /* "running", "runnable", "waiting" */
    csp_place where;
} csp_process;

/* Calls `each` for all processes that have not ended, by number. Its argument is valid during the
 * call. CSP_OK or CSP_E_MEMORY. */
CSP_API csp_status csp_each_process(csp_vm *vm,
                                    void (*each)(void *user, const csp_process *process),
                                    void *user);

#ifdef __cplusplus
}
#endif
#endif
