/* What is going on in a VM. */
#include "api/host/host.h"
#include "vm/core/text.h"
#include "vm/data/hosted.h"
#include "vm/report/report_all.h"

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
