/* Io: the ends of streams, listeners and UDP sockets. */
#include <errno.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "stdlib/natives.h"
#include "stdlib/net_parts.h"
#include "stdlib/stream_value.h"
#include "vm/process/output.h"
#include "vm/process/timer.h"

enum { MS = 1000000, ASK_AGAIN = 20 * MS };

/* --- close(s): slots: whose close it is; until when it lingers; how long it sleeps meanwhile */

enum { SLOT_OURS = 1, SLOT_UNTIL, SLOT_SLEEP, CLOSE_SLOTS = 3 };

static void close_abandon(csp_vm *vm, process *p, const native_entry *entry, value *args)
{
    stream_abandon(vm, p, entry, args);
    if (args[SLOT_OURS] == VALUE_TRUE)
        stream_close_now(vm, stream_arg(vm, p, args[0]));
}

/* Until the peer's system has taken everything, the end included. Nobody tells: it is asked. */
static bool lingers(csp_vm *vm, process *p, const stream *s, value *args, verdict *v)
{
    int left = 0;
    if (args[SLOT_UNTIL] == VALUE_ABSENT) {
        int64_t until = timer_after(vm, s->linger);
        args[SLOT_UNTIL] = value_int(until < INT_SMALL_MAX ? until : INT_SMALL_MAX);
        args[SLOT_SLEEP] = value_int(MS);
        shutdown(s->fd, SHUT_WR);
    }
    if (ioctl(s->fd, SIOCOUTQ, &left) != 0 || left == 0 ||
        vm_now(vm) >= value_as_int(args[SLOT_UNTIL]))
        return false;
    int64_t sleep = value_as_int(args[SLOT_SLEEP]);
    args[SLOT_SLEEP] = value_int(2 * sleep < ASK_AGAIN ? 2 * sleep : ASK_AGAIN);
    *v = timer_sleep(vm, p, timer_after(vm, sleep));
    return true;
}

/* Closing twice is fine: the second one has only to wait for the first. */
static verdict io_close(csp_vm *vm, process *p, value *args, value *result)
{
    endpoint *e = net_endpoint(args[0]);
    *result = VALUE_TRUE;
    if (e) {
        endpoint_close(e);
        return VERDICT_DONE;
    }
    stream *s = stream_arg(vm, p, args[0]);
    if (!s)
        return VERDICT_FAIL;
    if (s->standard)
        vm_flush(vm);
    if (args[SLOT_OURS] == VALUE_ABSENT)
        args[SLOT_OURS] = value_bool(!s->closing);
    bool ours = args[SLOT_OURS] == VALUE_TRUE;
    if (!s->closing)
        stream_close(vm, s, s->linger > 0 && !s->error);
    stream_result r = stream_flush(vm, p, s);
    if (r == STREAM_WAIT || r == STREAM_RAISED)
        return stream_verdict(vm, p, s, r, "close", result);
    int why = errno;
    verdict v;
    if (ours && s->lingers && r == STREAM_OK && lingers(vm, p, s, args, &v))
        return v;
    if (ours)
        stream_close_now(vm, s);
    errno = why;
    return stream_done(vm, p, s, !ours && r == STREAM_FAILED ? STREAM_OK : r, "close", result);
}

/* --- shutdown(s): slots: whether the turn of writing is over */

static verdict io_shutdown(csp_vm *vm, process *p, value *args, value *result)
{
    stream *s = stream_arg(vm, p, args[0]);
    if (!s)
        return VERDICT_FAIL;
    if (s->closing)
        return stream_done(vm, p, s, STREAM_CLOSED, "shutdown", result);
    if (s->kind != STREAM_SOCKET)
        return stream_refusal(vm, p, s, "shutdown", "unsupported", "it is no connection",
                              VALUE_ABSENT, result);
    stream_result r = stream_enter(vm, p, s, true);
    if (r == STREAM_OK)
        r = stream_flush(vm, p, s);
    if (r == STREAM_OK)
        r = stream_check(s); /* what was not sent cannot have an end */
    if (r == STREAM_OK && shutdown(s->fd, SHUT_WR) != 0)
        r = STREAM_FAILED;
    return stream_done(vm, p, s, r, "shutdown", result);
}

const native_entry io_close_natives[] = {
    {"close", "close(s)",
     "writes what is on its way and closes a stream; closes a listener or a UDP socket; whoever "
     "waits on it gets the error closed; closing twice is fine; true",
     io_close, 1, 1, CLOSE_SLOTS, .abandon = close_abandon},
    {"shutdown", "shutdown(s)",
     "ends the sending half of a connection, once all is sent: the peer reads to the end; true",
     io_shutdown, 1, 1, 1, .abandon = stream_abandon},
    {0},
};
