/* The data of the concurrency core (processes, channels, alts, timers, pars, schedulers), and who
 * owns what.
 *
 * The protocol is in ARCHITECTURE.md ("A send, step by step") and in the comments of rendezvous.c,
 * alt.c, process.c and timer.c. In short:
 *
 *  - ticket = epoch << 2 | state. RUN: there is exactly one owner: a run queue, the scheduler that
 *    runs it, or whoever has just won it and has not yet called sched_ready. WAIT: it has no owner;
 *    whoever wins the ticket becomes the owner. END: it has ended for good. Each win adds one to
 *    the epoch.
 *  - A node in a queue is valid only while its ticket equals its process's. Whoever meets a stale
 *    node drops it. A process that stands in a queue itself (its embedded node) waits: whoever wins
 *    it takes it out.
 *  - Only the winner writes `wake`, the node's value and alt->won. It never touches the other
 *    process's stack.
 *  - The ticket of a recycled process object goes on counting. It is never reset.
 *
 * There is one scheduler per VM, so the sections between two safe points do not interleave: no
 * locks are needed, and a win never fails once stale nodes have been dropped (asserted). */
#ifndef CSP_VM_CORE_CONCURRENCY_H
#define CSP_VM_CORE_CONCURRENCY_H

#include <stddef.h>

#include "vm/core/bytecode.h"
#include "vm/core/object.h"

struct request;

typedef struct process process;
typedef struct channel channel;
typedef struct scheduler scheduler;

enum {
    TICKET_RUN = 0,
    TICKET_WAIT = 1,
    TICKET_END = 2,
    TICKET_STATE = 3,
    TICKET_WIN = 3 /* WAIT of one epoch + this = RUN of the next */
};

/* Why a process was woken. */
typedef enum wake_reason {
    WAKE_NONE,
    WAKE_MESSAGE,
    WAKE_TIMER,
    WAKE_CLOSED,
    WAKE_KILL,
    WAKE_PAR,
    WAKE_REQUEST,
    /* Nobody has woken it: it was preempted while it left frames (unwind.c). */
    WAKE_TRACING, /* the stack of its crash is being noted: `value` is how far */
    WAKE_CRASHING,
    WAKE_DYING /* it passes every catch; of these two `value` is what it leaves the frames for */
} wake_reason;

enum {
    /* has obeyed its kill and runs its defers; a further kill has no effect */
    PROCESS_DYING = 1 << 0,
    PROCESS_ESCAPED = 1 << 1, /* somebody may hold its handle: never recycled directly */
    PROCESS_TAIL = 1 << 2,    /* LINK_TAIL of the bottom frame */
    PROCESS_AWAITED = 1 << 3, /* somebody asked for its outcome: a crash is not reported */
    PROCESS_FAILED = 1 << 4,  /* ended by crash or kill: `value` is the error */
    PROCESS_MAIN = 1 << 5,
    PROCESS_SYSTEM = 1 << 6,   /* a host's evaluation: its crash is the host's to report */
    PROCESS_NO_CATCH = 1 << 7, /* the error under way passes every catch (out_of_reductions) */
    /* its defers are running though it is not dying: a kill is put off until they have run */
    PROCESS_DEFERS = 1 << 9,
    /* its defers have used up their share after out_of_reductions: no more of them run */
    PROCESS_SPENT = 1 << 10,
    PROCESS_TELLS = 1 << 11, /* has ended and stands in the scheduler's list `ending` */
    /* its embedded node stands in a send queue, otherwise in a receive queue (while chan is set) */
    PROCESS_SENDS = 1 << 8
};

enum { PROCESS_FLAGS = 0xfff /* all of them */ };
#define PROCESS_REDUCTIONS (((uint64_t)1 << 48) - 1)

/* The slots at the end of a process object: made for the registers of its first frame, and always
 * an odd number, so that the object is whole granules. */
enum { PROCESS_ROOM_LEAST = 3, PROCESS_ROOM_MOST = 9 };
/* A larger distance, or origin, is not known. */
enum { PROCESS_DISTANCE_MOST = (1 << 28) - 1, PROCESS_ORIGIN_MOST = (1 << 27) - 1 };

/* There may be millions: no word is here that can be somewhere else. */
struct process {
    /* OBJ_PROCESS; the owner field is its own number, so (header & OWNER_MASK) | OBJ_LIST heads the
     * lists that it owns */
    uint64_t header;
    uint64_t ticket;
    /* Its embedded node: a wait on one channel. Links are bases of processes or nodes
     * (link_is_node). While it does not wait, `next` is the next one in the run queue, in `ending`,
     * or among those to be recycled: whoever wakes it takes it out of its queue first
     * (process_wake). */
    void *next, *prev;
    channel *chan; /* where the node is queued, else NULL */
    value value;   /* of the node: the message; when ended: the outcome */
    /* What few need: its side object, or the cause of its kill with the lowest bit set, or 0
     * (side_of, process_cause). */
    uintptr_t more;
    const code *code; /* of the top frame, while it does not run */
    uint64_t wake : 4, flags : 12, reductions : 48;
    uint32_t pc;    /* of the top frame, while it does not run */
    uint32_t index; /* in the VM's table of processes */
    /* where it was spawned, and by whom (origin.h); whether the stack is a block of its own, and of
     * one in the object what `base` is of a block */
    uint32_t origin : 27, near_base : 4, away : 1;
    /* own number minus the parent's (0: none, or too far away); how many slots the object has */
    uint32_t parent_distance : 28, room : 4;
    union {
        value slots[PROCESS_ROOM_LEAST]; /* `room` of them */
        struct {
            value *stack;
            uint32_t capacity, base; /* as process_capacity and process_base */
        } block;
    };
};
_Static_assert(sizeof(process) == 112, "a process and a frame of three registers are 112 bytes");

static inline size_t process_size(uint32_t room)
{
    return offsetof(process, slots) + room * sizeof(value);
}
/* All `room` of them: the array's type has the fewest. */
static inline value *process_slots(const process *p)
{
    return (value *)((uintptr_t)p + offsetof(process, slots));
}
/* Its stack: the slots of the object, or a block of its own; how many slots there are. */
static inline value *process_stack(const process *p)
{
    return p->away ? p->block.stack : process_slots(p);
}
static inline uint32_t process_capacity(const process *p)
{
    return p->away ? p->block.capacity : p->room;
}
/* Of the top frame, while it does not run: the place in the stack, and the registers. */
static inline uint32_t process_base(const process *p)
{
    return p->away ? p->block.base : p->near_base;
}
static inline value *process_registers(const process *p)
{
    return p->away ? p->block.stack + p->block.base : process_slots(p) + p->near_base;
}
/* Whether they were, and so far are, the first slots of the object. */
static inline bool process_is_at_slots(const process *p) { return !p->near_base && !p->away; }
static inline void process_set_registers(process *p, const value *registers)
{
    if (p->away)
        p->block.base = (uint32_t)(registers - p->block.stack);
    else
        p->near_base = (uint32_t)(registers - process_slots(p)) & 0xf;
}

/* What few processes need; made when first needed. */
typedef struct side {
    uint64_t header;     /* OBJ_SIDE */
    struct cause *kill;  /* set once */
    struct alt *alt;     /* cached block of the alt under way */
    struct timer *timer; /* cached; in the scheduler's heap while index >= 0 */
    channel *done;       /* the channel that gives its outcome */
    /* the request that it waits for, or that has arrived for it (request.h); malloc'ed */
    struct request *request;
    struct par *par;            /* the par that it is a branch of … */
    uint32_t branch;            /* … and which */
    uint32_t watchers_told;     /* of its end, so far */
    struct process_link *links; /* its links with other processes */
    uint32_t link_count;
    uint32_t watcher_count;
    /* channels that are told of its end (chan_watch); room for a power of two */
    channel **watchers;
    struct native_stack
        *native;            /* on which its C is suspended, the newest; NULL: it is not inside C */
    struct ccall *calls;    /* of C, the newest; malloc'ed */
    struct ccallback *kept; /* its functions that C may keep */
    struct release *releases; /* what C has given it and wants back; malloc'ed */
    map *kept_for_c; /* what C's memory leads to that it has written there, by addresses; or NULL */
    int c_error;     /* errno of its last call of C */
    bool quiet;    /* serves a channel that others hold: when nobody does it ends without a word */
    value name;    /* Process.name */
    value control; /* the channel on which a supervisor is asked; ABSENT: not a supervisor */
    uint32_t restarts;  /* by its supervisor: how many processes there were in its place before */
    value last_end;     /* a string: how the one before has ended. ABSENT: there was none */
    uint64_t random[4]; /* its random generator; all 0: not seeded yet */
} side;

/* NULL: it has none. */
static inline side *side_of(const process *p)
{
    if (__builtin_expect(p->more == 0, 1))
        return NULL;
    return p->more & 1 ? NULL : (side *)p->more;
}
/* Why it was killed; NULL: it was not. */
static inline struct cause *process_cause(const process *p)
{
    if (__builtin_expect(p->more == 0, 1))
        return NULL;
    return p->more & 1 ? (struct cause *)(p->more - 1) : ((side *)p->more)->kill;
}
static inline void process_set_cause(process *p, struct cause *why)
{
    if (side_of(p))
        side_of(p)->kill = why;
    else
        p->more = why ? (uintptr_t)why | 1 : 0;
}

/* A link between two processes. It stands in the lists of both, so it is removed in constant time,
 * however many links they have. */
typedef struct process_link {
    process *ends[2];
    struct process_link *next[2], *previous[2]; /* in the list of that end */
} process_link;

struct channel {
    /* OBJ_CHANNEL with the CHANNEL_ flags; the owner field is its number, 0 until asked for */
    uint64_t header;
    void *recv_first, *recv_last, *send_first, *send_last;
    union {
        struct chan_ring *ring; /* NULL: there is nothing to hold */
        process *outcome_of;    /* of a CHANNEL_DONE */
        struct ticker *ticker;  /* of a CHANNEL_TICK */
    };
    uint32_t capacity, head, count;
    uint32_t made_at; /* position */
};
/* What is buffered, and who waits for the channel to be closed and drained. An unbuffered channel
 * gets one when somebody waits for that. */
typedef struct chan_ring {
    struct node *drained;  /* the first of a list; its `prev` is the last */
    struct csp_port *port; /* of a CHANNEL_PORT: NULL when the host's end is gone */
    value slots[];         /* `capacity` of them */
} chan_ring;

#define CHANNEL_CLOSED OBJ_FLAG_A
#define CHANNEL_DONE   OBJ_FLAG_B
#define CHANNEL_TICK   OBJ_FLAG_C
#define CHANNEL_PORT   OBJ_FLAG_D /* one end is, or was, the host's (port_end.h) */
/* Any of them: the other side is no process. One test keeps them out of the way of the rest. */
#define CHANNEL_SPECIAL (CHANNEL_DONE | CHANNEL_TICK | CHANNEL_PORT)

/* OBJ_END; OBJ_FLAG_A: it receives, else it sends */
typedef struct channel_end {
    uint64_t header;
    channel *chan;
} channel_end;
#define END_RECEIVES OBJ_FLAG_A

/* One arm of a waiting alt: 64 bytes. */
typedef struct node {
    uint64_t header; /* OBJ_NODE */
    void *next, *prev;
    channel *chan;
    process *proc;       /* NULL: it is only a place that is kept (kept.h) */
    uint64_t ticket;     /* valid while it equals proc's */
    value value;         /* the message */
    uint32_t index;      /* of its case in the alt */
    bool sends, drained; /* drained: it waits in ring.drained */
    bool queued;
} node;
_Static_assert(sizeof(node) == 64, "one arm of a waiting alt is an object of 64 bytes");

typedef struct timer {
    int64_t deadline;
    uint64_t sequence;
    process *proc; /* NULL: the timer of a ticker */
    channel *ticker;
    uint64_t ticket;
    int32_t index; /* in the heap; -1: not in it */
} timer;

/* The state of a ticker: the deadline of the next tick, the period, and a timer that runs while
 * somebody waits. */
typedef struct ticker {
    timer timer; /* first: the heap of timers holds it, and with it the whole ticker */
    int64_t next, period;
    struct node *drained; /* as in a ring */
    csp_vm *vm;           /* whose clock it goes by */
} ticker;

/* One arm whose guard holds, or one element of a replicated arm. */
typedef struct alt_case {
    channel *chan;
    /* send: the value as evaluated …; drained: the channels for which the arm was taken */
    value original;
    value message;      /* … and as it is sent, once `made`; ABSENT before */
    value key, element; /* of a replicated arm */
    node *node;         /* cached from wait to wait */
    uint16_t arm;       /* which ARM instruction */
    bool sends, moves, drained;
    bool made, moved; /* the message exists; the original itself is in transit */
} alt_case;

/* The alt that its process executes. It is filled at the ALT instruction and emptied when the alt
 * is left; the block and its nodes are kept. */
typedef struct alt {
    uint64_t header; /* OBJ_ALT */
    alt_case *cases;
    uint32_t count, capacity;
    uint32_t live; /* nodes queued while it waits … */
    /* … and how many of them wait for drained channels: all such cases are queued then */
    uint32_t drained;
    int32_t won;     /* the case whose node was won */
    int32_t prefer;  /* drawn, and its message was being made: taken if still ready; -1: none */
    int32_t pending; /* the case whose message is being made or moved; -1: none */
    int32_t after_arm, closed_arm, else_arm; /* -1: none */
    int64_t deadline;
    /* the case whose arm is taken, while its value is delivered or moved; -1: none */
    int32_t taken;
    bool prioritised, repeated;
    bool plain; /* it waits only to receive: its cases have channel, arm and node, and no more */
} alt;

/* A par under way. Its parent's frame owns it; branches hold it in their side. */
typedef struct par {
    uint64_t header;
    process *parent;
    uint32_t left, count, capacity;
    bool waiting;
    bool shared /* a branch's handle has escaped: its outcome is copied, not taken */;
    value error; /* the first failure, or ABSENT */
    value *results;
    process **branches;
    /* Once it has failed, its branches are killed in steps: the first `killed` are; cut_off: they
     * run no deferred calls either. */
    struct cause *why;
    uint32_t killed;
    bool telling, cut_off; /* telling: it stands in the scheduler's list `failing` … */
    struct par *next;      /* … here */
} par;

typedef struct cause {
    uint64_t header;
    value reason; /* a string, or the error that a link or par passed on */
    uint64_t by;
} cause;

/* One entry of a frame's list of defers, newest first. */
typedef struct deferred {
    uint64_t header;
    value next;
    uint32_t kind : 2, at : 30; /* the instruction that deferred it */
    uint32_t count;
    value items[];
} deferred;
enum { DEFER_CALL, DEFER_SEND, DEFER_BLOCK };

/* What the interpreter does after an instruction or a native that did not simply finish. */
typedef enum verdict {
    VERDICT_DONE,   /* go on; a native's result is stored */
    VERDICT_YIELD,  /* a resumable native wants another step: preempt it if the slice is used up */
    VERDICT_BLOCK,  /* the process is parked and no longer ours */
    VERDICT_FAIL,   /* scheduler.raised holds the error: unwind */
    VERDICT_KILLED, /* obey the kill: unwind */
    VERDICT_CALL,   /* a resumable native wants a function called (native.h) */
    VERDICT_EXIT,   /* the program ends: vm->exit_status */
    VERDICT_STOP    /* as BLOCK, and nothing else runs within the slice (vm/own.c) */
} verdict;

/* Linked by `next`. */
typedef struct process_list {
    process *first, *last;
} process_list;

struct scheduler {
    csp_vm *vm;
    process *running;
    value *limit;  /* end of the running process's stack */
    value *bottom; /* its beginning */
    /* A return to below here is charged for (run.c): so far down it may go within the slice. */
    value *floor;
    process *next; /* handed over to: runs next, within what is left of the slice */
    process_list queue;
    uint32_t queue_length;
    /* Not everybody has been told yet of these (telling.h): processes that have ended; closed
     * channels, by placeholders at the heads of their queues, linked by `prev`; pars that have
     * failed. */
    process_list ending;
    struct node *closing_first, *closing_last;
    struct par *failing_first, *failing_last;
    int64_t slice_left; /* in reductions */
    int64_t slice;      /* a full slice; 1 in tests */
    int64_t pace;       /* and what is one at the moment, in a host's step (vm_run_for) */
    /* the error under way, until it is caught or its process ends */
    value raised;
    uint64_t charged;   /* by natives, not yet taken from the slice */
    uint32_t call_argc; /* of a call that a native prepared (native_call) */
    /* of the simple native which runs: the instruction that called it, how many arguments it got */
    const code *call_code;
    const insn *call_pc;
    uint32_t native_argc;
    int64_t poll_credit; /* reductions until timers and loop are polled again */
    /* ended and no longer referenced: ready for reuse, linked by `next`; by their room */
    process *recycled[PROCESS_ROOM_MOST + 1];
    uint32_t recycled_count;
    struct timer **timers; /* a heap by (deadline, sequence); uncollectable memory */
    uint32_t timer_count, timer_capacity;
    uint64_t timer_sequence;
    uint64_t random[4]; /* for fair choices */
    /* what a simple native goes on as (native_become) */
    const struct native_entry *become;
    uint32_t become_argc;
    bool become_in_place; /* with its own arguments */
    bool alone;           /* see vm_set_aside */
    bool limited; /* reductions are: slices are not shared, so that they end where they must */
    bool seeded; /* slices, and who runs next, are drawn: see sched_seed; then it is limited, too */
    value become_args[3];
};

/* Whether a queue's link is an alt's node; else it is a process, which waits on one channel. */
static inline bool link_is_node(const void *link)
{
    return obj_kind_of(((const object *)link)->header) == OBJ_NODE;
}
/* The process of a queue's link; of a place that is kept: NULL. */
static inline process *node_process(void *link)
{
    return link_is_node(link) ? ((node *)link)->proc : (process *)link;
}
/* Whether its process still waits with the ticket that it had then. An embedded node never outlives
 * its suspension: whoever wakes its process takes it out of the queue. */
static inline bool link_valid(const void *link)
{
    if (!link_is_node(link))
        return true;
    const node *n = link;
    return n->proc && n->proc->ticket == n->ticket;
}

static inline void process_set(process *p, uint32_t flags) { p->flags |= flags & PROCESS_FLAGS; }
static inline void process_clear(process *p, uint32_t flags) { p->flags &= ~flags & PROCESS_FLAGS; }

/* Whether a kill does not matter for now: it dies already, or its defers run. */
static inline bool process_defies_kills(const process *p)
{
    return (p->flags & (PROCESS_DYING | PROCESS_DEFERS)) != 0;
}
/* Whether it has been killed and has to obey. */
static inline bool process_must_die(const process *p)
{
    return process_cause(p) && !process_defies_kills(p);
}

static inline bool process_ended(const process *p)
{
    return (p->ticket & TICKET_STATE) == TICKET_END;
}
static inline uint64_t process_owner(const process *p) { return p->header & OWNER_MASK; }
static inline uint64_t process_number(const process *p) { return p->header >> OWNER_SHIFT; }

/* Wins the ticket t (in state WAIT) of p: true for exactly one caller. The winner owns p until it
 * calls sched_ready. */
static inline bool process_win(process *p, uint64_t t)
{
    if (p->ticket != t || (t & TICKET_STATE) != TICKET_WAIT)
        return false;
    p->ticket = t + TICKET_WIN;
    return true;
}

/* A spawn that has happened: a process of origin `parent` spawned `name` at `position`, which made
 * processes of origin `child`. */
typedef struct origin_edge {
    uint32_t parent, position, child; /* child 0: free */
    const struct string *name;
} origin_edge;

#endif
