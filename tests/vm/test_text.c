/* vm/core/text.c, vm/core/string.c, vm/utf8.c */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "tests/support/support.h"
#include "tests/support/vm_fixture.h"
#include "vm/core/string.h"
#include "vm/core/text.h"

static csp_vm *vm;

static void setup(void) { vm = fixture_vm(); }

static void teardown(void) { fixture_close(vm); }

TestSuite(text, .init = setup, .fini = teardown);

Test(text, lengths_count_code_points)
{
    string *s = value_string(fixture_string(vm, "naïve 日本🙂"));
    cr_expect_eq(s->length, 9);
    cr_expect_eq(s->size, 17);
    cr_expect((s->header & STRING_ASCII) == 0);
    cr_expect((s->header & OBJ_IMMUTABLE) != 0);
    string *ascii = value_string(fixture_string(vm, "plain"));
    cr_expect((ascii->header & STRING_ASCII) != 0);
    cr_expect_eq(ascii->length, 5);
    cr_expect_eq(ascii->text[5], '\0');
}

Test(text, common_strings_exist_once)
{
    cr_expect(fixture_string(vm, "x") == fixture_string(vm, "x"));
    cr_expect(fixture_string(vm, "") == vm->empty_string);
    cr_expect(str_at(vm, value_string(fixture_string(vm, "axb")), 1) == fixture_string(vm, "x"));
    cr_expect(str_intern(vm, "x", 1) == fixture_string(vm, "x"));
    cr_expect(str_new(vm, "\0", 1) == vm->characters[0]);
}

/* Offsets with and without a table agree with counting. */
Test(text, indexing_long_text)
{
    char *long_text = support_repeat("aé日🙂", 500);
    string *s = value_string(fixture_string(vm, long_text));
    cr_expect_eq(s->length, 2000);
    static const uint32_t widths[] = {1, 2, 3, 4};
    uint32_t offset = 0;
    for (uint32_t i = 0; i < s->length; i++) {
        cr_assert_eq(str_offset(s, i), offset, "index %u", i);
        offset += widths[i % 4];
    }
    cr_expect_eq(str_offset(s, 2000), s->size);
    cr_expect(str_indexed(s));
    cr_expect_str_eq(fixture_text(str_at(vm, s, 1999)), "🙂");
    cr_expect_str_eq(fixture_text(str_slice(vm, s, 1996, 1999)), "aé日");
    value whole = value_object(s);
    cr_expect(str_slice(vm, s, 0, 2000) == whole);
    cr_expect(str_slice(vm, s, 7, 7) == vm->empty_string);
    cr_expect_str_eq(s->text, long_text);
    free(long_text);
}

Test(text, index_table_ends_within_its_block)
{
    for (size_t n = 60; n < 400; n++) {
        char *e = support_repeat("é", n);
        string *s = value_string(fixture_string(vm, e));
        cr_assert_eq(str_offset(s, (uint32_t)n), 2 * n);
        cr_assert_eq(str_offset(s, (uint32_t)n - 1), 2 * n - 2);
        cr_assert_str_eq(s->text, e);
        free(e);
    }
}

Test(text, concatenation)
{
    value a = fixture_string(vm, "abc");
    value e = fixture_string(vm, "é");
    value joined = str_concat(vm, a, e);
    cr_expect_str_eq(fixture_text(joined), "abcé");
    cr_expect_eq(value_string(joined)->length, 4);
    cr_expect((value_string(joined)->header & STRING_ASCII) == 0);
    cr_expect((value_string(str_concat(vm, a, a))->header & STRING_ASCII) != 0);
    cr_expect(str_concat(vm, a, vm->empty_string) == a);
    cr_expect(str_concat(vm, vm->empty_string, a) == a);
}

Test(text, comparison_is_by_code_points)
{
    static const char *const ascending[] = {"",  "Z", "a", "ab", "abc",    "abd",
                                            "b", "z", "é", "日", "\ufffd", "🙂"};
    size_t count = sizeof ascending / sizeof *ascending;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++) {
            string *a = value_string(fixture_string(vm, ascending[i]));
            string *b = value_string(fixture_string(vm, ascending[j]));
            cr_expect_eq(str_compare(a, b), (i > j) - (i < j));
            cr_expect_eq(str_equal(a, b), i == j);
            cr_expect_eq(str_hash(vm, a) == str_hash(vm, b), i == j);
        }
}

Test(text, hashes_depend_on_the_seed)
{
    string *a = value_string(fixture_string(vm, "hello"));
    uint32_t before = str_hash(vm, a);
    vm->hash_seed++;
    cr_expect_eq(str_hash(vm, a), before, "kept in the string");
    cr_expect_neq(str_hash(vm, value_string(fixture_string(vm, "hello"))), before);
}

Test(text, searching)
{
    string *s = value_string(fixture_string(vm, "hello hello"));
    string *ell = value_string(fixture_string(vm, "ell"));
    cr_expect_eq(str_find(s, ell, 0), 1);
    cr_expect_eq(str_find(s, ell, 2), 7);
    cr_expect_eq(str_find(s, ell, 8), -1);
    cr_expect_eq(str_find(s, ell, 99), -1);
    cr_expect_eq(str_find(s, value_string(vm->empty_string), 11), 11);
}

Test(text, interning)
{
    value first = str_intern(vm, "name", 4);
    value many[2000];
    for (int i = 0; i < 2000; i++) {
        char *name = support_format("name%d", i);
        many[i] = str_intern(vm, name, strlen(name));
        free(name);
    }
    heap_collect(vm_heap(vm));
    cr_expect(str_intern(vm, "name", 4) == first);
    for (int i = 0; i < 2000; i++) {
        char *name = support_format("name%d", i);
        cr_assert(str_intern(vm, name, strlen(name)) == many[i]);
        free(name);
    }
}

Test(text, format)
{
    char *long_text = support_repeat("xyz", 1000);
    cr_expect_str_eq(fixture_text(str_format(vm, "%d-%s", 7, "é")), "7-é");
    cr_expect_str_eq(fixture_text(str_format(vm, "%s", long_text)), long_text);
    cr_expect_str_eq(fixture_text(str_format(vm, "[%.1s]", "é")), "[\ufffd]",
                     "a character cut in two");
    free(long_text);
}

Test(text, builder)
{
    text t;
    text_init(&t, vm);
    cr_expect(text_string(&t) == vm->empty_string);
    for (int i = 0; i < 1000; i++) {
        cr_assert(text_put(&t, 'a'));
        cr_assert(text_add(&t, "é", 2));
        cr_assert(text_printf(&t, "%d;", i));
    }
    const char *built = fixture_text(text_string(&t));
    cr_expect_eq(strlen(built), t.used);
    cr_expect(strncmp(built, "aé0;aé1;aé2;", 15) == 0);
    cr_expect_str_eq(built + t.used - 7, "aé999;");
}

Test(text, quoting)
{
    text t;
    text_init(&t, vm);
    static const char raw[] = "a\"b\\c\n\t\r\0\x01\x7f $x ${x} é\xc2\x85🙂\u202e";
    text_quote_string(&t, value_string(str_new(vm, raw, sizeof raw - 1)));
    cr_expect_str_eq(fixture_text(text_string(&t)),
                     "\"a\\\"b\\\\c\\n\\t\\r\\0\\x01\\x7f $x \\${x} é\\x85🙂\\u{202e}\"");
    text_init(&t, vm);
    text_quote_bytes(&t, value_bytes(bytes_new(vm, "a\0\"\xff\n$", 6)));
    cr_expect_str_eq(fixture_text(text_string(&t)), "b\"a\\0\\\"\\xff\\n$\"");
}

Test(text, durations)
{
    static const struct {
        int64_t ns;
        const char *text;
    } shown[] = {{0, "0s"},
                 {1, "1ns"},
                 {999, "999ns"},
                 {1000, "1us"},
                 {1500, "1.5us"},
                 {30000000, "30ms"},
                 {1500000000, "1.5s"},
                 {1050000000, "1.05s"},
                 {1001000000, "1.001s"},
                 {1234567, "1234.567us"},
                 {1000000001, "1000000.001us"},
                 {60000000000, "1m"},
                 {90000000000, "90s"},
                 {90500000000, "90.5s"},
                 {5400000000000, "90m"},
                 {7200000000000, "2h"},
                 {-30000000, "-30ms"},
                 {INT64_MAX, "9223372036854775.807us"},
                 {INT64_MIN + 1, "-9223372036854775.807us"},
                 {INT64_MIN, "-9223372036854775.808us"}};
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        text t;
        text_init(&t, vm);
        cr_expect(text_duration(&t, shown[i].ns));
        cr_expect_str_eq(fixture_text(text_string(&t)), shown[i].text);
    }
}

Test(text, bytes_have_a_limit)
{
    cr_expect_eq(bytes_blank(vm, 1000)->size, 1000);
    cr_expect(bytes_blank(vm, STRING_MAX + 1) == NULL);
    cr_expect(str_blank(vm, STRING_MAX + 1, 1) == NULL);
}

/* Both ways, whatever the characters and wherever the table of offsets stands. */
Test(text, offsets_and_indices)
{
    static const char *const units[] = {"a", "é", "日", "🙂"};
    text t;
    text_init(&t, vm);
    for (unsigned i = 0; i < 3000; i++)
        text_add(&t, units[i * 7 % 11 % 4], strlen(units[i * 7 % 11 % 4]));
    string *s = value_string(text_string(&t));
    cr_expect_not(str_indexed(s));
    for (uint32_t i = 0; i <= s->length; i++)
        cr_assert_eq(str_index_at(s, str_offset(s, i)), i);
    cr_expect(str_indexed(s));
}
