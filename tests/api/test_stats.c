/* What a host is told of what is going on in its VM. */
#include <criterion/criterion.h>
#include <string.h>

#include "include/csp.h"

static void check_error(csp_vm *vm, const char *message)
{
    csp_error *e = csp_take_error(vm);
    cr_assert_neq(e, NULL, "no error: %s", message);
    cr_assert_str_eq(csp_error_kind(e), "misuse");
    cr_assert_str_eq(csp_error_message(e), message);
    csp_error_free(e);
}

Test(stats, what_processes_do)
{
    csp_vm *vm;
    cr_assert_eq(csp_new(NULL, &vm), CSP_OK);
    csp_session *session = csp_session_new(vm);
    const char text[] =
        "fn wait_for(c) { ?c }; let c = chan(); for i in 0..2 { spawn wait_for(c) }";
    char *shown;
    cr_assert_eq(csp_eval(session, text, sizeof text - 1, &shown), CSP_OK);
    csp_text_free(shown);
    csp_step(vm, 100000, NULL);
    char *plain_text = csp_report(vm, CSP_PLAIN), *json = csp_report(vm, CSP_JSON);
    cr_assert(strncmp(plain_text, "2 processes\n    2 processes like process ", 41) == 0, "%s",
              plain_text);
    cr_assert_neq(strstr(plain_text, "wait to receive from <chan 1>"), NULL, "%s", plain_text);
    cr_assert_eq(json[0], '[');
    cr_assert_neq(strstr(json, "\"waits_for\":\"receive\""), NULL, "%s", json);
    cr_assert_str_eq(strchr(json, '\n'), "\n");
    csp_text_free(plain_text);
    csp_text_free(json);
    char *coloured = csp_report(vm, CSP_COLOUR);
    cr_assert_neq(strstr(coloured, "like process 2"), NULL, "%s", coloured);
    csp_text_free(coloured);
    cr_assert_eq(csp_report(vm, (csp_style)7), NULL);
    check_error(vm, "csp_report: there is no such style");
    csp_free(vm);
}
