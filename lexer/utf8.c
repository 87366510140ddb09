#include "lexer/utf8.h"

#include <string.h>
#include <utf8proc.h>

unsigned lex_utf8_decode(const char *text, size_t size, uint32_t *rune)
{
    const unsigned char *s = (const unsigned char *)text;
    if (s[0] < 0x80) {
        *rune = s[0];
        return 1;
    }
    unsigned length = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    if (s[0] < 0xc2 || s[0] > 0xf4 || size < length)
        return 0;
    uint32_t value = s[0] & (0x7fu >> length);
    for (unsigned i = 1; i < length; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (s[i] & 0x3fu);
    }
    if ((length == 3 && value < 0x800) || (length == 4 && value < 0x10000) || value > 0x10ffff ||
        (value >= 0xd800 && value <= 0xdfff))
        return 0;
    *rune = value;
    return length;
}

unsigned lex_utf8_encode(uint32_t rune, char out[4])
{
    if (rune < 0x80) {
        out[0] = (char)rune;
        return 1;
    }
    unsigned length = rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
    for (unsigned i = length - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (rune & 0x3f));
        rune >>= 6;
    }
    out[0] = (char)((0xf00 >> length & 0xff) | rune);
    return length;
}

size_t lex_utf8_check(const char *text, size_t size)
{
    size_t at = 0;
    while (at < size) {
        uint64_t word;
        if (size - at >= sizeof word) { /* nearly all source is ASCII: eight bytes at once */
            memcpy(&word, text + at, sizeof word);
            if ((word & 0x8080808080808080u) == 0) {
                at += sizeof word;
                continue;
            }
        }
        uint32_t rune;
        unsigned length = lex_utf8_decode(text + at, size - at, &rune);
        if (length == 0)
            return at;
        at += length;
    }
    return size;
}

bool lex_is_name_start(uint32_t rune)
{
    switch (utf8proc_category((utf8proc_int32_t)rune)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_NL:
        /* Letters that Unicode takes out again, because they are punctuation or change under NFKC. */
        return rune != 0x2e2f && rune != 0x037a && rune != 0x0e33 && rune != 0x0eb3 && rune != 0xff9e && rune != 0xff9f;
    default: return rune == 0x1885 || rune == 0x1886 || rune == 0x2118 || rune == 0x212e; /* Other_ID_Start */
    }
}

bool lex_is_name_rune(uint32_t rune)
{
    if (lex_is_name_start(rune))
        return true;
    switch (utf8proc_category((utf8proc_int32_t)rune)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_PC: return true;
    default: /* Other_ID_Continue */
        return rune == 0x00b7 || rune == 0x0387 || (rune >= 0x1369 && rune <= 0x1371) || rune == 0x19da ||
               rune == 0x0e33 || rune == 0x0eb3 || rune == 0xff9e || rune == 0xff9f;
    }
}
