#include "repl/failure.h"

#include <unistd.h>

#include "repl/standard.h"

csp_style failure_style(const options *o)
{
    return o->json ? CSP_JSON : o->colour ? CSP_COLOUR : CSP_PLAIN;
}

void failure_print(csp_vm *vm, const options *o)
{
    csp_error *error = csp_take_error(vm);
    char *text = error ? csp_error_text(error, failure_style(o)) : NULL;
    standard_put(STDERR_FILENO, text ? text : "csp: out of memory\n");
    csp_text_free(text);
    csp_error_free(error);
}
