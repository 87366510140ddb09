#include "api/host/port.h"

#include <stdlib.h>

#include "api/host/fail.h"
#include "api/host/host.h"
#include "api/host/live.h"
#include "vm/process/handle.h"
#include "vm/process/port_end.h"

static void leave(_Atomic uint32_t *users)
{
    if (atomic_fetch_sub(users, 1) == 1)
        free(users);
}

bool ports_init(host *h)
{
    h->ports.users = malloc(sizeof *h->ports.users);
    if (h->ports.users)
        atomic_init(h->ports.users, 1);
    return h->ports.users != NULL;
}

void ports_free(host *h)
{
    if (h->ports.users)
        leave(h->ports.users);
}

uint32_t ports_count(const host *h) { return atomic_load(h->ports.users) - 1; }

/* --- whether it is a port */

/* The port that this thread has looked at last, and what live_taken was then. */
static _Thread_local struct {
    const csp_port *port;
    uint64_t taken;
} last;

static bool is_port(const csp_port *p)
{
    uint64_t taken = atomic_load_explicit(&live_taken, memory_order_acquire);
    if (__builtin_expect(p && last.port == p && last.taken == taken, 1))
        return true;
    if (live_kind_of(p) != LIVE_PORT)
        return false;
    last.port = p;
    last.taken = taken;
    return true;
}

static csp_status status_of(port_result result, csp_status not_now)
{
    switch (result) {
    case PORT_DONE: return CSP_OK;
    case PORT_NOT_NOW: return not_now;
    case PORT_CLOSED: return CSP_E_CLOSED;
    case PORT_WRONG: return CSP_E_MISUSE;
    case PORT_SYSTEM: break;
    }
    return CSP_E_MEMORY;
}

/* --- opening */

/* The script's end, VALUE_ABSENT: raised. */
static value end_of(csp_vm *vm, process *p, channel *c, bool to_script)
{
    value end;
    return chan_end(vm, p, value_object(c), to_script, &end) == VERDICT_DONE ? end : VALUE_ABSENT;
}

static csp_status open_port(host *h, bool to_script, uint32_t capacity, port **out, csp_value *end)
{
    csp_vm *vm = h->vm;
    process *p = host_owner(h);
    if (!p)
        return CSP_E_MEMORY;
    channel *c;
    port *q = port_open(vm, to_script, capacity, &c);
    value v = q ? end_of(vm, p, c, to_script) : VALUE_ABSENT;
    csp_status status = v != VALUE_ABSENT ? CSP_OK : host_fail_raised(h);
    if (status == CSP_OK && !live_add(q, LIVE_PORT))
        status = host_fail_memory(h);
    if (status == CSP_OK) {
        *end = handle_new(h, v, "csp_port_open");
        if (end->word == 0) {
            live_take(q, LIVE_PORT);
            status = CSP_E_MISUSE;
        }
    }
    if (status == CSP_OK) {
        q->counted = h->ports.users;
        atomic_fetch_add(h->ports.users, 1);
        *out = q;
    } else if (q) {
        port_free(q);
    }
    return status;
}

csp_status csp_port_open(csp_vm *vm, csp_direction direction, uint32_t capacity, csp_port **out,
                         csp_value *end)
{
    if (out)
        *out = NULL;
    if (end)
        *end = CSP_NONE;
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return CSP_E_MISUSE;
    csp_status status = CSP_E_MISUSE;
    if (!out || !end)
        door_misuse(vm, __func__, "there is nowhere to put the port");
    else if (direction != CSP_TO_SCRIPT && direction != CSP_FROM_SCRIPT)
        door_misuse(vm, __func__, "%d is no direction", (int)direction);
    else if (capacity == 0)
        door_misuse(vm, __func__, "a port has a capacity of 1 or more");
    else
        status = open_port(h, direction == CSP_TO_SCRIPT, capacity, out, end);
    door_leave(h);
    return status;
}

/* --- use, from any thread */

csp_status csp_port_send(csp_port *p, csp_msg *m)
{
    if (!m || !is_port(p))
        return CSP_E_MISUSE;
    return status_of(port_send(p, m), CSP_FULL);
}

csp_status csp_port_receive(csp_port *p, csp_msg **out)
{
    if (out)
        *out = NULL;
    if (!out || !is_port(p))
        return CSP_E_MISUSE;
    return status_of(port_receive(p, out), CSP_EMPTY);
}

csp_status csp_port_wait(csp_port *p, int milliseconds)
{
    if (!is_port(p))
        return CSP_E_MISUSE;
    return status_of(port_wait(p, milliseconds), p->to_script ? CSP_FULL : CSP_EMPTY);
}

int csp_port_fd(csp_port *p) { return is_port(p) ? port_fd(p) : -1; }

void csp_port_close(csp_port *p)
{
    if (is_port(p))
        port_close(p);
}

void csp_port_free(csp_port *p)
{
    if (!p || !live_take(p, LIVE_PORT))
        return;
    _Atomic uint32_t *users = p->counted;
    port_free(p);
    leave(users);
}
