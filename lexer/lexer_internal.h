/* What lexer.c, number.c, string.c and word.c share. */
#ifndef CSP_LEXER_LEXER_INTERNAL_H
#define CSP_LEXER_LEXER_INTERNAL_H

#include "base/name.h"
#include "lexer/lexer.h"

/* The byte `ahead` bytes after the current one, 0 beyond the end. */
static inline unsigned char lex_peek(const lexer *lx, uint32_t ahead)
{
    return ahead < lx->length - lx->at ? (unsigned char)lx->text[lx->at + ahead] : 0;
}

static inline bool lex_is_digit(unsigned char c) { return c >= '0' && c <= '9'; }

/* The length in bytes of the name character at `at`, 0 if there is none. */
static inline unsigned lex_name_char(const lexer *lx, uint32_t at, bool first)
{
    return at < lx->length ? name_char(lx->text + at, lx->length - at, first) : 0;
}

/* Each reads one token, whose first byte is the current one, and fills in kind, span and
 * the rest. */
void lex_word(lexer *lx, lex_token *token);
void lex_number(lexer *lx, lex_token *token);
void lex_string(lexer *lx, lex_token *token);      /* all forms, prefix included */
void lex_string_rest(lexer *lx, lex_token *token); /* from the `}` that ends an interpolation */
void lex_quoted(lexer *lx, lex_token *token);      /* 'text' or `text`: another language's string */

/* Reports that the innermost plain string does not end on its line, and leaves all plain strings
 * around it. */
void lex_unterminated(lexer *lx, lex_token *token);

/* The keyword table: filled once, then searched. TOK_NAME: not a keyword. */
void lex_keywords_init(lexer *lx);

#endif
