#include "base/json.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

static void put(json *j, const char *text) { j->add(j->to, text, strlen(text)); }

static void divide(json *j)
{
    if (j->behind)
        put(j, ",");
    j->behind = true;
}

void json_open(json *j, char bracket)
{
    divide(j);
    j->add(j->to, &bracket, 1);
    j->behind = false;
}

void json_close(json *j, char bracket)
{
    j->add(j->to, &bracket, 1);
    j->behind = true;
}

void json_key(json *j, const char *key)
{
    divide(j);
    put(j, "\"");
    put(j, key);
    put(j, "\":");
    j->behind = false;
}

static bool must_escape(uint32_t rune)
{
    return rune < ' ' || rune == '"' || rune == '\\' || rune == 0x7f || rune == 0x2028 ||
           rune == 0x2029;
}

static void put_escape(json *j, uint32_t rune)
{
    char escape[16];
    if (rune == '"' || rune == '\\')
        snprintf(escape, sizeof escape, "\\%c", (char)rune);
    else
        snprintf(escape, sizeof escape, "\\u%04x", rune);
    put(j, escape);
}

void json_string(json *j, const char *text, size_t size)
{
    divide(j);
    put(j, "\"");
    size_t plain = 0; /* where the bytes begin that are still to be added as they are */
    for (size_t at = 0; at < size;) {
        uint32_t rune;
        unsigned length = utf8_decode(text + at, size - at, &rune);
        bool bad = length == 0;
        size_t next = at + (bad ? 1 : length);
        if (bad || must_escape(rune)) {
            j->add(j->to, text + plain, at - plain);
            put_escape(j, bad ? 0xfffd : rune);
            plain = next;
        }
        at = next;
    }
    if (size > plain)
        j->add(j->to, text + plain, size - plain);
    put(j, "\"");
}

void json_text(json *j, const char *text)
{
    if (text)
        json_string(j, text, strlen(text));
    else
        json_null(j);
}

void json_raw(json *j, const char *value)
{
    divide(j);
    put(j, value);
}

void json_int(json *j, uint64_t n)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    json_raw(j, digits);
}

void json_bool(json *j, bool truth) { json_raw(j, truth ? "true" : "false"); }

void json_null(json *j) { json_raw(j, "null"); }
