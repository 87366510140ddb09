/* The processes of a VM, for people. */
#include <stdlib.h>

#include "api/host/host.h"
#include "vm/code/code.h"
#include "vm/code/code_table.h"
#include "vm/code/origin.h"
#include "vm/report/report.h"

typedef struct numbered {
    uint64_t number;
    const process *process;
} numbered;

static int compare_numbers(const void *a, const void *b)
{
    uint64_t x = ((const numbered *)a)->number, y = ((const numbered *)b)->number;
    return x < y ? -1 : x > y;
}

static const char *state_name(const csp_vm *vm, const process *p)
{
    if (p == vm->sched.running)
        return "running";
    return (p->ticket & TICKET_STATE) == TICKET_WAIT ? "waiting" : "runnable";
}

static csp_place find_place(csp_vm *vm, const process *p)
{
    uint32_t pc = 0, position = report_position(p);
    const code *c = position ? code_at(vm, position, &pc) : p->code;
    csp_place place = {.function =
                           value_is(c->name, OBJ_STRING) ? value_string(c->name)->text : NULL};
    if (position && c->module) {
        place.file = value_string(c->module->name)->text;
        code_place(c, pc, &place.line, &place.column);
    }
    return place;
}

static csp_process describe(csp_vm *vm, const process *p)
{
    csp_process info = {.number = process_number(p),
                        .reductions = p->reductions,
                        .name = "",
                        .state = state_name(vm, p)};
    if (p->code)
        info.where = find_place(vm, p);
    const string *name = origin_name(vm, p);
    if (name)
        info.name = name->text;
    else if (p->origin == ORIGIN_HOST && info.where.function)
        info.name = info.where.function;
    return info;
}

static csp_status each_process(host *h, void (*each)(void *user, const csp_process *process),
                               void *user)
{
    csp_vm *vm = h->vm;
    uint32_t count = vm->table_count;
    numbered *sorted = calloc((size_t)count + 1, sizeof *sorted);
    if (!sorted)
        return host_fail_memory(h);
    for (uint32_t i = 0; i < count; i++)
        sorted[i] = (numbered){process_number(vm->table[i]), vm->table[i]};
    qsort(sorted, count, sizeof *sorted, compare_numbers);
    for (uint32_t i = 0; i < count; i++) {
        csp_process info = describe(vm, sorted[i].process);
        door_hook_begin(h);
        each(user, &info);
        door_hook_end(h);
    }
    free(sorted);
    return CSP_OK;
}

csp_status csp_each_process(csp_vm *vm, void (*each)(void *user, const csp_process *process),
                            void *user)
{
    if (!each)
        return door_misuse(vm, __func__, "there is no function to call");
    host *h = door_enter(vm, __func__, 0);
    if (!h)
        return CSP_E_MISUSE;
    csp_status status = each_process(h, each, user);
    door_leave(h);
    return status;
}
