/* The protocol of vm/outside/port.h and vm/process/port_end.c: a port to the script and one from it,
 * a thread of the host at each, and the VM's thread, which runs a process at each, and may end the
 * VM at any moment. A step is what is done under the port's lock, under the pool's, or between two
 * safe points of the VM's thread. README.md says how to run it, and what came of it. */

#ifndef MESSAGES
#define MESSAGES 3
#endif
#ifndef CAP
#define CAP 1
#endif
#define IN 0  /* the port to the script */
#define OUT 1 /* the port from the script */

/* the pool */
bool open = true, pool_freed;
byte pool_users = 1; /* the VM; whoever is expected to post */
bool inbox[2];       /* the job of a port lies in it */
bool woken;         /* the loop was woken */
bool loop_gone;

typedef Port {
    byte count, buffered, users, freed;
    bool host_open, script_open, in_vm, posted, wanted, attached;
}
Port port[2];

byte sent_in, got_in, lost_in;    /* by the host; by the process; dropped with the port */
byte sent_out, got_out, lost_out; /* by the process; by the host; dropped */
bool in_waits, out_waits;         /* the process waits to receive; to send */
bool in_closed, out_closed;       /* the process has seen the end of its channel */
bool out_drained;                 /* … and that the host has taken all of it */
bool vm_over, may_end, may_stop;
byte hosts_over;

inline leave_pool() { pool_users--; if :: pool_users == 0 -> assert(!pool_freed); pool_freed = true :: else fi }

/* What a port still holds when its last user leaves is dropped. */
inline leave(q)
{
    assert(port[q].users > 0 && !port[q].freed);
    port[q].users--;
    if
    :: port[q].users == 0 ->
        port[q].freed++;
        assert(port[q].freed == 1);
        if :: q == IN -> lost_in = lost_in + port[q].count :: else -> lost_out = lost_out + port[q].count fi;
        port[q].count = 0
    :: else
    fi
}

/* pool_post, by whoever has set `posted`: two steps, since the port's lock was given back. */
inline post(q)
{
    d_step {
        assert(!pool_freed);
        if
        :: open ->
            if :: !inbox[IN] && !inbox[OUT] -> assert(!loop_gone); woken = true :: else fi;
            assert(!inbox[q]);
            inbox[q] = true;
            leave_pool()
        :: else ->
            leave_pool();
            leave(q) /* the job is dropped */
        fi
    }
}

inline tell(q, does)
{
    does = port[q].in_vm && !port[q].posted;
    if :: does -> port[q].posted = true :: else fi
}

proctype HostIn()
{
    bool does;
    bool stop = false;
end:
    do
    :: stop -> break
    :: !stop ->
        atomic {
            does = false;
end_full:
            if
            :: !port[IN].script_open -> stop = true
            :: port[IN].script_open && sent_in == MESSAGES -> stop = true
            :: port[IN].script_open && sent_in < MESSAGES && port[IN].count + port[IN].buffered < CAP ->
                port[IN].count++;
                sent_in++;
                tell(IN, does)
            fi /* full: waits until that changes */
        }
        if :: does -> post(IN) :: else fi
    od;
    /* port_free */
    atomic { port[IN].host_open = false; tell(IN, does); leave(IN) }
    if :: does -> post(IN) :: else fi;
    hosts_over++
}

proctype HostOut()
{
    bool does;
    bool stop = false;
    do
    :: stop -> break
    :: !stop ->
        atomic {
            does = false;
end_empty:
            if
            :: port[OUT].count > 0 ->
                port[OUT].count--;
                got_out++;
                if
                :: port[OUT].wanted && (port[OUT].script_open || port[OUT].count == 0) ->
                    tell(OUT, does);
                    if :: does -> port[OUT].wanted = false :: else fi
                :: else
                fi
            :: port[OUT].count == 0 && !port[OUT].script_open -> stop = true
            :: may_stop -> stop = true /* it has had enough */
            fi
        }
        if :: does -> post(OUT) :: else fi
    od;
    atomic {
        port[OUT].host_open = false;
        tell(OUT, does);
        lost_out = lost_out + port[OUT].count;
        port[OUT].count = 0;
        leave(OUT)
    }
    if :: does -> post(OUT) :: else fi;
    hosts_over++
}

/* The VM gives a port up: port_detach. */
inline give_up(q)
{
    d_step {
        port[q].attached = false;
        port[q].script_open = false;
        port[q].in_vm = false;
        if :: q == IN -> lost_in = lost_in + port[q].count; port[q].count = 0 :: else fi;
        if
#ifdef BREAK_DETACH
        :: true -> leave_pool(); leave(q)
#else
        :: port[q].posted /* whoever takes or drops the job leaves */
        :: !port[q].posted -> leave_pool(); leave(q)
#endif
        fi
    }
}

/* A turn of a port that has arrived. Each step is one under the lock. */
inline turn(q)
{
    gone = false;
    d_step {
        if
        :: !port[q].in_vm -> gone = true; leave(q)
        :: else ->
            pool_users++;
#ifndef BREAK_TURN
            port[q].posted = false
#endif
        fi
    }
    if
    :: gone || !port[q].attached
    :: !gone && port[q].attached && q == IN ->
        seen = port[IN].count; /* port_look */
        d_step {               /* port_took, and the process is served */
            port[IN].count = port[IN].count - seen;
            port[IN].buffered = port[IN].buffered + seen;
            if
            :: in_waits && port[IN].buffered > 0 -> in_waits = false; port[IN].buffered--; got_in++
            :: else
            fi
        }
        ended = !port[IN].host_open && port[IN].count == 0; /* port_ended */
        if
        :: ended -> give_up(IN); in_closed = true; in_waits = false
        :: else
        fi
    :: !gone && port[q].attached && q == OUT ->
        d_step { /* port_ended, port_is_empty */
            ended = !port[OUT].host_open || (out_closed && port[OUT].count == 0);
            if :: !ended && out_closed -> port[OUT].wanted = true :: else fi
        }
        if
        :: ended -> give_up(OUT); out_closed = true; out_waits = false; out_drained = true
        :: !ended && out_waits ->
            d_step { /* port_has_room */
                seen = port[OUT].count < CAP || !port[OUT].host_open;
                if :: !seen -> port[OUT].wanted = true :: else fi
            }
            if
            :: seen -> d_step { /* port_push */
                if
                :: port[OUT].host_open -> port[OUT].count++; sent_out++; out_waits = false
                :: else
                fi }
            :: else
            fi
        :: else
        fi
    fi
#ifdef BREAK_TURN
    ;
    if :: !gone && port[q].in_vm -> port[q].posted = false :: else fi
#endif
}

proctype VM()
{
    bool gone, ended, have[2];
    byte seen;
end:
    do
    :: /* pool_take */
        (inbox[IN] || inbox[OUT]) ->
        d_step { have[IN] = inbox[IN]; have[OUT] = inbox[OUT]; inbox[IN] = false; inbox[OUT] = false; woken = false }
        if :: have[IN] -> turn(IN) :: else fi;
        if :: have[OUT] -> turn(OUT) :: else fi
    :: /* the process receives */
        !in_waits && !in_closed ->
        d_step {
            if
            :: port[IN].buffered > 0 -> port[IN].buffered--; got_in++
            :: else -> in_waits = true
            fi
        }
    :: in_closed && port[IN].buffered > 0 -> d_step { port[IN].buffered--; got_in++ }
    :: /* the process sends */
        !out_waits && !out_closed && sent_out < MESSAGES ->
#ifdef BREAK_ROOM
        seen = port[OUT].count < CAP || !port[OUT].host_open;
        if :: !seen -> port[OUT].wanted = true :: else fi;
#else
        d_step {
            seen = port[OUT].count < CAP || !port[OUT].host_open;
            if :: !seen -> port[OUT].wanted = true :: else fi
        }
#endif
        if
        :: seen -> d_step {
            if
            :: !port[OUT].host_open -> out_closed = true
            :: else -> port[OUT].count++; sent_out++
            fi }
        :: else -> out_waits = true
        fi
    :: /* the process closes its end */
        sent_out == MESSAGES && !out_waits && !out_closed ->
        d_step { seen = port[OUT].count == 0 || !port[OUT].host_open; if :: !seen -> port[OUT].wanted = true :: else fi }
        out_closed = true;
        if
        :: seen && port[OUT].attached -> give_up(OUT); out_drained = true
        :: else -> port[OUT].script_open = false
        fi
    :: /* the VM ends */
        may_end ->
        vm_over = true;
        if :: port[IN].attached -> give_up(IN) :: else fi;
        if :: port[OUT].attached -> give_up(OUT) :: else fi;
        d_step { /* pool_close */
            open = false;
            have[IN] = inbox[IN];
            have[OUT] = inbox[OUT];
            inbox[IN] = false;
            inbox[OUT] = false;
            leave_pool()
        }
        loop_gone = true;
        if :: have[IN] -> d_step { leave(IN) } :: else fi;
        if :: have[OUT] -> d_step { leave(OUT) } :: else fi;
        lost_in = lost_in + port[IN].buffered;
        port[IN].buffered = 0;
        break
    od
}

init
{
    atomic {
        byte i;
        if :: may_end = true :: skip fi;
        if :: may_stop = true :: skip fi;
        for (i : 0 .. 1) {
            port[i].users = 2;
            port[i].host_open = true;
            port[i].script_open = true;
            port[i].in_vm = true;
            port[i].attached = true;
            pool_users++
        }
        run HostIn();
        run HostOut();
        run VM()
    }
    /* nothing moves any more */
    timeout;
    assert(vm_over || !(port[IN].count > 0 && in_waits));
    assert(vm_over || got_in == MESSAGES);
    assert(vm_over || may_stop || got_out == MESSAGES);
    assert(vm_over || !(out_waits && (port[OUT].count < CAP || !port[OUT].host_open)));
    assert(vm_over || !out_closed || out_drained || port[OUT].count > 0);
    assert(!inbox[IN] && !inbox[OUT]);
    assert(!(vm_over && hosts_over == 2) || (port[IN].freed == 1 && port[OUT].freed == 1 && pool_freed));
    assert(!(vm_over && hosts_over == 2) || sent_in == got_in + lost_in);
    assert(!(vm_over && hosts_over == 2) || sent_out == got_out + lost_out)
}
