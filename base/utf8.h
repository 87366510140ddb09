/* UTF-8: checking, counting, encoding, decoding. Allocates nothing; everything is thread-safe. */
#ifndef CSP_BASE_UTF8_H
#define CSP_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The offset of the first byte that is not UTF-8 (cut short, overlong, a surrogate, above
 * U+10FFFF), or `size` if all is well. */
size_t utf8_check(const char *text, size_t size);

/* Decodes the code point at `text`, of which `size` bytes are left, at least 1. Returns its length
 * in bytes, or 0 if the bytes are not UTF-8. */
unsigned utf8_decode(const char *text, size_t size, uint32_t *rune);

/* The same for text that is known to be valid: returns the code point, its length in *size. */
uint32_t utf8_decode_valid(const char *text, unsigned *size);

/* Whether UTF-8 can encode it: not a surrogate, at most U+10FFFF. */
static inline bool utf8_is_rune(int64_t n)
{
    return n >= 0 && n <= 0x10ffff && (n < 0xd800 || n > 0xdfff);
}

/* Writes a code point (utf8_is_rune). Returns its length in bytes, 1 to 4. */
unsigned utf8_encode(uint32_t rune, char out[4]);

/* The number of code points in valid text. */
size_t utf8_count(const char *text, size_t size);

/* How many of the eight bytes at `text`, from the first on, are ASCII above the space. */
unsigned utf8_graphic(const char *text);

/* Whether the byte continues a code point. */
static inline bool utf8_continues(char byte) { return ((unsigned char)byte & 0xc0) == 0x80; }

#endif
