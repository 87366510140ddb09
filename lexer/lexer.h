/* Turns source bytes into tokens, one at a time, on demand.
 *
 * The lexer does not decide where a newline ends a statement (the innermost bracket does, and only
 * the parser knows whether a brace opens a map or a block): each token says whether a newline
 * precedes it.
 *
 * A string with interpolation comes as STRING_START, the tokens of the expression, STRING_MIDDLE …,
 * STRING_END. The lexer counts braces to find where an expression ends, so strings and braces nest
 * in it. lex_text extracts the text of a string from the source when all pieces are known: the
 * indentation of a triple-quoted string depends on its last line.
 *
 * Lexing allocates nothing; the functions that return values allocate in the arena. Errors are
 * reported to the diag_list when the token is read. */
#ifndef CSP_LEXER_LEXER_H
#define CSP_LEXER_LEXER_H

#include "lexer/arena.h"
#include "lexer/diag.h"

typedef enum lex_kind {
#define TOKEN(name, text, flags) TOK_##name,
#include "lexer/token.def"
#undef TOKEN
    LEX_KINDS
} lex_kind;

enum { LEX_CLASS = 1, LEX_KEYWORD = 2, LEX_OPEN = 4, LEX_FOREIGN = 8, LEX_STATEMENT = 16 };

/* How deep strings may nest in each other by interpolation. */
enum { LEX_MAX_STRINGS = 256 };

typedef enum lex_style { LEX_PLAIN, LEX_RAW, LEX_TRIPLE } lex_style;

typedef struct lex_token {
    lex_kind kind;
    bool newline_before;
    bool bad;      /* an error in it has been reported: its value is 0 or empty */
    uint8_t style; /* of strings: lex_style */
    src_span span;
    src_span text; /* strings and bytes: the text between the quotes, of this piece */
    src_span doc;  /* the `##` lines right before it; start == end: none */
} lex_token;

typedef struct lexer {
    const char *text;
    uint32_t length, at;
    arena *arena;
    diag_list *diags;
    src_span module_doc; /* `##` lines at the start, separated from what follows */
    bool ends_with_doc;  /* the text ends with a `##` line, and that end has been reached */
    uint32_t mendable;   /* errors reported that more text at the end would mend */
    bool started;        /* a token has been read */
    /* lex_stop was called; the lexer does so itself when strings nest too deeply */
    bool stopped;
    bool said_return;      /* a lone carriage return has been reported */
    bool said_comment;     /* a comment in another language's syntax has been reported */
    uint32_t string_depth; /* strings whose interpolation we are in */
    struct {
        uint32_t open, braces;
        lex_style style;
    } strings[LEX_MAX_STRINGS];
    uint8_t keywords[128]; /* open hash table: lex_kind, 0 where free */
} lexer;

/* Reads diags->src, which must be valid UTF-8 (utf8_check). A byte order mark at its start
 * is skipped. */
void lex_init(lexer *lx, arena *a, diag_list *diags);

/* The next token; TOK_END for ever at the end. */
lex_token lex_next(lexer *lx);

/* Goes to the end of the text, leaving all open strings. */
void lex_stop(lexer *lx);

/* True if the string of the STRING_START just read ends soon and a `:` follows. Changes nothing,
 * reports nothing. */
bool lex_colon_after_string(const lexer *lx);

const char *lex_kind_text(lex_kind kind); /* the second column of token.def */
unsigned lex_kind_flags(lex_kind kind);   /* the third */

/* True if `text` is a NAME and not a keyword. */
bool lex_is_name(const lexer *lx, const char *text, size_t length);

/* The value of an INT or DURATION (in ns). Digits are in the arena, without `_` and prefix,
 * NUL-terminated. False: out of memory. */
typedef struct lex_integer {
    int64_t value; /* where `fits` */
    const char *digits;
    uint32_t length;
    uint8_t base;
    bool fits; /* in 63 bits, sign included */
} lex_integer;
bool lex_integer_value(lexer *lx, const lex_token *token, lex_integer *out);

/* The value of a FLOAT; one out of range is reported and gives 0. */
double lex_float_value(lexer *lx, const lex_token *token);

/* The indentation to be removed from the lines of a triple-quoted string: start with LEX_NO_MARGIN
 * and pass all pieces in order. */
#define LEX_NO_MARGIN UINT32_MAX
uint32_t lex_margin(const lexer *lx, const lex_token *piece, uint32_t margin);

/* The text of one piece of a string, or of a BYTES, with escapes replaced and `margin` columns
 * removed from the lines. In the arena, NUL-terminated, its length in *length. Wrong escapes are
 * reported. NULL: out of memory. */
const char *lex_text(lexer *lx, const lex_token *piece, uint32_t margin, uint32_t *length);

/* The lines of a doc comment, without `##` and the space after it, joined by newlines; in the
 * arena. NULL: out of memory. */
const char *lex_doc(lexer *lx, src_span doc, uint32_t *length);

#endif
