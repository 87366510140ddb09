#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"

typedef struct paper {
    char text[512];
    size_t used;
} paper;

static void add(void *to, const char *bytes, size_t size)
{
    paper *p = to;
    cr_assert(size < sizeof p->text - p->used);
    memcpy(p->text + p->used, bytes, size);
    p->used += size;
}

Test(json, commas_and_brackets_come_by_themselves)
{
    paper p = {0};
    json j = {.add = add, .to = &p};
    json_open(&j, '{');
    json_key(&j, "none");
    json_open(&j, '[');
    json_close(&j, ']');
    json_key(&j, "list");
    json_open(&j, '[');
    json_int(&j, 0);
    json_int(&j, UINT64_MAX);
    json_open(&j, '{');
    json_close(&j, '}');
    json_open(&j, '{');
    json_key(&j, "yes");
    json_bool(&j, true);
    json_key(&j, "no");
    json_bool(&j, false);
    json_close(&j, '}');
    json_null(&j);
    json_text(&j, NULL);
    json_text(&j, "");
    json_raw(&j, "[1]");
    json_close(&j, ']');
    json_key(&j, "last");
    json_text(&j, "text");
    json_close(&j, '}');
    cr_assert_str_eq(p.text, "{\"none\":[],\"list\":[0,18446744073709551615,{},"
                             "{\"yes\":true,\"no\":false},null,null,\"\",[1]],\"last\":\"text\"}");
}

Test(json, strings_are_escaped)
{
    static const struct {
        const char *text;
        size_t size;
        const char *expected;
    } rows[] = {
        {"", 0, "\"\""},
        {"plain", 5, "\"plain\""},
        {"a\"b\\", 4, "\"a\\\"b\\\\\""},
        {"\0\n\t\x1f\x7f~", 6, "\"\\u0000\\u000a\\u0009\\u001f\\u007f~\""},
        {"\xc3\xa9\xf0\x9f\x98\x80", 6, "\"\xc3\xa9\xf0\x9f\x98\x80\""},
        {"a\xe2\x80\xa8\xe2\x80\xa9", 7, "\"a\\u2028\\u2029\""},
        {"\xff"
         "a\xc3",
         3, "\"\\ufffda\\ufffd\""},
        {"\xed\xa0\x80", 3, "\"\\ufffd\\ufffd\\ufffd\""},
        {"cut here", 3, "\"cut\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        paper p = {0};
        json j = {.add = add, .to = &p};
        json_string(&j, rows[i].text, rows[i].size);
        cr_assert_str_eq(p.text, rows[i].expected, "row %zu: %s", i, p.text);
    }
}
