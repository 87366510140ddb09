/* Requests and their completions (vm/outside/request.h, vm/outside/pool.h): kill against completion against the end of the VM.
 *
 * NP process objects, each used again with a new request (its ticket counts on), WORKERS threads, somebody who kills
 * any of them at any moment, and the VM's thread, which delivers what has arrived and at any moment ends the VM. Each
 * atomic block is what the source does under the pool's lock, or between two safe points of the VM's thread. (What is
 * asserted stands in d_step-free atomic blocks: an assertion that fails must stop the run.) */
#ifndef NP
#define NP 2 /* process objects */
#endif
#ifndef ROUNDS
#define ROUNDS 2 /* requests of each */
#endif
#ifndef WORKERS
#define WORKERS 2
#endif
#define NR (NP * ROUNDS)

mtype = { NONE, QUEUED, WORKING, INBOX, TAKEN, FREED };    /* where a request is */
mtype = { UNDER_WAY, ARRIVED, ABANDONED };                 /* what the VM's thread knows of it */
mtype = { RUN, WAIT, END };                                /* of a ticket */
mtype = { NOTHING, BY_REQUEST, BY_KILL };                  /* why a process was woken */

mtype at[NR] = NONE;
mtype state[NR] = UNDER_WAY;
byte ticket[NR];        /* the epoch in which its process waits for it */

mtype ts[NP] = RUN;     /* ticket: state and epoch */
byte te[NP];
mtype why[NP] = NOTHING;
bool runnable[NP];      /* stands in the run queue */
bool killed[NP];
byte req[NP];            /* the request in its side … */
bool has[NP];           /* … if there is one */
byte served, stopped;

byte queue[NR]; byte queued;    /* first come, first served */
byte inbox[NR]; byte arrived;
byte waiting;           /* vm->requests_waiting */
bool open = true;       /* the pool */
bool pool_gone;
bool ending, vm_gone; /* the VM's thread runs no process any more; its loop is gone */
byte users = 1;
bool signal;            /* the loop is to wake up */

inline leave_pool() { users--; if :: users == 0 -> pool_gone = true :: else fi }
inline free_request(r) { assert(at[r] != FREED && at[r] != WORKING); at[r] = FREED }
inline pop_queue(r) {
    r = queue[0]; k = 1;
    do :: k < queued -> queue[k - 1] = queue[k]; k++ :: else -> break od;
    queued--; k = 0
}
inline win(p, w) { assert(ts[p] == WAIT); ts[p] = RUN; te[p]++; assert(why[p] == NOTHING); why[p] = w;
                   assert(!runnable[p]); runnable[p] = true }

/* Out of the queue, wherever it stands. */
inline withdraw(r) {
    k = 0; found = false;
    do
    :: k < queued ->
        if
        :: found -> queue[k - 1] = queue[k]
        :: !found && queue[k] == r -> found = true
        :: else
        fi; k++
    :: else -> break
    od;
    if :: found -> queued-- :: else fi; k = 0
}

inline leave(p) {                                   /* request_leave */
    if
    :: has[p] ->
        has[p] = false;
        if
        :: state[req[p]] == ARRIVED -> free_request(req[p])
        :: else ->
            waiting--;
            withdraw(req[p]);
#ifdef BREAK_ABANDON
            free_request(req[p])
#else
            if
            :: found -> free_request(req[p])
            :: else -> state[req[p]] = ABANDONED
            fi
#endif
        fi
    :: else
    fi
}

proctype Process(byte p) {
    byte round, r, k; bool found;
    do
    :: round < ROUNDS ->
        r = p * ROUNDS + round;
        atomic {                                    /* request_start: parked, then handed over */
            if :: ending -> goto over :: else fi;
            has[p] = true; req[p] = r; state[r] = UNDER_WAY; waiting++;
            why[p] = NOTHING; ts[p] = WAIT; ticket[r] = te[p]
        }
        atomic {
            if
            :: ending -> goto over
            :: else -> assert(at[r] == NONE); at[r] = QUEUED; queue[queued] = r; queued++
            fi
        }
        atomic { runnable[p] || ending; if :: ending -> goto over :: else fi; runnable[p] = false }
        atomic {                                    /* woken: settles, looks for a kill, then at what it has */
            if :: ending -> goto over :: else fi;
            if :: why[p] != BY_REQUEST -> leave(p) :: else fi;
            if
            :: killed[p] -> leave(p); killed[p] = false; stopped++      /* ended, and its object is used again */
            :: else ->
                assert(has[p] && state[req[p]] == ARRIVED && at[req[p]] == TAKEN);
                has[p] = false; free_request(req[p]); served++
            fi
        }
        round++
    :: else -> break
    od;
over: skip
}

proctype Killer() {
    byte p;
    do
    :: atomic {
        !ending;
        select(p : 0 .. (NP - 1));
        if
        :: !killed[p] && ts[p] == WAIT -> killed[p] = true; win(p, BY_KILL)
        :: else
        fi
      }
    :: break
    od
}

proctype Worker() {
    byte r, k; bool taken;
    do
    :: atomic {
        assert(!pool_gone);
        (queued > 0 || !open);

        if
        :: !open -> leave_pool(); goto over
        :: else -> pop_queue(r); assert(at[r] == QUEUED); at[r] = WORKING
        fi
      }
      assert(at[r] == WORKING);                     /* kind->work: nobody frees it meanwhile */
#ifdef BREAK_CLOSE
      taken = open;                                 /* looks before it locks */
#endif
      atomic {
        assert(!pool_gone && at[r] == WORKING);
#ifndef BREAK_CLOSE
        taken = open;
#endif
        if
        :: taken ->
            at[r] = INBOX;
            if :: arrived == 0 -> assert(!vm_gone); signal = true :: else fi;
            inbox[arrived] = r; arrived++
        :: else -> at[r] = TAKEN
        fi
      }
      if :: !taken -> atomic { free_request(r) } :: else fi
    od;
over: skip
}

inline arrive(r) {                                  /* request.c */
    assert(at[r] == INBOX);
    at[r] = TAKEN;
    if
    :: state[r] == ABANDONED -> free_request(r)
    :: else ->
        state[r] = ARRIVED; waiting--;
#ifdef BREAK_WIN
        runnable[r / ROUNDS] = true; why[r / ROUNDS] = BY_REQUEST
#else
        if
        :: ts[r / ROUNDS] == WAIT && te[r / ROUNDS] == ticket[r] -> win(r / ROUNDS, BY_REQUEST)
        :: else
        fi
#endif
    fi
}

/* The VM's thread: idles, delivers, and ends the VM at some time. */
active proctype Main() {
    byte i, n, p; byte taken[NR]; bool hasty;
    if :: hasty = true :: skip fi;                  /* or it ends when nothing moves any more */
    atomic {
        p = 0;
        do :: p < WORKERS -> users++; run Worker(); p++ :: else -> break od;
        p = 0;
        do :: p < NP -> run Process(p); p++ :: else -> break od;
        run Killer()
    }
    do
    :: signal ->                                    /* loop_wait has ended; request_deliver */
#ifdef BREAK_WAKE
        atomic { n = arrived; i = 0; do :: i < n -> taken[i] = inbox[i]; i++ :: else -> break od; arrived = 0 }
        signal = false;
#else
        signal = false;
        atomic { n = arrived; i = 0; do :: i < n -> taken[i] = inbox[i]; i++ :: else -> break od; arrived = 0 }
#endif
        atomic { i = 0; do :: i < n -> arrive(taken[i]); i++ :: else -> break od }
    :: hasty -> break                               /* the program ends */
    :: timeout ->                                   /* nothing moves any more: all that could has been served */
        assert(arrived == 0 && queued == 0 && waiting == 0);
        i = 0;
        do :: i < NR -> assert(at[i] == FREED); i++ :: else -> break od;
        assert(served + stopped == NR);
        break
    od;
    atomic {                                        /* request_close: what has arrived and was not taken */
        ending = true;
        i = 0;
        do
        :: i < NP ->
            if
            :: has[i] && state[req[i]] == ARRIVED -> free_request(req[i]); has[i] = false
            :: else
            fi; i++
        :: else -> break
        od
    }
    atomic {                                        /* pool_close, under the lock */
        open = false;
        n = 0;
        do :: queued > 0 -> queued--; taken[n] = queue[queued]; at[taken[n]] = TAKEN; n++ :: else -> break od;
        do :: arrived > 0 -> arrived--; taken[n] = inbox[arrived]; at[taken[n]] = TAKEN; n++ :: else -> break od;
#ifdef BREAK_REF
        pool_gone = true
#else
        leave_pool()
#endif
    }
    atomic { i = 0; do :: i < n -> free_request(taken[i]); i++ :: else -> break od }
    vm_gone = true;
    /* in the end every request that was handed over has been freed, once, and so has the pool */
    timeout ->
    atomic {
        i = 0;
        do :: i < NR -> assert(at[i] == FREED || at[i] == NONE); i++ :: else -> break od;
        assert(pool_gone && users == 0 && arrived == 0)
    }
}
