/* csp_find: what modules export. */
#include "api/error.h"
#include "api/host/budget.h"
#include "api/host/enter.h"
#include "api/host/fail.h"
#include "api/host/host.h"
#include "api/loader.h"
#include "vm/machine.h"
#include "vm/process/output.h"
#include "vm/process/process.h"

static csp_status missing(host *h, const char *path, const char *name)
{
    return host_fail(h, CSP_E_NOT_FOUND, "not_found", "`%s` has no member `%s`", path, name);
}

/* A function, or the value of a constant whose module has run. */
static value item_of(const resolve_symbol *s)
{
    return s->kind == RESOLVE_CELL ? ((const cell *)value_as_object(s->word))->item : s->word;
}

static csp_status find_standard(host *h, int index, const char *name, value *out)
{
    world *w = h->world;
    const char *path = language_modules[index].name;
    resolve_symbol s;
    resolve_status found =
        world_has_module(w, index) ? world_member(w, index, name, &s) : RESOLVE_NO_SUCH;
    if (found == RESOLVE_FOUND)
        *out = item_of(&s);
    else if (found == RESOLVE_FAILED)
        return world_failure(w);
    else if (found == RESOLVE_DENIED)
        return host_fail(h, CSP_E_DENIED, "denied", "%s is not granted", s.needs);
    return found == RESOLVE_FOUND ? CSP_OK : missing(h, path, name);
}

/* Why there is no such module to be had. */
static csp_status import_failure(host *h, const diag_list *diags, const char *path)
{
    world *w = h->world;
    if (w->stopped || (w->error && error_is_compile(w->error)) || diags->errors == 0)
        return world_failure(w);
    return host_fail(h, CSP_E_NOT_FOUND, "not_found", "%s",
                     diags->count ? diags->items[0].message : path);
}

/* Compiles the module and those that it imports, as far as that has not happened. */
static csp_status import(host *h, const char *path, resolve_import *out)
{
    src_text src;
    src_init(&src, "csp_find", "", 0);
    diag_list diags;
    diag_init(&diags, &src);
    bool ok = loader_import(h->world, path, strlen(path), (src_span){0, 0}, &diags, out);
    csp_status status = ok ? CSP_OK : import_failure(h, &diags, path);
    diag_free(&diags);
    src_free(&src);
    return status;
}

/* Runs the top level of a module, with those of the modules that it imports. */
static csp_status run_body(host *h, const resolve_import *found, csp_budget budget)
{
    process *p = vm_start(h->vm, value_as_object(found->body), 0, PROCESS_SYSTEM);
    if (!p)
        return host_fail_raised(h);
    csp_status status = budget_run(h, p, budget, vm_run);
    if (status != CSP_OK)
        return status;
    if (process_failed(p) || value_is(p->value, OBJ_ERROR)) {
        error_set_crash(h->world, "error", p, p->value);
        return CSP_E_CRASH;
    }
    ((cell *)value_as_object(found->loaded))->item = VALUE_TRUE;
    return CSP_OK;
}

static csp_status find_own(host *h, const char *path, const char *name, csp_budget budget,
                           value *out)
{
    resolve_import found;
    csp_status status = import(h, path, &found);
    if (status == CSP_OK && found.body)
        status = h->vm->exit_status >= 0 ? CSP_EXIT : run_body(h, &found, budget);
    resolve_symbol s;
    if (status != CSP_OK)
        loader_settle(h->world); /* what has not run is as if never asked for */
    else if (loader_member(h->world, found.home, name, &s) == RESOLVE_FOUND)
        *out = item_of(&s);
    else
        status = missing(h, path, name);
    return status;
}

csp_status csp_find(csp_vm *vm, const char *path, const char *name, const csp_budget *budget,
                    csp_value *out)
{
    if (!out)
        return door_misuse(vm, __func__, "there is no place for the value");
    *out = CSP_NONE;
    if (!path || !name)
        return door_misuse(vm, __func__, path ? "the name is NULL" : "the module is NULL");
    host *h = host_begin(vm, __func__);
    if (!h)
        return CSP_E_MISUSE;
    loader_settle(h->world);
    value v = VALUE_ABSENT;
    int index = world_find_module(h->world, path);
    csp_status status = index > LANGUAGE_PRELUDE
                            ? find_standard(h, index, name, &v)
                            : find_own(h, path, name, budget ? *budget : (csp_budget){0}, &v);
    vm_flush(vm);
    if (status == CSP_OK) {
        *out = handle_new(h, v, __func__);
        if (out->word == 0)
            status = host_pending(h, __func__);
    }
    host_end(h);
    return status;
}
