/* base/foreign_c.def: what it proposes is a type of `extern`, and what it calls C's is none */
#include <criterion/criterion.h>
#include <string.h>

#include "base/foreign_c.h"
#include "ffi/ctype.h"

static bool is_type(const char *name) { return ctype_find(name, strlen(name)) != CTYPE_KINDS; }

/* Calls `each` with every name of the row. */
static void each_name(const foreign_ctype *row,
                      void (*each)(const foreign_ctype *row, const char *name))
{
    char names[1000];
    cr_assert_lt(strlen(row->names), sizeof names);
    strcpy(names, row->names);
    for (char *name = strtok(names, " "); name; name = strtok(NULL, " "))
        each(row, name);
}

static void is_of_this_row(const foreign_ctype *row, const char *name)
{
    const foreign_ctype *found = foreign_find_ctype(name);
    cr_assert_eq(found, row, "`%s` is in the row of `%s` first", name, found->names);
    cr_assert_not(is_type(name), "`%s` is a type here", name);
    cr_assert_not(foreign_is_c_prefix(name), "`%s` is a prefix, too", name);
}

Test(foreign_c, every_row_proposes_types)
{
    for (const foreign_ctype *row = foreign_ctypes; row->names; row++) {
        cr_assert(*row->type == '\0' || is_type(row->type), "`%s`", row->type);
        cr_assert(*row->of_pointer == '\0' || is_type(row->of_pointer), "`%s`", row->of_pointer);
        each_name(row, is_of_this_row);
    }
}

Test(foreign_c, case_and_underlines_do_not_matter)
{
    cr_assert_str_eq(foreign_find_ctype("SIZE_T")->type, "usize");
    cr_assert_str_eq(foreign_find_ctype("cCharP")->type, "cstring");
    cr_assert_str_eq(foreign_find_ctype("char")->of_pointer, "cstring");
    cr_assert_str_eq(foreign_find_ctype("long_double")->type, "");
    cr_assert_null(foreign_find_ctype("timeval"));
    cr_assert_null(foreign_find_ctype(""));
}

Test(foreign_c, prefixes_say_nothing_of_a_value)
{
    cr_assert(foreign_is_c_prefix("const") && foreign_is_c_prefix("struct"));
    cr_assert_not(foreign_is_c_prefix("unsigned") || foreign_is_c_prefix("con"));
}
