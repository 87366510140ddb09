/* `:edit`: an entry, or the source of a name, in the user's editor. */
#ifndef CSP_REPL_EDIT_H
#define CSP_REPL_EDIT_H

#include "repl/repl.h"

/* What the editor leaves runs as an entry. */
void command_edit(repl *r, const char *argument);

#endif
