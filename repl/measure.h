/* The commands that measure: what an expression costs, and what it is compiled to. */
#ifndef CSP_REPL_MEASURE_H
#define CSP_REPL_MEASURE_H

#include "repl/repl.h"

void command_time(repl *r, const char *argument);
void command_bench(repl *r, const char *argument);
void command_disasm(repl *r, const char *argument);

#endif
