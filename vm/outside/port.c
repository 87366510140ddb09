#include "vm/outside/port.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/condition.h"

port *port_new(bool to_script, uint32_t capacity)
{
    port *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->to_script = to_script;
    p->capacity = capacity;
    p->host_open = p->script_open = true;
    p->users = 2;
    p->fd = -1;
    pthread_mutex_init(&p->lock, NULL);
    condition_init(&p->changed);
    return p;
}

/* --- behind the lock */

static bool is_host_open(const port *p) { return __atomic_load_n(&p->host_open, __ATOMIC_RELAXED); }

/* Whether the host has nothing to wait for. */
static bool is_ready(const port *p)
{
    if (!is_host_open(p) || !p->script_open)
        return true;
    return p->to_script ? p->count < p->capacity - p->buffered : p->count > 0;
}

/* After any change: tells who waits, and the descriptor. */
static void show(port *p)
{
    bool ready = is_ready(p);
    if (ready && p->waiting > 0)
        pthread_cond_broadcast(&p->changed);
    if (p->fd < 0 || ready == p->readable)
        return;
    uint64_t one = 1;
    ssize_t moved = ready ? write(p->fd, &one, sizeof one) : read(p->fd, &one, sizeof one);
    if (moved == (ssize_t)sizeof one)
        p->readable = ready;
}

/* The VM is to be told: whether the caller has to post the job, once the lock is given back. */
static bool needs_post(port *p)
{
    if (!p->in_vm || p->posted)
        return false;
    return p->posted = true;
}

static void unlock_and_post(port *p, bool post)
{
    pthread_mutex_unlock(&p->lock);
    if (post)
        pool_post(&p->job);
}

static bool make_room(port *p)
{
    if (p->count < p->room)
        return true;
    uint32_t room = p->room > UINT32_MAX / 2 ? UINT32_MAX : p->room ? 2 * p->room : 8;
    csp_msg **ring = room > p->count ? malloc(room * sizeof(csp_msg *)) : NULL;
    if (!ring)
        return false;
    for (uint32_t i = 0; p->room && i < p->count; i++)
        ring[i] = p->ring[(p->head + (uint64_t)i) % p->room];
    free(p->ring);
    p->ring = ring;
    p->room = room;
    p->head = 0;
    return true;
}

static bool append_message(port *p, csp_msg *m)
{
    if (!make_room(p))
        return false;
    p->ring[(p->head + (uint64_t)p->count) % p->room] = m;
    p->count++;
    return true;
}

static csp_msg *get(port *p)
{
    csp_msg *m = p->ring[p->head];
    p->head = p->head + 1 == p->room ? 0 : p->head + 1;
    p->count--;
    return m;
}

/* Takes the ring away, whose messages nobody wants any more. To be freed without the lock. */
typedef struct remains {
    csp_msg **ring;
    uint32_t head, count, room;
} remains;

static remains take_ring(port *p)
{
    remains r = {p->ring, p->head, p->count, p->room};
    p->ring = NULL;
    p->head = p->count = p->room = 0;
    return r;
}

static void free_remains(remains r)
{
    for (uint32_t i = 0; i < r.count; i++)
        csp_msg_free(r.ring[(r.head + (uint64_t)i) % r.room]);
    free(r.ring);
}

/* Called with the lock held; gives it back. */
static void leave(port *p)
{
    bool last = --p->users == 0;
    remains rest = last ? take_ring(p) : (remains){0};
    pthread_mutex_unlock(&p->lock);
    if (!last)
        return;
    free_remains(rest);
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

/* --- the host */

port_result port_send(port *p, csp_msg *m)
{
    if (!p->to_script)
        return PORT_WRONG;
    pthread_mutex_lock(&p->lock);
    port_result result = PORT_DONE;
    if (!is_host_open(p) || !p->script_open)
        result = PORT_CLOSED;
    else if (!is_ready(p))
        result = PORT_NOT_NOW;
    else if (!append_message(p, m))
        result = PORT_SYSTEM;
    bool post = result == PORT_DONE && needs_post(p);
    show(p);
    unlock_and_post(p, post);
    return result;
}

port_result port_receive(port *p, csp_msg **out)
{
    if (p->to_script)
        return PORT_WRONG;
    pthread_mutex_lock(&p->lock);
    port_result result = PORT_DONE;
    bool post = false;
    if (p->count > 0) {
        *out = get(p);
        post = p->wanted && (p->script_open || p->count == 0) && needs_post(p);
        if (post)
            p->wanted = false;
    } else {
        result = is_host_open(p) && p->script_open ? PORT_NOT_NOW : PORT_CLOSED;
    }
    show(p);
    unlock_and_post(p, post);
    return result;
}

port_result port_wait(port *p, int milliseconds)
{
    struct timespec until = condition_after(milliseconds < 0 ? 0 : milliseconds);
    pthread_mutex_lock(&p->lock);
    p->waiting++;
    int error = 0;
    while (!is_ready(p) && error != ETIMEDOUT)
        error = milliseconds < 0 ? pthread_cond_wait(&p->changed, &p->lock)
                                 : pthread_cond_timedwait(&p->changed, &p->lock, &until);
    p->waiting--;
    bool open = is_host_open(p) && p->script_open;
    port_result result = open && is_ready(p) ? PORT_DONE : open ? PORT_NOT_NOW : PORT_CLOSED;
    if (!p->to_script && p->count > 0)
        result = PORT_DONE;
    pthread_mutex_unlock(&p->lock);
    return result;
}

int port_fd(port *p)
{
    pthread_mutex_lock(&p->lock);
    if (p->fd < 0)
        p->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int fd = p->fd;
    show(p);
    pthread_mutex_unlock(&p->lock);
    return fd;
}

/* Called with the lock held: whether to post. */
static bool close_host(port *p)
{
    if (!is_host_open(p))
        return false;
    __atomic_store_n(&p->host_open, false, __ATOMIC_RELAXED);
    show(p);
    return needs_post(p);
}

void port_close(port *p)
{
    pthread_mutex_lock(&p->lock);
    unlock_and_post(p, close_host(p));
}

void port_free(port *p)
{
    pthread_mutex_lock(&p->lock);
    bool post = close_host(p);
    remains rest = {0};
    if (!p->to_script)
        rest = take_ring(p);
    if (p->fd >= 0)
        close(p->fd);
    p->fd = -1;
    leave(p);
    /* The job's use of p is the VM's: it is given back by whoever takes or drops the job. */
    if (post)
        pool_post(&p->job);
    free_remains(rest);
}

/* --- the VM */

/* The pool was closed while the job was on its way. */
static void drop(job *j)
{
    port *p = (port *)j;
    pthread_mutex_lock(&p->lock);
    leave(p);
}

void port_attach(port *p, pool *inbox, int64_t (*arrive)(struct csp_vm *vm, job *j))
{
    p->kind = (job_kind){.drop = drop, .arrive = arrive};
    p->job = (job){.kind = &p->kind};
    p->in_vm = true;
    pool_expect(inbox, &p->job);
}

void port_detach(port *p)
{
    pthread_mutex_lock(&p->lock);
    p->script_open = p->in_vm = false;
    remains rest = p->to_script ? take_ring(p) : (remains){0};
    show(p);
    bool posted = p->posted;
    if (posted) /* whoever takes or drops the job leaves */
        pthread_mutex_unlock(&p->lock);
    else
        pool_forget(&p->job);
    if (!posted)
        leave(p);
    free_remains(rest);
}

bool port_may_tell(port *p)
{
    pthread_mutex_lock(&p->lock);
    bool may = is_host_open(p) || p->posted;
    pthread_mutex_unlock(&p->lock);
    return may;
}

bool port_turn(port *p)
{
    pthread_mutex_lock(&p->lock);
    if (!p->in_vm) {
        leave(p);
        return false;
    }
    pool_expect(p->job.of, &p->job);
    p->posted = false;
    pthread_mutex_unlock(&p->lock);
    return true;
}

void port_again(port *p)
{
    pthread_mutex_lock(&p->lock);
    unlock_and_post(p, needs_post(p));
}

uint32_t port_look(port *p, csp_msg **out, uint32_t most)
{
    pthread_mutex_lock(&p->lock);
    uint32_t count = p->count < most ? p->count : most;
    for (uint32_t i = 0; i < count; i++)
        out[i] = p->ring[(p->head + (uint64_t)i) % p->room];
    pthread_mutex_unlock(&p->lock);
    return count;
}

void port_took(port *p, uint32_t count, uint32_t buffered)
{
    pthread_mutex_lock(&p->lock);
    for (uint32_t i = 0; i < count; i++)
        get(p);
    p->buffered = buffered;
    show(p);
    pthread_mutex_unlock(&p->lock);
}

void port_buffered(port *p, uint32_t count)
{
    pthread_mutex_lock(&p->lock);
    p->buffered = count;
    show(p);
    pthread_mutex_unlock(&p->lock);
}

bool port_ended(port *p)
{
    pthread_mutex_lock(&p->lock);
    bool ended = !is_host_open(p) && (p->count == 0 || !p->to_script);
    pthread_mutex_unlock(&p->lock);
    return ended;
}

bool port_has_room(port *p)
{
    pthread_mutex_lock(&p->lock);
    bool has = p->count < p->capacity || !is_host_open(p);
    if (!has)
        p->wanted = true;
    pthread_mutex_unlock(&p->lock);
    return has;
}

port_result port_push(port *p, csp_msg *m)
{
    pthread_mutex_lock(&p->lock);
    port_result result = PORT_DONE;
    if (!is_host_open(p)) {
        result = PORT_CLOSED;
    } else if (p->count >= p->capacity) {
        p->wanted = true;
        result = PORT_NOT_NOW;
    } else if (!append_message(p, m)) {
        result = PORT_SYSTEM;
    }
    show(p);
    pthread_mutex_unlock(&p->lock);
    return result;
}

bool port_is_empty(port *p)
{
    pthread_mutex_lock(&p->lock);
    bool empty = p->count == 0 || !is_host_open(p);
    if (!empty)
        p->wanted = true;
    pthread_mutex_unlock(&p->lock);
    return empty;
}

void port_script_closed(port *p)
{
    pthread_mutex_lock(&p->lock);
    p->script_open = false;
    show(p);
    pthread_mutex_unlock(&p->lock);
}
