#include "tests/support/findings.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static void copy_line(char *out, size_t size, const char *from)
{
    size_t length = strcspn(from, "\n");
    snprintf(out, size, "%.*s", (int)length, from);
}

findings findings_of(csp_vm *vm, const char *text)
{
    findings f = {0};
    csp_findings found;
    cr_assert_eq(csp_check(vm, "test", text, strlen(text), CSP_PLAIN, &found, &f.report), CSP_OK);
    f.errors = found.errors;
    f.warnings = found.warnings;
    const char *mark = found.errors > 0 ? ": error: " : ": warning: ";
    const char *first = f.report ? strstr(f.report, mark) : NULL;
    if (!first)
        return f;
    first += strlen(mark);
    copy_line(f.message, sizeof f.message, first);
    const char *hint = strstr(first, "\nhint: "), *next = strstr(first, mark);
    if (hint && (!next || hint < next))
        copy_line(f.hint, sizeof f.hint, hint + strlen("\nhint: "));
    return f;
}

void findings_free(findings *f)
{
    csp_text_free(f->report);
    f->report = NULL;
}
