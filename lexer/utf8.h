/* UTF-8 as the lexer and the diagnostics need it: strict decoding, and which characters make a name. Allocates
 * nothing. */
#ifndef CSP_LEXER_UTF8_H
#define CSP_LEXER_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes the character at `text` (`size` bytes are left, at least 1) into *rune. Returns its length in bytes, or 0
 * when the bytes are no UTF-8: too short, overlong, a surrogate, above U+10FFFF. */
unsigned lex_utf8_decode(const char *text, size_t size, uint32_t *rune);

/* Writes a code point (no surrogate, at most U+10FFFF) and returns how many bytes it took, 1 to 4. */
unsigned lex_utf8_encode(uint32_t rune, char out[4]);

/* The offset of the first byte that is no UTF-8, or `size` when all is well. */
size_t lex_utf8_check(const char *text, size_t size);

/* Unicode's XID_Start and XID_Continue; `_` is neither a start here nor special. */
bool lex_is_name_start(uint32_t rune);
bool lex_is_name_rune(uint32_t rune);

#endif
