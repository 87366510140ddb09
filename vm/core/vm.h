/* The virtual machine: everything belongs to one csp_vm. */
#ifndef CSP_VM_CORE_VM_H
#define CSP_VM_CORE_VM_H

#include <stdatomic.h>

#include "base/capability.h"
#include "gc/heap.h"
#include "vm/core/error.h"

struct loop;
struct bell;
struct event;
struct request;

/* Limits of a VM; 0: no limit, unless said otherwise. */
typedef struct vm_limits {
    size_t memory; /* bytes */
    size_t stack;  /* bytes per process */
    uint32_t processes;
    uint64_t reductions;
    uint64_t int_bits;
    size_t step_bytes;   /* what a step copies or makes at most (steps.h); 0: STEP_BYTES */
    uint32_t reports;    /* crashes that nobody awaits, told each second */
    size_t native_stack; /* bytes of each stack for C; 0: NATIVE_STACK_SIZE */
    int64_t long_call;   /* ns that C may hold everybody up without being told of */
} vm_limits;

/* Plain text, text with ANSI sequences, or JSON: one object per line. */
typedef enum vm_style { VM_PLAIN, VM_COLOUR, VM_JSON } vm_style;

/* What the host does for the VM. */
typedef struct vm_host {
    void *user;
    /* takes all that it is given; NULL: write to the descriptors 1 and 2 */
    void (*write)(void *user, int stream /* 1, 2 */, const char *text, size_t size);
    vm_style style; /* style of reports on stream 2: crashes, leaks */
    /* Called for a crash that nobody awaits: p has just ended with the error `why`.
     * NULL: trace_tell_crash. */
    void (*crash)(struct csp_vm *vm, const struct process *p, value why);
    /* Called at most once a second with a text that says how many crashes were not told, since
     * there were too many (flood.h). NULL: flood_tell_stream. */
    void (*dropped)(struct csp_vm *vm, const char *message);
} vm_host;

/* Crashes that are only counted: those of one kind at one position. */
typedef struct flood_place {
    uint32_t position;
    value kind;
    uint64_t count;
} flood_place;
enum { FLOOD_PLACES = 4 };
typedef struct crash_flood {
    int64_t until; /* the end of the second that a crash began */
    uint32_t told; /* crashes told in that second */
    uint32_t place_count;
    flood_place places[FLOOD_PLACES];
    uint64_t dropped, dropped_ever;
} crash_flood;

/* What has happened so far, for a host that asks. */
typedef struct vm_counts {
    uint64_t reductions, messages; /* messages: sent over channels by processes */
    uint64_t crashed;              /* processes, awaited or not */
    uint64_t leaked;               /* processes that have been reported as such */
} vm_counts;

/* The host's own process (vm/own.h). */
typedef struct vm_own {
    process *process; /* NULL: there is none now */
    uint64_t number;  /* of the next one; 0: there has been none */
    bool called;      /* a call is under way */
} vm_own;

/* The time of a VM that does not follow the clock: vm_now (vm/outside/loop.h). */
typedef struct vm_time {
    bool is_virtual;
    int64_t now, wall; /* on the clock of loop_now; since 1970 */
} vm_time;

/* A test that the VM runs. */
typedef struct vm_test {
    const char *file; /* where it stands */
    bool updates;     /* snapshots are written */
} vm_test;

/* What vm_interrupt acts on: a host's call that runs something, from its beginning to its end. */
typedef enum vm_activity { VM_QUIET, VM_ACTIVE, VM_TO_BE_INTERRUPTED } vm_activity;

/* The VM is pinned (heap_pinned), so all values in it are roots. */
struct csp_vm {
    heap heap;
    scheduler sched;
    vm_host host;
    vm_limits limits;
    const struct kind_traits *const *kinds; /* kind.h: kind_table */

    /* All processes that have not ended, unordered and held weakly (leak.h); p->index is its place.
     * There are chunks for table_capacity processes, and room for table_chunks chunks (table.h). */
    process ***table;
    uint32_t table_count, table_capacity, table_chunks;
    process **hosted; /* those that the host runs: pinned, since nothing else may hold them */
    uint32_t hosted_count, hosted_capacity;
    struct leak_places *leak_places; /* leak.c: what has been reported */
    crash_flood flood;
    /* a process that nobody awaits has ended with this error: flood_crash */
    void (*crashed)(struct csp_vm *vm, const struct process *p, value why);
    vm_own own;
    vm_counts counts;
    /* what happens, for a host that traces; NULL: nobody does. event_watch sets both (event.h) */
    void (*tell)(struct csp_vm *vm, const struct event *e);
    uint64_t chan_unusual;
    /* The process that has a budget (sched_set_budget): its slices, and the run, end when it has
     * used `budget` reductions in all. NULL: none */
    process *budgeted;
    uint64_t budget;
    uint64_t last_number; /* of a process */
    uint64_t last_channel;
    process *main;
    struct origins *origins; /* origin.c: where processes were spawned */
    origin_edge last_spawn;  /* see origin_of_spawn */

    struct code_entry *modules; /* code_table.c; malloc'ed: it holds them weakly */
    uint32_t module_count, module_capacity, modules_dead;
    uint32_t next_position; /* from 1 on: 0 means "nowhere" */
    size_t let_go_bytes;    /* of code let go since modules were last judged */

    struct string **interned; /* open addressing; pinned, not scanned: it holds them weakly */
    uint32_t interned_count, interned_mask;
    struct shapes *shapes; /* shape.c: of maps; NULL until there is one */
    value characters[128]; /* strings of one ASCII character */
    value error_names[ERR_COUNT];
    value empty_string, empty_tuple;
    value memory_error; /* made in advance: there may be no memory when it is needed */
    uint64_t hash_seed;

    struct native_module *natives;     /* registered tables; malloc'ed */
    struct native_index *native_index; /* native.c: entry -> place in native_values */
    value *native_values;              /* their function objects, pinned */
    uint32_t native_module_count;
    uint32_t requests_waiting; /* requests for which a process waits */

    struct output *outputs; /* of the streams 1 and 2 (output.c) */
    struct loop *loop;      /* NULL until it is needed: vm_loop */
    struct bell *bell;      /* rung by other threads; waited for without a loop */
    bool no_loop;           /* there never is one */
    /* In the collector's callbacks: what C has given (release.h) is judged after a marking that
     * brings nothing back, and kept by any other. NULL: there is no C */
    void (*judge_foreign)(struct csp_vm *vm);
    void (*keep_foreign)(const struct csp_vm *vm, struct heap_marker *m);
    struct hosted_table *objects; /* of the host (hosted.h); NULL until there is one */
    uint64_t capabilities;        /* base/capability.h: what the host has granted */
    struct confine *confine;      /* confine.h: where that holds; NULL: everywhere */
    struct foreign *foreign;      /* what calls C; made with the first library */
    struct pool *pool;            /* workers and inbox of the requests; made by the first */
    struct request *requests;     /* all that have been neither taken nor disposed of */
    struct stream *streams;       /* stream.h: all that are open, or have something to write */
    struct environment *env;      /* environment.h; made when first needed */
    struct child *children;       /* child.h: programs that have been started and not yet reaped */
    value standard_streams[3];    /* of the descriptors 0 to 2; ABSENT until they are needed */
    struct csp_port *ports;       /* port_end.h; changes under the allocation lock */
    bool ports_lost;              /* the channel of one of them is garbage */
    bool ports_starved;           /* one of them had no memory for a message */
    void *top;                    /* for the layer above (api/): module loader, sessions */
    const char *const *args;
    uint32_t arg_count; /* of the script */

    /* set from outside (signal handlers too): report on stream 2 what every process is doing */
    volatile int asked;
    /* For the layer above: called between two slices when
     * `attention` is set, by any thread, which then rings the bell */
    void (*attend)(struct csp_vm *vm);
    /* For the layer above: calls `each` for the names of its sessions, `_` last. NULL: it has
     * none */
    void (*each_name)(struct csp_vm *vm, void (*each)(void *user, const char *name, value v),
                      void *user);
    _Atomic bool attention;
    /* vm_activity; set from outside (signal handlers too) from ACTIVE to TO_BE_INTERRUPTED */
    _Atomic int activity;
    int exit_status;  /* of Os.exit; -1: nobody has called it */
    uint64_t exit_by; /* the number of the process that has */
    /* if the program was stopped: until when defers may run; else 0 */
    int64_t grace_until;
    /* heap.collections when leaks were last looked for */
    uint64_t collections_seen;
    vm_time time;
    const vm_test *test; /* NULL: it runs none */
    int64_t started;     /* monotonic ns */
    bool exiting;        /* main has ended: the other processes are being killed */
    bool final_check;    /* when main has returned, look for leaks once more (--leaks) */
    bool one_output;     /* both streams lead to the same place: the first output takes all */
    bool judge_due;      /* the next marking determines which modules and names nobody holds */
    bool judging;        /* the marking under way does that */
};

enum { PROCESS_CHUNK = 1 << 13 /* processes to a chunk of the table */ };
static inline process **process_place(const csp_vm *vm, uint32_t i)
{
    return &vm->table[i / PROCESS_CHUNK][i % PROCESS_CHUNK];
}
static inline process *process_at(const csp_vm *vm, uint32_t i) { return *process_place(vm, i); }

static inline heap *vm_heap(csp_vm *vm) { return &vm->heap; }

/* Whether somebody has called vm_interrupt; it stays set until vm_run or vm_leave has seen it. */
static inline bool vm_interrupted(const csp_vm *vm)
{
    return atomic_load_explicit(&vm->activity, memory_order_relaxed) == VM_TO_BE_INTERRUPTED;
}

/* How long, in ns, the deferred calls of processes killed at the end of a program may take,
 * all together. */
enum { VM_GRACE = 1000000000 };

/* Charges the running process n reductions in addition to the call itself. */
static inline void vm_charge(csp_vm *vm, uint64_t n) { vm->sched.charged += n; }

/* Os.exit: the program ends with this status, 0 to 255; for a native to give. In a defer, when the
 * program is ending already, nothing happens. */
static inline verdict vm_exit(csp_vm *vm, int status)
{
    if (vm->exiting)
        return VERDICT_DONE;
    vm->exit_status = status;
    vm->exit_by = process_number(vm->sched.running);
    return VERDICT_EXIT;
}
/* Whether the host has granted it (MAY_…); else raises `denied`. */
bool vm_may(csp_vm *vm, uint64_t capability);
/* A time in ns as programs see it: without MAY_PRECISE_TIME rounded down to 1 ms. */
static inline int64_t vm_clock(const csp_vm *vm, int64_t ns)
{
    enum { MS = 1000000 };
    return vm->capabilities & MAY_PRECISE_TIME ? ns : ns - ns % MS;
}
/* Values of the descriptors 0 to 2, ABSENT until there are any: roots. */
static inline value *vm_standard_streams(csp_vm *vm) { return vm->standard_streams; }
/* The test that the VM runs, or NULL. */
static inline const vm_test *vm_tested(const csp_vm *vm) { return vm->test; }
/* The script's arguments. */
static inline uint32_t vm_arg_count(const csp_vm *vm) { return vm->arg_count; }
static inline const char *vm_arg(const csp_vm *vm, uint32_t i) { return vm->args[i]; }

/* The number of a channel; it is assigned when first asked for. */
static inline uint64_t chan_number(csp_vm *vm, channel *c)
{
    if (c->header >> OWNER_SHIFT == 0)
        c->header |= ++vm->last_channel << OWNER_SHIFT;
    return c->header >> OWNER_SHIFT;
}

/* Whether the running process may use this object: it is immutable, a handle, or its own. */
static inline bool value_usable(const process *p, value v)
{
    if (value_is_immutable(v))
        return true;
    return (obj_header(v) & OWNER_MASK) == process_owner(p);
}

#endif
