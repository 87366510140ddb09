/* Ports: channels of which one end is the host's. Everything of a port that several threads touch
 * is in this file, behind the port's lock; the channel's side is vm/process/port_end.h.
 *
 * A port to the script holds messages until the VM takes them into the channel; one from the script
 * holds them until the host does. What the VM must know of what the host has done is told through
 * the inbox (pool.h): the port is a job, posted again and again, and never twice at once.
 *
 *   the host (any thread)                        the VM's thread
 *   lock; change; posted = true; unlock          pool_take gives the port: port_turn
 *   pool_post, if it was not posted before       posted = false, and only then it looks
 *
 * A port has two users, the host and the VM. Each gives its use back once: the host by port_free;
 * the VM when the channel has ended or is garbage, or at its own end. Who comes last frees it. */
#ifndef CSP_VM_OUTSIDE_PORT_H
#define CSP_VM_OUTSIDE_PORT_H

#include <pthread.h>
#include <stdint.h>

#include "msg/message.h"
#include "vm/outside/pool.h"

struct channel;

/* Who feeds a channel inside of the VM, in its thread, with what happens outside (port_feed_open,
 * port_end.h): it has the host's use of the port. */
typedef struct port_source {
    void (*room)(struct port_source *s); /* a message has been taken */
    void (*gone)(struct port_source *s); /* the channel is closed, or is garbage */
} port_source;

typedef struct csp_port port;
struct csp_port {
    job job;
    job_kind kind; /* the port's own; `arrive` is the VM's */
    /* never changed: */
    port_source *source; /* NULL: the host's end is the host's */
    bool to_script;
    uint32_t capacity;
    void *counted; /* the host's */
    /* behind the lock: */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    csp_msg **ring; /* `room` places, grown when needed */
    uint32_t head, count, room;
    uint32_t buffered; /* to the script: messages in the channel's own buffer */
    uint32_t waiting;  /* threads in port_wait */
    bool host_open;    /* atomic, for the collector */
    bool script_open;
    bool in_vm;    /* there is a VM to be told */
    bool posted;   /* the job is on its way */
    bool wanted;   /* from the script: the VM is to be told when a message is taken */
    bool readable; /* what the descriptor shows */
    uint8_t users;
    int fd; /* -1: nobody has asked for it */
    /* the VM's, and the collector's callbacks': */
    struct channel *chan; /* held weakly; NULL: it is garbage */
    struct csp_port *next, *previous;
    bool starved; /* to the script: there was no memory for a message */
};

typedef enum port_result {
    PORT_DONE,
    PORT_NOT_NOW,
    PORT_CLOSED,
    PORT_WRONG,
    PORT_SYSTEM
} port_result;

/* A port with two users. NULL: no memory. */
port *port_new(bool to_script, uint32_t capacity);

/* ---- For the host, from any thread ---- */

/* DONE: m is taken. NOT_NOW: there is no room. WRONG: it is a port from the script. SYSTEM: there
 * is no memory. */
port_result port_send(port *p, csp_msg *m);
port_result port_receive(port *p, csp_msg **out);
/* Waits until port_send or port_receive would not return NOT_NOW: DONE, CLOSED; NOT_NOW: the time
 * is up (-1: never). */
port_result port_wait(port *p, int milliseconds);
/* Readable while port_wait would not wait; -1: the system has none. */
int port_fd(port *p);
void port_close(port *p);
void port_free(port *p);

/* ---- For the VM's thread ---- */

/* p becomes the VM's, which is told through the inbox; `arrive` is called there. */
void port_attach(port *p, pool *inbox, int64_t (*arrive)(struct csp_vm *vm, job *j));
/* The VM gives up its use of p. */
void port_detach(port *p);
/* Whether the host may still do something of which the VM is told, or has just done so: that it has
 * closed the port may be on its way. */
bool port_may_tell(port *p);
/* A turn begins: p has arrived, and from now on may be posted again. False: the VM has given it up,
 * and p is gone. */
bool port_turn(port *p);
/* Posts p once more: there is more to do. */
void port_again(port *p);

/* To the script: the first messages, up to `most`, which stay p's until port_took. */
uint32_t port_look(port *p, csp_msg **out, uint32_t most);
/* The first `count` of them are now the caller's; `buffered` are then in the channel's buffer. */
void port_took(port *p, uint32_t count, uint32_t buffered);
/* How many are buffered now. */
void port_buffered(port *p, uint32_t count);
/* Whether the host's end is closed and nothing is left to be taken. */
bool port_ended(port *p);

/* From the script: whether there is room, or the host's end is closed; if not, the VM is told when
 * that changes. */
bool port_has_room(port *p);
/* DONE: m is taken; NOT_NOW, CLOSED, SYSTEM as above. The VM is told of room after NOT_NOW. */
port_result port_push(port *p, csp_msg *m);
/* Whether nothing is left for the host, or it does not want it; if not, the VM is told. */
bool port_is_empty(port *p);

/* The script's end is closed, or is garbage. */
void port_script_closed(port *p);

#endif
