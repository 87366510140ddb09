/* The commands that are about source text and what is written about it. */
#ifndef CSP_REPL_SOURCE_COMMANDS_H
#define CSP_REPL_SOURCE_COMMANDS_H

#include "repl/repl.h"

void command_doc(repl *r, const char *argument);
void command_src(repl *r, const char *argument);
void command_load(repl *r, const char *argument);
void command_save(repl *r, const char *argument);

#endif
