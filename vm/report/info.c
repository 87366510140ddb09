/* What Process.info tells of a process. */
#include "vm/report/info.h"

#include "vm/code/origin.h"
#include "vm/core/string.h"
#include "vm/core/text.h"
#include "vm/core/vm.h"
#include "vm/data/map.h"
#include "vm/number/num.h"
#include "vm/process/output.h"
#include "vm/process/process.h"
#include "vm/report/report.h"
#include "vm/report/trace.h"

static value waits_for(const csp_vm *vm, const process *q)
{
    if (q->chan && !output_waits_for(vm, q))
        return value_object(q->chan);
    return VALUE_NIL;
}

static const char *state_of(const csp_vm *vm, const process *p, const process *q)
{
    if (process_ended(q))
        return q->flags & PROCESS_FAILED ? (process_cause(q) ? "killed" : "crashed") : "done";
    if (p == q)
        return "running";
    switch (report_kind_of(vm, q)) {
    case REPORT_RUNS: return "runnable";
    case REPORT_OUTPUT: return "printing";
    case REPORT_SEND: return "sending";
    case REPORT_RECEIVE:
    case REPORT_OUTCOME:
    case REPORT_TICK: return "receiving";
    case REPORT_ALT: return "alt";
    case REPORT_SLEEP: return "sleeping";
    case REPORT_PAR:
    case REPORT_REQUEST:
    case REPORT_NATIVE: break;
    }
    return "waiting";
}

static bool put_text(csp_vm *vm, map *m, const char *key, const char *text_)
{
    value k = str_intern(vm, key, strlen(key)), v = str_new(vm, text_, strlen(text_));
    return k != VALUE_ABSENT && v != VALUE_ABSENT && map_put(vm, m, k, v);
}

static bool put_value(csp_vm *vm, map *m, const char *key, value v)
{
    value k = str_intern(vm, key, strlen(key));
    return k != VALUE_ABSENT && v != VALUE_ABSENT && map_put(vm, m, k, v);
}

/* NIL unless it still lives. */
static value parent_of(csp_vm *vm, const process *p)
{
    uint32_t left = UINT32_MAX;
    process *parent = process_live(vm, process_parent(p), &left);
    vm_charge(vm, (UINT32_MAX - left) / PROCESSES_PER_REDUCTION);
    return parent ? process_handle(parent) : VALUE_NIL;
}

value info_name(csp_vm *vm, const process *p)
{
    const string *name = origin_name(vm, p);
    return name ? value_object(name) : VALUE_NIL;
}

value info_of(csp_vm *vm, process *asks, const process *p)
{
    value made = map_new(vm, asks, 8);
    if (made == VALUE_ABSENT)
        return made;
    map *m = value_map(made);
    uint32_t position = p != asks && !process_ended(p) ? report_position(p) : 0;
    value place = VALUE_NIL;
    if (position) {
        text where;
        text_init(&where, vm);
        trace_place(vm, position, &where);
        place = text_string(&where);
    }
    uint64_t slots = process_ended(p) ? 0 : process_capacity(p);
    bool ok = put_value(vm, m, "name", info_name(vm, p)) &&
              put_text(vm, m, "state", state_of(vm, asks, p)) &&
              put_value(vm, m, "waits_for", waits_for(vm, p)) && put_value(vm, m, "where", place) &&
              put_value(vm, m, "reductions", num_uint(vm, p->reductions)) &&
              put_value(vm, m, "stack", num_uint(vm, slots * sizeof(value))) &&
              put_value(vm, m, "parent", parent_of(vm, p));
    return ok ? made : VALUE_ABSENT;
}
