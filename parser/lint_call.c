/* Calls of the library: results that are dropped, and numbers that should have been durations. */
#include "parser/lint_internal.h"

#include <string.h>

#include "base/language.h"

/* ---- results ---- */

static void report_pure(linter *l, const ast_node *call, const resolve_signature *of)
{
    const char *module = of->module ? of->module : "", *point = of->module ? "." : "";
    diag *d = lint_warn(l, LINT_UNUSED_RESULT, call->span,
                        "`%s%s%s` does nothing but give a value, which is thrown away", module,
                        point, of->name);
    if (strcmp(module, "List") == 0 && strcmp(of->name, "sort") == 0)
        diag_hint(d, "`List.sort_in_place` sorts the list itself");
    else
        diag_hint(d, "it changes nothing: use what it gives");
}

static void report_failure(linter *l, const ast_node *call, const resolve_signature *of)
{
    diag *d = lint_warn(l, LINT_UNUSED_RESULT, call->span,
                        "`%s%s%s` may give an error value, which is thrown away",
                        of->module ? of->module : "", of->module ? "." : "", of->name);
    diag_hint(d, "look at it (`r is error`), pass it on (`try`), or say that it does not matter: "
                 "`let _ = …`");
}

void lint_result(linter *l, const ast_node *call)
{
    resolve_signature of;
    unsigned traits = lint_traits(call->as.call.callee, &of);
    if (traits & LANGUAGE_PURE)
        report_pure(l, call, &of);
    else if ((traits & LANGUAGE_MAY_FAIL) && !(traits & LANGUAGE_DROPPABLE))
        report_failure(l, call, &of);
}

unsigned lint_traits(const ast_node *callee, resolve_signature *out)
{
    if (!resolve_signature_of(callee, out) || !out->symbol || !out->name)
        return 0;
    return language_traits(out->module ? out->module : "", out->name);
}

/* ---- durations ---- */

/* Nobody means nanoseconds below this. */
enum { SMALL = 1000000 };

void lint_duration(linter *l, const ast_node *given)
{
    if (given->kind != AST_INT || !given->as.integer.fits)
        return;
    int64_t n = given->as.integer.value;
    char last = given->span.end > 0 ? l->diags->src->text[given->span.end - 1] : '0';
    if (n <= 0 || n >= SMALL || last < '0' || last > '9')
        return;
    diag *d =
        lint_warn(l, LINT_BARE_DURATION, given->span, "a bare number is a duration in nanoseconds");
    diag_hint(d, "a duration has a unit: `%lldms`, `%llds`", (long long)n, (long long)n);
}

/* The names of library parameters that are durations. */
static bool is_duration(const char *name)
{
    static const char names[] = "d within grace backoff timeout";
    return name && language_has_word(names, name);
}

void lint_durations(linter *l, const ast_call *call)
{
    resolve_signature of;
    if (!resolve_signature_of(call->callee, &of) || !of.symbol || !of.symbol->param_names)
        return;
    for (uint32_t i = 0; i < call->count; i++) {
        const ast_argument *a = &call->args[i];
        if (a->spread)
            return;
        const char *name = a->name                        ? a->name->text
                           : i < of.params && !of.by_name ? of.symbol->param_names[i]
                                                          : NULL;
        if (is_duration(name))
            lint_duration(l, a->value);
    }
}
