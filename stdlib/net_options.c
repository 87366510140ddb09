/* Net: what can be set of a connection. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "stdlib/natives.h"
#include "stdlib/net_parts.h"
#include "stdlib/stream_value.h"
#include "vm/process/timer.h"

enum { SECOND = 1000000000, SECONDS_MOST = 32767 }; /* what the system has room for */

static bool set(const stream *s, int level, int option, int to)
{
    return setsockopt(s->fd, level, option, &to, sizeof to) == 0;
}

static bool is_left_out(value v) { return v == VALUE_ABSENT || v == VALUE_NIL; }

static bool bool_arg(csp_vm *vm, process *p, value v)
{
    if (is_left_out(v) || v == VALUE_TRUE || v == VALUE_FALSE)
        return true;
    vm_raise_type(vm, p, v, "true or false");
    return false;
}

/* A time, or false: ns of -1; of `yes` where true will do. */
static bool time_arg(csp_vm *vm, process *p, value v, bool yes, int64_t *ns)
{
    *ns = -1;
    if (is_left_out(v) || v == VALUE_FALSE || (yes && v == VALUE_TRUE))
        return true;
    if (!timer_duration(vm, p, v, ns))
        return false;
    if (*ns >= 0)
        return true;
    vm_raise(vm, ERR_VALUE, "a negative duration");
    return false;
}

static bool set_keep_alive(const stream *s, value v, int64_t ns)
{
    bool on = v != VALUE_FALSE;
    if (!set(s, SOL_SOCKET, SO_KEEPALIVE, on))
        return false;
    if (!on || ns < 0)
        return true;
    int64_t seconds = ns / SECOND + (ns % SECOND > 0);
    int time = seconds < 1 ? 1 : seconds < SECONDS_MOST ? (int)seconds : SECONDS_MOST;
    return set(s, IPPROTO_TCP, TCP_KEEPIDLE, time) && set(s, IPPROTO_TCP, TCP_KEEPINTVL, time);
}

/* Of the system's own waiting in close nothing is used: it would hold up everybody. */
static bool set_linger(stream *s, int64_t ns)
{
    struct linger reset = {.l_onoff = ns == 0, .l_linger = 0};
    s->linger = ns > 0 ? ns : 0;
    return setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset) == 0;
}

static verdict net_options(csp_vm *vm, process *p, value *args, value *result)
{
    int64_t keep, linger;
    value no_delay = native_optional(vm, args, 1, VALUE_ABSENT),
          keep_alive = native_optional(vm, args, 2, VALUE_ABSENT),
          lingers = native_optional(vm, args, 3, VALUE_ABSENT);
    stream *s = stream_arg(vm, p, args[0]);
    if (!s || !bool_arg(vm, p, no_delay) || !time_arg(vm, p, keep_alive, true, &keep) ||
        !time_arg(vm, p, lingers, false, &linger))
        return VERDICT_FAIL;
    const net_doing d = {"options", "set options of", s->name};
    if (s->closing)
        return net_refused(vm, p, &d, "closed", "it is closed", result);
    if (s->kind != STREAM_SOCKET)
        return net_refused(vm, p, &d, "unsupported", "it is no connection", result);
    bool well = is_left_out(no_delay) || set(s, IPPROTO_TCP, TCP_NODELAY, no_delay == VALUE_TRUE);
    well = well && (is_left_out(keep_alive) || set_keep_alive(s, keep_alive, keep));
    well = well && (is_left_out(lingers) || set_linger(s, linger));
    *result = VALUE_TRUE;
    return well ? VERDICT_DONE
                : net_failed(vm, p, &d, errno == ENOPROTOOPT ? EOPNOTSUPP : errno, result);
}

const native_entry net_options_natives[] = {
    {"options", "options(s, no_delay = nil, keep_alive = nil, linger = nil)",
     "sets what is given: whether small writes are sent at once (they are); whether, or after "
     "which "
     "silence, the peer is asked if it is still there (it is not); how long Io.close waits until "
     "the "
     "peer's system has all (not at all), where 0s breaks off the connection; true",
     net_options, 1, 4, 0},
    {0},
};
