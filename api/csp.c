/* The VM's life as the host sees it, and running it. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/error.h"
#include "api/foreign.h"
#include "api/host/enter.h"
#include "api/host/fail.h"
#include "api/host/host.h"
#include "api/loader.h"
#include "api/offer.h"
#include "api/parsed.h"
#include "api/program.h"
#include "api/session.h"
#include "parser/parse.h"
#include "vm/core/steps.h"
#include "vm/data/hosted.h"
#include "vm/machine.h"
#include "vm/outside/bell.h"
#include "vm/outside/confine.h"
#include "vm/outside/loop.h"
#include "vm/process/output.h"
#include "vm/report/disasm.h"
#include "vm/report/leak.h"

const char *csp_version(void) { return CSP_VERSION; }

void csp_text_free(char *text) { free(text); }

/* ---- Life ---- */

static const csp_config defaults = {.max_memory = (size_t)256 << 20,
                                    .max_stack = (size_t)64 << 20,
                                    .max_int_bits = 1 << 16,
                                    .max_step_bytes = STEP_BYTES,
                                    .max_processes = 100000,
                                    .max_reports = 100};

/* The host may have been compiled with a header that had fewer fields, or more of them. */
void csp_config_init(csp_config *config, size_t struct_size)
{
    if (!config)
        return;
    memset(config, 0, struct_size);
    memcpy(config, &defaults, struct_size < sizeof defaults ? struct_size : sizeof defaults);
    if (struct_size >= sizeof config->struct_size)
        config->struct_size = struct_size;
}

size_t csp_machine_memory(void) { return heap_machine_memory(); }

static bool is_zero(const char *part, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (part[i])
            return false;
    return true;
}

/* What makes no sense in a configuration; NULL: it does. */
static const char *config_trouble(const csp_config *config)
{
    if (config->reports > CSP_JSON)
        return "`reports` is no style";
    if (config->arg_count > 0 && !config->args)
        return "`args` is NULL";
    for (uint32_t i = 0; i < config->arg_count; i++)
        if (!config->args[i])
            return "one of the `args` is NULL";
    if (config->place_count > 0 && !config->places)
        return "`places` is NULL";
    for (uint32_t i = 0; i < config->place_count; i++)
        if (!config->places[i])
            return "one of the `places` is NULL";
    return NULL;
}

static csp_status read_config(const csp_config *given, csp_config *config)
{
    csp_config_init(config, sizeof *config);
    if (!given)
        return CSP_OK;
    size_t size = given->struct_size, known = sizeof *config;
    if (size < offsetof(csp_config, user))
        return CSP_E_MISUSE;
    if (size > known && !is_zero((const char *)given + known, size - known))
        return CSP_E_VERSION;
    memcpy(config, given, size < known ? size : known);
    if ((config->capabilities & ~(uint64_t)CSP_MAY_ALL) != 0)
        return CSP_E_VERSION;
    if (config->import_files && !(config->capabilities & CSP_MAY_READ))
        return CSP_E_DENIED;
    const char *trouble = config_trouble(config);
    if (trouble && config->misuse)
        config->misuse(config->user, "csp_new", trouble);
    return trouble ? CSP_E_MISUSE : CSP_OK;
}

/* To its callback, during which it may be read. */
static void give_to_host(csp_vm *vm, csp_error *err)
{
    world *w = world_of(vm);
    vm_flush(vm);
    if (error_lend(err, LIVE_LENT_ERROR)) {
        door_hook_begin(w->host);
        w->crash(w->user, err);
        door_hook_end(w->host);
        live_take(err, LIVE_LENT_ERROR);
        error_unlend(err);
    }
    error_free(err);
}

static void tell_host(csp_vm *vm, const process *p, value why)
{
    csp_error *err = error_of_crash(vm, p, why);
    if (err)
        give_to_host(vm, err);
}

static void write_to_host(void *user, int stream, const char *text, size_t size)
{
    const world *w = user;
    door_hook_begin(w->host);
    w->write(w->user, stream, text, size);
    door_hook_end(w->host);
}

static void tell_dropped(csp_vm *vm, const char *message)
{
    csp_error *err = error_new_plain("reports_dropped", message);
    if (err)
        give_to_host(vm, err);
}

static bool copy_args(world *w, const csp_config *config)
{
    w->args = calloc((size_t)config->arg_count + 1, sizeof *w->args);
    for (uint32_t i = 0; w->args && i < config->arg_count; i++)
        if (!(w->args[i] = strdup(config->args[i])))
            return false;
    return w->args != NULL;
}

static csp_status refuse_place(const csp_config *config, confine_result why)
{
    if (why == CONFINE_NOWHERE)
        return CSP_E_NOT_FOUND;
    if (why == CONFINE_MEMORY)
        return CSP_E_MEMORY;
    if (config->misuse)
        config->misuse(config->user, "csp_new", "one of the `places` is none, or is not granted");
    return CSP_E_MISUSE;
}

/* *out: NULL where everything holds everywhere. */
static csp_status read_places(const csp_config *config, confine **out)
{
    *out = NULL;
    if (config->place_count == 0)
        return CSP_OK;
    confine *c = confine_new();
    confine_result why = c ? CONFINE_OK : CONFINE_MEMORY;
    for (uint32_t i = 0; i < config->place_count && why == CONFINE_OK; i++)
        why = confine_add(c, config->places[i]);
    if (why == CONFINE_OK && confine_limited(c) & ~config->capabilities)
        why = CONFINE_UNKNOWN;
    if (why == CONFINE_OK && !confine_complete(c, config->capabilities))
        why = CONFINE_MEMORY;
    if (why == CONFINE_OK) {
        *out = c;
        return CSP_OK;
    }
    confine_drop(c);
    return refuse_place(config, why);
}

static void free_world(world *w)
{
    while (w->sessions)
        session_free(w->sessions);
    loader_free(w);
    offer_free(w);
    for (uint32_t i = 0; i < SIGNATURE_LISTS; i++)
        while (w->signatures[i]) {
            world_signature *next = w->signatures[i]->next;
            free(w->signatures[i]);
            w->signatures[i] = next;
        }
    for (char **arg = w->args; arg && *arg; arg++)
        free(*arg);
    free(w->args);
    if (w->constants)
        heap_unpin(w->constants);
    error_free(w->error);
    free(w);
}

csp_status csp_new(const csp_config *given, csp_vm **out)
{
    if (!out)
        return CSP_E_MISUSE;
    *out = NULL;
    csp_config config;
    csp_status status = read_config(given, &config);
    if (status != CSP_OK)
        return status;
    confine *places;
    status = read_places(&config, &places);
    if (status != CSP_OK)
        return status;
    world *w = calloc(1, sizeof *w);
    if (!w) {
        confine_drop(places);
        return CSP_E_MEMORY;
    }
    w->user = config.user;
    w->import_files = config.import_files;
    w->no_loop = config.no_loop;
    w->capabilities = config.capabilities;
    vm_limits limits = {.memory = config.max_memory,
                        .stack = config.max_stack,
                        .processes = config.max_processes,
                        .reductions = config.max_reductions,
                        .int_bits = config.max_int_bits,
                        .step_bytes = config.max_step_bytes,
                        .reports = config.max_reports,
                        .native_stack = config.native_stack};
    w->write = config.write;
    w->crash = config.crash;
    w->wake = config.wake;
    w->load = config.load;
    w->misuse = config.misuse;
    vm_host above = {.user = w,
                     .write = config.write ? write_to_host : NULL,
                     .crash = config.crash ? tell_host : NULL,
                     .dropped = config.crash ? tell_dropped : NULL,
                     .style = config.reports == CSP_COLOUR ? VM_COLOUR
                              : config.reports == CSP_JSON ? VM_JSON
                                                           : VM_PLAIN};
    if (copy_args(w, &config))
        w->vm = vm_create(&limits, &above);
    if (w->vm)
        w->vm->top = w;
    if (!w->vm || !world_add_natives(w) || !host_new(w)) {
        if (w->vm)
            vm_destroy(w->vm);
        free_world(w);
        confine_drop(places);
        return CSP_E_MEMORY;
    }
    w->vm->confine = places;
    w->vm->final_check = config.report_leaks;
    leak_set_patience(w->vm, (int64_t)config.leak_patience * 1000000);
    w->vm->capabilities = config.capabilities;
    w->vm->args = (const char *const *)w->args;
    w->vm->arg_count = config.arg_count;
    w->vm->no_loop = config.no_loop;
    bell_set_host(w->vm->bell, config.wake, config.user, &w->vm->activity);
    *out = w->vm;
    door_leave(w->host);
    return CSP_OK;
}

/* Of a VM that this thread is in. `wait`: for what works for natives. */
static void free_vm(host *h, bool wait)
{
    csp_vm *vm = h->vm;
    world *w = h->world;
    natives_end(h, wait);
    output_finish(vm);
    hosted_free(vm);
    door_close(h);
    host_free(h);
    struct foreign_library *libraries = w->libraries;
    free_world(w);
    vm_destroy(vm); /* what it gives back to C is declared in them */
    foreign_free(libraries);
}

void csp_free(csp_vm *vm)
{
    host *h = door_enter(vm, __func__, 0);
    if (!h)
        return;
    if (!h->world->ran)
        vm_shutdown(vm);
    free_vm(h, true);
}

void csp_discard(csp_vm *vm)
{
    host *h = door_enter(vm, __func__, 0);
    if (h)
        free_vm(h, false);
}

void *csp_user(const csp_vm *vm)
{
    door *d = door_find(vm);
    return d ? d->user : NULL;
}

/* ---- Programs ---- */

csp_status csp_run_text(csp_vm *vm, const char *name, const char *text, size_t size)
{
    host *h = program_enter(vm, __func__, name, text, size);
    if (!h)
        return CSP_E_MISUSE;
    csp_status status =
        program_execute(h->world, world_compile(h->world, name, text, size, 1, NULL), LOOP_NEVER);
    host_end(h);
    return status;
}

int csp_exit_status(const csp_vm *vm) { return door_find(vm) ? program_exit_status(vm) : 0; }

void csp_request_report(csp_vm *vm)
{
    if (!door_find(vm))
        return;
    vm->asked = 1;
    vm_wake(vm);
}

static bool disassemble(csp_vm *vm, const module *m, char **out)
{
    size_t length;
    FILE *file = open_memstream(out, &length);
    if (file)
        code_disassemble_module(vm, m, file);
    if (file && fclose(file) == 0)
        return true;
    free(*out);
    *out = NULL;
    return false;
}

csp_status csp_disassemble(csp_vm *vm, const char *name, const char *text, size_t size, char **out)
{
    if (!out)
        return door_misuse(vm, __func__, "there is no place for the result");
    *out = NULL;
    host *h = program_enter(vm, __func__, name, text, size);
    if (!h)
        return CSP_E_MISUSE;
    const module *m = world_compile(h->world, name, text, size, 1, NULL);
    csp_status status = m ? CSP_OK : world_failure(h->world);
    if (m && !disassemble(vm, m, out))
        status = host_fail_memory(h);
    host_end(h);
    return status;
}

/* ---- Syntax ---- */

csp_input csp_input_state(const char *text, size_t size)
{
    if (size > UINT32_MAX / 4 || (!text && size > 0))
        return CSP_INPUT_ERROR;
    parsed p;
    parsed_read(&p, "", text, size, parse_input);
    csp_input state = CSP_INPUT_COMPLETE;
    if (!p.ast || p.diags.errors > 0)
        state = p.diags.incomplete ? CSP_INPUT_INCOMPLETE : CSP_INPUT_ERROR;
    else if (p.ast->ends_with_doc)
        state = CSP_INPUT_INCOMPLETE;
    parsed_free(&p);
    return state;
}
