/* csp_module_replace: a module of the host gets another text. */
#include <stdlib.h>

#include "api/error.h"
#include "api/host/enter.h"
#include "api/host/fail.h"
#include "api/host/host.h"
#include "api/loader.h"
#include "api/own_module.h"

/* Compiles the text that the host module has now; what is in memory of its name is not found. */
static csp_status try_compile(world *w, const char *name)
{
    src_text src;
    src_init(&src, name, "", 0);
    diag_list diags;
    diag_init(&diags, &src);
    resolve_import found;
    bool ok = loader_import(w, name, strlen(name), (src_span){0, 0}, &diags, &found);
    csp_status status = ok ? CSP_OK : world_failure(w);
    if (!ok && status == CSP_E_MEMORY && diags.errors > 0) {
        error_set_compile(w, &diags);
        status = CSP_E_COMPILE;
    }
    diag_free(&diags);
    src_free(&src);
    return status;
}

/* What has been loaded of it is not found any more, but stays: sessions have names of its
 * members. NULL: nothing has been loaded. */
static struct own_module *hide(world *w, const char *key)
{
    struct own_module *m = loader_find(w, key);
    if (m)
        m->hidden = true;
    return m;
}

static csp_status replace_module(host *h, host_module *m, const char *source, size_t size)
{
    world *w = h->world;
    char *copy = malloc(size + 1), *key;
    if (!copy || asprintf(&key, ":%s", m->name) < 0) {
        free(copy);
        return host_fail_memory(h);
    }
    if (size > 0)
        memcpy(copy, source, size);
    host_module before = *m;
    loader_settle(w);
    struct own_module *loaded = hide(w, key);
    m->text = copy;
    m->size = size;
    csp_status status = try_compile(w, m->name);
    loader_settle(w); /* its top level runs when it is next asked for */
    if (status == CSP_OK) {
        free(before.text);
    } else {
        free(copy);
        m->text = before.text;
        m->size = before.size;
        if (loaded)
            loaded->hidden = false;
    }
    free(key);
    return status;
}

csp_status csp_module_replace(csp_vm *vm, const char *name, const char *source, size_t size)
{
    if (door_check_text(vm, __func__, name, source, size) != CSP_OK)
        return CSP_E_MISUSE;
    host *h = host_begin(vm, __func__);
    if (!h)
        return CSP_E_MISUSE;
    host_module *m = loader_host_module(h->world, name);
    csp_status status = m && m->text ? replace_module(h, m, source, size)
                                     : host_fail(h, CSP_E_NOT_FOUND, "not_found",
                                                 "no module of the name `%s` has been added", name);
    host_end(h);
    return status;
}
