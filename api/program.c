#include "api/program.h"

#include <unistd.h>

#include "api/error.h"
#include "api/host/enter.h"
#include "api/loader.h"
#include "vm/machine.h"
#include "vm/process/output.h"

host *program_enter(csp_vm *vm, const char *function, const char *name, const char *text,
                    size_t size)
{
    if (door_check_text(vm, function, name, text, size) != CSP_OK)
        return NULL;
    host *h = host_begin(vm, function);
    if (h)
        loader_settle(h->world);
    return h;
}

/* The program's main process has just ended. An error value is what `try` gave up with. */
static csp_status outcome(world *w, csp_status status, value result)
{
    if (status != CSP_OK || !value_is(result, OBJ_ERROR))
        return status;
    error_set_crash(w, "error", w->vm->main, result);
    return CSP_E_CRASH;
}

int program_exit_status(const csp_vm *vm) { return vm->exit_status < 0 ? 0 : vm->exit_status; }

/* Printed text that could not be written turns a success into a failure; it is also mentioned
 * beside another failure. */
static csp_status settle_output(world *w, csp_status status)
{
    for (int stream = STDOUT_FILENO; stream <= STDERR_FILENO; stream++) {
        uint64_t lost;
        int why = output_failure(w->vm, stream, &lost);
        if (why == 0 || lost == 0)
            continue;
        if (status >= 0 && vm_interrupted(w->vm))
            status = CSP_E_INTERRUPTED;
        char message[160];
        snprintf(message, sizeof message, "cannot write to %s: %s; %llu byte%s lost",
                 output_stream_name(stream), strerror(why), (unsigned long long)lost,
                 lost == 1 ? " is" : "s are");
        if (status == CSP_OK || (status == CSP_EXIT && program_exit_status(w->vm) == 0)) {
            error_set_plain(w, "io_error", message, NULL);
            status = CSP_E_CRASH;
        } else {
            error_tell_plain(w, "io_error", message);
        }
    }
    return status;
}

csp_status program_execute(world *w, const module *m, int64_t deadline)
{
    csp_vm *vm = w->vm;
    w->program = true;
    process *p = m ? vm_start(vm, m->codes[0], 0, PROCESS_MAIN | PROCESS_SYSTEM) : NULL;
    value result = VALUE_NIL;
    csp_status status;
    if (!m) {
        status = world_failure(w);
    } else if (!p) {
        error_set_memory(w);
        status = CSP_E_MEMORY;
    } else {
        status = world_run(w, p, deadline, &result);
        status = outcome(w, status, result);
    }
    w->ran = true;
    vm_shutdown(vm);
    return settle_output(w, status);
}
