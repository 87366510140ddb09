/* Pasted text: stripped of a session's prompts, and folded into one mark if it is tall.
 *
 * Marks (`[pasted 501 lines]`) stand in the line for what they hide, until it has been entered.
 * There is one line, and so one set of marks. */
#ifndef CSP_REPL_PASTE_H
#define CSP_REPL_PASTE_H

#include <stddef.h>

/* The inputs of a session that was copied, without its prompts and outputs; other text as it is.
 * *dropped: lines of output that were left out. The caller frees the text. NULL: no memory. */
char *paste_clean(const char *text, size_t *dropped);

/* Lines of a text: one more than its newlines, but for one at the end. */
size_t paste_lines(const char *text);

/* A mark for the text, which is copied. It is good until paste_forget. NULL: no memory. */
const char *paste_fold(const char *text);
/* The line with what its marks hide. The caller frees it. NULL: no memory. */
char *paste_unfold(const char *line);
void paste_forget(void);

#endif
