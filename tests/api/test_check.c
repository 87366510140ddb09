/* api/check.c: what csp_check gives; that nothing runs; that a VM checks many programs and runs
 * one */
#include "include/csp.h"

#include <criterion/criterion.h>
#include <string.h>

static csp_vm *vm;

static void setup(void) { cr_assert_eq(csp_new(NULL, &vm), CSP_OK); }

static void teardown(void) { csp_free(vm); }

TestSuite(check, .init = setup, .fini = teardown);

/* Checks the text; its report, or NULL, is the caller's. */
static char *check(const char *text, csp_style style, uint32_t errors, uint32_t warnings)
{
    csp_findings found;
    char *report;
    cr_assert_eq(csp_check(vm, "test", text, strlen(text), style, &found, &report), CSP_OK);
    cr_assert_eq(found.errors, errors, "%s: %u errors", text, found.errors);
    cr_assert_eq(found.warnings, warnings, "%s: %u warnings", text, found.warnings);
    cr_assert_eq(report != NULL, errors + warnings > 0);
    return report;
}

Test(check, nothing_to_report)
{
    cr_assert_null(check("print(1)\nfail(\"it has run\")", CSP_PLAIN, 0, 0));
}

Test(check, errors_and_warnings_in_the_order_of_the_text)
{
    char *report = check("let x = 1\nlet y = nowhere\nprint(y)\n", CSP_PLAIN, 1, 1);
    const char *warning =
        strstr(report, "test:1:5: warning: `x` is never used [unused-variable]\n");
    const char *error = strstr(report, "test:2:9: error: unknown name `nowhere`\n");
    cr_assert(warning && error && warning < error, "%s", report);
    csp_text_free(report);
    cr_assert_null(csp_take_error(vm));
}

Test(check, json_is_a_line_for_each)
{
    char *report = check("let x = 1\nlet y = 2\n", CSP_JSON, 0, 2);
    const char *second = strchr(report, '\n');
    cr_assert(second && second[1] == '{' && strchr(second + 1, '\n')[1] == '\0', "%s", report);
    cr_assert_not_null(strstr(report, "\"name\":\"unused-variable\""));
    csp_text_free(report);
}

Test(check, many_programs_before_one_runs)
{
    for (int i = 0; i < 3; i++) {
        csp_text_free(check("x = 1", CSP_PLAIN, 1, 0));
        cr_assert_null(check("let xs = List.sort([2, 1])\nassert(xs[0] == 1)", CSP_PLAIN, 0, 0));
    }
    static const char text[] = "assert(1 < 2)";
    cr_assert_eq(csp_run_text(vm, "test", text, sizeof text - 1), CSP_OK);
    csp_findings found;
    char *report;
    cr_assert_eq(csp_check(vm, "test", text, sizeof text - 1, CSP_PLAIN, &found, &report),
                 CSP_E_MISUSE);
    cr_assert_null(report);
}
