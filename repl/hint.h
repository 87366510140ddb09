/* Words that other REPLs know: exit, quit, help, `?`. */
#ifndef CSP_REPL_HINT_H
#define CSP_REPL_HINT_H

#include "repl/repl.h"

/* Says what is meant by such a word, unless the session binds it. False: it is something else. */
bool hint_say(repl *r, const char *text);

#endif
