/* The processes of a VM, for people. */
#include <stdlib.h>

#include "api/host/fail.h"
#include "api/host/host.h"
#include "api/place.h"
#include "base/array.h"
#include "vm/code/code_table.h"
#include "vm/code/origin.h"
#include "vm/outside/loop.h"
#include "vm/process/output.h"
#include "vm/process/process.h"
#include "vm/report/leak.h"
#include "vm/report/report.h"
#include "vm/report/trace.h"

typedef struct numbered {
    uint64_t number;
    process *process;
} numbered;

static int compare_numbers(const void *a, const void *b)
{
    uint64_t x = ((const numbered *)a)->number, y = ((const numbered *)b)->number;
    return x < y ? -1 : x > y;
}

/* All processes by number, malloc'ed. NULL: no memory. */
static numbered *sort_processes(const csp_vm *vm)
{
    uint32_t count = vm->table_count;
    numbered *sorted = calloc((size_t)count + 1, sizeof *sorted);
    for (uint32_t i = 0; sorted && i < count; i++)
        sorted[i] = (numbered){process_number(process_at(vm, i)), process_at(vm, i)};
    if (sorted)
        qsort(sorted, count, sizeof *sorted, compare_numbers);
    return sorted;
}

/* ---- What a csp_process points to: reused for one after the other ---- */

typedef struct view {
    csp_vm *vm;
    csp_wait *waits;
    uint64_t *links;
    size_t wait_capacity, link_capacity;
    text work;
} view;

static bool add_wait(view *v, csp_process *info, csp_waiting kind, uint64_t number)
{
    csp_wait *waits = array_room(v->waits, &v->wait_capacity, info->wait_count + 1u, sizeof *waits);
    if (!waits)
        return false;
    info->waits = v->waits = waits;
    v->waits[info->wait_count++] = (csp_wait){kind, number};
    return true;
}

static bool add_channel(view *v, csp_process *info, channel *c, bool sends, bool drained)
{
    if (!drained && (c->header & CHANNEL_DONE))
        return add_wait(v, info, CSP_WAITS_END, process_number(c->outcome_of));
    csp_waiting kind = drained                    ? CSP_WAITS_DRAINED
                       : c->header & CHANNEL_TICK ? CSP_WAITS_TICK
                       : sends                    ? CSP_WAITS_SEND
                                                  : CSP_WAITS_RECEIVE;
    return add_wait(v, info, kind, chan_number(v->vm, c));
}

static bool add_time(view *v, csp_process *info, int64_t deadline)
{
    int64_t left = deadline - vm_now(v->vm);
    return add_wait(v, info, CSP_WAITS_TIME, left > 0 ? (uint64_t)left : 0);
}

static bool add_arms(view *v, csp_process *info, const alt *a)
{
    for (uint32_t i = 0; i < a->count; i++) {
        const alt_case *c = &a->cases[i];
        if (c->node && c->node->queued && !add_channel(v, info, c->chan, c->sends, c->drained))
            return false;
    }
    return a->after_arm < 0 || add_time(v, info, a->deadline);
}

static const char *describe_work(view *v, const process *p)
{
    v->work.used = 0;
    report_request(&v->work, p);
    text_put(&v->work, '\0');
    return v->work.failed ? "" : v->work.block;
}

/* False: no memory. */
static bool describe_wait(view *v, const process *p, csp_process *info)
{
    static const csp_waiting kinds[] = {
        [REPORT_RUNS] = CSP_WAITS_NOT,      [REPORT_SEND] = CSP_WAITS_SEND,
        [REPORT_OUTCOME] = CSP_WAITS_END,   [REPORT_RECEIVE] = CSP_WAITS_RECEIVE,
        [REPORT_TICK] = CSP_WAITS_TICK,     [REPORT_ALT] = CSP_WAITS_ALT,
        [REPORT_PAR] = CSP_WAITS_PAR,       [REPORT_SLEEP] = CSP_WAITS_TIME,
        [REPORT_OUTPUT] = CSP_WAITS_OUTPUT, [REPORT_REQUEST] = CSP_WAITS_WORK,
        [REPORT_NATIVE] = CSP_WAITS_OTHER};
    report_kind kind = report_kind_of(v->vm, p);
    info->waiting = kinds[kind];
    switch (kind) {
    case REPORT_SEND:
    case REPORT_RECEIVE:
    case REPORT_OUTCOME:
    case REPORT_TICK: return add_channel(v, info, p->chan, p->flags & PROCESS_SENDS, false);
    case REPORT_ALT: return add_arms(v, info, side_of(p)->alt);
    case REPORT_SLEEP: return add_time(v, info, side_of(p)->timer->deadline);
    case REPORT_REQUEST: info->work = describe_work(v, p); return true;
    default: return true;
    }
}

static bool describe_links(view *v, const process *p, csp_process *info)
{
    uint32_t count = side_of(p) ? side_of(p)->link_count : 0;
    if (count == 0)
        return true;
    uint64_t *links = array_room(v->links, &v->link_capacity, count, sizeof *links);
    if (!links)
        return false;
    info->links = v->links = links;
    for (const process_link *l = side_of(p)->links; l && info->link_count < count;) {
        int mine = l->ends[0] == p ? 0 : 1;
        v->links[info->link_count++] = process_number(l->ends[!mine]);
        l = l->next[mine];
    }
    return true;
}

/* ---- One process ---- */

static const char *state_name(const csp_vm *vm, const process *p)
{
    if (p == vm->sched.running)
        return "running";
    return (p->ticket & TICKET_STATE) == TICKET_WAIT ? "waiting" : "runnable";
}

static csp_place find_place(csp_vm *vm, const process *p)
{
    uint32_t position = report_position(p);
    if (position)
        return place_at(vm, position);
    return (csp_place){
        .function = value_is(p->code->name, OBJ_STRING) ? value_string(p->code->name)->text : NULL};
}

static csp_process_kind kind_of(const process *p)
{
    return p->flags & PROCESS_MAIN         ? CSP_IS_MAIN
           : p->flags & PROCESS_SYSTEM     ? CSP_IS_HOSTS
           : side_of(p) && side_of(p)->par ? CSP_IS_BRANCH
                                           : CSP_IS_SPAWNED;
}

static size_t memory_of(const process *p)
{
    size_t block = p->away ? process_capacity(p) * sizeof(value) : 0;
    return process_size(p->room) + block + (side_of(p) ? sizeof *side_of(p) : 0);
}

static csp_process describe(csp_vm *vm, const process *p)
{
    csp_process info = {.number = process_number(p),
                        .reductions = p->reductions,
                        .name = "",
                        .state = state_name(vm, p),
                        .parent = process_parent(p),
                        .kind = kind_of(p),
                        .supervisor = process_control(p) != VALUE_ABSENT,
                        .dying = (p->flags & PROCESS_DYING) != 0 || process_must_die(p),
                        .memory = memory_of(p)};
    if (p->code)
        info.where = find_place(vm, p);
    origin from = origin_at(vm, p->origin);
    if (from.position)
        info.spawned = place_at(vm, from.position);
    info.spawned.function = from.name ? from.name->text : NULL;
    if (side_of(p) && value_is(side_of(p)->last_end, OBJ_STRING)) {
        info.restarts = side_of(p)->restarts;
        info.last_end = value_string(side_of(p)->last_end)->text;
    }
    const string *name = origin_name(vm, p);
    if (name)
        info.name = name->text;
    else if (p->origin == ORIGIN_HOST && info.where.function)
        info.name = info.where.function;
    return info;
}

/* False: no memory. */
static bool show(host *h, view *v, const process *p,
                 void (*each)(void *user, const csp_process *process), void *user)
{
    csp_process info = describe(v->vm, p);
    if (!describe_wait(v, p, &info) || !describe_links(v, p, &info))
        return false;
    door_hook_begin(h);
    each(user, &info);
    door_hook_end(h);
    return true;
}

static view new_view(csp_vm *vm)
{
    view v = {.vm = vm};
    text_init(&v.work, vm);
    return v;
}

static void free_view(view *v)
{
    free(v->waits);
    free(v->links);
}

static csp_status each_process(host *h, void (*each)(void *user, const csp_process *process),
                               void *user)
{
    csp_vm *vm = h->vm;
    uint32_t count = vm->table_count;
    numbered *sorted = sort_processes(vm);
    view v = new_view(vm);
    bool ok = sorted != NULL;
    for (uint32_t i = 0; ok && i < count; i++)
        ok = show(h, &v, sorted[i].process, each, user);
    free(sorted);
    free_view(&v);
    return ok ? CSP_OK : host_fail_memory(h);
}

csp_status csp_each_process(csp_vm *vm, void (*each)(void *user, const csp_process *process),
                            void *user)
{
    host *h = door_enter_calling(vm, __func__, each);
    if (!h)
        return CSP_E_MISUSE;
    csp_status status = each_process(h, each, user);
    door_leave(h);
    return status;
}

/* NULL: there is none, which is told. */
static process *find(host *h, uint64_t number)
{
    uint32_t left = UINT32_MAX;
    process *p = process_live(h->vm, number, &left);
    if (!p)
        host_fail(h, CSP_E_NOT_FOUND, "value_error", "there is no process %llu",
                  (unsigned long long)number);
    return p;
}

csp_status csp_find_process(csp_vm *vm, uint64_t number,
                            void (*found)(void *user, const csp_process *process), void *user)
{
    host *h = door_enter_calling(vm, __func__, found);
    if (!h)
        return CSP_E_MISUSE;
    const process *p = find(h, number);
    csp_status status = CSP_E_NOT_FOUND;
    if (p) {
        view v = new_view(vm);
        status = show(h, &v, p, found, user) ? CSP_OK : host_fail_memory(h);
        free_view(&v);
    }
    door_leave(h);
    return status;
}

/* ---- Which one it is that does something ---- */

uint64_t csp_writer(csp_vm *vm, const char **name)
{
    const output_writer *w = door_find(vm) ? output_writer_of(vm) : NULL;
    if (name)
        *name = w && w->name != VALUE_ABSENT ? value_string(w->name)->text : "";
    return w ? w->number : 0;
}

uint64_t csp_exit_process(const csp_vm *vm)
{
    return door_find(vm) && vm->exit_status >= 0 ? vm->exit_by : 0;
}

/* ---- Its frames ---- */

static csp_frame frame_of(csp_vm *vm, const trace *t, uint32_t i)
{
    uint32_t position = t->positions[i] & ~TRACE_TAIL;
    csp_frame f = {.place = place_at(vm, position),
                   .omitted = t->omitted && i == t->omitted_after ? t->omitted : 0,
                   .tail = (t->positions[i] & TRACE_TAIL) != 0};
    uint32_t pc = 0;
    const code *c = code_at(vm, position, &pc);
    const module *m = c ? c->module : NULL;
    if (!m || !m->text)
        return f;
    uint32_t from = c->places[pc].start < m->length ? c->places[pc].start : m->length, to = from;
    while (from > 0 && m->text[from - 1] != '\n')
        from--;
    while (to < m->length && m->text[to] != '\n' && m->text[to] != '\r')
        to++;
    f.source = m->text + from;
    f.source_size = to - from;
    return f;
}

static csp_status each_frame(host *h, uint64_t number,
                             void (*each)(void *user, const csp_frame *frame), void *user)
{
    csp_vm *vm = h->vm;
    process *p = find(h, number);
    if (!p)
        return CSP_E_NOT_FOUND;
    value taken = p->code ? trace_take(vm, p, process_registers(p), p->code, p->pc) : VALUE_NIL;
    if (taken == VALUE_ABSENT)
        return host_fail_memory(h);
    const trace *t = taken == VALUE_NIL ? NULL : value_as_object(taken);
    for (uint32_t i = 0; t && i < t->count; i++) {
        csp_frame f = frame_of(vm, t, i);
        door_hook_begin(h);
        each(user, &f);
        door_hook_end(h);
    }
    return CSP_OK;
}

csp_status csp_each_frame(csp_vm *vm, uint64_t number,
                          void (*each)(void *user, const csp_frame *frame), void *user)
{
    host *h = door_enter_calling(vm, __func__, each);
    if (!h)
        return CSP_E_MISUSE;
    csp_status status = each_frame(h, number, each, user);
    door_leave(h);
    return status;
}

/* ---- Those that nobody can wake ---- */

static csp_status each_stuck(host *h, void (*each)(void *user, uint64_t process), void *user)
{
    uint64_t *numbers = NULL;
    uint32_t count = 0;
    if (!leak_find(h->vm, &numbers, &count))
        return host_fail_memory(h);
    for (uint32_t i = 0; i < count; i++) {
        door_hook_begin(h);
        each(user, numbers[i]);
        door_hook_end(h);
    }
    free(numbers);
    return CSP_OK;
}

csp_status csp_each_stuck(csp_vm *vm, void (*each)(void *user, uint64_t process), void *user)
{
    host *h = door_enter_calling(vm, __func__, each);
    if (!h)
        return CSP_E_MISUSE;
    csp_status status = each_stuck(h, each, user);
    door_leave(h);
    return status;
}
