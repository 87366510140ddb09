/* Ports when processes are killed at each step, memory is collected all the time, VMs go and
 * threads come from everywhere: nothing is lost, and each message is released once. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/host/host.h"
#include "vm/audit.h"
#include "vm/core/string.h"
#include "vm/drive.h"
#include "vm/outside/request.h"
#include "vm/process/kill.h"
#include "vm/process/port_end.h"
#include "vm/process/process.h"

static _Atomic long adopted, released;

static void release(void *data)
{
    free(data);
    released++;
}

static csp_msg *bytes_of(size_t size)
{
    adopted++;
    return csp_msg_adopt(calloc(1, size + 1), size, release);
}

/* A list of lists, which takes many steps to unpack and to pack. */
static csp_msg *lists(void)
{
    enum { MANY = 6000 };
    char *json = malloc(MANY * 8 + 2), *at = json;
    *at++ = '[';
    for (int i = 0; i < MANY; i++)
        at += sprintf(at, "[%d],", i);
    at[-1] = ']';
    csp_msg *m = csp_msg_json(json, (size_t)(at - json));
    free(json);
    return m;
}

static void drop(void *user, int stream, const char *text, size_t size)
{
    (void)user, (void)stream, (void)text, (void)size;
}

static const char source[] =
    "fn relay(i, o) { for x in i { o ! [x, (x, x)] } }\n"
    "fn choose(i, o) { for alt { i ? x => { alt { o ! [x] => nil; after 1s => nil } } } }\n"
    "fn moves(i, o) { for x in i { let xs = [x, [x]]; o ! move xs } }\n"
    "fn start(f, i, o) => spawn f(i, o)\n"
    "fn again(i, o) { spawn relay(i, o)\n nil }\n";

typedef struct sides {
    csp_vm *vm;
    csp_port *in, *out;
    csp_value start, worker, ends[2];
    csp_scope scope;
} sides;

static sides set_up(const char *worker)
{
    sides s;
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.write = drop;
    cr_assert_eq(csp_new(&config, &s.vm), CSP_OK);
    s.scope = csp_scope_open(s.vm);
    cr_assert_eq(csp_module_add(s.vm, "m", source, sizeof source - 1), CSP_OK);
    cr_assert_eq(csp_port_open(s.vm, CSP_TO_SCRIPT, 3, &s.in, &s.ends[0]), CSP_OK);
    cr_assert_eq(csp_port_open(s.vm, CSP_FROM_SCRIPT, 1, &s.out, &s.ends[1]), CSP_OK);
    cr_assert_eq(csp_find(s.vm, "m", "start", NULL, &s.start), CSP_OK);
    cr_assert_eq(csp_find(s.vm, "m", worker, NULL, &s.worker), CSP_OK);
    return s;
}

static void clean_up(sides *s)
{
    csp_port_free(s->in);
    csp_port_free(s->out);
    csp_free(s->vm);
}

/* One step, after which all invariants hold. */
static bool step(csp_vm *vm)
{
    vm->sched.poll_credit = 0;
    bool ran = vm_step(vm);
    const char *wrong = vm_audit(vm);
    cr_assert_null(wrong, "%s", wrong);
    return ran || request_arrived(vm);
}

static long drain(csp_port *p)
{
    csp_msg *m;
    long count = 0;
    for (; csp_port_receive(p, &m) == CSP_OK; count++)
        csp_msg_free(m);
    return count;
}

/* Kills the worker after so many steps. False: it had nothing to do any more. */
static bool kill_after(const char *worker, long steps, uint32_t stress)
{
    sides s = set_up(worker);
    csp_value args[] = {s.worker, s.ends[0], s.ends[1]}, handle, again;
    cr_assert_eq(csp_call(s.vm, s.start, 3, args, NULL, &handle), CSP_OK);
    value v;
    cr_assert(handle_value(host_of(s.vm), handle, "test", &v));
    process *p = value_as_object(v);
    cr_assert_eq(csp_port_send(s.in, bytes_of(10)), CSP_OK);
    cr_assert_eq(csp_port_send(s.in, bytes_of(200000)), CSP_OK);
    cr_assert_eq(csp_port_send(s.in, lists()), CSP_OK);
    s.vm->sched.slice = 1;
    s.vm->heap.stress = stress;
    long received = 0;
    bool busy = true;
    for (long i = 0; i < steps && busy; i++) {
        busy = step(s.vm);
        long taken = !busy || i % 7 == 0 ? drain(s.out) : 0;
        received += taken;
        busy = busy || taken > 0;
    }
    value why = str_new(s.vm, "test", 4);
    kill_process(s.vm, NULL, p, kill_cause(s.vm, why, 0));
    while (step(s.vm)) {
    }
    cr_assert(process_ended(p));
    s.vm->heap.stress = 0;
    s.vm->sched.slice = 4000;
    /* whoever comes next gets what the killed one has not taken */
    cr_assert_eq(csp_find(s.vm, "m", "again", NULL, &again), CSP_OK);
    cr_assert_eq(csp_call(s.vm, again, 2, s.ends, NULL, NULL), CSP_OK);
    for (long taken = 1; taken > 0; received += taken) {
        while (step(s.vm)) {
        }
        taken = drain(s.out);
    }
    cr_assert_leq(received, 3);
    cr_assert_geq(received, 2, "only one of them can have died with the process");
    csp_msg *last = csp_msg_int(1);
    cr_assert_eq(csp_port_send(s.in, last), CSP_OK);
    while (step(s.vm)) {
    }
    cr_assert_eq(drain(s.out), 1);
    clean_up(&s);
    cr_assert_eq(adopted, released);
    return busy;
}

static void kill_everywhere(const char *worker, uint32_t stress)
{
    long steps = 0;
    while (kill_after(worker, steps, stress) && steps < 3000)
        steps++;
    cr_assert_gt(steps, 10);
}

Test(port_kill, a_relay) { kill_everywhere("relay", 0); }
Test(port_kill, an_alt) { kill_everywhere("choose", 0); }
Test(port_kill, moves) { kill_everywhere("moves", 0); }

Test(port_kill, with_a_collection_at_each_allocation)
{
    kill_after("relay", 2, 1);
    kill_after("choose", 12, 1);
    kill_after("moves", 30, 1);
}

/* --- threads */

typedef struct hammer {
    csp_port *port;
    unsigned seed;
    _Atomic bool *over;
} hammer;

static void *send_some(void *arg)
{
    const hammer *h = arg;
    unsigned seed = h->seed;
    while (!*h->over) {
        int kind = rand_r(&seed) % 20;
        csp_msg *m = kind == 0 ? bytes_of(100000) : kind < 10 ? bytes_of(100) : csp_msg_int(kind);
        csp_status sent = csp_port_send(h->port, m);
        if (sent != CSP_OK)
            csp_msg_free(m);
        if (sent == CSP_E_CLOSED || csp_port_wait(h->port, 2) == CSP_E_CLOSED)
            break;
    }
    return NULL;
}

static void *receive_some(void *arg)
{
    const hammer *h = arg;
    csp_msg *m;
    for (;;) {
        csp_status waited = csp_port_wait(h->port, 2), got = csp_port_receive(h->port, &m);
        if (got == CSP_OK)
            csp_msg_free(m);
        else if (got == CSP_E_CLOSED || (waited == CSP_EMPTY && *h->over))
            return NULL;
    }
}

static void *run_vm(void *arg)
{
    sides *s = arg;
    unsigned seed = (unsigned)(uintptr_t)s;
    csp_value handle, args[] = {s->worker, s->ends[0], s->ends[1]};
    for (int round = 0; round < 60; round++) {
        csp_scope scope = csp_scope_open(s->vm);
        if (csp_call(s->vm, s->start, 3, args, NULL, &handle) < 0)
            break;
        for (int i = rand_r(&seed) % 40; i > 0; i--)
            csp_step(s->vm, 500, NULL);
        value v;
        if (handle_value(host_of(s->vm), handle, "test", &v)) {
            value why = str_new(s->vm, "test", 4);
            kill_process(s->vm, NULL, value_as_object(v), kill_cause(s->vm, why, 0));
        }
        csp_scope_close(s->vm, scope);
        if (round % 16 == 0)
            csp_collect(s->vm);
    }
    csp_free(s->vm); /* while the others go on */
    return NULL;
}

Test(port_kill, four_threads_at_both_ends_while_processes_are_killed_and_vms_freed)
{
    static const char *const workers[] = {"relay", "choose", "moves", "relay"};
    for (int round = 0; round < 4; round++) {
        sides s[2] = {set_up(workers[round % 4]), set_up(workers[(round + 1) % 4])};
        _Atomic bool over = false;
        pthread_t vms[2], threads[8];
        hammer work[8];
        for (int i = 0; i < 8; i++) {
            sides *of = &s[i / 4];
            work[i] = (hammer){i % 2 ? of->in : of->out, (unsigned)(round * 8 + i), &over};
            pthread_create(&threads[i], NULL, i % 2 ? send_some : receive_some, &work[i]);
        }
        for (int i = 0; i < 2; i++)
            pthread_create(&vms[i], NULL, run_vm, &s[i]);
        for (int i = 0; i < 2; i++)
            pthread_join(vms[i], NULL);
        over = true;
        for (int i = 0; i < 8; i++)
            pthread_join(threads[i], NULL);
        for (int i = 0; i < 2; i++) {
            csp_port_free(s[i].in);
            csp_port_free(s[i].out);
        }
        cr_assert_eq(adopted, released, "%ld adopted, %ld released", (long)adopted, (long)released);
    }
}
