/* What is going on in a VM. */
#include "api/host/fail.h"
#include "api/host/host.h"
#include "vm/core/text.h"
#include "vm/data/hosted.h"
#include "vm/report/report_all.h"

/* Without the host's own, which may stand in the queue while its call is under way. */
static uint32_t runnable(const csp_vm *vm)
{
    const scheduler *s = &vm->sched;
    const process *own = vm->own.process;
    bool queued = own && own != s->running && (own->ticket & TICKET_STATE) == TICKET_RUN;
    return s->queue_length + (s->next != NULL) - queued;
}

static csp_stats stats_of(host *h)
{
    refs_settle(&h->refs);
    const csp_vm *vm = h->vm;
    heap_times times = heap_pauses();
    return (csp_stats){
        .memory = heap_memory(&vm->heap),
        .heap = heap_of_all(),
        .processes = vm->table_count,
        .runnable = runnable(vm),
        .spawned = vm->last_number - (vm->own.number != 0),
        .crashed = vm->counts.crashed,
        .reductions = vm->counts.reductions,
        .messages = vm->counts.messages,
        .reports_dropped = vm->flood.dropped_ever,
        .collections = times.collections,
        .pause_last = times.last,
        .pause_max = times.longest,
        .handles = h->handles.used,
        .refs = h->refs.count,
        .ports = ports_count(h),
        .tasks = h->tasks.count,
        .objects = hosted_count(vm),
    };
}

void csp_get_stats(csp_vm *vm, csp_stats *out)
{
    size_t given = out ? out->struct_size : 0;
    if (given > sizeof given)
        memset((char *)out + sizeof given, 0, given - sizeof given);
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return;
    if (given < offsetof(csp_stats, heap)) {
        door_misuse(vm, __func__, "struct_size of the statistics is not sizeof(csp_stats)");
    } else {
        csp_stats found = stats_of(h);
        found.struct_size = given;
        memcpy(out, &found, given < sizeof found ? given : sizeof found);
    }
    door_leave(h);
}

void csp_collect(csp_vm *vm)
{
    host *h = door_enter(vm, __func__, 0);
    if (!h)
        return;
    heap_count(vm_heap(vm));
    hosted_sweep(vm, UINT32_MAX);
    door_leave(h);
}

static char *report(csp_vm *vm, csp_style style)
{
    text t;
    text_init(&t, vm);
    vm_style before = vm->host.style;
    vm->host.style = style == CSP_JSON ? VM_JSON : style == CSP_COLOUR ? VM_COLOUR : VM_PLAIN;
    if (style == CSP_JSON) {
        vm_report_json(vm, &t);
        text_put(&t, '\n');
    } else {
        vm_report_processes(vm, &t);
    }
    text_put(&t, '\0');
    vm->host.style = before;
    return t.failed ? NULL : strdup(t.block);
}

char *csp_report(csp_vm *vm, csp_style style)
{
    host *h = door_enter(vm, __func__, 0);
    if (!h)
        return NULL;
    char *made = NULL;
    if ((unsigned)style > CSP_JSON)
        door_misuse(vm, __func__, "there is no such style");
    else if (!(made = report(vm, style)))
        host_fail_memory(h);
    door_leave(h);
    return made;
}
