#include "tests/support/embed.h"

#include <criterion/criterion.h>
#include <string.h>

embed embed_open(const csp_native *natives, size_t count)
{
    embed e;
    csp_config config;
    csp_config_init(&config, sizeof config);
    cr_assert_eq(csp_new(&config, &e.vm), CSP_OK);
    cr_assert_eq(csp_natives_add(e.vm, "host", natives, count, sizeof *natives), CSP_OK);
    e.session = csp_session_new(e.vm);
    cr_assert_not_null(e.session);
    embed_gives(&e, "import \"host\"", NULL);
    return e;
}

void embed_close(embed *e)
{
    csp_free(e->vm);
    e->vm = NULL;
}

void embed_gives(embed *e, const char *text, const char *shown)
{
    char *result;
    csp_status status = csp_eval(e->session, text, strlen(text), &result);
    csp_error *error = status < 0 ? csp_take_error(e->vm) : NULL;
    cr_assert_geq(status, 0, "%s: %s", text, error ? csp_error_message(error) : "?");
    if (shown)
        cr_expect_str_eq(result ? result : "nil", shown, "%s: %s", text, result);
    else
        cr_expect_null(result, "%s: %s", text, result);
    csp_text_free(result);
}

void embed_error(csp_vm *vm, const char *kind, const char *message)
{
    csp_error *error = csp_take_error(vm);
    cr_assert_not_null(error, "%s: %s", kind, message);
    cr_assert_str_eq(csp_error_kind(error), kind, "%s: %s", csp_error_kind(error),
                     csp_error_message(error));
    cr_assert(strstr(csp_error_message(error), message), "%s is not in: %s", message,
              csp_error_message(error));
    csp_error_free(error);
}

void embed_fails(embed *e, const char *text, const char *kind, const char *message)
{
    char *result;
    cr_expect_lt(csp_eval(e->session, text, strlen(text), &result), 0, "%s", text);
    cr_expect_null(result);
    embed_error(e->vm, kind, message);
}

char embed_printed[1 << 16];

void embed_take(void *user, int stream, const char *text, size_t size)
{
    (void)user, (void)stream;
    size_t used = strlen(embed_printed);
    if (used + size < sizeof embed_printed) {
        memcpy(embed_printed + used, text, size);
        embed_printed[used + size] = '\0';
    }
}
