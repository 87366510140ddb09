/* The user's pager. */
#ifndef CSP_REPL_PAGER_H
#define CSP_REPL_PAGER_H

#include <stdbool.h>
#include <stddef.h>

/* Shows the text by $PAGER, else by `less`, and waits until that ends; no line is being typed.
 * False: it cannot be run, and errno says why. */
bool pager_show(const char *text, size_t size);

#endif
