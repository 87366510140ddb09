/* The documentation of a declaration as text: `csp doc` and `:doc`. */
#ifndef CSP_API_DOC_TEXT_H
#define CSP_API_DOC_TEXT_H

#include <stdio.h>

#include "parser/ast.h"

/* Lines, each indented by four spaces. */
void doc_indented(const char *lines, size_t size, FILE *out);
/* Where the head of a function stands: from its name up to its body, without what leads to that. */
src_span doc_head_span(const char *source, const ast_fn *fn);
/* A function as in the source, without `fn` and body: `geometry.area(w, h = w)`. home: ""
 * is none. */
void doc_head(const char *source, const ast_fn *fn, const char *home, FILE *out);

/* Where the `##` lines above the statement at `start` begin; `start` if there are none. */
uint32_t doc_start(const char *text, uint32_t start);

#endif
