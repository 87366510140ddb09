/* What tests of csp.h share: a VM that notes what its hooks are told. */
#ifndef CSP_TESTS_API_EMBED_H
#define CSP_TESTS_API_EMBED_H

#include <criterion/criterion.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "include/csp.h"

/* The misuse that config.misuse was told of last. */
typedef struct embed {
    csp_vm *vm;
    _Atomic int told;
    char function[64], what[256];
} embed;

static inline void embed_note(void *user, const char *function, const char *what)
{
    embed *e = user;
    snprintf(e->function, sizeof e->function, "%s", function);
    snprintf(e->what, sizeof e->what, "%s", what);
    atomic_fetch_add(&e->told, 1);
}

static inline csp_config embed_config(embed *e)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.capabilities = CSP_MAY_ALL;
    config.user = e;
    config.misuse = embed_note;
    return config;
}

static inline csp_vm *embed_make(embed *e)
{
    *e = (embed){0};
    csp_config config = embed_config(e);
    cr_assert_eq(csp_new(&config, &e->vm), CSP_OK);
    return e->vm;
}

/* The VM has an error of that kind, whose message contains `words`; it is taken. */
static inline void embed_error(csp_vm *vm, const char *kind, const char *words)
{
    csp_error *err = csp_take_error(vm);
    cr_assert_not_null(err, "there is no error, expected %s: %s", kind, words);
    cr_assert_str_eq(csp_error_kind(err), kind, "%s", csp_error_message(err));
    cr_assert_not_null(strstr(csp_error_message(err), words), "%s, expected %s",
                       csp_error_message(err), words);
    csp_error_free(err);
}

static inline void embed_no_error(csp_vm *vm)
{
    csp_error *err = csp_take_error(vm);
    cr_assert_null(err, "%s", csp_error_message(err));
}

/* The last call was a misuse of that function: hook and error both say so. */
static inline void embed_misused(embed *e, const char *function, const char *words)
{
    cr_assert_eq(e->told, 1, "%s was told %d times", function, e->told);
    e->told = 0;
    cr_assert_str_eq(e->function, function);
    cr_assert_not_null(strstr(e->what, words), "%s: %s, expected %s", function, e->what, words);
    embed_error(e->vm, "misuse", words);
}

static inline void embed_shows(csp_vm *vm, csp_value v, const char *text)
{
    char *shown = csp_show(vm, v, 0);
    cr_assert_not_null(shown);
    cr_assert_str_eq(shown, text);
    csp_text_free(shown);
}

#endif
