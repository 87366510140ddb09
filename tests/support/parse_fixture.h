/* What the parser's tests have in common. One text is parsed at a time: its module lives until the
 * next one. */
#ifndef CSP_TESTS_SUPPORT_PARSE_FIXTURE_H
#define CSP_TESTS_SUPPORT_PARSE_FIXTURE_H

#include "parser/parse.h"

typedef struct parse_fixture {
    arena memory;
    src_text src;
    diag_list list;
} parse_fixture;

/* Before and after each test. */
void parse_fixture_open(parse_fixture *f);
void parse_fixture_close(parse_fixture *f);

/* Forgets what was parsed before. The text must stay; the name is "a.csp". */
ast_module *parse_fixture_bytes(parse_fixture *f, const char *text, size_t length);
ast_module *parse_fixture_text(parse_fixture *f, const char *text);

/* The text parses without an error to this dump, items separated by newlines. */
void parse_fixture_ast(parse_fixture *f, const char *text, const char *expected);

/* Exactly one error, with this message in it, at start to end; its hint contains `hint` unless that
 * is NULL. */
void parse_fixture_error(parse_fixture *f, const char *text, uint32_t start, uint32_t end,
                         const char *message, const char *hint);

/* So many errors; the rendering contains the expected texts in this order. */
void parse_fixture_errors(parse_fixture *f, const char *text, uint32_t count,
                          const char *const expected[]);

/* A text with one piece marked: `print([[x]])` marks x. Gives the text without the mark, which the
 * caller frees, and where the piece is in it. */
char *parse_fixture_marked(const char *marked, src_span *piece);

#endif
