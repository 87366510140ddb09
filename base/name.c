#include "base/name.h"
#include "base/utf8.h"

#include <utf8proc.h>

static bool starts_name(uint32_t rune)
{
    switch (utf8proc_category((utf8proc_int32_t)rune)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_NL:
        /* Letters that Unicode excludes again, because they are punctuation or change
         * under NFKC. */
        return rune != 0x2e2f && rune != 0x037a && rune != 0x0e33 && rune != 0x0eb3 &&
               rune != 0xff9e && rune != 0xff9f;
    /* Other_ID_Start */
    default: return rune == 0x1885 || rune == 0x1886 || rune == 0x2118 || rune == 0x212e;
    }
}

static bool continues_name(uint32_t rune)
{
    if (starts_name(rune))
        return true;
    switch (utf8proc_category((utf8proc_int32_t)rune)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_PC: return true;
    default: /* Other_ID_Continue */
        return rune == 0x00b7 || rune == 0x0387 || (rune >= 0x1369 && rune <= 0x1371) ||
               rune == 0x19da || rune == 0x0e33 || rune == 0x0eb3 || rune == 0xff9e ||
               rune == 0xff9f;
    }
}

static bool is_ascii(unsigned char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (!first && c >= '0' && c <= '9');
}

unsigned name_char(const char *text, size_t size, bool first)
{
    if (size == 0)
        return 0;
    if (!((unsigned char)text[0] & 0x80))
        return is_ascii((unsigned char)text[0], first);
    uint32_t rune;
    unsigned length = utf8_decode(text, size, &rune);
    return length > 0 && (first ? starts_name(rune) : continues_name(rune)) ? length : 0;
}

bool name_is(const char *text, size_t size)
{
    unsigned step;
    for (size_t at = 0; at < size; at += step)
        if ((step = name_char(text + at, size - at, at == 0)) == 0)
            return false;
    return size > 0 && !(size == 1 && text[0] == '_');
}
