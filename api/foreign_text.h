/* C declarations as text, in the one form that documentation and reports use. */
#ifndef CSP_API_FOREIGN_TEXT_H
#define CSP_API_FOREIGN_TEXT_H

#include "parser/ast.h"

/* "cos(x: f64): f64", "timeval {sec: i64, usec: i64}"; source: the text that the item was read
 * from. The caller frees it; NULL: no memory. */
char *foreign_text(const ast_extern_item *item, const char *source);

#endif
