/* Printing for a host. */
#include <stdlib.h>
#include <string.h>

#include "api/host/fail.h"
#include "api/host/host.h"
#include "api/print.h"

static uint32_t limit(uint32_t given) { return given ? given : UINT32_MAX; }

static bool read_options(host *h, const csp_print_options *given, csp_print_options *o,
                         const char *function)
{
    *o = (csp_print_options){.struct_size = sizeof *o};
    if (!given)
        return true;
    if (given->struct_size < offsetof(csp_print_options, rows)) {
        door_misuse(h->vm, function, "`struct_size` is not set");
        return false;
    }
    memcpy(o, given, given->struct_size < sizeof *o ? given->struct_size : sizeof *o);
    return true;
}

static char *print(host *h, value v, const csp_print_options *o)
{
    value raised = h->vm->sched.raised;
    printer p = {.vm = h->vm,
                 .limits = {.width = o->width,
                            .items = limit(o->items),
                            .depth = limit(o->depth),
                            .rows = limit(o->rows),
                            .characters = o->characters ? o->characters : UINT64_MAX},
                 .colour = o->colour,
                 .describe = o->describe,
                 .more = o->more};
    text_init(&p.out, h->vm);
    text_init(&p.atom, h->vm);
    print_value(&p, v);
    h->vm->sched.raised = raised;
    free(p.frames);
    char *made = p.failed ? NULL : malloc(p.out.used + 1);
    if (!made)
        return NULL;
    memcpy(made, p.out.block, p.out.used);
    made[p.out.used] = '\0';
    return made;
}

char *print_for_host(host *h, value v, const csp_print_options *options, const char *function)
{
    csp_print_options o;
    return read_options(h, options, &o, function) ? print(h, v, &o) : NULL;
}

char *csp_print(csp_vm *vm, csp_value given, const csp_print_options *options)
{
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return NULL;
    value v;
    csp_print_options o;
    bool valid = read_options(h, options, &o, __func__) && handle_value(h, given, __func__, &v);
    char *made = valid ? print(h, v, &o) : NULL;
    if (valid && !made)
        host_fail_memory(h);
    door_leave(h);
    return made;
}
