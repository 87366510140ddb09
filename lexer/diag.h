/* Source texts, and diagnostics about them: errors and warnings with exact spans.
 *
 * Lexer, parser, resolver and compiler all report into one diag_list, in any order; diag_render
 * sorts by position. A list owns copies of all its texts. Nothing here is thread-safe: a list
 * belongs to one compilation. */
#ifndef CSP_LEXER_DIAG_H
#define CSP_LEXER_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A piece of a source text: byte offsets, end excluded. */
typedef struct src_span {
    uint32_t start, end;
} src_span;

/* A source text with its name and, made on first use, the offsets of its lines. The text is not
 * owned and need not be NUL-terminated. */
typedef struct src_text {
    const char *name; /* as shown to people: "examples/sieve.csp", "<stdin>", "-e", "repl" */
    const char *text;
    uint32_t length;     /* bytes; a source above 1 GiB is refused before it gets here */
    uint32_t first_line; /* number of the first line, 1 unless it is a piece of a session */
    uint32_t *lines;     /* owned: offset of each line's start; NULL until asked for */
    uint32_t line_count;
} src_text;

void src_init(src_text *src, const char *name, const char *text, size_t length);
void src_free(src_text *src); /* frees the line table only */

/* Line and column (both from 1; columns count code points) of a byte offset. */
typedef struct src_position {
    uint32_t line, column;
} src_position;
src_position src_locate(src_text *src, uint32_t offset);

/* The line (from 1, first_line not added) that contains `offset`, as a span without its
 * line break. */
src_span src_line(src_text *src, uint32_t offset, uint32_t *line);

typedef enum { DIAG_ERROR, DIAG_WARNING, DIAG_NOTE, DIAG_SEVERITIES } diag_severity;

typedef struct diag {
    diag_severity severity;
    src_span span;
    char *message; /* "expected an expression, found `)`" */
    char *hint;    /* "did you mean `print`?", or NULL */
    /* a second place, such as that of the unclosed bracket; start == end: none */
    src_span related;
    char *related_message; /* the text at the second place */
    /* the name of its kind, shown after the message: a static text, or NULL */
    const char *name;
} diag;

/* errors kept for one text, and as many warnings and notes; more are only counted */
enum { DIAG_MAX = 20 };

typedef struct diag_list {
    src_text *src;
    diag *items;
    uint32_t count, capacity;
    uint32_t errors, warnings, notes; /* all that were reported, kept or not */
    /* returned when the list is full; its texts are owned too */
    diag unkept;
    /* pieces about which nothing more is reported: in order and disjoint; not owned */
    const src_span *muted;
    uint32_t muted_count;
    /* the text may be the beginning of a correct one: more input could mend it (see parse.h) */
    bool incomplete;
} diag_list;

void diag_init(diag_list *list, src_text *src);
void diag_free(diag_list *list);

/* Reports; the same message at the same span is kept once. Returns the entry, to add a hint to it;
 * if the list is full, a dummy. */
diag *diag_error(diag_list *list, src_span at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
diag *diag_warning(diag_list *list, src_span at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
diag *diag_note(diag_list *list, src_span at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void diag_hint(diag *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
void diag_related(diag *d, src_span at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

typedef enum { DIAG_TEXT, DIAG_COLOUR, DIAG_JSON } diag_style;

/* All entries in order of position. As text: `FILE:LINE:COLUMN: error: MESSAGE`, the source line, a
 * caret line under the exact span (tabs are kept, wide characters counted, a long line cut around
 * the span), and the hint. As JSON: one object per line. The result is malloc'ed: free() it;
 * without entries it is "". */
char *diag_render(diag_list *list, diag_style style);

#endif
