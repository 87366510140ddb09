#include "base/utf8.h"

#include <endian.h>
#include <string.h>

static const uint64_t high_bits = 0x8080808080808080U;

static uint64_t load8(const char *data)
{
    uint64_t word;
    memcpy(&word, data, sizeof word);
    return word;
}

/* The length of the sequence that starts here, 0 if none does. The first byte determines
 * which second bytes are allowed: that excludes overlong forms, surrogates, and what lies
 * beyond U+10FFFF. */
static unsigned sequence_length(const uint8_t *s, size_t left)
{
    uint8_t first = s[0];
    unsigned length = first < 0x80   ? 1
                      : first < 0xc2 ? 0
                      : first < 0xe0 ? 2
                      : first < 0xf0 ? 3
                      : first < 0xf5 ? 4
                                     : 0;
    if (length <= 1 || length > left)
        return length <= left ? length : 0;
    uint8_t low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    uint8_t high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (s[1] < low || s[1] > high)
        return 0;
    for (unsigned i = 2; i < length; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

size_t utf8_check(const char *text, size_t size)
{
    size_t at = 0;
    while (at < size) {
        /* most text is ASCII: eight bytes at once */
        if (size - at >= 8 && (load8(text + at) & high_bits) == 0) {
            at += 8;
            continue;
        }
        unsigned length = sequence_length((const uint8_t *)text + at, size - at);
        if (length == 0)
            return at;
        at += length;
    }
    return size;
}

unsigned utf8_decode(const char *text, size_t size, uint32_t *rune)
{
    unsigned length = sequence_length((const uint8_t *)text, size);
    if (length > 0)
        *rune = utf8_decode_valid(text, &length);
    return length;
}

uint32_t utf8_decode_valid(const char *text, unsigned *size)
{
    const uint8_t *s = (const uint8_t *)text;
    if (s[0] < 0x80) {
        *size = 1;
        return s[0];
    }
    if (s[0] < 0xe0) {
        *size = 2;
        return (s[0] & 0x1fU) << 6 | (s[1] & 0x3fU);
    }
    if (s[0] < 0xf0) {
        *size = 3;
        return (s[0] & 0xfU) << 12 | (s[1] & 0x3fU) << 6 | (s[2] & 0x3fU);
    }
    *size = 4;
    return (s[0] & 7U) << 18 | (s[1] & 0x3fU) << 12 | (s[2] & 0x3fU) << 6 | (s[3] & 0x3fU);
}

unsigned utf8_encode(uint32_t rune, char out[4])
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

size_t utf8_count(const char *text, size_t size)
{
    size_t count = size;
    size_t at = 0;
    for (; size - at >= 8; at += 8) {
        /* Continuation bytes are 10xxxxxx: bit 7 set, bit 6 clear. */
        uint64_t word = load8(text + at);
        if (word & high_bits)
            count -= (size_t)__builtin_popcountll(word & ~(word << 1) & high_bits);
    }
    for (; at < size; at++)
        count -= utf8_continues(text[at]);
    return count;
}

unsigned utf8_graphic(const char *text)
{
    uint64_t word = htole64(load8(text));
    /* A byte below 0x21 borrows from its highest bit; what it does to those behind it is no
     * matter. */
    uint64_t other = ((word - 0x2121212121212121U) | word) & high_bits;
    return other ? (unsigned)__builtin_ctzll(other) / 8 : 8;
}
