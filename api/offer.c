#include "api/offer.h"

#include <stdlib.h>

#include "api/host/fail.h"
#include "api/host/host.h"
#include "api/host/native.h"
#include "api/loader.h"
#include "api/locate.h"

void offer_free(world *w)
{
    while (w->host_modules) {
        host_module *m = w->host_modules;
        w->host_modules = m->next;
        host_module_free(m);
    }
}

/* The module of that name that the host has added, or NULL. */
static host_module *find_offered(const world *w, const char *name)
{
    host_module *m = w->host_modules;
    while (m && strcmp(m->name, name) != 0)
        m = m->next;
    return m;
}

/* The same, made if there is none; NULL: no memory. */
static host_module *offered(world *w, const char *name)
{
    host_module *m = find_offered(w, name);
    return m ? m : host_module_add(w, name, NULL, 0);
}

static csp_status offer_text(host *h, const char *name, const char *source, size_t size)
{
    char *copy = malloc(size + 1);
    host_module *m = copy ? offered(h->world, name) : NULL;
    if (!m) {
        free(copy);
        return host_fail_memory(h);
    }
    if (size > 0)
        memcpy(copy, source, size);
    m->text = copy;
    m->size = size;
    return CSP_OK;
}

static csp_status offer_natives(host *h, const char *name, const csp_native *natives, size_t count,
                                size_t size)
{
    const host_module *before = find_offered(h->world, name);
    native_table *t;
    csp_status status =
        native_table_new(h, name, before ? before->natives : NULL, natives, count, size, &t);
    host_module *m = status == CSP_OK ? offered(h->world, name) : NULL;
    if (m) {
        t->next = m->natives;
        m->natives = t;
        m->loaded = false; /* it stays, whatever becomes of its text */
    } else if (status == CSP_OK) {
        native_table_free(t);
        return host_fail_memory(h);
    }
    return status;
}

/* Whether something of a module of that name can be added; NULL: it can, else why not. */
static const char *module_trouble(const world *w, const char *name)
{
    if (w->ran)
        return "the VM has run its program";
    if (!*name)
        return "the name is empty";
    if (world_find_module(w, name) >= 0)
        return "the name is that of a standard module";
    return NULL;
}

csp_status csp_module_add(csp_vm *vm, const char *name, const char *source, size_t size)
{
    if (door_check_text(vm, __func__, name, source, size) != CSP_OK)
        return CSP_E_MISUSE;
    host *h = door_enter(vm, __func__, 0);
    if (!h)
        return CSP_E_MISUSE;
    const char *trouble = module_trouble(h->world, name);
    const host_module *taken = find_offered(h->world, name);
    if (!trouble && taken && (taken->text || loader_has(h->world, taken)))
        trouble = taken->text ? "a module of that name has been added already"
                              : "the natives of that name have been imported already";
    csp_status status =
        trouble ? door_misuse(vm, __func__, "%s", trouble) : offer_text(h, name, source, size);
    door_leave(h);
    return status;
}

csp_status csp_natives_add(csp_vm *vm, const char *name, const csp_native *natives, size_t count,
                           size_t size)
{
    if (door_check_text(vm, __func__, name, NULL, 0) != CSP_OK)
        return CSP_E_MISUSE;
    host *h = door_enter(vm, __func__, 0);
    if (!h)
        return CSP_E_MISUSE;
    const char *trouble = module_trouble(h->world, name);
    csp_status status = trouble ? door_misuse(vm, __func__, "%s", trouble)
                                : offer_natives(h, name, natives, count, size);
    door_leave(h);
    return status;
}

csp_status csp_module_omit(csp_vm *vm, const char *name)
{
    if (door_check_text(vm, __func__, name, NULL, 0) != CSP_OK)
        return CSP_E_MISUSE;
    host *h = door_enter(vm, __func__, 0);
    if (!h)
        return CSP_E_MISUSE;
    world *w = h->world;
    int index = language_find_module(name);
    csp_status status = CSP_OK;
    if (w->ran)
        status = door_misuse(vm, __func__, "the VM has run its program");
    else if (index <= LANGUAGE_PRELUDE)
        status =
            host_fail(h, CSP_E_NOT_FOUND, "not_found", "there is no standard module `%s`", name);
    else
        w->omitted[index] = true;
    door_leave(h);
    return status;
}
