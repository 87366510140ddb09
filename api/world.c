#include "api/world.h"

#include <ctype.h>
#include <stdlib.h>

#include "api/error.h"
#include "stdlib/natives.h"
#include "stdlib/sources.h"
#include "stdlib/stream_value.h"
#include "vm/drive.h"
#include "vm/machine.h"
#include "vm/number/num.h"
#include "vm/outside/loop.h"
#include "vm/process/kill.h"

bool world_begin_quietly(world *w, csp_error **kept)
{
    if (!world_begin(w))
        return false;
    *kept = error_take(w);
    return true;
}

void world_end_quietly(world *w, csp_error *kept)
{
    world_end(w);
    error_free(w->error);
    w->error = kept;
}

static const native_module tables[] = {
    {"", prelude_natives},        {"", prelude_process_natives},
    {"Buffer", buffer_natives},   {"Bytes", bytes_natives},
    {"Dir", dir_natives},         {"Ffi", ffi_natives},
    {"File", file_natives},       {"File", file_stream_natives},
    {"Io", io_natives},           {"Json", json_natives},
    {"List", list_natives},       {"Map", map_natives},
    {"Math", math_natives},       {"Os", os_natives},
    {"Os", os_run_natives},       {"Os", os_start_natives},
    {"Os", os_signal_natives},    {"Dir", dir_watch_natives},
    {"Path", path_natives},       {"Process", process_natives},
    {"Random", random_natives},   {"Regex", regex_natives},
    {"String", string_natives},   {"Test", test_natives},
    {"Time", time_natives},       {"Tuple", tuple_natives},
    {"Net", net_natives},         {"Net", net_udp_natives},
    {"Net", net_resolve_natives}, {"Net", net_options_natives},
    {"Io", io_close_natives},
};

bool world_add_natives(world *w)
{
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (!vm_add_natives(w->vm, tables[i].name, tables[i].entries))
            return false;
    size_t count = 0;
    while (math_constants[count].name)
        count++;
    w->constants = heap_pinned((count + 1) * sizeof *w->constants);
    return w->constants != NULL;
}

value world_constant(world *w, int index, const char *name)
{
    for (int fd = 0; index == LANGUAGE_IO && fd < 3; fd++)
        if (strcmp(io_standard_names[fd], name) == 0)
            return stream_standard(w->vm, fd);
    if (index != LANGUAGE_MATH)
        return VALUE_ABSENT;
    for (size_t i = 0; math_constants[i].name; i++)
        if (strcmp(math_constants[i].name, name) == 0) {
            if (w->constants[i] == VALUE_ABSENT)
                w->constants[i] = num_float(w->vm, math_constants[i].number);
            return w->constants[i];
        }
    return VALUE_ABSENT;
}

const native_entry *world_native(world *w, int index, const char *name)
{
    if (name[0] == '_' && !w->loading)
        return NULL;
    value v = vm_native(w->vm, language_modules[index].name, name);
    return value_is(v, OBJ_NATIVE) ? ((const native *)value_as_object(v))->entry : NULL;
}

/* A module may have several tables. */
static bool has_natives(const world *w, int index)
{
    for (uint32_t i = 0; i < w->vm->native_module_count; i++)
        if (strcmp(w->vm->natives[i].name, language_modules[index].name) == 0)
            return true;
    return false;
}

/* The source of `List` is stdlib/list.csp, that of the prelude stdlib/prelude.csp. */
static const struct stdlib_source *world_source(int index)
{
    const char *name = index == LANGUAGE_PRELUDE ? "Prelude" : language_modules[index].name;
    for (const struct stdlib_source *s = stdlib_sources; s->name; s++)
        if (toupper((unsigned char)s->name[0]) == name[0] && strcmp(s->name + 1, name + 1) == 0)
            return s;
    return NULL;
}

bool world_has_module(world *w, int index)
{
    return !world_omits(w, index) && (has_natives(w, index) || world_source(index));
}

/* Runs the body of a standard module, which sets its constants. */
static csp_status run_body(world *w, const module *m)
{
    uint64_t number = w->vm->last_number;
    vm_aside others;
    vm_set_aside(w->vm, &others);
    process *p = vm_start(w->vm, m->codes[0], 0, PROCESS_SYSTEM);
    value result;
    csp_status status = CSP_E_MEMORY;
    if (p)
        status = world_run(w, p, LOOP_NEVER, &result);
    else
        error_set_memory(w);
    vm_put_back(w->vm, &others);
    /* Programs see only their own processes counted: what the body has made is constant and has
     * no owner. */
    if (w->vm->last_number == number + 1)
        w->vm->last_number = number;
    return status;
}

bool world_load_module(world *w, int index, const module **out)
{
    world_module *m = &w->modules[index];
    const struct stdlib_source *source = world_source(index);
    *out = m->code;
    if (m->load != WORLD_UNLOADED || !source)
        return true;
    if (w->stopped)
        return false;
    m->load = WORLD_LOADING;
    char name[64];
    snprintf(name, sizeof name, "stdlib/%s.csp", source->name);
    w->loading++;
    module *made = world_compile(w, name, source->text, source->length, 1, NULL);
    w->loading--;
    csp_status status = made ? run_body(w, made) : world_failure(w);
    m->load = status == CSP_OK ? WORLD_LOADED : WORLD_UNLOADED;
    if (status != CSP_OK) {
        w->stopped = status;
        return false;
    }
    *out = m->code = made;
    return true;
}

void world_each_member(world *w, int index, void (*each)(void *user, const char *name), void *user)
{
    for (uint32_t i = 0; i < w->vm->native_module_count; i++) {
        const native_module *table = &w->vm->natives[i];
        for (const native_entry *e = table->entries;
             strcmp(table->name, language_modules[index].name) == 0 && e->name; e++)
            if (e->name[0] != '_')
                each(user, e->name);
    }
    for (const native_constant *c = math_constants; index == LANGUAGE_MATH && c->name; c++)
        each(user, c->name);
    for (int fd = 0; index == LANGUAGE_IO && fd < 3; fd++)
        each(user, io_standard_names[fd]);
    const module *m;
    for (uint32_t i = 0; world_load_module(w, index, &m) && m && i < m->export_count; i++)
        each(user, ((const string *)value_as_object(m->exports[i].name))->text);
}

/* What a process is killed with that something else has ended. */
static const char *reason_of(vm_status status)
{
    return status == VM_DEADLOCK ? "deadlock" : status == VM_DEADLINE ? "timeout" : "interrupted";
}

/* What the report of its crash begins with. */
static const char *head_of(const world *w, const process *p)
{
    if (p != w->vm->main || !w->program)
        return "error";
    return w->test ? "test crashed" : "main crashed";
}

csp_status world_run(world *w, process *p, int64_t until, value *result)
{
    csp_vm *vm = w->vm;
    heap_hurry(&vm->heap, false);
    vm_status status;
    do
        status = vm_run(vm, p, until);
    while (status == VM_DEADLINE && until == LOOP_NEVER);
    switch (status) {
    case VM_ENDED:
    case VM_SPENT:
        *result = p->value;
        if (!(p->flags & PROCESS_FAILED))
            return CSP_OK;
        error_set_crash(w, head_of(w, p), p, p->value);
        return CSP_E_CRASH;
    case VM_EXIT: return CSP_EXIT;
    case VM_INTERRUPTED: error_set_interrupted(w); break;
    case VM_DEADLOCK: error_set_deadlock(w); break;
    case VM_DEADLINE: error_set_timeout(w); break;
    }
    /* Its defers might wait for ever, or for long. */
    vm_kill(vm, p, reason_of(status));
    int64_t deadline = loop_now() + VM_GRACE;
    if (w->program)
        vm->grace_until = deadline;
    while (!process_ended(p) && loop_now() < deadline && vm_run(vm, p, deadline) == VM_INTERRUPTED)
        continue;
    return status == VM_DEADLOCK   ? CSP_E_DEADLOCK
           : status == VM_DEADLINE ? CSP_E_BUDGET
                                   : CSP_E_INTERRUPTED;
}
