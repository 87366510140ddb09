/* base/foreign.c and its table; what the forms in it are worth, tests/api/test_foreign.c knows */
#include <criterion/criterion.h>
#include <string.h>

#include "base/foreign.h"
#include "base/language.h"

static char hint[FOREIGN_HINT];

static const char *hint_of(const foreign_row *row)
{
    cr_assert_not_null(row);
    foreign_hint(row, hint, sizeof hint);
    return hint;
}

Test(foreign, names_are_found_whatever_their_case_and_underscores)
{
    cr_assert_str_eq(hint_of(foreign_find("null")), "write `nil`");
    cr_assert_str_eq(hint_of(foreign_find("None")), "write `nil`");
    cr_assert_eq(foreign_find_member("List", "indexOf"), foreign_find_member("list", "index_of"));
    cr_assert_eq(foreign_find_member("String", "toUpper"),
                 foreign_find_member("String", "to_upper"));
    cr_assert_null(foreign_find("foo"));
    cr_assert_null(foreign_find(""));
    cr_assert_null(foreign_find("_null"), "a leading underscore is part of the name");
}

Test(foreign, words_are_found_before_names)
{
    cr_assert_str_eq(hint_of(foreign_find_word("func")),
                     "a function is written `fn name(x) { … }`");
    cr_assert_str_eq(hint_of(foreign_find_word("puts")), "write `print(x)`");
    cr_assert_null(foreign_find("func"));
}

Test(foreign, modules)
{
    cr_assert_str_eq(foreign_find_module("Enum"), "List");
    cr_assert_str_eq(foreign_find_module("fmt"), "");
    cr_assert_null(foreign_find_module("geometry"));
    for (const foreign_module *m = foreign_modules; m->names; m++)
        cr_assert_geq(language_find_module(m->module), 0, "%s", m->module);
}

Test(foreign, methods)
{
    static const struct {
        const char *type, *member, *hint;
    } methods[] = {
        {"list", "append", "write `List.push(xs, x)`"},
        {"list", "map", "call `List.map`, which takes the list as its first argument"},
        {"list", "length", "write `len(xs)`"},
        {"list", "len", "call `len`, which takes the list as its first argument"},
        {"string", "toUpperCase", "write `String.upper(s)`"},
        {"chan", "close", "call `close`, which takes the chan as its first argument"},
        {"chan", "send", "write `c ! v`"},
        {"process", "join", "write `wait(p)`"},
        {"int", "sqrt", "call `Math.sqrt`, which takes the int as its first argument"},
        {"float", "toString", "write `str(x)`"},
        {"range", "map", "call `List.map`, which takes the range as its first argument"},
    };
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        cr_assert(foreign_method(methods[i].type, methods[i].member, NULL, hint, sizeof hint), "%s",
                  methods[i].member);
        cr_assert_str_eq(hint, methods[i].hint);
    }
    cr_assert_not(foreign_method("list", "colour", NULL, hint, sizeof hint));
    cr_assert_not(foreign_method("range", "append", NULL, hint, sizeof hint),
                  "a range cannot change");
    cr_assert_not(foreign_method("int", "close", NULL, hint, sizeof hint));
    cr_assert_not(foreign_method("no type", "length", NULL, hint, sizeof hint));
}

Test(foreign, methods_with_the_texts_of_a_call)
{
    static const struct {
        const char *type, *member, *subject, *args[2];
        size_t count;
        const char *hint;
    } calls[] = {
        {"list", "append", "rows", {"n + 1"}, 1, "write `List.push(rows, n + 1)`"},
        {"list", "map", "rows", {"f"}, 1, "write `List.map(rows, f)`"},
        {"list", "get", "rows", {"0"}, 1, "write `rows[0]`"},
        {"list", "set", "rows", {"0", "1"}, 2, "write `rows[0] = 1`"},
        {"string", "join", "\",\"", {"parts"}, 1, "write `String.join(parts, \",\")`"},
        {"string", "upper", "name", {NULL}, 0, "write `String.upper(name)`"},
        {"string", "slice", "name", {"1", "2"}, 2, "write `name[1..2]`"},
        {"map", "put", "ages", {"k", "v"}, 2, "write `ages[k] = v`"},
        {"chan", "send", "out", {"1"}, 1, "write `out ! 1`"},
        /* other arguments than the form has: the form alone */
        {"list", "append", "rows", {NULL}, 0, "write `List.push(xs, x)`"},
        {"string", "slice", "name", {"1"}, 1, "write `s[a..b]`"},
    };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        foreign_call call = {calls[i].subject, calls[i].args, calls[i].count};
        cr_assert(foreign_method(calls[i].type, calls[i].member, &call, hint, sizeof hint));
        cr_assert_str_eq(hint, calls[i].hint);
    }
}

Test(foreign, long_texts_are_cut)
{
    char longest[2000];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    const char *args[] = {longest};
    foreign_call call = {longest, args, 1};
    char small[16];
    cr_assert_null(foreign_find(longest));
    cr_assert_null(foreign_find_member(longest, longest));
    cr_assert(foreign_method("list", "append", &call, small, sizeof small));
    cr_assert_lt(strlen(small), sizeof small);
    cr_assert(foreign_method("list", "map", &call, small, sizeof small));
    cr_assert_lt(strlen(small), sizeof small);
}
