#include <criterion/criterion.h>
#include <string.h>

#include "base/utf8.h"

Test(utf8, what_is_none_is_found)
{
    static const struct {
        const char *text;
        size_t bad;
    } rows[] = {
        {"", 0},
        {"plain text, long enough", 23},
        {"\xc3\xa9", 2},
        {"0123456789\xff", 10},
        {"\x80", 0},
        {"a\xff", 1},
        {"\xc0\x80", 0},
        {"\xc1\xbf", 0},
        {"ab\xc3", 2},
        {"\xe0\x80\x80", 0},
        {"\xe0\x9f\xbf", 0},
        {"\xed\xa0\x80", 0},
        {"\xf0\x8f\xbf\xbf", 0},
        {"\xf4\x90\x80\x80", 0},
        {"\xf5\x80\x80\x80", 0},
        {"\xe2\x82z", 0},
        {"12345678\xe2\x82", 8},
        {"1234567\xe2\x82z", 7},
        {"\xc3\xa9\xe2(\xa1", 2},
        {"a\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf",
         22},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t size = strlen(rows[i].text), bad = utf8_check(rows[i].text, size);
        cr_expect_eq(bad, rows[i].bad, "row %zu: %zu", i, bad);
        uint32_t rune;
        if (bad < size)
            cr_expect_eq(utf8_decode(rows[i].text + bad, size - bad, &rune), 0, "row %zu", i);
    }
}

Test(utf8, every_code_point_survives)
{
    for (uint32_t c = 0; c <= 0x10ffff; c++) {
        if (c >= 0xd800 && c < 0xe000)
            continue;
        char text[4];
        unsigned size = utf8_encode(c, text), length;
        uint32_t rune;
        cr_assert_eq(utf8_check(text, size), size, "U+%04x", c);
        cr_assert_eq(utf8_decode(text, size, &rune), size);
        cr_assert_eq(rune, c);
        cr_assert_eq(utf8_decode_valid(text, &length), c);
        cr_assert_eq(length, size);
        cr_assert_eq(utf8_count(text, size), 1);
        for (unsigned cut = 1; cut < size; cut++) {
            cr_assert_eq(utf8_decode(text, cut, &rune), 0);
            cr_assert(utf8_continues(text[cut]));
        }
    }
}

Test(utf8, code_points_are_counted_wherever_they_begin)
{
    const char *text =
        "a\xc3\xa9\xe6\x97\xa5\xf0\x9f\x99\x82 b\xc3\xa9\xe6\x97\xa5\xf0\x9f\x99\x82";
    size_t count = 0;
    for (size_t at = 0; at < strlen(text); at++) {
        cr_expect_eq(utf8_count(text, at), count, "%zu bytes", at);
        count += !utf8_continues(text[at]);
    }
}

Test(utf8, graphic_bytes)
{
    cr_assert_eq(utf8_graphic("abcdefgh"), 8);
    cr_assert_eq(utf8_graphic("!~!~!~!~"), 8);
    cr_assert_eq(utf8_graphic(" bcdefgh"), 0);
    cr_assert_eq(utf8_graphic("abc\tefgh"), 3);
    cr_assert_eq(utf8_graphic("abcdefg\x7f"), 8);
    cr_assert_eq(utf8_graphic("abcdefg\xc3"), 7);
    cr_assert_eq(utf8_graphic("a\0a    "), 1);
}
