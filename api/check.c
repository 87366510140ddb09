/* What may be wrong with a program, found without running it. */
#include "api/error.h"
#include "api/host/enter.h"
#include "api/program.h"

/* What has been found is the world's error. */
static csp_status report_findings(world *w, csp_style style, csp_findings *found, char **report)
{
    if (!w->error)
        return CSP_OK;
    if (world_failure(w) != CSP_E_COMPILE)
        return world_failure(w);
    csp_error *err = error_take(w);
    error_count(err, &found->errors, &found->warnings);
    *report = error_text(err, style);
    error_free(err);
    return *report ? CSP_OK : CSP_E_MEMORY;
}

csp_status csp_check(csp_vm *vm, const char *name, const char *source, size_t size, csp_style style,
                     csp_findings *found, char **report)
{
    if (report)
        *report = NULL;
    if (found)
        *found = (csp_findings){0};
    if (!found || !report)
        return door_misuse(vm, __func__, "there is no place for the result");
    host *h = program_enter(vm, __func__, name, source, size);
    if (!h)
        return CSP_E_MISUSE;
    world_check(h->world, name, source, size);
    csp_status status = report_findings(h->world, style, found, report);
    host_end(h);
    return status;
}
