/* base/language.c: what is known of the library's functions */
#include "base/language.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct {
    const char *module, *names;
} rows[] = {
#define TRAIT(module, trait, names) {module, names},
#include "base/traits.def"
#undef TRAIT
};

Test(language, traits_are_of_members_that_there_are)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int module = language_find_module(rows[i].module);
        cr_assert_geq(module, 0, "%s", rows[i].module);
        char names[400], *rest = names;
        cr_assert_lt(strlen(rows[i].names), sizeof names);
        strcpy(names, rows[i].names);
        for (char *name; (name = strtok_r(rest, " ", &rest));)
            cr_expect(language_has_word(language_modules[module].members, name), "%s.%s",
                      rows[i].module, name);
    }
}

Test(language, traits)
{
    cr_expect_eq(language_traits("List", "push"), LANGUAGE_CHANGES);
    cr_expect_eq(language_traits("List", "sort"), LANGUAGE_PURE);
    cr_expect_eq(language_traits("", "int"), LANGUAGE_PURE | LANGUAGE_MAY_FAIL);
    cr_expect_eq(language_traits("", "print"), 0);
    cr_expect_eq(language_traits("", "push"), 0);
    cr_expect_eq(language_traits("Lis", "push"), 0);
    cr_expect_eq(language_traits("List", "pus"), 0);
    cr_expect_eq(language_traits("List", ""), 0);
}
