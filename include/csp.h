/* Embedding csp, a small language of processes and channels, in a C or C++ program.
 *
 *     csp_vm *vm;
 *     if (csp_new(NULL, &vm) == CSP_OK && csp_run_text(vm, "hello", "print(6 * 7)", 12) < 0) {
 *         csp_error *error = csp_take_error(vm);
 *         char *text = csp_error_text(error, CSP_PLAIN);
 *         fputs(text, stderr);
 *         csp_text_free(text);
 *         csp_error_free(error);
 *     }
 *     csp_free(vm);
 *
 * Everything belongs to a csp_vm. A program may have several, at once and on several threads. Any thread may use a VM
 * and what belongs to it, but one at a time. Marks:
 *     [MT]  from any thread at any time       [N]     also from a native of the VM, while its call lasts
 *     [AS]  also from a signal handler        [RUNS]  it may run code of scripts
 * Other callbacks of a VM (`write`, `crash` …) may call only what is [MT], csp_user, and what reads a csp_error.
 *
 * Misuse is detected: NULL where something is required, an object that has been freed or is another VM's, two threads
 * at once, a call from a callback or in the wrong order. It returns CSP_E_MISUSE; functions without a csp_status return
 * CSP_NONE, NULL, false or 0, and csp_fd and csp_timeout -1. csp_config.misuse is called, and the VM has an error that
 * says what was wrong. (If there is no VM to keep it, or another thread is in it, the status is all.)
 *
 * Texts are UTF-8. A `char *` that is returned is the caller's, to be given to csp_text_free; a `const char *` belongs
 * to the object that it came from. Freeing NULL does nothing. After a failure, results that were to be stored are NULL
 * or CSP_NONE. A csp_status of 0 or more is no failure; csp_take_error explains one below 0. */
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

/* clang-format off */
/* Compare with CSP_OK where only that is a success: 0 or more is no failure, but not always what was wanted. */
typedef enum csp_status {
    CSP_OK = 0,
    CSP_MORE = 1,           /* the budget or the time is used up, and something could go on */
    CSP_EXIT = 2,           /* the program asked to end (Os.exit): see csp_exit_status */
    CSP_IDLE = 3,           /* all processes wait for time, input or the host */
    CSP_STUCK = 4,          /* there are processes, and nothing but the host could wake one */
    CSP_DONE = 5, CSP_EMPTY = 6, CSP_FULL = 7, /* no process is there; nothing to receive now; no room now */
    CSP_E_COMPILE = -1,     /* the text has errors; nothing of it has run */
    CSP_E_CRASH = -2,       /* the process crashed, was killed, or ended by `try` with an error */
    CSP_E_DEADLOCK = -3,    /* nothing could run any more */
    CSP_E_INTERRUPTED = -4, /* stopped by csp_interrupt */
    CSP_E_MEMORY = -5,      /* in what the host does; a script at its limit gives CSP_E_CRASH of kind out_of_memory */
    CSP_E_MISUSE = -6,      /* a call that is not allowed, or not now, or with such arguments */
    CSP_E_TYPE = -7,        /* a value of another type, or a frozen one */
    CSP_E_NOT_FOUND = -8,   /* no such module, name or index */
    CSP_E_DENIED = -9,      /* the host asked for what its own configuration does not grant */
    CSP_E_BUDGET = -10,     /* the budget of the call is used up; its process was killed */
    CSP_E_CLOSED = -11,     /* the other side is gone, or the VM */
    CSP_E_SYSTEM = -12,     /* the operating system refused: descriptors, threads */
    CSP_E_VERSION = -13     /* the header is newer than the library, and uses what that lacks */
} csp_status;

CSP_API const char *csp_version(void);  /* of the library, as "1.2.3". [MT] */
CSP_API void csp_text_free(char *text); /* frees a text that this library returned. [MT] */

/* ---- Making a VM ---- */
/* How something is reported: plain text, text with ANSI sequences, or JSON, one object per line. */
typedef enum csp_style { CSP_PLAIN, CSP_COLOUR, CSP_JSON } csp_style;

/* What scripts may do beyond computing and printing. A program that uses what is not granted does not compile. */
enum {
    CSP_MAY_ARGS = 1u << 0, CSP_MAY_ENV = 1u << 1,       /* see csp_config.args; environment, machine, user */
    CSP_MAY_EXIT = 1u << 2,                              /* end the program: CSP_EXIT; listen to signals */
    CSP_MAY_READ = 1u << 3, CSP_MAY_WRITE = 1u << 4,     /* read files and folders; make, change and remove them */
    CSP_MAY_CONNECT = 1u << 5, CSP_MAY_LISTEN = 1u << 6, /* open connections to others; take them from others */
    CSP_MAY_RUN = 1u << 7, CSP_MAY_CALL_C = 1u << 8,     /* start programs; call any function of C */
    CSP_MAY_STDIN = 1u << 9, CSP_MAY_PRECISE_TIME = 1u << 10, /* read descriptor 0; without: clocks of 1 ms */
    CSP_MAY_ALL = (1u << 11) - 1
};
/* clang-format on */

/* Limits of 0 are none, unless said otherwise. */
typedef struct csp_config {
    size_t struct_size;    /* set by csp_config_init */
    void *user;            /* passed to the callbacks */
    uint64_t capabilities; /* a set of CSP_MAY_…. Default: none */
    size_t max_memory;     /* bytes of all values and stacks of this VM. Default: 256 MiB */
    size_t max_stack;      /* bytes for each process. Default: 64 MiB */
    size_t max_int_bits;   /* bits of an int; a larger one is out_of_memory. Default: 65,536 */
    /* Bytes that one instruction copies or makes at once: longer work goes on in slices, between which other processes
     * run. 0 is the default, 64 KiB; the least is 1 KiB, whatever is given. */
    size_t max_step_bytes;
    uint32_t max_processes;  /* of scripts, at once; what the host starts is not refused. Default: 100,000 */
    uint32_t max_reports;    /* of crashes each second; then one "reports_dropped" counts the others. Default: 100 */
    uint64_t max_reductions; /* calls and loop iterations of each process, and of each csp_call. Default: 0 */
    /* Takes what the program writes to standard output (stream 1) or standard error (2): `size` bytes, not
     * NUL-terminated, always whole prints. It must take everything; nothing runs until it returns. Default (NULL):
     * descriptors 1 and 2, flags untouched: if one is full, only the process that prints waits; if it fails, each print
     * crashes with io_error, and csp_run_text fails if text was lost. SIGPIPE and SIGXFSZ are the host's. */
    void (*write)(void *user, int stream, const char *text, size_t size);
    /* A process crashed that nobody awaits; error is valid during the call. Default (NULL): a report on stream 2. */
    void (*crash)(void *user, const csp_error *error);
    /* Another thread gave the VM something to do (a message, a completion, a kill, finished work) while nobody is in
     * it: called by any thread, once until the next csp_step or csp_run. Default (NULL): csp_fd tells. */
    void (*wake)(void *user);
    /* Gives the text of a module that has not been added, before files are looked for: a malloc'ed *text of *size
     * bytes, which the VM frees. `importer` is the importing text's name, NULL if the host asks. Its own imports are
     * looked for beside it first, as in csp_module_add. CSP_E_NOT_FOUND: the search goes on; any other failure ends it,
     * and the program does not compile. Default (NULL): there are none. */
    csp_status (*load)(void *user, const char *name, const char *importer, char **text, size_t *size);
    /* Called by any thread for each misuse; a host being debugged aborts here. Default (NULL): the error is all. */
    void (*misuse)(void *user, const char *function, const char *what);
    csp_style reports;       /* style of reports on stream 2, of crashes and leaks. Default: CSP_PLAIN */
    const char *const *args; /* what Os.args() gives; copied. Default: none */
    uint32_t arg_count;
    bool import_files; /* `import` reads files, beside the importing one and in $CSP_PATH's folders. Default: false */
    bool report_leaks; /* csp_run_text reports all leaked processes at the end, not only those that a collection found;
                          others may run up to 1 s longer. Default: false */
    bool no_loop;      /* no descriptors: csp_fd gives -1, csp_timeout alone tells of timers. Default: false */
    size_t native_stack; /* bytes of addresses for each process inside of C, 512 KiB to 1 TiB. Default (0): 64 MiB */
    /* Milliseconds. A process that nobody can wake is reported and killed only by a collection that finds it this long
     * after the first one did; until then csp_each_stuck shows it. Default (0): by the first one. */
    uint32_t leak_patience;
    /* Where capabilities hold: "read:DIR", "write:DIR" (a folder with all that is below it, or a file), "connect:HOST",
     * "listen:HOST:PORT", "net:" (both), HOST as in addresses of scripts, without a port any; "net:unix:PATH". What
     * leads elsewhere is the error value `denied`, links and `..` included. A capability without places holds
     * everywhere; so does what RUN and CALL_C reach. Read by csp_new only. CSP_E_MISUSE: another form, or not granted;
     * CSP_E_NOT_FOUND: there is no such folder. Default: none */
    const char *const *places;
    uint32_t place_count;
} csp_config;

CSP_API void csp_config_init(csp_config *config, size_t struct_size); /* defaults; size: sizeof(csp_config). [MT] */
CSP_API size_t csp_machine_memory(void); /* bytes of the machine, or of its control group; 0: unknown. [MT] */
/* Makes a VM; config NULL: all defaults. A failure leaves no error, only a status: CSP_E_MEMORY; CSP_E_MISUSE: config
 * makes no sense (config.misuse is called); CSP_E_VERSION: config has what this library does not know. [MT] */
CSP_API CSP_CHECKED csp_status csp_new(const csp_config *config, csp_vm **out);
/* Ends what is running (the deferred calls of all processes have one second together) and frees the VM with its
 * sessions. If another thread is in the VM, or its callback calls this, that is misuse and nothing happens. [RUNS] */
CSP_API void csp_free(csp_vm *vm);
CSP_API void csp_discard(csp_vm *vm);     /* the same at once: no deferred call runs, nothing is waited for */
CSP_API void *csp_user(const csp_vm *vm); /* config.user. [MT] [AS] */

/* ---- Values: all functions of this section are [N] ----
 *
 * A csp_value is a handle. It can be copied and stored anywhere, and is good until the scope in which it was made
 * closes; every later use is CSP_E_MISUSE (though not every stale handle is noticed). nil and bools are good for ever
 * and need no scope. All else belongs to the scope that is open when it is made, and cannot be made without one. What
 * cannot be made is CSP_NONE, and a function that is given CSP_NONE returns it, so a chain of calls needs one check. */
/* clang-format off */
typedef struct csp_value { uint64_t word; } csp_value;
typedef struct csp_scope { uint32_t mark, serial; } csp_scope;
#ifdef __cplusplus
#define CSP_VALUE_(w) (csp_value{(w)})
#else
#define CSP_VALUE_(w) ((csp_value){(w)})
#endif
#define CSP_NONE      CSP_VALUE_(0)
#define CSP_NONE_INIT {0} /* for what has static storage */
/* clang-format on */

/* Opens a scope. At most 65,536 may be open, and each may have 1,048,576 values. A native has one open already. */
CSP_API csp_scope csp_scope_open(csp_vm *vm);
CSP_API void csp_scope_close(csp_vm *vm, csp_scope scope); /* and those opened inside it; twice is misuse */
CSP_API csp_value csp_scope_return(csp_vm *vm, csp_scope scope, csp_value v); /* closes it; v lives on outside */

/* Making values. CSP_NONE: no memory or no scope. What is copied may be NULL if its size or count is 0. */
CSP_API csp_value csp_nil(void);    /* [MT] */
CSP_API csp_value csp_bool(bool b); /* [MT] */
CSP_API csp_value csp_int(csp_vm *vm, int64_t n);
CSP_API csp_value csp_uint(csp_vm *vm, uint64_t n);
CSP_API csp_value csp_float(csp_vm *vm, double d);
CSP_API csp_value csp_int_text(csp_vm *vm, const char *digits); /* of any size. CSP_NONE: not decimal (value_error) */
/* CSP_NONE (value_error): the text is not UTF-8. string_z: it ends with a NUL. */
CSP_API csp_value csp_string(csp_vm *vm, const char *text, size_t size);
CSP_API csp_value csp_string_z(csp_vm *vm, const char *text);
CSP_API csp_value csp_bytes(csp_vm *vm, const void *data, size_t size);
CSP_API csp_value csp_buffer(csp_vm *vm, size_t size); /* of zeroes */
CSP_API csp_value csp_tuple(csp_vm *vm, size_t count, const csp_value *items);
CSP_API csp_value csp_list(csp_vm *vm, size_t count, const csp_value *items);
CSP_API csp_value csp_map(csp_vm *vm); /* an empty one */
/* An error as a value; data may be csp_nil(). */
CSP_API csp_value csp_error_value(csp_vm *vm, const char *kind, const char *message, csp_value data);

/* These change a container and return it, for chains. CSP_NONE, and nothing has changed: no such index (index_error),
 * no container or no key (type_error), frozen, another process' (moved), or no memory. */
CSP_API CSP_CHECKED csp_value csp_push(csp_vm *vm, csp_value list, csp_value item);
CSP_API CSP_CHECKED csp_value csp_set(csp_vm *vm, csp_value map_or_list, csp_value key, csp_value item);
CSP_API CSP_CHECKED csp_value csp_set_field(csp_vm *vm, csp_value map, const char *name, csp_value item);
CSP_API csp_value csp_freeze(csp_vm *vm, csp_value v); /* a frozen copy, as freeze(v): shared, never copied again */

/* clang-format off */
/* What a value is. NONE: CSP_NONE, or misuse; OTHER: what only calls of C have. Later versions add types at the end. */
typedef enum csp_type {
    CSP_T_NONE, CSP_T_NIL, CSP_T_BOOL, CSP_T_INT, CSP_T_FLOAT, CSP_T_STRING, CSP_T_BYTES, CSP_T_TUPLE, CSP_T_LIST,
    CSP_T_MAP, CSP_T_BUFFER, CSP_T_FUNCTION, CSP_T_CHANNEL, CSP_T_PROCESS, CSP_T_ERROR, CSP_T_RANGE, CSP_T_OBJECT,
    CSP_T_OTHER
} csp_type;
/* clang-format on */
CSP_API csp_type csp_type_of(csp_vm *vm, csp_value v);
/* CSP_OK; CSP_E_TYPE: another type, or an int that does not fit: *out is false or 0, as for CSP_NONE, which is
 * CSP_E_MISUSE and leaves the error as it is. An int is fine as a float. */
CSP_API CSP_CHECKED csp_status csp_get_bool(csp_vm *vm, csp_value v, bool *out);
CSP_API CSP_CHECKED csp_status csp_get_int(csp_vm *vm, csp_value v, int64_t *out);
CSP_API CSP_CHECKED csp_status csp_get_uint(csp_vm *vm, csp_value v, uint64_t *out);
CSP_API CSP_CHECKED csp_status csp_get_float(csp_vm *vm, csp_value v, double *out);
/* The same for what may be missing: if v is no such number they return `otherwise`, and there is no error. */
CSP_API int64_t csp_int_or(csp_vm *vm, csp_value v, int64_t otherwise);
CSP_API double csp_float_or(csp_vm *vm, csp_value v, double otherwise);
/* A string's text or what bytes hold, NUL-terminated, as long as v; *size (or NULL): bytes. NULL: neither. */
CSP_API const char *csp_get_text(csp_vm *vm, csp_value v, size_t *size);
CSP_API void *csp_get_buffer(csp_vm *vm, csp_value v, size_t *size); /* valid until the VM runs. NULL: no buffer */

CSP_API size_t csp_length(csp_vm *vm, csp_value v); /* as len(v): of a string code points; 0 for what has none */
CSP_API csp_value csp_at(csp_vm *vm, csp_value v, size_t index);     /* of a tuple or list. CSP_NONE: none there */
CSP_API csp_value csp_get(csp_vm *vm, csp_value map, csp_value key); /* nil: none there. CSP_NONE: no map, no key */
/* As csp_get, by name; also "kind", "message", "data", "trace", "cause" of an error, "start", "end" of a range. */
CSP_API csp_value csp_get_field(csp_vm *vm, csp_value v, const char *name);
/* Goes through a map in its order: *position is 0 at first; each step sets *key and *item (either may be NULL). False:
 * there are no more, or keys have been added or removed meanwhile (value_error). */
CSP_API bool csp_next(csp_vm *vm, csp_value map, size_t *position, csp_value *key, csp_value *item);
CSP_API bool csp_equal(csp_vm *vm, csp_value a, csp_value b); /* as a == b */
/* The value as `repr` shows it, at most `limit` bytes of it (0: all) and then "…". NULL: no memory. */
CSP_API char *csp_show(csp_vm *vm, csp_value v, size_t limit);

/* Holds a value until it is freed. NULL: CSP_NONE, no memory; or misuse: a process's own value that can change. */
CSP_API csp_ref *csp_ref_new(csp_vm *vm, csp_value v);
CSP_API csp_value csp_ref_get(csp_vm *vm, const csp_ref *ref); /* in the scope that is open */
CSP_API void csp_ref_free(csp_ref *ref);                       /* [MT]; the VM may be gone */

/* ---- Modules ---- */
/* Offers a module: `import "lib/geometry"` finds what was added as "lib/geometry", before any file. To it, "vector"
 * means "lib/vector", or else "vector". The text is copied, and compiled when first imported. CSP_OK, CSP_E_MEMORY;
 * CSP_E_MISUSE: the name is empty, taken, or a standard module's that has not been omitted. */
CSP_API csp_status csp_module_add(csp_vm *vm, const char *name, const char *text, size_t size);
/* Compiles another text for an added module, which runs when it is next imported or asked for by csp_find; what the old
 * one made keeps the old code. CSP_OK; CSP_E_COMPILE, CSP_E_INTERRUPTED, CSP_E_MEMORY; CSP_E_NOT_FOUND: never added. */
CSP_API csp_status csp_module_replace(csp_vm *vm, const char *name, const char *text, size_t size);

/* From now on no text that is compiled has this standard module ("Io"): to scripts the name is unknown, or means what
 * the host adds. Natives alone (csp_natives_add) stand in its place, without `import`; a text is imported. Prints, and
 * what other standard modules do by themselves, stay as they are. CSP_OK, also when repeated; CSP_E_NOT_FOUND: no such
 * module. */
CSP_API csp_status csp_module_omit(csp_vm *vm, const char *name);

/* ---- Running a program ---- */
/* Compiles `size` bytes of text and runs them as a program, until the main process ends. Then the other processes are
 * killed, their deferred calls run, and all output is written. `name` is what messages call the text; if imports are
 * files, also the file beside which they are looked for. A VM runs one program; after that only csp_take_error,
 * csp_exit_status and csp_free are of use. CSP_OK, CSP_EXIT, or any failure. */
CSP_API csp_status csp_run_text(csp_vm *vm, const char *name, const char *text, size_t size);
CSP_API int csp_exit_status(const csp_vm *vm); /* the argument of Os.exit after CSP_EXIT, 0 … 255 */
/* Ends what the VM is running now, at its next safe point; otherwise it has no effect at all. csp_run_text, csp_eval,
 * csp_check and csp_disassemble give CSP_E_INTERRUPTED, whether they compile, load a module (which then was never
 * imported) or run, and have one second for deferred calls; csp_step returns, and no process is touched. [MT] [AS] */
CSP_API void csp_interrupt(csp_vm *vm);
CSP_API void csp_request_report(csp_vm *vm); /* reports all processes on stream 2 when it runs. [MT] [AS] */
/* Compiles the text, runs none of it, and gives its bytecode for people to read. CSP_OK, CSP_E_COMPILE,
 * CSP_E_INTERRUPTED, CSP_E_MEMORY; CSP_E_CRASH: a standard module that it uses could not be loaded. */
CSP_API csp_status csp_disassemble(csp_vm *vm, const char *name, const char *text, size_t size, char **out);

/* ---- A session: inputs evaluated one after the other, with variables that persist ---- */
CSP_API csp_session *csp_session_new(csp_vm *vm);    /* NULL: out of memory */
CSP_API void csp_session_free(csp_session *session); /* else it is freed with its VM */
/* Compiles one input and runs it as the foreground process until that ends; other processes run meanwhile, and live on.
 * *result is the value as `repr` shows it (cut at 64 KiB), NULL if it is nil or none. Names may be defined again, and
 * functions that use them find the new definition, or be used before they are defined, which a note on stream 2 says.
 * After a failure the session goes on: what was defined and done before it stands. */
CSP_API csp_status csp_eval(csp_session *session, const char *text, size_t size, char **result);
typedef enum csp_input { CSP_INPUT_COMPLETE, CSP_INPUT_INCOMPLETE, CSP_INPUT_ERROR } csp_input;
/* Whether the text can be read as it stands, could be the beginning of something longer (an open bracket, an operator
 * or `##` lines at the end …), or has an error that more text would not mend. Looks at the syntax alone. [MT] */
CSP_API csp_input csp_input_state(const char *text, size_t size);

/* ---- Calling functions ---- */
/* What a call may use; 0: any amount. When it is spent, the process is killed. Its deferred calls may use as much again
 * (a second, if no time is given); then they are cut off. */
typedef struct csp_budget {
    uint64_t reductions;  /* calls and loop iterations of the called process itself */
    uint64_t nanoseconds; /* of wall-clock time, looked at between the slices of processes */
} csp_budget;
/* What a module exports: one that was added, a standard one ("List"), or, where imports are files, one in CSP_PATH. Its
 * top level runs, if need be, in a process of its own, within the budget (NULL: any); if that fails, the module is as
 * if never asked for. CSP_OK; CSP_E_NOT_FOUND: no such module or member; CSP_E_COMPILE, CSP_E_CRASH, CSP_E_BUDGET,
 * CSP_E_DEADLOCK, CSP_E_INTERRUPTED, CSP_E_MEMORY, CSP_EXIT. [RUNS] */
CSP_API CSP_CHECKED csp_status csp_find(csp_vm *vm, const char *module, const char *name, const csp_budget *budget,
                                        csp_value *out);
/* Calls fn in the host's own process: neither arguments nor results are copied. Others run when it waits or its slice
 * is used up. No function, or a wrong count of arguments, is a crash, for the caller to see and not csp_config.crash;
 * an error value that it returns is a result. Links end with the call. budget and result may be NULL. CSP_OK,
 * CSP_E_CRASH, CSP_E_BUDGET, CSP_E_INTERRUPTED, CSP_EXIT; CSP_E_DEADLOCK: nothing is left to go on. [RUNS] */
CSP_API CSP_CHECKED csp_status csp_call(csp_vm *vm, csp_value fn, uint32_t argc, const csp_value *argv,
                                        const csp_budget *budget, csp_value *result);

/* ---- Tasks: processes that the host starts ---- */
typedef struct csp_task csp_task;
/* A process of its own calls fn with copies of the arguments; objects that have an owner are moved. It runs in
 * csp_step, csp_run, csp_call and csp_task_wait. *task is to be freed; if `task` is NULL, its crash is reported.
 * CSP_OK, CSP_E_MEMORY, CSP_EXIT; CSP_E_CRASH: too_many_processes; CSP_E_TYPE: something cannot be copied. [N] */
CSP_API CSP_CHECKED csp_status csp_spawn(csp_vm *vm, csp_value fn, uint32_t argc, const csp_value *argv,
                                         csp_task **task);
/* Its outcome, as often as asked. CSP_OK: *result (`result` may be NULL) is a copy of what fn gave; CSP_EMPTY: it has
 * not ended; CSP_E_CRASH, with its error, of kind "killed" if it was; CSP_E_CLOSED: the VM is gone. [N] */
CSP_API csp_status csp_task_result(csp_task *task, csp_value *result);
CSP_API csp_status csp_task_wait(csp_task *task, int milliseconds); /* csp_run until it has ended: CSP_OK. [RUNS] */
CSP_API csp_value csp_task_process(csp_task *task);     /* the process as a value, as scripts have it. [N] */
CSP_API uint64_t csp_task_number(const csp_task *task); /* as csp_error_process and reports have it. [MT] */
/* Kills it when the VM next runs. reason: what its error says; NULL: "killed". [MT] */
CSP_API void csp_task_kill(csp_task *task, const char *reason);
CSP_API void csp_task_free(csp_task *task); /* it goes on, and its crash is reported. The VM may be gone. [MT] */
CSP_API csp_status csp_kill(csp_vm *vm, uint64_t number, const char *reason); /* CSP_E_NOT_FOUND: no such process */

/* ---- Running processes: the host's event loop polls csp_fd for csp_timeout, then calls csp_step ---- */
/* Runs processes for about so many reductions, and never waits: at most a slice of 4,000 more, and what the last native
 * charged; the next step runs so much less. *used (`used` may be NULL): how many they were; a switch of processes
 * counts as ten. CSP_MORE, CSP_IDLE, CSP_STUCK, CSP_DONE, CSP_EXIT, CSP_E_INTERRUPTED. [RUNS] */
CSP_API csp_status csp_step(csp_vm *vm, uint64_t reductions, uint64_t *used);
/* Runs whatever processes there are, and waits for what they wait for. CSP_DONE, CSP_STUCK, CSP_EXIT,
 * CSP_E_INTERRUPTED; when the time is up (-1: it never is) CSP_MORE or CSP_IDLE. [RUNS] */
CSP_API csp_status csp_run(csp_vm *vm, int milliseconds);
/* A descriptor of the VM that is readable when there is something to do, a timer that is due included. -1: no_loop is
 * set, or it cannot be made (an error of kind "system"); then csp_timeout and csp_config.wake tell when to step. */
CSP_API int csp_fd(csp_vm *vm);
/* Milliseconds until there is something to do: 0: now; -1: not before csp_fd is readable or config.wake is called. */
CSP_API int csp_timeout(csp_vm *vm);

/* ---- Natives: functions of the host for scripts to call ---- */
/* What a native or a resume function returns: made by one of the functions below that give a csp_verdict. {0}, one of
 * another call, or a second one is misuse, and the script that called the native crashes with an error of that kind. */
typedef struct csp_verdict {
    int code;
} csp_verdict;
/* The context is valid until a verdict has been made from it, on the thread that runs the function; a resume function
 * is given it again. A scope is open: what is made in it is good until the function returns, and the process's. */
typedef csp_verdict csp_native_fn(csp_context *c);
/* Goes on with a call. result: what it has waited for; an error value if that failed (csp_context_failed). */
typedef csp_verdict csp_resume_fn(csp_context *c, void *state, csp_value result);

/* The signature says what scripts may give, and is checked before `fn` is called:
 *
 *     NAME "(" [param {"," param} ["," rest] | rest] ")" ["->" type]
 *     param = NAME [":" type] ["=" literal]       rest = ".." NAME [":" type]
 *     type  = one {"|" one}                       literal = nil true false 12 -1.5 "text"
 *     one   = any nil bool int float number string bytes tuple list map buffer range fn chan process error, or a class
 *
 * Without a type a parameter takes anything. `int` takes those of 64 bits (a larger one is value_error), `float` and
 * `number` any number. A default need not be of the type. `->` is for csp_doc. Scripts may name arguments. A wrong
 * number or name is arity_error, a wrong type type_error; a call seen to be wrong does not compile. */
typedef struct csp_native {
    const char *signature; /* "hit(who: Enemy, damage: int = 1) -> bool" */
    const char *doc;       /* one line, or NULL */
    csp_native_fn *fn;
    bool suspends; /* it may use csp_then, csp_again, csp_offload or csp_await */
    void *data;    /* csp_context_data */
} csp_native;
/* Offers natives as a module: `import "enemy"` finds what was added as "enemy", `enemy.hit(e, 3)` calls one. It may
 * also have a text (csp_module_add), whose exports hide natives of the same name, and which gets at its natives by
 * importing its own name; those that begin with `_` are for it alone. `size` is sizeof(csp_native). All is copied.
 * CSP_OK; or nothing is added: CSP_E_MEMORY, CSP_E_VERSION; CSP_E_MISUSE: the name is empty or a standard module's, or
 * a native has no function, a taken name, or a wrong signature (the error says where). natives may be NULL for none. */
CSP_API CSP_CHECKED csp_status csp_natives_add(csp_vm *vm, const char *module, const csp_native *natives, size_t count,
                                               size_t size);

/* About the call. NULL, 0 or false: the context may not be used. */
CSP_API csp_vm *csp_context_vm(csp_context *c);
CSP_API void *csp_context_user(csp_context *c);       /* csp_config.user */
CSP_API void *csp_context_data(csp_context *c);       /* csp_native.data */
CSP_API uint64_t csp_context_process(csp_context *c); /* the number of the process that called */
CSP_API bool csp_context_failed(csp_context *c);      /* in a resume function: what it has waited for failed */
/* The arguments, counted from 0: all parameters, with defaults where the script gave nothing, then what the rest
 * parameter takes. An index outside is misuse, and so is asking for a type that the signature has not made sure of; a
 * float may be asked of any number. A text (string or bytes) has a NUL behind it, and is good until the return. */
CSP_API uint32_t csp_arg_count(const csp_context *c);
CSP_API csp_value csp_arg(csp_context *c, uint32_t index);
CSP_API int64_t csp_arg_int(csp_context *c, uint32_t index);
CSP_API double csp_arg_float(csp_context *c, uint32_t index);
CSP_API bool csp_arg_bool(csp_context *c, uint32_t index);
CSP_API const char *csp_arg_text(csp_context *c, uint32_t index, size_t *size);
/* Charges the process for the native's work, in calls of some 50 ns. More than 1 ms: use csp_again or csp_offload. */
CSP_API void csp_charge(csp_context *c, uint64_t reductions);

/* The call ends with v; mutable values of the host are copied. CSP_NONE: a crash with its error, nil if it has none. */
CSP_API csp_verdict csp_return(csp_context *c, csp_value v);
CSP_API csp_verdict csp_return_int(csp_context *c, int64_t n);
CSP_API csp_verdict csp_return_float(csp_context *c, double d);
/* The call ends with an error value, which the script may look at, or with a crash, which it may catch. */
CSP_API csp_verdict csp_return_error(csp_context *c, const char *kind, const char *format, ...) CSP_FORMAT(3, 4);
CSP_API csp_verdict csp_crash(csp_context *c, const char *kind, const char *format, ...) CSP_FORMAT(3, 4);

/* The call goes on later, by resume(c, state, result), while other processes run. resume NULL: the result is what the
 * native returns (csp_again needs a function). destroy(state), if not NULL, is called exactly once: after the last
 * resume function that was given the state, or when the process is killed, the VM is freed, or this call fails. A
 * resume function that goes on with the same state hands it on. destroy may not use the VM.
 *
 * csp_then calls a function of the script. result: what it returns, or the error that it crashes with. */
CSP_API csp_verdict csp_then(csp_context *c, csp_value fn, uint32_t argc, const csp_value *argv, csp_resume_fn *resume,
                             void *state, void (*destroy)(void *state));
/* Lets others run first, if the process has used up its slice. result: nil. */
CSP_API csp_verdict csp_again(csp_context *c, csp_resume_fn *resume, void *state, void (*destroy)(void *state));
/* Calls work(state), which may not use the VM, on one of the four threads of the VM's pool. result: nil. If the process
 * is killed, destroy is called when work has returned; if the VM has been freed by then, by that thread. */
CSP_API csp_verdict csp_offload(csp_context *c, void (*work)(void *state), csp_resume_fn *resume, void *state,
                                void (*destroy)(void *state));
/* Waits for a completer that was made by this call, once for each. result: what it was completed with. */
CSP_API csp_verdict csp_await(csp_context *c, csp_completer *completer, csp_resume_fn *resume, void *state,
                              void (*destroy)(void *state));

/* Makes a completer with a count of one, the host's, to be completed from any thread, before or after csp_await; when
 * the call or the VM is gone, nothing happens. cancelled(user), if not NULL, is called on the VM's thread if the
 * process is killed or the VM freed before that. NULL: no memory, or misuse. */
CSP_API csp_completer *csp_completer_new(csp_context *c, void (*cancelled)(void *user), void *user);
CSP_API csp_completer *csp_completer_hold(csp_completer *p); /* adds one count; returns p. [MT] */
/* One less. If none is left and it has not been completed, it is, with an error value of kind "closed". [MT] */
CSP_API void csp_completer_free(csp_completer *p);
/* Completes it with a message, which is taken whatever becomes of it (NULL: an error of kind out_of_memory), or with an
 * error value. CSP_OK; CSP_E_CLOSED: it has been completed, or the call is over. The count stays as it is. [MT] */
CSP_API csp_status csp_completer_finish(csp_completer *p, csp_msg *m);
CSP_API csp_status csp_completer_fail(csp_completer *p, const char *kind, const char *message);

/* ---- Objects: pointers of the host's that scripts can hold, pass on and give back to natives, nothing else ---- */
typedef struct csp_class {
    size_t struct_size; /* sizeof(csp_class) */
    const char *name;   /* "Enemy": what type(x) gives and messages say, and signatures ask for */
    /* Called once for each object: when it is closed, when it is garbage, or when the VM is freed; on a thread that is
     * in the VM, where nothing else of the VM runs. NULL: nothing is done. */
    void (*finalize)(void *data);
    bool shared; /* all processes may use it, like a channel; else it has one owner, `move` hands it over, no copies */
} csp_class;
/* Makes the class known to signatures by its name; csp_object does it, too. It must outlive the VM, and not change.
 * CSP_OK, also when repeated; CSP_E_MISUSE: no name, a type's or another class's; CSP_E_VERSION, CSP_E_MEMORY. [N] */
CSP_API CSP_CHECKED csp_status csp_class_add(csp_vm *vm, const csp_class *of);
/* A new object, which holds `data`, not NULL; `bytes`, what that takes, counts as memory of the VM until it is
 * finalized. CSP_NONE: data is still the caller's. When memory is short, it first finalizes garbage objects. [N] */
CSP_API csp_value csp_object(csp_vm *vm, const csp_class *of, void *data, size_t bytes);
/* Its data, valid until it is finalized, so hold a value of it. NULL: another class, closed, or another process's.
 * [N] */
CSP_API void *csp_get_object(csp_vm *vm, csp_value v, const csp_class *of);
/* Finalizes the object now, whoever owns it, unless that has happened; scripts that pass it to natives then crash with
 * `closed`. For what the host destroys first. Not while work of csp_offload uses it. [N] */
CSP_API void csp_object_close(csp_vm *vm, csp_value v);
/* In a native, an argument for which the signature asks for the class: never NULL (a closed object is no argument). */
CSP_API void *csp_arg_object(csp_context *c, uint32_t index, const csp_class *of);

/* ---- Messages: values outside of any VM ----
 *
 * A message is immutable and counted (one when made), outlives all VMs, and may be used by any number of threads at
 * once. Sharing and cycles in it are kept, and what is frozen stays frozen. Makers return NULL when memory has run out;
 * all take NULL, and readers return for it what they return for "none". All but the last two are [MT]. */

/* A nil, bool, int or float. */
CSP_API csp_msg *csp_msg_nil(void);
CSP_API csp_msg *csp_msg_bool(bool b);
CSP_API csp_msg *csp_msg_int(int64_t n);
CSP_API csp_msg *csp_msg_float(double d);
/* A copy of text or bytes, which may be NULL for none. Also NULL: the text is not UTF-8, or more than 2 GiB. */
CSP_API csp_msg *csp_msg_text(const char *text, size_t size);
CSP_API csp_msg *csp_msg_bytes(const void *data, size_t size);
/* Bytes that are not copied. They must not change until release(data) is called (it may be NULL): once, by whichever
 * thread frees the message, also when NULL is returned. */
CSP_API csp_msg *csp_msg_adopt(void *data, size_t size, void (*release)(void *data));
/* From JSON (RFC 8259), as Json.parse: arrays are lists, objects maps in which the last of equal names counts, ints
 * exact at any size, numbers with a point or exponent floats. Also NULL: not JSON, nested more than 512 deep, a lone
 * surrogate, not UTF-8, a number beyond doubles, an int of over 2 ** 25 digits. */
CSP_API csp_msg *csp_msg_json(const char *json, size_t size);
/* From the packed form, which may come from anybody: all of it is checked. Also NULL: csp_msg_packed never makes such
 * bytes. */
CSP_API csp_msg *csp_msg_unpack(const void *packed, size_t size);
/* The packed form, to be kept or sent: m's own bytes, the same on all machines, version first. NULL: no memory. */
CSP_API const void *csp_msg_packed(const csp_msg *m, size_t *size);
/* As JSON: tuples as arrays, bytes and buffers as base64, errors and ranges as objects, keys that are no text as their
 * JSON. NULL: nan, inf, a cycle, a key in a key that is no text, over 2 GiB, no memory. */
CSP_API char *csp_msg_to_json(const csp_msg *m);
CSP_API csp_type csp_msg_type(const csp_msg *m); /* CSP_T_NONE: m is NULL */
/* False, and *out stays as it was: it is something else, or an int that does not fit. An int will do for a float. */
CSP_API bool csp_msg_as_bool(const csp_msg *m, bool *out);
CSP_API bool csp_msg_as_int(const csp_msg *m, int64_t *out);
CSP_API bool csp_msg_as_float(const csp_msg *m, double *out);
/* A text, bytes or a buffer: m's own, NUL-terminated but for adopted bytes. size may be NULL. NULL: something else. */
CSP_API const char *csp_msg_as_text(const csp_msg *m, size_t *size);
CSP_API size_t csp_msg_length(const csp_msg *m); /* as len: of a text code points; 0 for what has none */
/* What is inside a tuple or list; a map, by a text key; an error ("kind", "message", "data", "cause"): m's own, and
 * good as long as m. NULL: none, or no memory. The first such call goes through all of m. */
CSP_API const csp_msg *csp_msg_at(const csp_msg *m, size_t index);
CSP_API const csp_msg *csp_msg_field(const csp_msg *m, const char *name);
CSP_API csp_msg *csp_msg_hold(csp_msg *m); /* adds one count; returns m */
CSP_API void csp_msg_free(csp_msg *m);     /* one less; the last frees it */
/* A message of a value. CSP_E_TYPE: something in it cannot leave its VM: a function, channel or process, an object of
 * the host, a pointer or struct of C. The trace of an error stays behind. CSP_E_MEMORY. [N] */
CSP_API CSP_CHECKED csp_status csp_msg_of(csp_vm *vm, csp_value v, csp_msg **out);
/* As a value, the host's or, in a native, its process's; m stays. CSP_NONE: no memory, or too large an int. [N] */
CSP_API csp_value csp_msg_value(csp_vm *vm, const csp_msg *m);

/* ---- Ports ----
 *
 * A port is a channel of which one end is the host's: any thread may use that at any time, whatever the VM is doing,
 * and also when it is gone. Messages arrive in the order in which they were sent. What the script sends that cannot
 * leave its VM crashes the sender with type_error. All but csp_port_open are [MT]. */

typedef enum csp_direction { CSP_TO_SCRIPT, CSP_FROM_SCRIPT } csp_direction;
/* Opens a port with a buffer for `capacity` messages, 1 or more. *end is the script's end, to be passed on. While the
 * host's end is open, a process that waits for it is neither leaked nor deadlocked. CSP_OK, CSP_E_MEMORY. [N] */
CSP_API CSP_CHECKED csp_status csp_port_open(csp_vm *vm, csp_direction direction, uint32_t capacity, csp_port **port,
                                             csp_value *end);
/* CSP_OK: m is taken, and received when the VM, which is told (config.wake), runs. Else it stays the caller's:
 * CSP_FULL; CSP_E_CLOSED: nobody can receive it any more; CSP_E_MEMORY. */
CSP_API csp_status csp_port_send(csp_port *port, csp_msg *m);
/* CSP_OK: *out is the caller's. CSP_EMPTY; CSP_E_CLOSED: nothing is left, and the script's end or the VM is gone. */
CSP_API csp_status csp_port_receive(csp_port *port, csp_msg **out);
/* Waits until the port would not be CSP_FULL or CSP_EMPTY: CSP_OK, CSP_E_CLOSED. CSP_FULL, CSP_EMPTY: the time is up
 * (-1: it never is). Not for the thread that has to run the VM: while it waits, nobody takes or sends anything. */
CSP_API csp_status csp_port_wait(csp_port *port, int milliseconds);
/* The port's descriptor, only to be polled: readable while csp_port_wait would not wait. -1: the system has none. */
CSP_API int csp_port_fd(csp_port *port);
/* Closes the host's end. To the script: it sees a closed channel, after the messages that are on their way. From the
 * script: whoever sends crashes with `closed`; what is there can still be received. Closing it again does nothing. */
CSP_API void csp_port_close(csp_port *port);
CSP_API void csp_port_free(csp_port *port); /* closes the host's end and frees the port: nobody may use it any more */

/* ---- What is going on ---- */
typedef struct csp_stats {
    size_t struct_size; /* set by the caller: sizeof(csp_stats) */
    size_t memory;      /* bytes in use by this VM: exact after csp_collect, else at most 1 MiB below the truth */
    size_t heap;        /* bytes that the collector has, for all VMs of this OS process */
    uint64_t processes, runnable; /* now, without the host's own */
    /* So far: processes started and crashed, their reductions, messages over channels, reports over max_reports. */
    uint64_t spawned, crashed, reductions, messages, reports_dropped;
    uint64_t collections, pause_last, pause_max; /* of all VMs of this OS process; the last and longest pause, in ns */
    uint32_t handles, refs, tasks, ports;        /* that the host has not given back */
    uint32_t objects;                            /* not yet finalized */
} csp_stats;
/* Fills in what the caller's csp_stats has of it; what this library does not know is 0. [N] */
CSP_API void csp_get_stats(csp_vm *vm, csp_stats *out);
/* Collects garbage now, rather than in the middle of a frame, for all VMs of this OS process, and finalizes this one's
 * objects that are garbage. (What leaked processes hold is so in a later step, when they are reported and killed.) */
CSP_API void csp_collect(csp_vm *vm);
/* What each process does, as csp_request_report writes it; CSP_JSON: an array on one line. NULL: no memory. */
CSP_API char *csp_report(csp_vm *vm, csp_style style);

/* ---- Errors: all that reads them is [MT] ---- */
/* The last failure, if not replaced or taken; the caller's, and may outlive the VM. NULL: none, or no memory. [N] */
CSP_API csp_error *csp_take_error(csp_vm *vm);
CSP_API void csp_error_free(csp_error *error);
/* "compile", "deadlock", "interrupted", "out_of_memory", "misuse", "denied", "budget", "closed", "system", "version",
 * or a kind of the language: what a process ended with, or the call's own ("type_error" …). */
CSP_API const char *csp_error_kind(const csp_error *error);
CSP_API const char *csp_error_message(const csp_error *error);
/* The number of the process that failed; *name (`name` may be NULL): as csp_process.name. 0: not one process's. */
CSP_API uint64_t csp_error_process(const csp_error *error, const char **name);
/* The error that this one replaced, as its cause, without a process; valid as long as this one. NULL: none. */
CSP_API const csp_error *csp_error_cause(const csp_error *error);
/* A place in a source; line and column count from 1 (columns in code points). file is NULL if there is no source. */
typedef struct csp_place {
    const char *file;
    const char *function; /* of a frame: the function's name, or NULL */
    uint32_t line, column;
} csp_place;
/* Where a process stood when it failed; 0 is the innermost, or a compile error's place. False: no more. */
CSP_API bool csp_error_frame(const csp_error *error, uint32_t index, csp_place *out);
/* Where the process was spawned (index 0), where its parent was (1), and so on up to main, whether those still live or
 * not; a place where processes of one kind spawn each other again and again appears once. False: there are no more. */
CSP_API bool csp_error_spawned(const csp_error *error, uint32_t index, csp_place *out);
/* All that is known, as text (several lines, with the source and a caret; coloured by ANSI sequences if asked) or as
 * JSON, one object per line for each error. Ends with a newline. NULL: out of memory. */
CSP_API char *csp_error_text(const csp_error *error, csp_style style);
#ifdef __cplusplus
}
#endif
#include "csp_tools.h"
#endif
