/* The part of csp.h that is for tools: REPLs, checkers, whatever shows what processes do. Include csp.h, which includes
 * this; what is said at its head holds here, too. */
#ifndef CSP_TOOLS_H
#define CSP_TOOLS_H
#include "csp.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Programs as text ---- */
typedef struct csp_findings {
    uint32_t errors, warnings;
} csp_findings;
/* Looks for mistakes in a program without running it: all compile errors, and warnings about what is hardly intended
 * (`csp check`; LANGUAGE.md lists them); of imported modules only errors. *report: all of them as by csp_error_text,
 * NULL if there are none. One VM can check any number of programs before it runs one. CSP_OK whether or not something
 * was found; CSP_E_INTERRUPTED, CSP_E_MEMORY, CSP_E_MISUSE; CSP_E_CRASH: a standard module could not be loaded. */
CSP_API csp_status csp_check(csp_vm *vm, const char *name, const char *text, size_t size, csp_style style,
                             csp_findings *found, char **report);
/* What a program says about itself: its `##` lines, and those of its exports and C declarations, each with its head, as
 * csp_doc gives it. Only reads the text. CSP_OK; CSP_E_COMPILE: it cannot be read; CSP_E_MEMORY. */
CSP_API csp_status csp_doc_text(csp_vm *vm, const char *name, const char *text, size_t size, char **out);

/* ---- Tests ---- */
typedef struct csp_tests csp_tests; /* the tests of one text; they belong to no VM and serve any */
typedef struct csp_test {
    const char *name; /* NUL-terminated; it may also contain NULs */
    size_t name_size;
    uint32_t line;      /* where the word `test` is */
    const char *source; /* the text of that line, not NUL-terminated */
    size_t source_size;
} csp_test;
/* Compiles a program, of which nothing runs, to find its tests, `test "name" { … }`. CSP_OK: *tests is to be freed;
 * CSP_E_COMPILE, CSP_E_INTERRUPTED, CSP_E_MEMORY; CSP_E_CRASH: a standard module could not be loaded. */
CSP_API csp_status csp_tests_read(csp_vm *vm, const char *name, const char *text, size_t size, csp_tests **tests);
CSP_API size_t csp_tests_count(const csp_tests *tests); /* [MT] */
/* In the order of the text; *test is valid as long as `tests`. False: there is none of that number. [MT] */
CSP_API bool csp_tests_get(const csp_tests *tests, size_t index, csp_test *test);
CSP_API void csp_tests_free(csp_tests *tests); /* [MT] */
typedef struct csp_test_options {
    size_t struct_size;    /* sizeof(csp_test_options) */
    uint32_t milliseconds; /* how long it may take; 0: any time */
    bool updates;          /* Test.snapshot writes */
    bool seeded;           /* the schedule follows `seed`: who runs when, what `alt` and Random draw */
    uint64_t seed;
} csp_test_options;
/* Runs one of them as csp_run_text runs a program, in a VM that has run nothing: constants and functions of the text
 * are there, its statements do not run. options NULL: no limit of time. What the test leaves running is killed. CSP_OK:
 * it has passed, apart from crashes that csp_config.crash is told of; CSP_STUCK: apart from processes that have leaked
 * (of those still waiting at the end only with csp_config.report_leaks); CSP_E_CRASH: also when its value is an error;
 * CSP_E_BUDGET: it took too long (an error of kind "timeout"); CSP_EXIT; or any other failure. [RUNS] */
CSP_API csp_status csp_test_run(csp_vm *vm, const csp_tests *tests, size_t index, const csp_test_options *options);

/* ---- Sessions: evaluation in pieces ---- */
/* Does what csp_eval does until the input would run; that is then done by csp_step, csp_run and csp_eval_wait. CSP_OK,
 * or as csp_eval when the input does not compile. CSP_E_MISUSE, from csp_eval too: one is under way in this session. */
CSP_API csp_status csp_eval_start(csp_session *session, const char *text, size_t size);
/* Runs what there is, as csp_run, until that evaluation is over: CSP_OK; when the time is up (-1: it never is) CSP_MORE
 * or CSP_IDLE; CSP_E_INTERRUPTED: it goes on nevertheless. CSP_E_MISUSE, of the next two as well: none is. [RUNS] */
CSP_API csp_status csp_eval_wait(csp_session *session, int milliseconds);
/* CSP_EMPTY while it goes on; then, once, what csp_eval gives. *value (`value` may be NULL): a handle, for the host to
 * show. When nothing but the host could wake anybody, this is what ends it as deadlocked: so ask after each step. */
CSP_API csp_status csp_eval_result(csp_session *session, csp_value *value);
/* Kills it, with the branches of its `par`; it will be CSP_E_INTERRUPTED, `reason` its message (NULL: a usual one), as
 * soon as its deferred calls have run, at most a second later. Called again: at once, whatever it is in the middle of
 * (C that blocks, for instance), from which it never returns. CSP_OK, also if it is over. */
CSP_API csp_status csp_eval_stop(csp_session *session, const char *reason);
CSP_API uint64_t csp_eval_process(csp_session *session); /* the number of its process; 0: none is under way */

/* ---- Values ---- */
/* Limits of 0 are none. */
typedef struct csp_print_options {
    size_t struct_size;  /* sizeof(csp_print_options) */
    uint32_t width;      /* columns; 0: all on one line */
    uint32_t rows;       /* lines of that width, 5 or more */
    uint32_t items;      /* of each container */
    uint32_t depth;      /* of containers in containers */
    uint32_t characters; /* in all, but for indentation and what is said of what is left out */
    bool colour;         /* by ANSI sequences */
    /* Processes, channels and functions say what they do and are: <process 4 worker, waits on <chan 2>>,
     * <chan 2, 3 of 3 full, 1 waits to send>, <fn area(w, h = w)>. */
    bool describe;
    const char *more; /* how to see all: "… 2,950 more (MORE)" is said once. NULL: nothing */
} csp_print_options;
/* The value for people to read: as `repr` shows it, on one line if it fits; else indented, numbers and short texts in
 * rows, maps aligned. What is left out is not looked at, so the time is in proportion to what is shown. It does not end
 * with a newline. options NULL: as csp_show. NULL: no memory, or misuse. [N] */
CSP_API char *csp_print(csp_vm *vm, csp_value v, const csp_print_options *options);

/* ---- Sessions: names and what they are ---- */
/* From now on `each` is given the values of inputs, and csp_eval gives none: that of each expression at the top level
 * of an input, unless it is nil, as soon as it has been evaluated. It is called as a native is: what is [N] may be
 * called, and v is valid during the call. NULL: csp_eval gives the last one again. */
CSP_API void csp_session_on_value(csp_session *session, void (*each)(void *user, csp_value v), void *user);
/* Binds a name in the session, in place of what it was; `_` may be one. v: a value that cannot change, or the session's
 * own. CSP_OK; CSP_E_TYPE: another process's; CSP_E_MEMORY; CSP_E_MISUSE: no such name can be written. [N] */
CSP_API csp_status csp_session_set(csp_session *session, const char *name, csp_value v);
/* What a variable of the session holds; the host may show it. CSP_NONE: there is none (not_found). [N] */
CSP_API csp_value csp_session_get(csp_session *session, const char *name);
/* Unbinds a name; what functions have captured of it stays. CSP_OK; CSP_E_NOT_FOUND: there is none. [N] */
CSP_API csp_status csp_session_forget(csp_session *session, const char *name);
/* Calls `each`, in order, with each whole word that could end `text`, to replace it from the byte *start. */
CSP_API void csp_complete(csp_session *session, const char *text, size_t size, size_t *start,
                          void (*each)(void *user, const char *candidate), void *user);
/* How a function is called and what it does, in a few lines that end with a newline. `name` is as in the session
 * ("print", "List.push", "f"), a module ("List"), a word of the language ("spawn"), or a member alone ("sort": that of
 * every module that has one). NULL: nothing is known about it. */
CSP_API char *csp_doc(csp_session *session, const char *name);
/* How a function is called: "area(w, h = w)", "List.push(xs, x)". `name` is as for csp_doc. NULL: it is none. */
CSP_API char *csp_signature(csp_session *session, const char *name);
CSP_API char *csp_doc_near(csp_session *session, const char *name); /* what an unknown name meant. NULL: no idea */
/* The text of what `name` is, with the `##` lines above it: the statement that bound a name of the session, a function
 * or constant of a module ("m.f", "List.sort"), a whole module that was imported ("m"). *file and *line (both may be
 * NULL) are where it begins; *file is NULL for an input, else freed by csp_text_free. NULL: not known, or of C. */
CSP_API char *csp_source(csp_session *session, const char *name, char **file, uint32_t *line);
/* The bytecode of the function that `name` is, for people to read; of closures in it only how they are made. CSP_OK;
 * CSP_E_NOT_FOUND: it is none, or written in C; CSP_E_MEMORY. */
CSP_API csp_status csp_disassemble_name(csp_session *session, const char *name, char **out);
typedef enum csp_name_kind {
    CSP_NAME_LET,
    CSP_NAME_VAR,
    CSP_NAME_FN,
    CSP_NAME_CONST,
    CSP_NAME_IMPORT,
    CSP_NAME_EXTERN
} csp_name_kind;
typedef struct csp_name {
    const char *name;
    csp_name_kind kind;
    const char *text; /* the statement; names that one has bound have the same pointer. NULL: the host has set it */
    const char *file; /* where that stands, as csp_session_file gave it; NULL: an input */
    uint32_t line;
} csp_name;
/* Calls `each` for all names of the session, in the order in which they were bound; its argument is valid during the
 * call. CSP_OK, CSP_E_MEMORY. */
CSP_API csp_status csp_each_name(csp_session *session, void (*each)(void *user, const csp_name *name), void *user);
/* What the next inputs are called in errors and by csp_source: a file, beside which they import, and whose lines are
 * counted from 1; NULL: inputs again. CSP_OK, CSP_E_MEMORY. */
CSP_API csp_status csp_session_file(csp_session *session, const char *name);

/* ---- Modules whose files change ---- */
typedef struct csp_module {
    const char *name; /* as shown to people */
    const char *path; /* the file, from the root */
    bool changed;     /* it has another text than when it was read */
} csp_module;
/* Calls `each` for all modules that have been imported from files; its argument is valid during the call. CSP_OK. */
CSP_API csp_status csp_each_module(csp_vm *vm, void (*each)(void *user, const csp_module *module), void *user);
typedef struct csp_reload {
    const char *module;            /* as shown to people */
    uint32_t added, changed, gone; /* top-level declarations, by name */
    uint32_t process_count;        /* that still run code of the old text, until they have left it */
    const uint64_t *processes;     /* their numbers */
} csp_reload;
/* Reads modules whose files have changed again, compiles them and what imports them, and runs their top levels: all, or
 * what is imported as `name` and what that imports. What uses them through a name of this session gets the new ones.
 * Calls `each` for each that had changed. As csp_eval; after a failure everything is as it was, but for what the top
 * levels have done. CSP_E_NOT_FOUND: no module of files has that name. [RUNS] */
CSP_API csp_status csp_reload_modules(csp_session *session, const char *name,
                                      void (*each)(void *user, const csp_reload *reload), void *user);

/* ---- Processes and channels ---- */
/* What a callback is given is valid during that call, texts and arrays included;
 * later versions add members at the ends of the structs, and words at the ends of the enums. */

/* clang-format off */
/* What a process waits for: nothing (it runs, or could); a channel that takes or gives something, ticks, or is closed
 * and drained; the end of a process; any one of several; the branches of its par; its time; a descriptor that takes its
 * output; work done elsewhere. */
typedef enum csp_waiting {
    CSP_WAITS_NOT, CSP_WAITS_SEND, CSP_WAITS_RECEIVE, CSP_WAITS_TICK, CSP_WAITS_DRAINED, CSP_WAITS_END, CSP_WAITS_ALT,
    CSP_WAITS_PAR, CSP_WAITS_TIME, CSP_WAITS_OUTPUT, CSP_WAITS_WORK, CSP_WAITS_OTHER
} csp_waiting;
/* What it is: spawned by a process or the host; the program, or the input that a session evaluates; a branch of a par;
 * what the host calls, or loads. */
typedef enum csp_process_kind { CSP_IS_SPAWNED, CSP_IS_MAIN, CSP_IS_BRANCH, CSP_IS_HOSTS } csp_process_kind;
/* clang-format on */
typedef struct csp_wait {
    csp_waiting kind; /* SEND, RECEIVE, TICK, DRAINED; END; TIME */
    uint64_t number;  /* of the channel; of the process that is to end; ns until then */
} csp_wait;
typedef struct csp_process {
    uint64_t number;
    uint64_t reductions; /* used so far */
    const char *name;    /* given by Process.name, or of the function that was spawned; "" if there is none */
    const char *state;   /* "running", "runnable", "waiting" */
    csp_place where;
    csp_waiting waiting;
    const csp_wait *waits; /* all, any of which wakes it */
    uint32_t wait_count, link_count;
    const uint64_t *links; /* numbers of the processes that it is linked with */
    const char *work;      /* CSP_WAITS_WORK: what is done, as "C function usleep (libc.so.6) to return"; else NULL */
    uint64_t parent;       /* number of the process that spawned it, which may have ended; 0: the host, or not known */
    csp_place spawned;     /* by a process: where, and the name of what it spawned (NULL: a block). Else empty */
    csp_process_kind kind;
    bool supervisor, dying; /* it runs a supervisor; it has been killed, and its deferred calls run */
    size_t memory;          /* bytes of the process and its stack: what it holds is not counted */
    uint32_t restarts;      /* by a supervisor: how many processes there were in its place before … */
    const char *last_end;   /* … and how the last of them has ended: "fail: no luck". NULL: there was none */
} csp_process;
/* Calls `each` for all living processes, by number. CSP_OK, CSP_E_MEMORY. */
CSP_API csp_status csp_each_process(csp_vm *vm, void (*each)(void *user, const csp_process *process), void *user);
/* The same for the one with that number. CSP_E_NOT_FOUND: there is none. */
CSP_API csp_status csp_find_process(csp_vm *vm, uint64_t number, void (*found)(void *user, const csp_process *process),
                                    void *user);
/* In csp_config.write: the number of the process whose text it is given; a branch counts as the process that runs its
 * `par`. What several processes print comes in separate calls. *name (`name` may be NULL): as csp_process.name, during
 * the call. 0: the VM's own, as reports. */
CSP_API uint64_t csp_writer(csp_vm *vm, const char **name);
/* After CSP_EXIT: the number of the process that called Os.exit, which is where it was. 0: none has. [MT] */
CSP_API uint64_t csp_exit_process(const csp_vm *vm);
/* Where that process stands, as csp_error_frame, the innermost first, with the line of the source (not NUL-terminated;
 * NULL: there is none): at most the 48 innermost and the 16 outermost, between which `omitted` is how many are left out
 * before this one. CSP_OK, CSP_E_MEMORY; CSP_E_NOT_FOUND: no such process. */
typedef struct csp_frame {
    csp_place place;
    const char *source;
    size_t source_size;
    uint32_t omitted;
    bool tail; /* tail calls have replaced frames before it */
} csp_frame;
CSP_API csp_status csp_each_frame(csp_vm *vm, uint64_t process, void (*each)(void *user, const csp_frame *frame),
                                  void *user);
/* Calls `each` with the number of each process that nobody can wake any more: those that will be reported as leaked. It
 * collects garbage to find them, and touches none of them. CSP_OK, CSP_E_MEMORY. */
CSP_API csp_status csp_each_stuck(csp_vm *vm, void (*each)(void *user, uint64_t process), void *user);

/* Who holds a channel: a process, in a variable or what is reached from there; a channel, in a message in its buffer; a
 * variable of a session, or a top-level const; the host (all three are 0 or NULL). */
typedef struct csp_holder {
    uint64_t process, channel;
    const char *name;
    bool sends, receives; /* what it may do: both, unless it holds one end alone */
} csp_holder;
/* What it is: a channel of the program; the outcome of a process; a ticker; a port of the host. */
typedef enum csp_channel_kind { CSP_IS_CHANNEL, CSP_IS_OUTCOME, CSP_IS_TICKER, CSP_IS_PORT } csp_channel_kind;
typedef struct csp_channel {
    uint64_t number;             /* as scripts show it: <chan 2> */
    uint32_t capacity, count;    /* of its buffer; messages in it */
    uint32_t senders, receivers; /* processes that wait to send, and for what is sent, or for its end */
    csp_place made;              /* file NULL: not by a program, or no longer known */
    csp_channel_kind kind;
    bool closed;
    bool complete; /* all of its holders have been found: only so much is looked at */
    uint64_t of;   /* CSP_IS_OUTCOME: the number of the process */
    const csp_holder *holders;
    uint32_t holder_count;
} csp_channel;
/* Calls `each`, by number, for all channels that a process waits on or that anybody holds. CSP_OK, CSP_E_MEMORY. */
CSP_API csp_status csp_each_channel(csp_vm *vm, void (*each)(void *user, const csp_channel *channel), void *user);
/* The messages in the buffer of that channel as `repr` shows them in a list, cut as by csp_show. NULL: no such channel,
 * or no memory. */
CSP_API char *csp_channel_content(csp_vm *vm, uint64_t channel, size_t limit);

/* ---- What happens, as it happens ---- */
/* Each message is told as sent once, by MESSAGE or SEND, and as received once, by MESSAGE or RECEIVE. `process` and
 * `other` are: who sends and who receives it, which meet (one has waited); who sends it into the buffer of the channel,
 * or to the host; who receives what lay in the buffer, a tick, or the outcome of `other`. Who closes the channel; who
 * begins `other`; who has ended, by itself, by a crash, or obeying a kill; who has `other` killed, by a kill, a link or
 * a `par`. 0 is the host, or nobody. */
typedef enum csp_event_kind {
    CSP_EVENT_MESSAGE,
    CSP_EVENT_SEND,
    CSP_EVENT_RECEIVE,
    CSP_EVENT_CLOSE,
    CSP_EVENT_SPAWN,
    CSP_EVENT_END,
    CSP_EVENT_CRASH,
    CSP_EVENT_KILL,
    CSP_EVENT_KILLED
} csp_event_kind;
typedef struct csp_event {
    csp_event_kind kind;
    int64_t time; /* ns of the monotonic clock */
    uint64_t process, other;
    const char *name, *other_name; /* as csp_process.name of what was spawned; "": it has none, or the host began it */
    uint64_t channel;              /* 0: none */
    csp_place where, other_where;  /* where they stand (of a crash: where that was). file NULL: not known */
    bool waited, other_waited;     /* they had to wait for it */
    bool has_value;                /* csp_event_value gives one */
    csp_place spawned, other_spawned; /* where; file NULL: by the host, or not known */
} csp_event;
/* From now on `each` is told of all that processes do to each other, when it has just happened; what it is given is
 * valid during the call, in which nothing of the VM but csp_event_value may be called (misuse, told). It runs in the
 * thread that is in the VM, and holds all processes up. NULL: no longer; a VM begins that way, and it costs nothing. */
CSP_API csp_status csp_trace(csp_vm *vm, void (*each)(void *user, const csp_event *event), void *user);
/* In that callback: the message (but for a long one on its way from or to the host), the outcome of END, the error of
 * CRASH, the reason of KILL and KILLED, as csp_print shows it with these options (NULL: the whole), for the host to
 * free. NULL: there is none, no memory, or misuse. */
CSP_API char *csp_event_value(csp_vm *vm, const csp_print_options *options);

/* Forks the OS process, as fork(2). Returns the child's pid, and 0 in the child, where the VM is as it was except for
 * its descriptors, which are the child's own. -1: another thread of the OS process lives, which the child would lack
 * (an error of kind "busy"; one of the VM's own ends a few seconds after its last work), or fork failed ("system"). */
CSP_API int csp_fork(csp_vm *vm);
#ifdef __cplusplus
}
#endif
#endif
