/* What may be wrong with a program, found without running it. */
#include "api/error.h"
#include "api/loader.h"

csp_status csp_check(csp_vm *vm, const char *name, const char *source, size_t size, csp_style style,
                     csp_findings *found, char **report)
{
    world *w = world_of(vm);
    *found = (csp_findings){0};
    *report = NULL;
    if (!world_begin(w))
        return CSP_E_MISUSE;
    csp_error_free(csp_take_error(vm));
    loader_settle(w);
    world_check(w, name, source, size);
    world_end(w);
    if (!w->error)
        return CSP_OK;
    if (world_failure(w) != CSP_E_COMPILE)
        return world_failure(w);
    csp_error *err = csp_take_error(vm);
    error_count(err, &found->errors, &found->warnings);
    *report = csp_error_text(err, style);
    csp_error_free(err);
    return *report ? CSP_OK : CSP_E_MEMORY;
}
