/* The reads of a stream that is a file (vm/outside/stream.c, stream_io.c, turn.c): turns, jobs of the pool, kills, the close
 * of the stream, its collection, and the end of the VM.
 *
 * NP processes read a byte each, of a file that has BYTES of them; any of them is killed, or its time is over, at any
 * moment; somebody closes the stream at any moment. Each atomic block is what the source does between two safe points of
 * the VM's thread, or under the pool's lock. What a request goes through is in requests.pml: here a wait is a place in
 * one of the stream's lists and a ticket. (What is asserted stands in d_step-free atomic blocks.) */
#ifndef NP
#define NP 3
#endif
#ifndef BYTES
#define BYTES 2
#endif
#define NOBODY 255

mtype = { IDLE, QUEUED, WORKING, INBOX };               /* the job */
mtype = { AWAY, NEXT, READY };                          /* the list in which a process waits */
mtype = { NOTHING, GOT, AT_END, CLOSED, STOPPED };      /* what became of its read */

mtype job = IDLE;
bool read_one;          /* what the job has read: a byte, or the end of the file */
byte position;          /* in the file: where the next read begins */

/* the stream */
bool made = true, fd_open = true;
byte holder = NOBODY;   /* of the turn */
byte next[NP]; byte nexts;  /* whose turn is to come, in their order */
byte ready = NOBODY;    /* the holder, if it waits for the job */
byte first, last;       /* the bytes from `first` up to `last` lie in the stream */
bool end, busy, closing, abandoned, gone;

mtype in[NP] = AWAY;
bool waits[NP];         /* its ticket can be won */
bool runnable[NP], killed[NP], by_kill[NP];
mtype outcome[NP] = NOTHING;
byte ended;             /* processes whose read is over */

bool pool_open = true, vm_gone;

inline close_descriptor() {
    assert(job != QUEUED && job != WORKING);            /* nobody works on it */
    if :: fd_open -> fd_open = false :: else fi
}
inline free_stream() { assert(made); close_descriptor(); made = false }
inline drop() { if :: gone -> free_stream() :: else -> gone = true fi }

inline end_if_due() {
    if
#ifdef BREAK_BUSY
    :: closing ->
#else
    :: !busy && closing ->
#endif
        close_descriptor();
        if :: abandoned -> free_stream() :: else fi
    :: else
    fi
}

/* Out of its list; its process goes on, unless a kill has woken it already. */
inline wake(q) {
    in[q] = AWAY;
    if :: waits[q] -> waits[q] = false; assert(!runnable[q]); runnable[q] = true; by_kill[q] = false :: else fi
}
inline wake_ready() { if :: ready != NOBODY -> q = ready; ready = NOBODY; wake(q); q = 0 :: else fi }
inline take_next() {
    q = next[0]; k = 1;
    do :: k < nexts -> next[k - 1] = next[k]; k++ :: else -> break od;
    nexts--; next[nexts] = 0; k = 0
}
inline leave_list(p) {                                  /* request_leave: cancel_wait */
    if
    :: in[p] == READY -> ready = NOBODY
    :: in[p] == NEXT ->
        k = 0; found = false;
        do
        :: k < nexts -> if :: found -> next[k - 1] = next[k] :: !found && next[k] == p -> found = true :: else fi; k++
        :: else -> break
        od;
        nexts--; next[nexts] = 0; k = 0; found = false
    :: else
    fi;
    in[p] = AWAY
}
inline leave_turn(p) {
    if
    :: holder == p && nexts > 0 -> take_next(); holder = q; wake(q); q = 0
    :: holder == p && nexts == 0 -> holder = NOBODY
    :: else
    fi
}
inline finish(p, what) { outcome[p] = what; ended++; leave_turn(p) }
inline wait_in(p, list) { in[p] = list; waits[p] = true }

/* A step of Io.read. */
inline step(p) {
    if
    :: closing -> finish(p, CLOSED)
    :: !closing && holder != NOBODY && holder != p -> next[nexts] = p; nexts++; wait_in(p, NEXT)
    :: else ->
        holder = p;
        if
        :: busy -> assert(ready == NOBODY); ready = p; wait_in(p, READY)
        :: !busy && first < last ->
            first++;                                    /* the byte is p's, and nobody else's */
            finish(p, GOT)
        :: !busy && first == last && end -> end = false; finish(p, AT_END)
        :: else ->
            assert(job == IDLE && ready == NOBODY && fd_open);
            ready = p; wait_in(p, READY); busy = true; job = QUEUED
        fi
    fi
}

proctype Process(byte p) {
    byte q, k; bool found;
    atomic { if :: vm_gone -> goto out :: else -> step(p) fi }
    do
    :: outcome[p] != NOTHING -> break
    :: atomic {
        outcome[p] == NOTHING && (runnable[p] || vm_gone);
        if :: vm_gone -> goto out :: else fi;
        runnable[p] = false;
        if :: by_kill[p] -> leave_list(p) :: else fi;
        if
#ifdef BREAK_TURN
        :: killed[p] -> outcome[p] = STOPPED; ended++
#else
        :: killed[p] -> finish(p, STOPPED)              /* its frame is unwound */
#endif
        :: else -> step(p)
        fi
      }
    od;
out: skip
}

/* Kills, and times that are over. */
proctype Killer(byte p) {
    atomic {
        if
        :: !vm_gone && outcome[p] == NOTHING ->
            killed[p] = true;
            if :: waits[p] -> waits[p] = false; by_kill[p] = true; assert(!runnable[p]); runnable[p] = true :: else fi
        :: true
        fi
    }
}

proctype Closer() {
    byte q, k;
    atomic {
        if
        :: !vm_gone && made && !abandoned ->
            closing = true;
            do :: nexts > 0 -> take_next(); wake(q); q = 0 :: else -> break od;
            wake_ready();
            end_if_due()
        :: true
        fi
    }
}

proctype Worker() {
    do
    :: atomic {
        (job == QUEUED || !pool_open);
        if
        :: job == QUEUED && pool_open -> job = WORKING
        :: else -> goto over
        fi
      }
      atomic {                                          /* read(2) */
        assert(made && fd_open);
        read_one = position < BYTES;
        if :: read_one -> position++ :: else fi
      }
      atomic {                                          /* pool_post, or its drop where the pool is closed */
        assert(job == WORKING);
        if
        :: pool_open -> job = INBOX
        :: else -> job = IDLE; drop()
        fi
      }
    od;
over: skip
}

inline arrive() {
    assert(made && busy);
    job = IDLE; busy = false;
    if
#ifdef BREAK_LOSE
    :: read_one && ready == NOBODY -> skip              /* what was read for somebody who is gone */
    :: read_one && ready != NOBODY -> last++
#else
    :: read_one -> last++
#endif
    :: else -> end = true
    fi;
    wake_ready();
    end_if_due()
}

/* The VM's thread between two slices: delivers, collects, and ends the VM at some time. */
active proctype Main() {
    byte p, q; bool hasty;
    if :: hasty = true :: skip fi;                      /* or it ends when nothing moves any more */
    atomic {
        p = 0;
        do :: p < NP -> run Process(p); run Killer(p); p++ :: else -> break od;
        p = 0; run Closer(); run Worker()
    }
    do
    :: atomic { job == INBOX -> arrive() }
    :: atomic { ended == NP && !abandoned ->            /* nobody holds it: stream_let_go */
        closing = true; abandoned = true; end_if_due() }
    :: hasty -> break
    :: timeout ->                                       /* nothing moves any more: each wait has ended */
        assert(ended == NP && job == IDLE && holder == NOBODY && nexts == 0 && ready == NOBODY);
        assert(!made && !fd_open);
        assert(last == position);                       /* what was read came into the stream … */
        p = 0; q = 0;
        do :: p < NP -> if :: outcome[p] == GOT -> q++ :: else fi; p++ :: else -> break od;
        assert(q == first);                             /* … and was given once, or is kept */
        break
    od;
    atomic {                                            /* pool_close: what has not begun, or has arrived, is dropped */
        vm_gone = true; pool_open = false;
        if :: job == QUEUED || job == INBOX -> job = IDLE; drop() :: else fi
    }
    atomic {                                            /* streams_free */
        if
        :: made && busy ->
#ifdef BREAK_GONE
            made = false
#else
            drop()
#endif
        :: made && !busy -> free_stream()
        :: else
        fi
    }
    timeout -> atomic { assert(!made && !fd_open && job == IDLE) }
}
