/* base/suggest.c */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "tests/support/support.h"

static const char *nearest(const char *name)
{
    static const char *const known[] = {"print",  "eprint",  "chan",         "close", "len",
                                        "String", "numbers", "max_restarts", "x"};
    suggestion s;
    suggest_init(&s, name, strlen(name));
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        suggest_offer(&s, known[i]);
    return s.best == NULL ? "" : s.best;
}

Test(suggest, suggests_what_is_near)
{
    cr_assert_str_eq(nearest("prnt"), "print");
    cr_assert_str_eq(nearest("pritn"), "print");
    cr_assert_str_eq(nearest("lem"), "len");
    cr_assert_str_eq(nearest("string"), "String");
    cr_assert_str_eq(nearest("CHAN"), "chan");
    cr_assert_str_eq(nearest("nubmers"), "numbers");
    cr_assert_str_eq(nearest("max_restart"), "max_restarts");
}

Test(suggest, another_case_or_another_underscore_is_the_same_word)
{
    cr_assert_str_eq(nearest("STRING"), "String");
    cr_assert_str_eq(nearest("maxRestarts"), "max_restarts");
    cr_assert_str_eq(nearest("e_print"), "eprint");
    cr_assert_str_eq(nearest("X"), "x");
}

Test(suggest, short_names_allow_little)
{
    cr_assert_str_eq(nearest("y"), "");
    cr_assert_str_eq(nearest("le"), "");
    cr_assert_str_eq(nearest("lne"), "len");
    cr_assert_str_eq(nearest("leb"), "len");
    cr_assert_str_eq(nearest("pen"), "", "another first letter is another word");
    cr_assert_str_eq(nearest("xs"), "");
}

Test(suggest, suggests_nothing_far)
{
    cr_assert_str_eq(nearest("y"), "");
    cr_assert_str_eq(nearest("foo"), "");
    cr_assert_str_eq(nearest("prefix"), "");
    cr_assert_str_eq(nearest(""), "");
}

Test(suggest, suggests_quickly_whatever_the_length)
{
    char *name = support_repeat("a", 1000000);
    for (int i = 0; i < 1000; i++)
        cr_assert_str_eq(nearest(name), "");
    free(name);
}
