#include "lexer/lexer_internal.h"

#include <string.h>

static const struct {
    const char *text;
    uint8_t flags;
} kinds[LEX_KINDS] = {
#define TOKEN(name, text, flags) {text, flags},
#include "lexer/token.def"
#undef TOKEN
};

const char *lex_kind_text(lex_kind kind) { return kinds[kind].text; }

unsigned lex_kind_flags(lex_kind kind) { return kinds[kind].flags; }

enum { LONGEST_KEYWORD = 8 };

static unsigned keyword_slot(const char *text, size_t length)
{
    return ((unsigned char)text[0] * 7u + (unsigned char)text[length - 1] * 31u +
            (unsigned)length * 5u) &
           127u;
}

void lex_keywords_init(lexer *lx)
{
    memset(lx->keywords, 0, sizeof lx->keywords);
    for (unsigned kind = 0; kind < LEX_KINDS; kind++) {
        if (!(kinds[kind].flags & LEX_KEYWORD))
            continue;
        unsigned slot = keyword_slot(kinds[kind].text, strlen(kinds[kind].text));
        while (lx->keywords[slot] != 0)
            slot = (slot + 1) & 127u;
        lx->keywords[slot] = (uint8_t)kind;
    }
}

static lex_kind lex_keyword(const lexer *lx, const char *text, size_t length)
{
    if (length < 2 || length > LONGEST_KEYWORD)
        return TOK_NAME;
    for (unsigned slot = keyword_slot(text, length); lx->keywords[slot] != 0;
         slot = (slot + 1) & 127u) {
        const char *keyword = kinds[lx->keywords[slot]].text;
        if (strncmp(keyword, text, length) == 0 && keyword[length] == '\0')
            return (lex_kind)lx->keywords[slot];
    }
    return TOK_NAME;
}

void lex_word(lexer *lx, lex_token *token)
{
    uint32_t start = lx->at;
    unsigned length = lex_name_char(lx, lx->at, true);
    while (length > 0) {
        lx->at += length;
        length = lex_name_char(lx, lx->at, false);
    }
    token->span = (src_span){start, lx->at};
    if (lx->at - start == 1 && lx->text[start] == '_')
        token->kind = TOK_HOLE;
    else
        token->kind = lex_keyword(lx, lx->text + start, lx->at - start);
}

bool lex_is_name(const lexer *lx, const char *text, size_t length)
{
    return name_is(text, length) && lex_keyword(lx, text, length) == TOK_NAME;
}
