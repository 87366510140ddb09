/* Modules whose files change while they are in use. */
#ifndef CSP_REPL_RELOAD_H
#define CSP_REPL_RELOAD_H

#include "repl/repl.h"

void command_reload(repl *r, const char *argument);

/* After an entry: says which files have changed, of each change once. */
void reload_look(repl *r);
void reload_free(repl *r);

#endif
