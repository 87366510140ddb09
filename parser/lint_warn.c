/* How a warning is given. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "parser/lint_internal.h"

static const char *const lint_names[] = {
#define LINT(enumerator, name, meaning) name,
#include "parser/lint.def"
#undef LINT
};

diag *lint_warn(linter *l, lint_kind kind, src_span at, const char *format, ...)
{
    char *text;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    diag *d = diag_warning(l->diags, at, "%s", length < 0 ? lint_names[kind] : text);
    if (length >= 0)
        free(text);
    d->name = lint_names[kind];
    return d;
}
