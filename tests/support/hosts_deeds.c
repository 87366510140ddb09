/* What the threads of the random host do. */
#include <stdlib.h>
#include <string.h>

#include "tests/support/hosts_parts.h"

/* ---- By whoever has the place's lock. Another thread may still be in: then it is misuse. ---- */

static void forget_values(place *p)
{
    for (unsigned i = 0; i < VALUES; i++)
        p->values[i] = csp_nil();
}

void hosts_free_vm(place *p, bool at_once)
{
    csp_vm *vm = p->vm;
    for (unsigned i = 0; i < REFS; i += 1 + at_once) { /* some outlive it */
        csp_ref_free(p->refs[i]);
        p->refs[i] = NULL;
    }
    while (csp_user(vm) == p) { /* not while another thread is in */
        if (at_once)
            csp_discard(vm);
        else
            csp_free(vm);
    }
    for (unsigned i = 0; i < REFS; i++) {
        csp_ref_free(p->refs[i]);
        p->refs[i] = NULL;
    }
    p->vm = NULL;
    forget_values(p);
}

static csp_value some(const place *p, uint64_t *random) { return p->values[draw(random, VALUES)]; }

static void keep(place *p, csp_value v, uint64_t *random)
{
    if (v.word)
        p->values[draw(random, VALUES)] = v;
}

/* All values go with the old one. */
static void deed_scope(place *p, uint64_t *random)
{
    csp_value v = some(p, random);
    v = csp_scope_return(p->vm, p->scope, v);
    forget_values(p);
    (void)v; /* there is none around it */
    p->scope = csp_scope_open(p->vm);
}

static void deed_value(place *p, uint64_t *random)
{
    csp_vm *vm = p->vm;
    csp_value v = some(p, random), made = CSP_NONE;
    switch (draw(random, 8)) {
    case 0: made = csp_int(vm, (int64_t)draw(random, 100)); break;
    case 1: made = csp_string_z(vm, "some text"); break;
    case 2: made = csp_list(vm, 2, (csp_value[]){v, some(p, random)}); break;
    case 3: made = csp_set_field(vm, csp_map(vm), "field", v); break;
    case 4: made = csp_buffer(vm, draw(random, 100000)); break;
    case 5: made = csp_tuple(vm, 1, &v); break;
    case 6: csp_text_free(csp_show(vm, v, 1000)); break;
    default: csp_equal(vm, v, some(p, random)); break;
    }
    keep(p, made, random);
}

static void deed_object(place *p, uint64_t *random)
{
    const csp_class *of = &hosts_classes[draw(random, 2)];
    ledger_entry *e = ledger_new(LEDGER_OBJECT);
    csp_value v = csp_object(p->vm, of, e, draw(random, 3) ? 0 : draw(random, 100000));
    if (v.word == 0)
        ledger_done(e); /* it is still ours */
    else if (!p->vm || ledger_is_done(e))
        hosts_complain("an object that has just been made is finalized", NULL);
    keep(p, v, random);
}

static void deed_look(place *p, uint64_t *random)
{
    csp_value v = some(p, random);
    for (int i = 0; i < 2; i++) {
        const ledger_entry *e = csp_get_object(p->vm, v, &hosts_classes[i]);
        if (e && ledger_is_done(e))
            hosts_complain("csp_get_object gives data that has been finalized", NULL);
    }
    if (draw(random, 4) == 0 && csp_type_of(p->vm, v) == CSP_T_OBJECT)
        csp_object_close(p->vm, v);
}

static void deed_ref(place *p, uint64_t *random)
{
    csp_ref **at = &p->refs[draw(random, REFS)];
    if (*at) {
        keep(p, csp_ref_get(p->vm, *at), random);
        csp_ref_free(*at);
        *at = NULL;
    } else {
        *at = csp_ref_new(p->vm, some(p, random));
    }
}

static csp_value some_function(place *p, uint64_t *random)
{
    const csp_budget budget = {.reductions = 100000};
    csp_value f;
    const char *name = hosts_functions[draw(random, hosts_function_count)];
    if (csp_find(p->vm, "script", name, draw(random, 2) ? &budget : NULL, &f) != CSP_OK)
        csp_error_free(csp_take_error(p->vm));
    return f;
}

static void deed_call(place *p, uint64_t *random)
{
    const csp_budget budget = {.reductions = 10000 + draw(random, 50000), .nanoseconds = 2000000};
    csp_value argv[2] = {some(p, random), some(p, random)}, result;
    csp_value f = some_function(p, random);
    if (csp_call(p->vm, f, 2, argv, &budget, &result) < 0)
        csp_error_free(csp_take_error(p->vm));
    else
        keep(p, result, random);
}

static void deed_spawn(place *p, uint64_t *random)
{
    csp_task *task = NULL;
    csp_value argv[2] = {some(p, random), some(p, random)};
    csp_value f = some_function(p, random);
    if (csp_spawn(p->vm, f, 2, argv, draw(random, 2) ? &task : NULL) != CSP_OK)
        csp_error_free(csp_take_error(p->vm));
    if (task && !hosts_put(&all_hosts->tasks, task))
        csp_task_free(task);
}

static void deed_port(place *p, uint64_t *random)
{
    csp_port *port;
    csp_value end;
    csp_direction way = draw(random, 2) ? CSP_TO_SCRIPT : CSP_FROM_SCRIPT;
    if (csp_port_open(p->vm, way, 1 + (uint32_t)draw(random, 20), &port, &end) != CSP_OK) {
        csp_error_free(csp_take_error(p->vm));
        return;
    }
    keep(p, end, random);
    if (draw(random, 2)) {
        csp_value f, argv[2] = {end, end};
        const char *name = way == CSP_TO_SCRIPT ? "reads" : draw(random, 8) ? "writes" : "wrongly";
        if (csp_find(p->vm, "script", name, NULL, &f) != CSP_OK ||
            csp_spawn(p->vm, f, 2, argv, NULL) != CSP_OK)
            csp_error_free(csp_take_error(p->vm));
    }
    if (!hosts_put(&all_hosts->ports, port))
        csp_port_free(port);
}

static void deed_message(place *p, uint64_t *random)
{
    csp_msg *m;
    if (csp_msg_of(p->vm, some(p, random), &m) == CSP_OK) {
        keep(p, csp_msg_value(p->vm, m), random);
        csp_msg_free(m);
    }
}

static void deed_step(place *p, uint64_t *random)
{
    uint64_t used;
    if (draw(random, 3))
        csp_step(p->vm, draw(random, 50000), &used);
    else
        csp_run(p->vm, (int)draw(random, 3));
}

static void deed_ask(place *p, uint64_t *random)
{
    csp_stats stats = {.struct_size = sizeof stats};
    switch (draw(random, 8)) {
    case 0: csp_collect(p->vm); break;
    case 1: csp_text_free(csp_report(p->vm, (csp_style)draw(random, 3))); break;
    case 2: csp_kill(p->vm, draw(random, 200), "random"); break;
    case 3: csp_timeout(p->vm); break;
    case 4: csp_error_free(csp_take_error(p->vm)); break;
    case 5: csp_fd(p->vm); break;
    default: csp_get_stats(p->vm, &stats); break;
    }
}

static void deed_end(place *p, uint64_t *random)
{
    if (draw(random, 20) == 0)
        hosts_free_vm(p, draw(random, 4) != 0);
}

static void (*const deeds[])(place *, uint64_t *) = {
    deed_scope,   deed_value, deed_value, deed_object, deed_object, deed_look,  deed_ref,
    deed_call,    deed_call,  deed_call,  deed_spawn,  deed_spawn,  deed_spawn, deed_port,
    deed_message, deed_step,  deed_step,  deed_step,   deed_ask,    deed_end};

void hosts_deed(place *p, uint64_t *random)
{
    if (!p->vm) {
        forget_values(p);
        csp_vm *vm = hosts_new_vm(p, random);
        p->vm = vm;
        p->scope = csp_scope_open(vm);
        atomic_fetch_add(&all_hosts->vms, 1);
    }
    deeds[draw(random, sizeof deeds / sizeof *deeds)](p, random);
    atomic_fetch_add(&all_hosts->deeds, 1);
}

/* ---- By any thread ---- */

static void deed_task(uint64_t *random)
{
    csp_task *task = hosts_take(&all_hosts->tasks, random);
    if (!task)
        return;
    switch (draw(random, 8)) {
    case 0: csp_task_kill(task, "random"); break;
    case 1: csp_task_number(task); break;
    case 2: csp_task_result(task, NULL); break;
    case 3: csp_task_wait(task, (int)draw(random, 2)); break;
    default: csp_task_free(task); return;
    }
    if (!hosts_put(&all_hosts->tasks, task))
        csp_task_free(task);
}

static void receive(csp_port *port)
{
    csp_msg *m;
    csp_status status = csp_port_receive(port, &m);
    if (status == CSP_OK && csp_msg_type(m) == CSP_T_NONE)
        hosts_complain("a message that was received has no type", NULL);
    if (status != CSP_OK && m)
        hosts_complain("a message that was not received is there", NULL);
    csp_msg_free(m);
}

static void deed_use_port(uint64_t *random)
{
    csp_port *port = hosts_take(&all_hosts->ports, random);
    if (!port)
        return;
    for (unsigned n = (unsigned)draw(random, 20); n > 0; n--) {
        csp_msg *m = hosts_message(random);
        if (csp_port_send(port, m) != CSP_OK)
            csp_msg_free(m);
        receive(port);
    }
    switch (draw(random, 8)) {
    case 0: csp_port_close(port); break;
    case 1: csp_port_wait(port, (int)draw(random, 2)); break;
    case 2: csp_port_fd(port); break;
    case 3: csp_port_free(port); return;
    default: break;
    }
    if (!hosts_put(&all_hosts->ports, port))
        csp_port_free(port);
}

static void let_go(pending *of)
{
    csp_completer_free(of->completer);
    free(of);
}

static void deed_completer(uint64_t *random)
{
    pending *of = hosts_take(&all_hosts->completers, random);
    if (!of)
        return;
    if (draw(random, 4)) {
        hosts_complete(of, draw(random, 16));
    } else if (draw(random, 2)) { /* a further count for somebody else */
        pending *other = malloc(sizeof *other);
        if (!other)
            abort();
        *other = (pending){csp_completer_hold(of->completer), of->entry};
        if (!hosts_put(&all_hosts->completers, other))
            let_go(other);
    }
    let_go(of);
}

/* While somebody else may be in, or have freed it. */
static void deed_intrude(uint64_t *random)
{
    csp_vm *vm = all_hosts->places[draw(random, VMS)].vm;
    if (!vm)
        return;
    if (draw(random, 4) == 0)
        csp_interrupt(vm);
    if (draw(random, 16))
        return;
    csp_stats stats = {.struct_size = sizeof stats};
    switch (draw(random, 4)) {
    case 0: csp_step(vm, 1000, NULL); break;
    case 1: csp_get_stats(vm, &stats); break;
    case 2: csp_timeout(vm); break;
    default: csp_collect(vm); break;
    }
}

void hosts_outside_deed(uint64_t *random)
{
    static void (*const outside[])(uint64_t *) = {deed_task,      deed_use_port,  deed_use_port,
                                                  deed_completer, deed_completer, deed_intrude};
    outside[draw(random, sizeof outside / sizeof *outside)](random);
    atomic_fetch_add(&all_hosts->deeds, 1);
}

void hosts_empty_pools(void)
{
    uint64_t random = 1;
    void *item;
    while ((item = hosts_take(&all_hosts->tasks, &random)))
        csp_task_free(item);
    while ((item = hosts_take(&all_hosts->ports, &random)))
        csp_port_free(item);
    while ((item = hosts_take(&all_hosts->completers, &random)))
        let_go(item);
}
